#pragma once

#include <filesystem>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"

#pragma GCC visibility push(default)

namespace eckart::report {

struct ReportOptions {
    /// What happens when report.html or a plot file exists. A report is derived from the run directory alone,
    /// so writing it anew loses nothing.
    Overwrite overwrite = Overwrite::kReplace;
    /// Also draw every plot with gnuplot, as SVG and PNG, into `plots/` of the run directory. Where gnuplot
    /// is missing or fails, the observer gets one line that says so and the report is written all the same.
    bool plot_files = true;
    ProgressObserver* observer = nullptr;  ///< may be null
    StopRequested stop;  ///< asked while plots are drawn; then no file is written or changed
};

/// Turns the JSON and PNG files of a run directory (docs/formats/run-directory.md) into `report.html`: one
/// self-contained page that needs no network. Every file may be absent; the page then leaves out the section
/// and names the command that measures it.
///
/// Returns the path of report.html, an empty one where `stop` asked to end. Throws IoError when the directory
/// cannot be read or written, and FormatError, naming file and field, when a file is malformed or when none
/// of them is there.
std::filesystem::path write_report(const std::filesystem::path& run_directory, const ReportOptions& options);

}  // namespace eckart::report

#pragma GCC visibility pop
