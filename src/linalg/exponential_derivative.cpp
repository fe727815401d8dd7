#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/linalg/matrix_exponential.hpp"
#include "eckart/linalg/product.hpp"
#include "linalg/lu_solver.hpp"
#include "linalg/one_norm.hpp"
#include "linalg/pade_exponential.hpp"

namespace eckart::linalg {

namespace {

struct DerivativeOrder {
    int m;
    double
        bound;  ///< largest |A|_1 for which both approximant and derivative have backward errors below 2^-53
};

// Al-Mohy and Higham 2009 (SIMAX 30), table 6.1.
constexpr std::array<DerivativeOrder, 5> kOrders{
    {{3, 1.08e-2}, {5, 2.00e-1}, {7, 7.83e-1}, {9, 1.78}, {13, 4.74}}};

/// E -> L(A, E) for one A: what depends on A alone is computed once.
class Derivative {
  public:
    Derivative(const MatrixD& a, std::string_view name);

    [[nodiscard]] const MatrixD& exponential() const { return squares_.back(); }
    [[nodiscard]] MatrixD operator()(const MatrixD& e) const;

  private:
    static DerivativeOrder choose(double norm);
    [[nodiscard]] int squarings() const { return static_cast<int>(squares_.size()) - 1; }
    [[nodiscard]] double b(int i) const { return pade_coefficients(order_)[i]; }
    /// b_first I + b_{first + 2} X_0 + b_{first + 4} X_1 + ... for the `count` first X; I only with
    /// `constant`.
    [[nodiscard]] MatrixD sum(const std::vector<MatrixD>& x, int first, bool constant) const;
    [[nodiscard]] std::vector<MatrixD> derivatives_of_powers(const MatrixD& e) const;

    MatrixD a_;  ///< 2^-s A
    int order_ = 0;
    std::vector<MatrixD> even_;                  ///< its powers 2, 4, 6 (8)
    MatrixD odd_high_;                           ///< order 13: b_13 A^6 + b_11 A^4 + b_9 A^2
    MatrixD even_high_;                          ///< order 13: b_12 A^6 + b_10 A^4 + b_8 A^2
    MatrixD odd_;                                ///< U = A odd
    std::vector<LuSolver<double>> denominator_;  ///< one, or none before it is known
    std::vector<MatrixD> squares_;               ///< exp(2^-s A) and its squares up to exp(A)
};

DerivativeOrder Derivative::choose(double norm) {
    for (const DerivativeOrder& order : kOrders) {
        if (norm <= order.bound) return order;
    }
    return kOrders.back();
}

MatrixD Derivative::sum(const std::vector<MatrixD>& x, int first, bool constant) const {
    MatrixD result = MatrixD::Zero(a_.rows(), a_.cols());
    for (std::size_t i = 0; i < x.size(); ++i) result += b(first + 2 * (static_cast<int>(i) + 1)) * x[i];
    if (constant) result.diagonal().array() += b(first);
    return result;
}

Derivative::Derivative(const MatrixD& a, std::string_view name) : a_(a) {
    const double norm = std::min(one_norm(a), std::numeric_limits<double>::max());
    order_ = choose(norm).m;
    const int s =
        std::max(0, static_cast<int>(std::ceil(std::log2(std::max(norm, 1e-300) / kOrders.back().bound))));
    a_ *= std::ldexp(1.0, -s);
    even_.push_back(multiply(a_, a_));
    const int largest = order_ == 13 ? 6 : order_ - 1;
    while (2 * static_cast<int>(even_.size()) < largest)
        even_.push_back(multiply(even_.front(), even_.back()));
    odd_ = sum(even_, 1, true);
    MatrixD v = sum(even_, 0, true);
    if (order_ == 13) {
        odd_high_ = sum(even_, 7, false);
        even_high_ = sum(even_, 6, false);
        odd_ += multiply(even_.back(), odd_high_);
        v += multiply(even_.back(), even_high_);
    }
    const MatrixD u = multiply(a_, odd_);
    denominator_.emplace_back(v - u, name);
    squares_.push_back(denominator_.front().solve(v + u));
    for (int i = 0; i < s; ++i) {
        squares_.push_back(multiply(squares_.back(), squares_.back()));
        require_exponential_in_range(squares_.back(), a, name);
    }
}

/// M_2 = A E + E A, M_2k+2 = A^2 M_2k + M_2 A^2k: the derivatives of A^2, A^4, ... along E.
std::vector<MatrixD> Derivative::derivatives_of_powers(const MatrixD& e) const {
    std::vector<MatrixD> m{multiply(a_, e) + multiply(e, a_)};
    for (std::size_t i = 1; i < even_.size(); ++i) {
        m.push_back(multiply(even_.front(), m.back()) + multiply(m.front(), even_[i - 1]));
    }
    return m;
}

MatrixD Derivative::operator()(const MatrixD& e) const {
    const MatrixD scaled = e * std::ldexp(1.0, -squarings());
    const std::vector<MatrixD> m = derivatives_of_powers(scaled);
    MatrixD odd = sum(m, 1, false);
    MatrixD v = sum(m, 0, false);
    if (order_ == 13) {
        odd += multiply<double>(even_.back(), sum(m, 7, false)) + multiply(m.back(), odd_high_);
        v += multiply<double>(even_.back(), sum(m, 6, false)) + multiply(m.back(), even_high_);
    }
    const MatrixD u = multiply(a_, odd) + multiply(scaled, odd_);
    // (V - U) X = V + U, differentiated.
    MatrixD l = denominator_.front().solve(u + v + multiply<double>(u - v, squares_.front()));
    for (int i = 0; i < squarings(); ++i) {
        const MatrixD& x = squares_[static_cast<std::size_t>(i)];
        l = (multiply(x, l) + multiply(l, x)).eval();
    }
    return l;
}

void require_same_shape(Eigen::Index n, Eigen::Index rows, Eigen::Index cols, std::string_view name) {
    if (rows != n || cols != n) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}): the direction of a derivative has its shape, not ({}, {})", name, n, n,
                        rows, cols));
    }
}

}  // namespace

template <class T>
ExponentialDerivative<T> expm_frechet(const Matrix<T>& a, const Matrix<T>& e, std::string_view name) {
    check_exponential_input(a, name);
    require_same_shape(a.rows(), e.rows(), e.cols(), name);
    check_exponential_input(e, fmt::format("direction at {}", name));
    if (a.rows() == 0) return {a, e};
    const Derivative derivative(a.template cast<double>(), name);
    ExponentialDerivative<T> result{derivative.exponential().template cast<T>(),
                                    derivative(e.template cast<double>()).template cast<T>()};
    require_exponential_in_range(result.exponential, a, name);
    require_exponential_in_range(result.derivative, a, name);
    return result;
}

template <class T>
double expm_condition(const Matrix<T>& a, std::string_view name) {
    check_exponential_input(a, name);
    if (a.rows() == 0 || a.isZero(0)) return 0;
    constexpr int kIterations = 100;
    constexpr double kRise = 1e-4;
    const MatrixD& wide = a.template cast<double>();
    const Derivative derivative(wide, name);
    const double size = derivative.exponential().stableNorm();
    if (size == 0) {
        throw NumericalError(fmt::format(
            "{} ({}, {}): its exponential is zero in float64, so it has no condition number; add a "
            "multiple of the identity",
            name, a.rows(), a.cols()));
    }
    Rng rng(0);
    MatrixD e = MatrixD::NullaryExpr(a.rows(), a.cols(), [&rng] { return rng.normal(); });
    e /= e.norm();
    double largest = 0;
    for (int i = 0; i < kIterations; ++i) {
        MatrixD image = derivative(e);
        require_exponential_in_range(image, wide, name);
        const double norm = image.stableNorm();
        const bool settled = norm <= largest * (1 + kRise);
        largest = std::max(largest, norm);
        if (settled) break;
        image /= norm;
        e = derivative(image.transpose()).transpose();
        require_exponential_in_range(e, wide, name);
        e /= e.stableNorm();
    }
    return largest / size * wide.stableNorm();
}

#define ECKART_INSTANTIATE(T)                                                                          \
    template ECKART_SHOWN ExponentialDerivative<T> expm_frechet<T>(const Matrix<T>&, const Matrix<T>&, \
                                                                   std::string_view);                  \
    template ECKART_SHOWN double expm_condition<T>(const Matrix<T>&, std::string_view);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::linalg
