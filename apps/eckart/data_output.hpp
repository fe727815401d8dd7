#pragma once

#include "context.hpp"
#include "eckart/data/dataset.hpp"

namespace eckart::cli {

// The subcommands of `eckart data`, each group in its own file; cmd_data.cpp gathers them.
void add_data_fetch(CLI::App& data, Session& session);
void add_data_import(CLI::App& data, Session& session);
void add_data_synth(CLI::App& data, Session& session);
void add_data_info(CLI::App& data, Session& session);
void add_data_preview(CLI::App& data, Session& session);

/// Prints what `data` holds: a table of images per class and warnings, or the object of `eckart data info
/// --json`.
void print_content(const data::DatasetPair& data, Context& context);

/// After a data set was written to `folder`: one line about it, its warnings and the next step, or the object
/// of `eckart data info --json`.
void print_written(const data::DatasetPair& data, const std::string& folder, Context& context);

}  // namespace eckart::cli
