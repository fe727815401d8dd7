#include "session.hpp"

#include <fmt/format.h>

#include "eckart/ops/backend.hpp"

namespace eckart::cli {

RunRecord make_run_record(const Session& session, const CommonOptions& options, int threads) {
    RunRecord record =
        capture_run_record(fmt::format("{}", fmt::join(session.command_line, " ")), options.seed, threads);
    record.libraries["oneDNN"] = ops::onednn_version();
    return record;
}

}  // namespace eckart::cli
