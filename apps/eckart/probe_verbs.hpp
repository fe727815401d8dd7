#pragma once

#include "verb.hpp"

namespace eckart::cli {

// The verbs below `eckart probe`.
void add_probe_exec(Verb probe, Session& session);
void add_probe_game(Verb probe, Session& session);

}  // namespace eckart::cli
