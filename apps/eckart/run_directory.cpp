#include "run_directory.hpp"

#include <fmt/core.h>

#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart::cli {

void RunDirectory::prepare(std::initializer_list<std::string> names, Overwrite overwrite) const {
    if (!present()) return;
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error) {
        throw IoError(
            fmt::format("cannot create the run directory '{}': {}", folder_.string(), error.message()));
    }
    for (const std::string& name : names) require_writable(file(name), overwrite);
}

void RunDirectory::write(const std::string& name, const std::string& schema, const RunRecord& record,
                         const Json& content, Overwrite overwrite) const {
    if (!present()) return;
    write_file(file(name), to_text(with_record(schema, record, content), 1) + "\n", overwrite);
}

Json with_record(const std::string& schema, const RunRecord& record, const Json& content) {
    Json json{{"schema", schema}, {"run_record", to_json(record)}};
    json.update(content);
    return json;
}

}  // namespace eckart::cli
