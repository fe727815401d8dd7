#pragma once

#include "demo_job.hpp"
#include "run_directory.hpp"

namespace eckart::cli {

/// Says in demo.json, written before anything else, which study a folder holds. Returns whether it is an
/// interrupted one of the same options, so that every file of a study in this folder is its own.
///
/// Throws, and leaves the folder as it is: InvalidArgument when --resume finds a study of other options or
/// other data, IoError when a file of a study exists that is not the caller's to replace. Under --force it
/// removes the earlier study's files first, so that the report does not show them.
bool begin_study(const DemoJob& job, const data::DatasetPair& data, Context& context);

}  // namespace eckart::cli
