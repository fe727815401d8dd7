#include "commands.hpp"

namespace eckart::cli {

void add_command_data(CLI::App& root, Session&) {
    CLI::App* data = add_verb(root, "data", "Fetch, import, make, check and show data sets", {});
    data->require_subcommand(1);
}

}  // namespace eckart::cli
