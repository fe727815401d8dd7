#include "eckart/probe/hidden_network.hpp"

#include <fmt/core.h>

#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"

namespace eckart::probe {

namespace {

constexpr double kLargestEntry = 100;

template <class T>
Matrix<T> draw_entries(Eigen::Index rows, Eigen::Index cols, Rng& rng) {
    Matrix<T> matrix(rows, cols);
    for (T& entry : flat(matrix)) entry = static_cast<float>(rng.uniform(0, kLargestEntry));
    return matrix;
}

}  // namespace

template <class T>
HiddenNetwork<T>::HiddenNetwork(Matrix<T> w1, Matrix<T> w2) : w1_(std::move(w1)), w2_(std::move(w2)) {
    if (w1_.size() == 0 || w1_.rows() != w2_.cols() || w1_.cols() != w2_.rows()) {
        throw InvalidArgument(
            fmt::format("W1 is ({}, {}) and W2 is ({}, {}); they must be (r, n) and (n, r) with r, n >= 1",
                        w1_.rows(), w1_.cols(), w2_.rows(), w2_.cols()));
    }
}

template <class T>
HiddenNetwork<T> HiddenNetwork<T>::draw(Eigen::Index rank, Rng& rng, Eigen::Index dim) {
    if (rank < 1 || dim < 1) {
        throw InvalidArgument(fmt::format(
            "a hidden network needs a rank and a dimension of at least 1, not {} and {}", rank, dim));
    }
    Matrix<T> w1 = draw_entries<T>(rank, dim, rng);
    Matrix<T> w2 = draw_entries<T>(dim, rank, rng);
    return HiddenNetwork(std::move(w1), std::move(w2));
}

template <class T>
typename Tape<T>::Variable HiddenNetwork<T>::write_down(typename Tape<T>::Variable x) {
    const auto hidden = tape_.cos(tape_.multiply(w1_, x));
    return tape_.squared_norm(tape_.sin(tape_.multiply(w2_, hidden)));
}

template <class T>
T HiddenNetwork<T>::value(const Vector<T>& x) {
    tape_.clear();
    return tape_.value(write_down(tape_.input(x)))[0];
}

template <class T>
Vector<T> HiddenNetwork<T>::values(const Matrix<T>& points) {
    const Matrix<T> hidden = linalg::multiply_nt(points, w1_).array().cos();
    const Matrix<T> outputs = linalg::multiply_nt(hidden, w2_).array().sin();
    return outputs.rowwise().squaredNorm();
}

template <class T>
Vector<T> HiddenNetwork<T>::gradient(const Vector<T>& x) {
    tape_.clear();
    const auto input = tape_.input(x);
    return tape_.gradient(write_down(input), input);
}

template class HiddenNetwork<float>;
template class HiddenNetwork<double>;

}  // namespace eckart::probe
