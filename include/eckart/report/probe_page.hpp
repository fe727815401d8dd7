#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eckart/core/run_record.hpp"
#include "eckart/probe/active_subspace.hpp"
#include "eckart/report/report.hpp"

#pragma GCC visibility push(default)

namespace eckart::report {

/// A study of how many directions a function varies in.
struct ProbeStudy {
    std::string function;  ///< what was asked, e.g. a command line
    probe::ActiveSubspaceOptions options;
    probe::ActiveSubspace found;
    RunRecord record;
};

/// The names of all files that write_probe_page() may write: every plot as SVG and PNG, and probe.html as the
/// last.
std::vector<std::string> probe_page_files();

/// Writes `probe.html` into `folder`, which is created where missing, one self-contained page, and beside it,
/// where options.plot_files asks for them, its plots as SVG and PNG: the eigenvalues with their intervals and
/// the noise floor (spectrum), f against the first two active variables (active-1, active-2), and what each
/// variable contributes to the leading directions (directions). A plot without numbers is left out; plots of
/// an earlier study that this one has not are removed.
///
/// Returns the paths of the files written, the page last; none where options.stop asked to end. A missing or
/// failing gnuplot is a line for the observer. Throws IoError when the folder cannot be written or a file
/// exists and options.overwrite is kRefuse.
std::vector<std::filesystem::path> write_probe_page(const std::filesystem::path& folder,
                                                    const ProbeStudy& study, const ReportOptions& options);

}  // namespace eckart::report

#pragma GCC visibility pop
