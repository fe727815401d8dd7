#pragma once

#include "eckart/core/run_record.hpp"

#pragma GCC visibility push(default)  // this is the library's interface

namespace eckart::ops {

/// Adds to a record what this module computes with: oneDNN's version, the instructions that oneDNN and
/// Eckart's own loops use in this process, and oneDNN's math mode.
void add_instructions(RunRecord& record);

}  // namespace eckart::ops

#pragma GCC visibility pop
