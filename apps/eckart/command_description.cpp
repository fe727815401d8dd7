#include "command_description.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace eckart::cli {

ValueType::ValueType(std::vector<std::string> choices)
    : name(fmt::format("{}", fmt::join(choices, "|"))), words(std::move(choices)) {}

Offer ValueType::offer() const {
    if (!words.empty()) return Offer::kWords;
    if (name == "DIR") return Offer::kFolders;
    return name == "FILE" || name == "PATH" ? Offer::kFiles : Offer::kNothing;
}

std::string CommandDescription::last_name() const {
    return name.substr(name.rfind(' ') + 1);  // npos + 1 is 0
}

std::string CommandDescription::hyphenated_name() const {
    std::string text = name;
    std::ranges::replace(text, ' ', '-');
    return text;
}

std::vector<const CommandDescription*> with_commands_below(const CommandDescription& command) {
    std::vector<const CommandDescription*> all{&command};
    for (const CommandDescription& below : command.commands) {
        const auto further = with_commands_below(below);
        all.insert(all.end(), further.begin(), further.end());
    }
    return all;
}

}  // namespace eckart::cli
