#pragma once

#include <filesystem>
#include <vector>

#include "context.hpp"
#include "eckart/report/probe_page.hpp"

namespace eckart::cli {

/// Prints what a study has found, the leading eigenvalues and directions, and which files there are.
void print_probe(const report::ProbeStudy& study, const std::vector<std::filesystem::path>& files,
                 Context& context);

}  // namespace eckart::cli
