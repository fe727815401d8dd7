#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "io/onnx/linear_finder.hpp"

namespace eckart::io {

/// A layer of a graph: one matrix, or the factors W = B A that an earlier run of Eckart has put in its place.
struct GraphFactors {
    std::string name;
    GraphLinear a;                 ///< the matrix, or A (r, in)
    std::optional<GraphLinear> b;  ///< B (out, r)
};

/// Layer -> rank of the factors that the model's metadata names (kFactorsKey); nothing where they name none.
/// Throws FormatError for metadata that are no such list.
std::optional<std::map<std::string, std::int64_t>> earlier_factors(const onnx::ModelProto& model,
                                                                   const GraphIndex& index);

/// Finds, among linear layers, the pairs that the model's metadata names (kFactorsKey) and whose nodes follow
/// each other; metadata that do not fit the graph are passed over.
std::vector<GraphFactors> pair_factors(std::vector<GraphLinear> linears, const onnx::ModelProto& model,
                                       const GraphIndex& index);

}  // namespace eckart::io
