#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace eckart::report {

/// How software of others gets into Eckart.
enum class ThirdPartyUse {
    kLinked,      ///< a shared library
    kHeaderOnly,  ///< compiled into the program or the library
    kInlined,     ///< copied into every report
    kRun          ///< started as a program of its own
};

struct ThirdParty {
    std::string name;
    std::string version;  ///< what this Eckart was built with; empty where that is not known
    std::string license;  ///< an SPDX expression
    ThirdPartyUse use = ThirdPartyUse::kLinked;
    std::string package;                 ///< its name in cmake/Dependencies.cmake; empty where it has none
    std::vector<std::string> libraries;  ///< its shared libraries without ".so.N"
};

/// All software that Eckart uses directly; docs/developer/licenses.md lists the same.
std::vector<ThirdParty> third_party();

/// "linked", "header only", "inlined in the report", "run as a program".
std::string to_string(ThirdPartyUse use);

/// The comments of a minified script that must be kept ("/*! ... */"), in their order, each on one line with
/// " · " in the place of line breaks.
std::vector<std::string> kept_notices(std::string_view script);

/// HTML: a folded table of third_party() and the notices of what a page holds of others.
std::string licenses_html();

}  // namespace eckart::report
