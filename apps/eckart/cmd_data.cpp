#include "commands.hpp"
#include "data_output.hpp"

namespace eckart::cli {

void add_command_data(Verb root, Session& session) {
    Verb data =
        root.add_verb("data", "Fetch, import, make, check and show data sets",
                      {"eckart data fetch cifar10", "eckart data synth cifar-like",
                       "eckart data info cifar-like", "eckart data preview cifar-like -o images.png"});
    data.require_verb();
    add_data_fetch(data, session);
    add_data_import(data, session);
    add_data_synth(data, session);
    add_data_info(data, session);
    add_data_preview(data, session);
}

}  // namespace eckart::cli
