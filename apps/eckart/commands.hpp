#pragma once

#include "command_line.hpp"
#include "verb.hpp"

namespace eckart::cli {

// One function per verb, each in its own cmd_<verb>.cpp: declares the options, and leaves in session.action
// what main runs after parsing.
void add_command_compress(Verb root, Session& session);
void add_command_data(Verb root, Session& session);
void add_command_demo(Verb root, Session& session);
void add_command_eval(Verb root, Session& session);
void add_command_export(Verb root, Session& session);
void add_command_finetune(Verb root, Session& session);
/// Below the root; what it writes is about all that `line` has by the time it runs.
void add_command_generate(CommandLine& line, Session& session);
void add_command_inspect(Verb root, Session& session);
void add_command_probe(Verb root, Session& session);
void add_command_report(Verb root, Session& session);
void add_command_selfcheck(Verb root, Session& session);
void add_command_slice(Verb root, Session& session);
void add_command_sweep(Verb root, Session& session);
void add_command_train(Verb root, Session& session);

}  // namespace eckart::cli
