#include "calculus/checked_apply.hpp"

#include <fmt/core.h>

#include <cmath>

#include "eckart/core/error.hpp"

namespace eckart::calculus {

void require_operator(const LinearOperator& a, const char* name) {
    if (a.size < 1 || !a.apply) {
        throw InvalidArgument(
            fmt::format("{} has size {} and {} function; it needs a size of at least 1 and "
                        "a function that applies it",
                        name, a.size, a.apply ? "a" : "no"));
    }
}

void require_vector(const VectorD& x, Eigen::Index size, const char* name) {
    if (x.size() != size) {
        throw InvalidArgument(
            fmt::format("{} has {} entries where the operator has size {}", name, x.size(), size));
    }
    for (Eigen::Index i = 0; i < size; ++i) {
        if (!std::isfinite(x[i])) {
            throw NumericalError(fmt::format("{} ({}) has the entry {} at {}", name, size, x[i], i));
        }
    }
}

MatrixD checked_apply(const LinearOperator& a, const MatrixD& x, const char* name) {
    if (x.rows() != a.size) {
        throw InvalidArgument(fmt::format("({}, {}) has no image under {}, which has size {}", x.rows(),
                                          x.cols(), name, a.size));
    }
    MatrixD image = a.apply(x);
    if (image.rows() != x.rows() || image.cols() != x.cols()) {
        throw InvalidArgument(fmt::format("{} made ({}, {}) of ({}, {}); it must keep the shape", name,
                                          image.rows(), image.cols(), x.rows(), x.cols()));
    }
    if (!image.allFinite()) {
        throw NumericalError(
            fmt::format("{} gave NaN or infinite entries for a finite ({}, {}); scale it down", name,
                        x.rows(), x.cols()));
    }
    return image;
}

}  // namespace eckart::calculus
