#pragma once

#include <filesystem>

#include "eckart/probe/box.hpp"

namespace eckart::cli {

/// Bounds are at most this, so that no difference of two overflows.
inline constexpr double kLargestNumber = 1e300;

/// The box of a file with a line "low high" for every variable, in order; empty lines and lines that begin
/// with '#' are skipped. Throws IoError when it cannot be read, and FormatError, naming the line, when it is
/// no such file.
probe::Box read_bounds(const std::filesystem::path& file);

}  // namespace eckart::cli
