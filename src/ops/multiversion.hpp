#pragma once

// ECKART_MULTIVERSION before a function compiles it once per instruction set and picks one when the program
// starts, by the CPU it runs on. The resolvers run before a sanitizer is ready, so there it is left out.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define ECKART_MULTIVERSION __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#define ECKART_HAS_VERSIONS 1
#else
#define ECKART_MULTIVERSION
#define ECKART_HAS_VERSIONS 0
#endif

namespace eckart::ops {

/// Which version of these functions this process runs. The questions are those that the resolvers ask: more
/// than AVX2 or AVX-512 must be there.
inline const char* chosen_version() {
#if ECKART_HAS_VERSIONS
    if (__builtin_cpu_supports("x86-64-v4")) return "x86-64-v4";
    if (__builtin_cpu_supports("x86-64-v3")) return "x86-64-v3";
#endif
#if defined(__AVX512VL__)
    return "x86-64-v4";
#elif defined(__AVX2__)
    return "x86-64-v3";
#elif defined(__x86_64__)
    return "x86-64";
#elif defined(__ARM_FEATURE_SVE)
    return "SVE";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "unknown";
#endif
}

}  // namespace eckart::ops
