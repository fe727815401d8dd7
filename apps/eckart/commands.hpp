#pragma once

#include "command_line.hpp"

namespace eckart::cli {

// One function per verb, each in its own cmd_<verb>.cpp: declares the options, and leaves in session.action
// what main runs after parsing.
void add_command_compress(CLI::App& root, Session& session);
void add_command_data(CLI::App& root, Session& session);
void add_command_demo(CLI::App& root, Session& session);
void add_command_eval(CLI::App& root, Session& session);
void add_command_finetune(CLI::App& root, Session& session);
void add_command_inspect(CLI::App& root, Session& session);
void add_command_report(CLI::App& root, Session& session);
void add_command_sweep(CLI::App& root, Session& session);
void add_command_train(CLI::App& root, Session& session);

}  // namespace eckart::cli
