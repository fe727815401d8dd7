#pragma once

/// Before an explicit instantiation of a function template of the interface: compilers have forgotten by
/// then that its header shows the template (`#pragma GCC visibility`).
#define ECKART_SHOWN __attribute__((visibility("default")))
