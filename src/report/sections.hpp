#pragma once

#include <string>
#include <vector>

#include "report/plots.hpp"
#include "report/run_data.hpp"

namespace eckart::report {

/// A part of the page; its html is empty where the run has nothing for it.
struct Section {
    std::string id;
    std::string title;
    std::string html;
};

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
