#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "eckart/probe/numbered_oracle.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// Passes questions on to an oracle and writes every answer to a file, from which an interrupted study goes
/// on: a question that the file has an answer to is answered from there, to the same bits, and the others by
/// the oracle. What was asked at the same point several times is answered in the order of the calls, so that
/// a study of a function with noise also ends in the same bits; and one that is given more calls than before
/// uses all answers that it can.
///
/// The file is text that only grows: "# " and a JSON object, which says of what study it is; a line of column
/// names; then a line per answer with the number of the call, f(x), and x, separated by tabs and written with
/// the shortest decimals that give the same doubles back (docs/formats/probe.md). Answers of one batch may
/// stand in any order. Each is handed to the system as soon as the oracle reports it, so that a process that
/// is killed loses none. A last line without its end is cut off when the study goes on.
class Journal final : public ValueOracle<double> {
  public:
    /// What to do with a file that is there already.
    enum class Existing {
        kRefuse,
        kReplace,
        kResume,  ///< go on with it; where there is none, begin
    };

    /// Reads the file where it is to go on, and cuts off an unfinished last line. A new one begins with the
    /// first answer, so that a study whose first call fails leaves everything as it was. `study` is a JSON
    /// object with all that the questions and answers depend on, beside the dimension. Holds a reference to
    /// `oracle`.
    ///
    /// Throws IoError when the file cannot be written, is there (kRefuse), or is in use by another study;
    /// FormatError, naming the line, when it is no such file; InvalidArgument, naming the first member that
    /// differs, when it is of another study.
    Journal(NumberedOracle& oracle, std::filesystem::path file, const Json& study, Existing existing);
    /// The same for an oracle that reports no single answers: a batch is written when it is complete.
    Journal(ValueOracle<double>& oracle, std::filesystem::path file, const Json& study, Existing existing);
    /// Writes what is left to write.
    ~Journal() override;
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    [[nodiscard]] Eigen::Index dim() const override;
    /// Throw what the oracle throws, after writing what it has answered, and IoError when the file cannot be
    /// written.
    double value(const VectorD& x) override;
    VectorD values(const MatrixD& points) override;

    /// Calls so far.
    [[nodiscard]] std::int64_t calls() const { return calls_; }
    /// How many of them the file has answered.
    [[nodiscard]] std::int64_t replayed() const { return replayed_; }
    /// Answers that the file had when it was opened.
    [[nodiscard]] std::int64_t recorded() const { return recorded_; }

  private:
    struct Record {
        std::int64_t call = 0;
        double value = 0;
    };

    void begin(const Json& study, Existing existing);
    void open();
    void lock();
    void load(const Json& heading);
    void read_line(const std::string& line, std::int64_t number);
    void append(std::int64_t call, double value, const MatrixD& points, Eigen::Index row);
    void write_out();

    ValueOracle<double>& oracle_;
    NumberedOracle* numbered_ = nullptr;  ///< the same oracle, where it is one
    std::filesystem::path file_;
    std::string header_;  ///< of a new file, which does not exist yet while descriptor_ is -1
    Overwrite overwrite_ = Overwrite::kRefuse;
    int descriptor_ = -1;
    /// By a hash of the point's text, those not yet used, the first call last.
    std::unordered_map<std::uint64_t, std::vector<Record>> records_;
    std::int64_t recorded_ = 0;
    std::int64_t calls_ = 0;
    std::int64_t replayed_ = 0;
    std::string buffer_;
};

}  // namespace eckart::probe

#pragma GCC visibility pop
