#pragma once

#include <string>
#include <vector>

#include "report/page.hpp"
#include "report/plots.hpp"
#include "report/run_data.hpp"

namespace eckart::report {

Section data_section(const RunData& run);
Section training_section(const RunData& run, const Plots& plots);
Section spectra_section(const RunData& run, const Plots& plots);
Section accuracy_section(const RunData& run, const Plots& plots);
Section time_section(const RunData& run, const Plots& plots);
Section fine_tuning_section(const RunData& run, const Plots& plots);
Section vectors_section(const RunData& run);
Section layers_section(const RunData& run);
Section findings_section(const RunData& run);
Section method_section(const RunData& run, const std::vector<std::string>& plot_files);

/// The headline numbers as tiles.
std::string headline(const RunData& run);

}  // namespace eckart::report
