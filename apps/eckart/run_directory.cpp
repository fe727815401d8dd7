#include "run_directory.hpp"

#include <fmt/core.h>

#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/parse_json.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;

std::vector<NamedPath> RunDirectory::named(const std::vector<std::string>& names) const {
    if (!present()) return {};
    std::vector<NamedPath> paths{{"the run directory", folder_}};
    for (const std::string& name : names) paths.push_back({"the run's file", file(name)});
    return paths;
}

void RunDirectory::prepare(const std::vector<std::string>& names, Overwrite overwrite) const {
    if (!present()) return;
    const CreatedFolders created(folder_);
    for (const std::string& name : names) require_writable(file(name), overwrite);
}

void RunDirectory::write(const std::string& name, const std::string& schema, const RunRecord& record,
                         const Json& content, Overwrite overwrite) const {
    if (!present()) return;
    const CreatedFolders created(folder_);
    write_file(file(name), to_text(with_record(schema, record, content), 1) + "\n", overwrite);
}

Json read_earlier_run(const fs::path& file, std::size_t largest, const std::string& complaint,
                      const std::string& remedy) {
    const std::string text = read_file(file, largest);
    try {
        return parse_json(text);
    } catch (const FormatError& error) {
        throw FormatError(fmt::format("'{}' {}: {}; {}", file.string(), complaint, error.what(), remedy));
    }
}

Json with_record(const std::string& schema, const RunRecord& record, const Json& content) {
    Json json{{"schema", schema}, {"run_record", to_json(record)}};
    json.update(content);
    return json;
}

}  // namespace eckart::cli
