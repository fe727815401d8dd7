#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"

namespace eckart::report::test {

/// The documents of a run directory with made-up, plausible numbers: curves follow formulas, so that nothing
/// has to be trained or stored. Tests change them before they write them.
struct SampleRun {
    Json data;
    Json training;
    Json spectra;
    Json sweep;
    Json compression;
    std::vector<Json> fine_tunings;
};

SampleRun make_sample_run();

/// Writes every document that is not null, and an image grid, into `directory` (created where missing).
void write_sample_run(const SampleRun& run, const std::filesystem::path& directory);

}  // namespace eckart::report::test
