#pragma once

/// Before an explicit instantiation of a function template of the interface: that its header shows the
/// template
/// (`#pragma GCC visibility`), compilers have forgotten by then.
#define ECKART_SHOWN __attribute__((visibility("default")))
