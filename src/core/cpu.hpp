#pragma once

#include <string>

namespace eckart::core {

/// The processor's name for itself, e.g. "AMD EPYC 9554"; on arm64, which has none, the machine's name where
/// it has one, and the maker's and the design's numbers.
std::string cpu_name();

/// The widest vector instructions that the processor offers: "SSE2", "SSE4.2", "AVX", "AVX2", "AVX-512",
/// "AVX-512 and AMX"; "NEON", "SVE"; "unknown" elsewhere.
std::string cpu_instructions();

/// Whether an x86-64 processor has AMD's 3DNow! instructions, which went away in 2011. False elsewhere.
bool cpu_has_3dnow();

}  // namespace eckart::core
