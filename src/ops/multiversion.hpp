#pragma once

// ECKART_MULTIVERSION before a function compiles it once per instruction set and picks one when the program
// starts, by the CPU it runs on. The resolvers run before a sanitizer is ready, so there it is left out.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define ECKART_MULTIVERSION __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define ECKART_MULTIVERSION
#endif
