#pragma once

#include "eckart/data/dataset.hpp"
#include "run_directory.hpp"

namespace eckart::cli {

/// data.json and data.png of a run directory: what the network was trained on. Does nothing without a
/// directory.
void write_data_files(const RunDirectory& directory, const data::DatasetPair& data, const RunRecord& record,
                      Overwrite overwrite);

}  // namespace eckart::cli
