#include "help_listing.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "bad_call.hpp"
#include "child_process.hpp"

namespace eckart::test {
namespace {

std::string first_word(const std::string& line) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    return word;
}

HelpListing listing_of(const Words& command) {
    HelpListing listing{command, {}, {}, {}};
    std::istringstream lines(
        run_eckart({command + Words{"--help"}, std::filesystem::temp_directory_path()}).out);
    std::string part;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        if (line.front() != ' ') {
            part = line;
        } else if (part == "Options:") {
            std::istringstream names(first_word(line));
            for (std::string name; std::getline(names, name, ',');) listing.options.push_back(name);
        } else if (part == "Subcommands:") {
            listing.commands.push_back(first_word(line));
        } else if (part == "Examples:") {
            listing.examples.push_back(line.substr(2));
        }
    }
    std::ranges::sort(listing.options);
    std::ranges::sort(listing.commands);
    return listing;
}

void collect(const Words& command, std::vector<HelpListing>& listings) {
    const HelpListing listing = listing_of(command);
    listings.push_back(listing);
    for (const std::string& below : listing.commands) collect(command + Words{below}, listings);
}

}  // namespace

std::vector<HelpListing> all_help_listings() {
    std::vector<HelpListing> listings;
    collect({}, listings);
    return listings;
}

}  // namespace eckart::test
