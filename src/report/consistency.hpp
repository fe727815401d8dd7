#pragma once

#include <string>
#include <vector>

#include "report/run_data.hpp"

namespace eckart::report {

/// One sentence for each way in which the files of a run directory cannot be of one study: networks of
/// different size, different data, or dense networks that classify different numbers of images correctly.
/// Names the files and what differs, as plain text. Empty for a consistent run.
std::vector<std::string> inconsistencies(const RunData& run);

}  // namespace eckart::report
