#pragma once

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/core/matrix.hpp"
#include "eckart/io/model_file.hpp"

namespace eckart::compress {

/// Whether float would lose digits of entries of `dtype`.
inline bool needs_double(const std::string& dtype) {
    return dtype == "F64";
}

/// A matrix that is not finite is the file's fault, and is told like that.
template <class T>
void require_finite_tensor(const Matrix<T>& matrix, const io::ModelFile& model, const std::string& tensor) {
    const auto bad = std::count_if(matrix.data(), matrix.data() + matrix.size(),
                                   [](T entry) { return !std::isfinite(entry); });
    if (bad == 0) return;
    throw FormatError(
        fmt::format("'{}' holds {} NaN or infinite entries of {} in '{}'; its training has "
                    "diverged, use an earlier checkpoint",
                    model.path().string(), bad, matrix.size(), tensor));
}

/// W (out, in) of a layer that is a matrix. Throws FormatError unless it is finite.
template <class T>
Matrix<T> weight_of(const io::ModelFile& model, std::size_t index) {
    Matrix<T> weight;
    if constexpr (std::is_same_v<T, float>) {
        weight = model.weight_float(index);
    } else {
        weight = model.weight_double(index);
    }
    require_finite_tensor(weight, model, model.linears()[index].tensor);
    return weight;
}

/// {A (rank, in), B (out, rank)} of a layer that is stored as factors. Throws FormatError unless they are
/// finite.
template <class T>
std::pair<Matrix<T>, Matrix<T>> factors_of(const io::ModelFile& model, std::size_t index) {
    std::pair<Matrix<T>, Matrix<T>> factors;
    if constexpr (std::is_same_v<T, float>) {
        factors = model.factors_float(index);
    } else {
        factors = model.factors_double(index);
    }
    require_finite_tensor(factors.first, model, model.linears()[index].name);
    require_finite_tensor(factors.second, model, model.linears()[index].name);
    return factors;
}

/// The factor that `bytes` encode.
template <class T>
Matrix<T> decoded(const std::vector<unsigned char>& bytes, const std::string& dtype, Eigen::Index rows,
                  Eigen::Index cols) {
    Matrix<T> matrix(rows, cols);
    io::decode(bytes.data(), static_cast<std::size_t>(matrix.size()), dtype, matrix.data());
    return matrix;
}

/// The bytes of a factor. Throws NumericalError with `name` for entries beyond the range of `dtype`.
template <class T>
std::vector<unsigned char> encoded(const Matrix<T>& factor, const std::string& dtype,
                                   const std::string& name) {
    return io::encode(factor.data(), static_cast<std::size_t>(factor.size()), dtype, name);
}

}  // namespace eckart::compress
