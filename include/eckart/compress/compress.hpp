#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eckart/compress/decomposition.hpp"
#include "eckart/model/network.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

struct CompressOptions {
    /// Inner dimension of the factors; cut to min(out, in) where a layer is smaller.
    std::int64_t rank = 0;
    /// Factorize also layers whose factors have as many parameters as the layer, or more: r (m + n) >= m n.
    bool allow_larger = false;
    /// Multiply the factors out once to compare the error with its prediction; 2 m n r flops a layer.
    bool measure_error = true;

    /// Throws InvalidArgument unless rank >= 1.
    void validate() const;
};

/// What happened, or will happen, to one layer.
struct LayerOutcome {
    std::string name;
    std::int64_t out = 0;
    std::int64_t in = 0;
    std::int64_t rank = 0;  ///< of the factors; min(out, in) for a layer that stays dense
    bool factored = false;
    std::string why;                     ///< the reason when the layer stays as it is
    double retained_energy = 1;          ///< sum of the kept s^2 over the sum of all
    double predicted_error = 0;          ///< |W - W_r|_F / |W|_F from the discarded s (Eckart and Young 1936)
    double measured_error = 0;           ///< the same from the factors; 0 when not asked for
    std::int64_t parameters_before = 0;  ///< of a network's layer weights and bias, of a model's the weights
    std::int64_t parameters_after = 0;

    // Of a model's layers only (compress_model.hpp).
    std::string tensor;      ///< the stored weight's name
    std::string kind;        ///< "Linear", "Gemm", "MatMul", "Conv"
    std::string dtype;       ///< of the factors
    bool considered = true;  ///< false: left out by name, see `why`
    double break_even = 0;   ///< rank at which the factors take as many bytes as the matrix
    std::uint64_t bytes_before = 0;
    std::uint64_t bytes_after = 0;
    std::string method;  ///< of the decomposition: "full", "gram", "randomized", "factors"
    double excess = 0;   ///< its error is at most 1 + excess times the smallest possible
    double seconds = 0;
};

/// A compressed network with the account of every layer.
struct CompressedNetwork {
    model::Network<float> network;
    std::vector<LayerOutcome> layers;
};

/// What compress_network() would do, known without any decomposition: energies and errors are left at their
/// defaults.
std::vector<LayerOutcome> plan(const model::Network<float>& network, const CompressOptions& options);

/// Replaces W (m, n) by B A with B = U_r sqrt(s), A = sqrt(s) Vt_r: the nearest matrix of rank r in every
/// unitarily invariant norm (Eckart and Young 1936, Mirsky 1960), its factors of equal norm. Biases are kept.
/// `decomposition` is decompose(network). Throws InvalidArgument when it is not, or when the options are
/// wrong.
CompressedNetwork compress_network(const model::Network<float>& network,
                                   const std::vector<LayerDecomposition>& decomposition,
                                   const CompressOptions& options);

}  // namespace eckart::compress

#pragma GCC visibility pop
