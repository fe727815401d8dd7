#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <span>

#pragma GCC visibility push(default)

namespace eckart {

/// Dense row-major matrix (rows, cols); the element order of NumPy, PyTorch and safetensors.
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

/// A contiguous row-major block that somebody else owns.
template <class T>
using MatrixView = Eigen::Map<Matrix<T>>;

template <class T>
using ConstMatrixView = Eigen::Map<const Matrix<T>>;

using MatrixF = Matrix<float>;
using MatrixD = Matrix<double>;
using VectorF = Vector<float>;
using VectorD = Vector<double>;

/// A view of all of `matrix`.
template <class T>
ConstMatrixView<T> view(const Matrix<T>& matrix) {
    return {matrix.data(), matrix.rows(), matrix.cols()};
}

template <class T>
MatrixView<T> view(Matrix<T>& matrix) {
    return {matrix.data(), matrix.rows(), matrix.cols()};
}

/// All entries of `matrix`, row by row.
template <class T>
std::span<T> flat(Matrix<T>& matrix) {
    return {matrix.data(), static_cast<std::size_t>(matrix.size())};
}

/// A view of the first `rows` rows of `matrix` (contiguous, since storage is row-major).
template <class T>
ConstMatrixView<T> first_rows(const Matrix<T>& matrix, Eigen::Index rows) {
    return {matrix.data(), rows, matrix.cols()};
}

template <class T>
MatrixView<T> first_rows(Matrix<T>& matrix, Eigen::Index rows) {
    return {matrix.data(), rows, matrix.cols()};
}

/// The same block, read-only.
template <class T>
ConstMatrixView<T> constant(const MatrixView<T>& matrix) {
    return {matrix.data(), matrix.rows(), matrix.cols()};
}

/// The first `rows` rows of `matrix`, which is enlarged when it has fewer rows or other columns; then its
/// content is lost. For buffers that are reused from batch to batch.
template <class T>
MatrixView<T> reserve_rows(Matrix<T>& matrix, Eigen::Index rows, Eigen::Index cols) {
    if (matrix.rows() < rows || matrix.cols() != cols) matrix.resize(rows, cols);
    return first_rows(matrix, rows);
}

}  // namespace eckart

#pragma GCC visibility pop
