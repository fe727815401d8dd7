#include "report/assets.hpp"

extern "C" {
extern const char eckart_report_page[];
extern const char eckart_report_page_end[];
extern const char eckart_report_style[];
extern const char eckart_report_style_end[];
extern const char eckart_report_script[];
extern const char eckart_report_script_end[];
extern const char eckart_chart_library[];
extern const char eckart_chart_library_end[];
}

namespace eckart::report::assets {
namespace {

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view page() {
    return between(eckart_report_page, eckart_report_page_end);
}

std::string_view style() {
    return between(eckart_report_style, eckart_report_style_end);
}

std::string_view script() {
    return between(eckart_report_script, eckart_report_script_end);
}

std::string_view chart_library() {
    return between(eckart_chart_library, eckart_chart_library_end);
}

}  // namespace eckart::report::assets
