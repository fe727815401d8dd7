#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "eckart/io/safetensors.hpp"
#include "eckart/model/network.hpp"

namespace eckart::io {

inline constexpr const char* kArchitectureKey = "eckart.architecture";
inline constexpr const char* kRunRecordKey = "eckart.run_record";
inline constexpr const char* kStateKey = "eckart.state";

/// Every parameter of a network as a tensor to be written.
std::vector<TensorSource> tensors_of(const model::Network<float>& network);

/// The factored layers and their ranks: kFactorsKey of its file.
std::map<std::string, std::int64_t> factor_ranks(const model::Network<float>& network);

/// The network in a file: architecture from the metadata, or inferred. `used` receives the names of its
/// tensors. Throws FormatError.
model::Network<float> read_network(const SafetensorsReader& reader, std::vector<std::string>& used);

/// The tensor `name`, which must have the given shape (rows 0: a vector). Throws FormatError.
MatrixF read_shaped(const SafetensorsReader& reader, const std::string& name, Eigen::Index rows,
                    Eigen::Index cols);

/// Throws FormatError when the file holds a tensor that is not in `used`.
void refuse_surplus(const SafetensorsReader& reader, const std::vector<std::string>& used);

}  // namespace eckart::io
