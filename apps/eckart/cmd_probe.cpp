#include "commands.hpp"
#include "probe_verbs.hpp"

namespace eckart::cli {

void add_command_probe(Verb root, Session& session) {
    Verb probe = root.add_verb("probe", "Find how many directions a black-box function depends on",
                               {"eckart probe game --rounds 100 --seed 713",
                                "eckart probe game --rounds 100 --values --dtype float64"});
    probe.require_verb();
    add_probe_exec(probe, session);
    add_probe_game(probe, session);
}

}  // namespace eckart::cli
