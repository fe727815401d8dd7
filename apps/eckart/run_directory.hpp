#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "distinct_files.hpp"
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
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }
    /// The paths of the folder and of `names` in it, none of which may be another file of the command; none
    /// without a folder.
    [[nodiscard]] std::vector<NamedPath> named(const std::vector<std::string>& names) const;
    /// Fails before the work does: throws IoError unless the folder can be created and each of `names` may be
    /// written. Leaves nothing behind.
    void prepare(const std::vector<std::string>& names, Overwrite overwrite) const;
    /// Writes "schema", "run_record" and the members of `content`, into a folder that it creates. Does
    /// nothing without a folder.
    void write(const std::string& name, const std::string& schema, const RunRecord& record,
               const Json& content, Overwrite overwrite) const;

  private:
    std::filesystem::path folder_;
};

/// The JSON that an earlier run has left in `file`, of at most `largest` bytes. Throws FormatError when it is
/// none: the file's name, `complaint`, what is wrong, `remedy`.
Json read_earlier_run(const std::filesystem::path& file, std::size_t largest, const std::string& complaint,
                      const std::string& remedy);

/// {"schema", "run_record", members of `content` ...}
Json with_record(const std::string& schema, const RunRecord& record, const Json& content);

}  // namespace eckart::cli
