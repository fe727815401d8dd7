#pragma once

#include <string>
#include <vector>

#include "report/plot.hpp"

namespace eckart::report {

/// A part of a page; its html is empty where there is nothing for it, and then it is left out.
struct Section {
    std::string id;
    std::string title;
    std::string html;
};

/// A page, self-contained, with plots that page.js draws.
struct Page {
    std::string title;
    std::string lead;                ///< one or two sentences below the title; may be empty
    std::vector<std::string> notes;  ///< sentences that warn
    std::string headline;            ///< HTML of tiles
    std::vector<Section> sections;
    std::string record;  ///< one line at the end
    std::vector<const Plot*> plots;
};

/// The HTML of all of it.
std::string page_html(const Page& page);

}  // namespace eckart::report
