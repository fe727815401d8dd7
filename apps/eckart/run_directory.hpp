#pragma once

#include <filesystem>
#include <string>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/run_record.hpp"

namespace eckart::cli {

/// The folder that --run names (docs/formats/run-directory.md), or none.
class RunDirectory {
  public:
    RunDirectory() = default;
    explicit RunDirectory(std::filesystem::path folder) : folder_(std::move(folder)) {}

    [[nodiscard]] bool present() const { return !folder_.empty(); }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }
    /// Creates the folder and fails before the work does: throws IoError unless each of `names` may be
    /// written.
    void prepare(std::initializer_list<std::string> names, Overwrite overwrite) const;
    /// Writes "schema", "run_record" and the members of `content`. Does nothing without a folder.
    void write(const std::string& name, const std::string& schema, const RunRecord& record,
               const Json& content, Overwrite overwrite) const;

  private:
    std::filesystem::path folder_;
};

/// {"schema", "run_record", members of `content` ...}
Json with_record(const std::string& schema, const RunRecord& record, const Json& content);

}  // namespace eckart::cli
