#include "eckart/probe/journal.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/parse_json.hpp"
#include "probe/program/child_process.hpp"
#include "probe/program/line_protocol.hpp"

namespace eckart::probe {
namespace fs = std::filesystem;
namespace {

constexpr const char* kSchema = "eckart.calls/1";
constexpr std::size_t kValueShown = 80;

/// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return hash;
}

/// The columns of a point.
std::string point_text(const MatrixD& points, Eigen::Index row) {
    return joined(points, row, '\t');
}

std::string column_names(Eigen::Index dim) {
    std::string text = "call\tvalue";
    for (Eigen::Index i = 1; i <= dim; ++i) text += fmt::format("\tx{}", i);
    return text;
}

/// The whole of `text` as a number.
template <class T>
bool read_number(std::string_view text, T& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size();
}

Json json_or_null(const std::string& text) {
    try {
        return parse_json(text);
    } catch (const FormatError&) {
        return {};
    }
}

std::string shown_value(const Json& object, const std::string& key) {
    return object.contains(key) ? shown(to_text(object[key]), kValueShown) : "missing";
}

}  // namespace

Journal::Journal(NumberedOracle& oracle, fs::path file, const Json& study, Existing existing)
    : oracle_(oracle), numbered_(&oracle), file_(std::move(file)) {
    begin(study, existing);
}

Journal::Journal(ValueOracle<double>& oracle, fs::path file, const Json& study, Existing existing)
    : oracle_(oracle), file_(std::move(file)) {
    begin(study, existing);
}

Journal::~Journal() {
    try {
        write_out();
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): what was not written will be asked again
    }
    if (descriptor_ < 0) return;
    fdatasync(descriptor_);
    close(descriptor_);
}

void Journal::begin(const Json& study, Existing existing) {
    Json heading{{"schema", kSchema}, {"dim", oracle_.dim()}};
    heading.update(study);
    header_ = fmt::format("# {}\n{}\n", to_text(heading), column_names(oracle_.dim()));
    overwrite_ = existing == Existing::kReplace ? Overwrite::kReplace : Overwrite::kRefuse;
    std::error_code error;
    if (existing != Existing::kResume || !fs::exists(fs::symlink_status(file_, error))) {
        require_writable(file_, overwrite_);
        // What another study still writes is not to be replaced under its feet.
        if (existing == Existing::kReplace) {
            descriptor_ = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
            if (descriptor_ >= 0) lock();
            if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
        }
        return;
    }
    try {
        open();
        load(heading);
    } catch (...) {
        if (descriptor_ >= 0) close(descriptor_);
        throw;
    }
}

void Journal::open() {
    descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor_ < 0) {
        throw IoError(fmt::format("cannot write '{}': {}; check its permissions", file_.string(),
                                  std::generic_category().message(errno)));
    }
    lock();
}

void Journal::lock() {
    // A file system without locks lets every study through.
    if (flock(descriptor_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        close(std::exchange(descriptor_, -1));
        throw IoError(fmt::format("'{}' is in use by another study; wait for its end", file_.string()));
    }
}

void Journal::load(const Json& heading) {
    std::ifstream stream(file_, std::ios::binary);
    std::string line;
    const bool headed = std::getline(stream, line) && line.starts_with("# ");
    const Json found = headed ? json_or_null(line.substr(2)) : Json();
    if (!found.is_object() || found.value("schema", Json()) != kSchema) {
        throw FormatError(
            fmt::format("'{}' does not begin like a file of calls; start over with --force", file_.string()));
    }
    for (const auto& [key, value] : heading.items()) {
        if (found.contains(key) && found[key] == value) continue;
        throw InvalidArgument(
            fmt::format("'{}' is of another study ('{}' is {} there, {} here); give the same "
                        "options or start over with --force",
                        file_.string(), key, shown_value(found, key), shown_value(heading, key)));
    }
    if (!std::getline(stream, line) || stream.eof() || line != column_names(oracle_.dim())) {
        throw FormatError(
            fmt::format("line 2 of '{}' does not name its columns; start over with --force", file_.string()));
    }
    std::streamoff complete = stream.tellg();
    for (std::int64_t number = 3; std::getline(stream, line) && !stream.eof(); ++number) {
        read_line(line, number);
        complete = stream.tellg();
    }
    for (auto& [point, records] : records_)
        std::ranges::stable_sort(records, std::greater<>(), &Record::call);
    if (ftruncate(descriptor_, complete) != 0) {
        throw IoError(
            fmt::format("cannot write '{}': {}", file_.string(), std::generic_category().message(errno)));
    }
}

void Journal::read_line(const std::string& line, std::int64_t number) {
    const std::size_t first = line.find('\t');
    const std::size_t second = first == std::string::npos ? first : line.find('\t', first + 1);
    Record record;
    const std::string_view text = line;
    const bool good =
        second != std::string::npos && read_number(text.substr(0, first), record.call) && record.call >= 1 &&
        read_number(text.substr(first + 1, second - first - 1), record.value) && std::isfinite(record.value);
    if (!good) {
        throw FormatError(
            fmt::format("line {} of '{}' is not a call; remove the lines from there on, or start over "
                        "with --force",
                        number, file_.string()));
    }
    records_[hash_of(text.substr(second + 1))].push_back(record);
    ++recorded_;
}

Eigen::Index Journal::dim() const {
    return oracle_.dim();
}

double Journal::value(const VectorD& x) {
    const MatrixD point = x.transpose();
    return values(point)[0];
}

VectorD Journal::values(const MatrixD& points) {
    VectorD results(points.rows());
    std::vector<Eigen::Index> missing;
    std::vector<std::int64_t> numbers;
    for (Eigen::Index row = 0; row < points.rows(); ++row) {
        ++calls_;
        const auto found = records_.find(hash_of(point_text(points, row)));
        if (found == records_.end() || found->second.empty()) {
            missing.push_back(row);
            numbers.push_back(calls_);
            continue;
        }
        results[row] = found->second.back().value;
        found->second.pop_back();
        ++replayed_;
    }
    if (missing.empty()) return results;
    const MatrixD questions = points(missing, Eigen::all);
    const auto take = [&](Eigen::Index i, double value) {
        const auto at = static_cast<std::size_t>(i);
        results[missing[at]] = value;
        append(numbers[at], value, points, missing[at]);
    };
    try {
        if (numbered_ != nullptr) {
            numbered_->answers(questions, numbers, [&](Eigen::Index i, double value) {
                take(i, value);
                write_out();  // the next answer may take hours
            });
        } else {
            const VectorD answers = oracle_.values(questions);
            for (Eigen::Index i = 0; i < answers.size(); ++i) take(i, answers[i]);
        }
    } catch (...) {
        write_out();
        throw;
    }
    write_out();
    return results;
}

void Journal::append(std::int64_t call, double value, const MatrixD& points, Eigen::Index row) {
    if (!std::isfinite(value)) return;  // to be asked again
    buffer_ += fmt::format("{}\t{}\t{}\n", call, shortest(value), point_text(points, row));
}

void Journal::write_out() {
    if (buffer_.empty()) return;
    if (descriptor_ < 0) {
        write_file(file_, header_, overwrite_);
        open();
    }
    std::string_view left = buffer_;
    while (!left.empty()) {
        const ssize_t written = write(descriptor_, left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const int error = errno;
            buffer_.erase(0, buffer_.size() - left.size());
            throw IoError(fmt::format("cannot write '{}': {}; free some space, then go on with --resume",
                                      file_.string(), std::generic_category().message(error)));
        }
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    buffer_.clear();
}

}  // namespace eckart::probe
