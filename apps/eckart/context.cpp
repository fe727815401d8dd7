#include "context.hpp"

#include <cstdio>

#include "standard_streams.hpp"

namespace eckart::cli {

Context::Context(const Session& session, const CommonOptions& options)
    : session_(session),
      options_(options),
      threads_(options.threads),
      backend_(ops::make_onednn_backend()),
      progress_(options.quiet) {}

RunRecord Context::record(const std::string& data_checksum) const {
    RunRecord record = make_run_record(session_, options_, threads());
    record.data_checksum = data_checksum;
    return record;
}

void Context::print(const std::string& line) {
    if (options_.json) return;
    progress_.erase();
    write_to_stdout(line + "\n");
    std::fflush(stdout);
}

void Context::print_json(const Json& json) {
    if (!options_.json || nested_) return;
    progress_.erase();
    write_to_stdout(to_text(json, 2) + "\n");
}

}  // namespace eckart::cli
