#include "report/page.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "report/assets.hpp"
#include "report/format.hpp"
#include "report/html.hpp"
#include "report/third_party.hpp"

namespace eckart::report {
namespace {

std::string navigation(const std::vector<Section>& sections) {
    std::string html;
    for (const Section& section : sections) {
        html += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, escape_html(section.title));
    }
    return html;
}

std::string body(const std::vector<Section>& sections) {
    std::string html;
    for (const Section& section : sections) {
        html += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", section.id,
                            escape_html(section.title), section.html);
    }
    return html;
}

}  // namespace

std::string page_html(const Page& page) {
    std::vector<Section> sections = page.sections;
    std::erase_if(sections, [](const Section& section) { return section.html.empty(); });
    std::string notes;
    for (const std::string& sentence : page.notes)
        notes += fmt::format("<p class=\"note\">{}</p>\n", escape_html(sentence));
    return fill_template(
        assets::page(),
        {{"title", escape_html(page.title)},
         {"style", std::string(assets::style())},
         {"lead", page.lead.empty() ? "" : fmt::format("<p class=\"lead\">{}</p>", escape_html(page.lead))},
         {"notes", notes},
         {"headline", page.headline},
         {"navigation", navigation(sections)},
         {"sections", body(sections)},
         {"record", escape_html(page.record)},
         {"licenses", licenses_html()},
         {"plots", json_in_script(plots_as_json(page.plots))},
         {"chart_library", script_safe(assets::chart_library())},
         {"script", script_safe(assets::script())}});
}

}  // namespace eckart::report
