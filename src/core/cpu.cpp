#include "core/cpu.hpp"

#include <fmt/core.h>

#if defined(__x86_64__)
#include <cpuid.h>

#include <array>
#include <cstring>
#elif defined(__aarch64__)
#include <sys/auxv.h>

#include <cstdint>
#include <fstream>
#endif

namespace eckart::core {

#if defined(__x86_64__)

namespace {

/// Whether CPUID has this bit in EDX.
bool cpuid_says(unsigned leaf, unsigned bit) {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid_count(leaf, 0, &a, &b, &c, &d) != 0 && (d >> bit & 1U) != 0;
}

}  // namespace

// Asked of the processor and not of /proc/cpuinfo, which under an emulator describes another one.
std::string cpu_name() {
    std::array<std::array<unsigned, 4>, 3> words{};
    for (unsigned part = 0; part < 3; ++part) {
        unsigned* w = words[part].data();
        if (__get_cpuid(0x80000002U + part, w, w + 1, w + 2, w + 3) == 0) return "unknown";
    }
    std::array<char, sizeof words + 1> text{};
    std::memcpy(text.data(), words.data(), sizeof words);
    const std::string name = text.data();
    const std::size_t begin = name.find_first_not_of(' ');
    if (begin == std::string::npos) return "unknown";
    return name.substr(begin, name.find_last_not_of(' ') - begin + 1);
}

std::string cpu_instructions() {
    // oneDNN's and OpenBLAS's kernels take these five together; the first ones with AVX-512 lacked some.
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl")) {
        constexpr unsigned kAmxTile = 24;
        return cpuid_says(7, kAmxTile) ? "AVX-512 and AMX" : "AVX-512";
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "AVX2";
    if (__builtin_cpu_supports("avx")) return "AVX";
    if (__builtin_cpu_supports("sse4.2")) return "SSE4.2";
    return "SSE2";
}

bool cpu_has_3dnow() {
    constexpr unsigned k3dnow = 31;
    return cpuid_says(0x80000001U, k3dnow);
}

#elif defined(__aarch64__)

std::string cpu_name() {
    std::string machine;
    std::ifstream file("/proc/device-tree/model");  // ends with a NUL
    std::getline(file, machine, '\0');
    std::string processor = "unknown";
    if ((getauxval(AT_HWCAP) & HWCAP_CPUID) != 0) {
        std::uint64_t identity = 0;
        asm("mrs %0, MIDR_EL1" : "=r"(identity));
        processor = fmt::format("implementer {:#04x}, part {:#05x}", (identity >> 24U) & 0xffU,
                                (identity >> 4U) & 0xfffU);
    }
    return machine.empty() ? processor : fmt::format("{}, {}", machine, processor);
}

std::string cpu_instructions() {
    return (getauxval(AT_HWCAP) & HWCAP_SVE) != 0 ? "SVE" : "NEON";
}

bool cpu_has_3dnow() {
    return false;
}

#else

std::string cpu_name() {
    return "unknown";
}

std::string cpu_instructions() {
    return "unknown";
}

bool cpu_has_3dnow() {
    return false;
}

#endif

}  // namespace eckart::core
