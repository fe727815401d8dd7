#include "run_directory.hpp"

#include <fmt/core.h>

#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;

CreatedFolders::CreatedFolders(const RunDirectory& run) {
    std::error_code error;
    for (fs::path path = run.file(""); !path.empty() && !fs::exists(path, error) && !error;
         path = path.parent_path()) {
        created_.push_back(path);
    }
    run.create();
}

CreatedFolders::~CreatedFolders() {
    std::error_code ignored;
    for (const fs::path& path : created_) fs::remove(path, ignored);
}

std::vector<NamedPath> RunDirectory::named(const std::vector<std::string>& names) const {
    if (!present()) return {};
    std::vector<NamedPath> paths{{"the run directory", folder_}};
    for (const std::string& name : names) paths.push_back({"the run's file", file(name)});
    return paths;
}

void RunDirectory::prepare(const std::vector<std::string>& names, Overwrite overwrite) const {
    if (!present()) return;
    const CreatedFolders created(*this);
    for (const std::string& name : names) require_writable(file(name), overwrite);
}

void RunDirectory::create() const {
    if (!present()) return;
    std::error_code error;
    fs::create_directories(folder_, error);
    if (!error && !fs::is_directory(folder_, error) && !error)
        error = std::make_error_code(std::errc::not_a_directory);
    if (error) {
        throw IoError(fmt::format("cannot create the run directory '{}': {}; name another folder",
                                  folder_.string(), error.message()));
    }
}

void RunDirectory::write(const std::string& name, const std::string& schema, const RunRecord& record,
                         const Json& content, Overwrite overwrite) const {
    if (!present()) return;
    const CreatedFolders created(*this);
    write_file(file(name), to_text(with_record(schema, record, content), 1) + "\n", overwrite);
}

Json with_record(const std::string& schema, const RunRecord& record, const Json& content) {
    Json json{{"schema", schema}, {"run_record", to_json(record)}};
    json.update(content);
    return json;
}

}  // namespace eckart::cli
