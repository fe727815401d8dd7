#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "eckart/data/dataset.hpp"

namespace eckart::data {

// What CIFAR-10's binary and Python versions have in common.
inline constexpr ImageShape kCifar10Shape{3, 32, 32};
inline constexpr std::size_t kCifar10Image = std::size_t{3} * 32 * 32;
inline constexpr std::size_t kCifar10Classes = 10;
inline constexpr int kCifar10Batches = 5;
inline constexpr std::size_t kLargestCifar10Batch = (1 + kCifar10Image) * 1'000'000;

std::vector<std::string> cifar10_class_names();

/// "CIFAR-10" when the names are the official ones, otherwise a phrase that says what is known.
std::string cifar10_set_name(const std::vector<std::string>& class_names);

/// Appends the records of a binary batch (label, then pixels). `name` is the file's, for errors. Throws
/// FormatError.
void append_binary_batch(const std::string& name, std::string_view bytes, Dataset& set);

/// Appends a batch of the Python version: a pickled dict with "labels", a list of n integers, and "data", an
/// array of n x 3072 bytes. Throws FormatError.
void append_python_batch(const std::string& name, std::string_view bytes, Dataset& set);

/// The names in batches.meta.txt, one per line. Throws FormatError unless there are ten.
std::vector<std::string> parse_binary_names(const std::string& name, const std::string& text);

/// The names in the Python version's batches.meta: "label_names" of a pickled dict. Throws FormatError.
std::vector<std::string> parse_python_names(const std::string& name, std::string_view bytes);

}  // namespace eckart::data
