#pragma once

#include <string>
#include <vector>

#include "report/run_data.hpp"

namespace eckart::report {

/// A question and what this run's numbers answer, sentence by sentence, as plain text.
struct Finding {
    std::string question;
    std::vector<std::string> sentences;
};

/// "rank 5", "ranks 5 and 10", "ranks 1, 2 and 5"
std::string rank_list(const std::vector<const SweepPoint*>& points);

/// Where accuracy starts to fall, and what the spectra say about it. Empty without a sweep.
Finding accuracy_finding(const RunData& run);
/// Up to which rank inference is faster than dense, and why that is not r = mn/(m+n). Empty without times.
Finding time_finding(const RunData& run);
/// What fine-tuning gives back. Empty where nothing was fine-tuned.
Finding fine_tuning_finding(const RunData& run);

/// One sentence that sums the run up, empty where there is nothing to compare.
std::string summary(const RunData& run);

}  // namespace eckart::report
