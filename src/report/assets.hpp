#pragma once

#include <string_view>

namespace eckart::report::assets {

// Files that the build links in (eckart_embed in CMakeLists.txt).
std::string_view page();           ///< page.html, with {{places}} to fill
std::string_view style();          ///< page.css
std::string_view script();         ///< page.js
std::string_view chart_library();  ///< Chart.js, minified, from Debian's libjs-chart.js

}  // namespace eckart::report::assets
