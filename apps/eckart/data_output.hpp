#pragma once

#include "context.hpp"
#include "eckart/data/dataset.hpp"
#include "verb.hpp"

namespace eckart::cli {

// The subcommands of `eckart data`, each group in its own file; cmd_data.cpp gathers them.
void add_data_fetch(Verb data, Session& session);
void add_data_import(Verb data, Session& session);
void add_data_synth(Verb data, Session& session);
void add_data_info(Verb data, Session& session);
void add_data_preview(Verb data, Session& session);

/// Prints what `data` holds: a table of images per class and warnings, or the object of `eckart data info
/// --json`.
void print_content(const data::DatasetPair& data, Context& context);

/// After a data set was written to `folder`: one line about it, its warnings and the next step, or the object
/// of `eckart data info --json`.
void print_written(const data::DatasetPair& data, const std::string& folder, Context& context);

}  // namespace eckart::cli
