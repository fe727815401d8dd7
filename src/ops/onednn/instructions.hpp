#pragma once

#include <string>

namespace eckart::ops::onednn {

/// The widest instructions that oneDNN uses in this process, in the words of ONEDNN_MAX_CPU_ISA, which may
/// have capped them: "AVX2", "AVX512_CORE_BF16", ... "SSE2" below all of these, where oneDNN runs compiled
/// C++. oneDNN tells them on x86-64 only; elsewhere "not told".
std::string instructions();

/// How far oneDNN may round float32 within products: "strict" not at all, "bf16", "f16", "any" to 16 bits
/// where the CPU multiplies those faster. From ONEDNN_DEFAULT_FPMATH_MODE.
std::string math_mode();

}  // namespace eckart::ops::onednn
