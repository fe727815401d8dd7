#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace eckart::cli {

/// A decimal integer in [low, high]: digits only, no sign for values >= 0, no leading zeros, no spaces, the
/// same in every locale. Throws InvalidArgument naming `what`, the text and the range.
std::int64_t parse_integer(std::string_view what, std::string_view text, std::int64_t low, std::int64_t high);

/// The same for the whole unsigned 64-bit range (seeds).
std::uint64_t parse_unsigned(std::string_view what, std::string_view text);

/// A finite decimal number in [low, high], "0.5" or "1e-3"; no hexadecimal, inf or nan.
double parse_real(std::string_view what, std::string_view text, double low, double high);

/// Bytes, at least 1: "1500000000", "500M", "1.5G"; k, M, G and T are powers of 1000.
std::uint64_t parse_bytes(std::string_view what, std::string_view text);

/// "1,2,5" -> {1, 2, 5}; empty items are refused.
std::vector<std::int64_t> parse_integer_list(std::string_view what, std::string_view text, std::int64_t low,
                                             std::int64_t high);

}  // namespace eckart::cli
