#include "ops/onednn/instructions.hpp"

#include <oneapi/dnnl/dnnl_debug.h>

#include <algorithm>
#include <cctype>
#include <oneapi/dnnl/dnnl.hpp>

namespace eckart::ops::onednn {
namespace {

std::string without_prefix(const std::string& text, const std::string& prefix) {
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

}  // namespace

std::string instructions() {
#if defined(__x86_64__)
    const auto isa = static_cast<dnnl_cpu_isa_t>(dnnl::get_effective_cpu_isa());
    if (isa == dnnl_cpu_isa_t{}) return "SSE2";
    std::string name = without_prefix(dnnl_cpu_isa2str(isa), "cpu_isa_");
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    return name;
#else
    return "not told";
#endif
}

std::string math_mode() {
    const auto mode = static_cast<dnnl_fpmath_mode_t>(dnnl::get_default_fpmath_mode());
    return without_prefix(dnnl_fpmath_mode2str(mode), "fpmath_mode_");
}

}  // namespace eckart::ops::onednn
