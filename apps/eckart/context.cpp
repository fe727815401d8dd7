#include "context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "exit_codes.hpp"
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

std::string Context::command_line() const {
    return fmt::format("{}", fmt::join(session_.command_line, " "));
}

std::string Context::resume_command(bool with_force) const {
    std::vector<std::string> words = session_.command_line;
    // What comes after "--" is no option, whatever it looks like.
    auto end = std::ranges::find(words, "--");
    if (!with_force) end = words.erase(std::remove(words.begin(), end, "--force"), end);
    if (std::find(words.begin(), end, "--resume") == end) words.insert(end, "--resume");
    return fmt::format("{}", fmt::join(words, " "));
}

int Context::unreachable(const std::string& why) {
    progress_.erase();
    write_to_stderr(one_line(why));
    return kUnreachable;
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
