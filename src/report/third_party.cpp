#include "report/third_party.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "eckart/core/run_record.hpp"
#include "report/assets.hpp"
#include "report/format.hpp"
#include "report/html.hpp"
#include "third_party_versions.hpp"

namespace eckart::report {
namespace {

constexpr const char* kMitLicense[] = {
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and "
    "associated documentation files (the \"Software\"), to deal in the Software without restriction, "
    "including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, "
    "and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, "
    "subject to the following conditions:",
    "The above copyright notice and this permission notice shall be included in all copies or substantial "
    "portions of the Software.",
    "THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT "
    "LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN "
    "NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, "
    "WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE "
    "SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."};

/// The lines of a comment between "/*!" and "*/", without what decorates them.
std::string on_one_line(std::string_view comment) {
    std::string line;
    std::size_t begin = 0;
    while (begin < comment.size()) {
        const std::size_t end = std::min(comment.find('\n', begin), comment.size());
        const std::size_t first = comment.find_first_not_of(" *", begin);
        if (first < end) {
            line += line.empty() ? "" : " · ";
            line += comment.substr(first, end - first);
        }
        begin = end + 1;
    }
    return line.substr(0, line.find_last_not_of(' ') + 1);
}

}  // namespace

std::vector<ThirdParty> third_party() {
    using enum ThirdPartyUse;
    namespace with = built_with;
    const std::string libc = fmt::format("{}.{}", __GLIBC__, __GLIBC_MINOR__);
    const std::string gcc = "GPL-3.0-or-later WITH GCC-exception-3.1";
    // clang-format off
    std::vector<ThirdParty> list{
        {"oneDNN", with::kDnnl, "Apache-2.0", kLinked, "dnnl", {"libdnnl"}},
        {"OpenBLAS", with::kOpenblas, "BSD-3-Clause", kLinked, "OPENBLAS", {"libopenblas"}},
        {"LAPACK, LAPACKE", with::kLapacke, "BSD-3-Clause", kLinked, "LAPACKE", {"liblapack", "liblapacke"}},
        {"fmt", with::kFmt, "MIT", kLinked, "fmt", {"libfmt"}},
        {"libcurl", with::kCurl, "curl", kLinked, "CURL", {"libcurl"}},
        {"libarchive", with::kArchive, "BSD-2-Clause", kLinked, "LibArchive", {"libarchive"}},
        {"OpenSSL", with::kOpenssl, "Apache-2.0", kLinked, "OpenSSL", {"libcrypto"}},
        {"libpng", with::kPng, "libpng-2.0", kLinked, "PNG", {"libpng16"}},
        {"ONNX", with::kOnnx, "Apache-2.0", kLinked, "ONNX", {"libonnx_proto"}},
        {"Protocol Buffers", with::kProtobuf, "BSD-3-Clause", kLinked, "Protobuf", {"libprotobuf"}},
        {"zlib", with::kZlib, "Zlib", kLinked, "ZLIB", {"libz"}},
#if defined(__clang__)
        {"LLVM's OpenMP runtime", __clang_version__, "Apache-2.0 WITH LLVM-exception", kLinked, "OpenMP",
         {"libomp"}},
        {"GCC's runtime", "", gcc, kLinked, "", {"libstdc++", "libgcc_s"}},
#else
        // The last two only in builds with sanitizers.
        {"GCC's runtime", __VERSION__, gcc, kLinked, "OpenMP",
         {"libstdc++", "libgcc_s", "libgomp", "libasan", "libubsan"}},
#endif
        {"GNU C library", libc, "LGPL-2.1-or-later", kLinked, "Threads",
         {"libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"}},
        {"Eigen", with::kEigen, "MPL-2.0", kHeaderOnly, "Eigen3", {}},
        {"nlohmann-json", with::kJson, "MIT", kHeaderOnly, "nlohmann_json", {}},
        {"CLI11", with::kCli11, "BSD-3-Clause", kHeaderOnly, "CLI11", {}},
        {"Chart.js", with::kChartJs, "MIT", kInlined, "", {}},
        {"gnuplot", "", "gnuplot", kRun, "", {}},
    };
    // clang-format on
    if (*with::kOnnxRuntime != '\0')
        list.push_back({"ONNX Runtime", with::kOnnxRuntime, "MIT", kLinked, "", {"libonnxruntime"}});
    return list;
}

std::string to_string(ThirdPartyUse use) {
    switch (use) {
        case ThirdPartyUse::kLinked:
            return "linked";
        case ThirdPartyUse::kHeaderOnly:
            return "header only";
        case ThirdPartyUse::kInlined:
            return "inlined in the report";
        case ThirdPartyUse::kRun:
            return "run as a program";
    }
    return "";
}

std::vector<std::string> kept_notices(std::string_view script) {
    std::vector<std::string> notices;
    std::size_t open = script.find("/*!");
    while (open != std::string::npos) {
        const std::size_t close = script.find("*/", open);
        if (close == std::string::npos) break;
        notices.push_back(on_one_line(script.substr(open + 3, close - open - 3)));
        open = script.find("/*!", close);
    }
    return notices;
}

std::string licenses_html() {
    HtmlTable table({"software", "version", "license", "how"});
    for (const ThirdParty& part : third_party())
        table.add_row({part.name, part.version, part.license, to_string(part.use)});
    std::string html = paragraph(fmt::format(
        "Made by Eckart {}, Copyright (c) 2026, the Eckart authors, under the license BSD-3-Clause, with:",
        version()));
    html += table.html();
    html += paragraph("The plots of this page are drawn by software that it holds, under the MIT License:");
    for (const std::string& notice : kept_notices(assets::chart_library())) html += paragraph(notice);
    for (const char* text : kMitLicense) html += paragraph(text);
    return "<details><summary>Software and licenses</summary>\n" + html + "</details>\n";
}

}  // namespace eckart::report
