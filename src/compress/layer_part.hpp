#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "eckart/compress/compress_model.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/io/model_file.hpp"

namespace eckart::compress {

/// One finished layer.
struct LayerPart {
    LayerOutcome outcome;
    io::EncodedFactors factors;
    /// (out, 4): what the rebuilt matrix B A made of the inputs check_inputs(); column by column one of them.
    MatrixD check;
};

/// Four random inputs (in, 4) of the layer `index`, the same for the same seed.
MatrixD check_inputs(std::int64_t in, std::uint64_t seed, std::size_t index);

/// Factorizes the layer `index` as `planned` says, with at most `max_bytes` beside the program itself (less
/// than layer_bytes() is not heeded). Throws FormatError for a tensor that is not finite, naming it,
/// NumericalError, and what the model throws.
LayerPart compress_layer(const io::ModelFile& model, std::size_t index, const LayerOutcome& planned,
                         const ModelOptions& options, std::uint64_t max_bytes);

/// Bytes that compress_layer() takes when it may take `max_bytes`; with 0, the least that it can do with.
std::uint64_t layer_bytes(const LayerOutcome& planned, std::int64_t stored_rank, std::uint64_t max_bytes);

/// What is wrong with the layer `index` of the written `model`, in a few words: it has not the factors of
/// `part` bit by bit, or does not give the outputs that the rebuilt matrix gave, up to rounding. Empty when
/// it is right.
std::string fault_of_written(const io::ModelFile& model, std::size_t index, const LayerPart& part,
                             const MatrixD& inputs);

}  // namespace eckart::compress
