#include "linalg/pade_exponential.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"
#include "linalg/lu_solver.hpp"
#include "linalg/one_norm.hpp"

namespace eckart::linalg {

namespace {

/// The approximant of order m is exact for a matrix within u |A| of A as long as max(d_p, d_{p+2}) <= theta.
struct Order {
    int m;
    int p;
    double theta;
    double c;  ///< |c_{2m+1}|, the first coefficient of the backward error's series
};

// Higham, SIAM J. Matrix Anal. Appl. 26(4), 2005, table 2.3 (u = 2^-53), section 4 (u = 2^-24); 4.25 in the
// place of 5.37: Al-Mohy and Higham 2009, table 3.1. c = (m!)^2 / ((2m)! (2m+1)!).
constexpr std::array<Order, 5> kDoubleOrders{{{3, 4, 1.495585217958292e-2, 1 / 100'800.0},
                                              {5, 4, 2.539398330063230e-1, 1 / 10'059'033'600.0},
                                              {7, 6, 9.504178996162932e-1, 1 / 4'487'938'430'976'000.0},
                                              {9, 6, 2.097847961257068, 1 / 5.914384781877412e21},
                                              {13, 8, 4.25, 1 / 1.1325077560602111e35}}};
constexpr std::array<Order, 3> kFloatOrders{{{3, 4, 4.258730016922831e-1, 1 / 100'800.0},
                                             {5, 4, 1.880152677804762, 1 / 10'059'033'600.0},
                                             {7, 6, 3.925724783138660, 1 / 4'487'938'430'976'000.0}}};

constexpr const auto& orders_of(float /*unused*/) {
    return kFloatOrders;
}
constexpr const auto& orders_of(double /*unused*/) {
    return kDoubleOrders;
}

/// 2^exponent A, exact up to under- and overflow.
template <class T>
void scale(Matrix<T>& a, int exponent) {
    if (exponent == 0) return;
    if (std::abs(exponent) < std::numeric_limits<T>::max_exponent) {
        a *= std::ldexp(T(1), exponent);
    } else {
        a = a.unaryExpr([exponent](T x) { return std::ldexp(x, exponent); }).eval();
    }
}

/// The even powers of A and the numbers d_p = |A^p|_1^(1/p), each found when it is asked for. Where powers up
/// to the tenth could overflow, those of B = 2^-exponent A are kept instead.
template <class T>
class Powers {
  public:
    explicit Powers(const Matrix<T>& a) : a_(a) {
        constexpr int kSafe = std::numeric_limits<T>::max_exponent / 12;
        int largest = 0;
        std::frexp(a.cwiseAbs().maxCoeff(), &largest);
        largest += static_cast<int>(std::bit_width(static_cast<unsigned>(a.rows())));
        exponent_ = std::max(0, largest - kSafe);
        scale(a_, -exponent_);
        even_.reserve(4);
    }

    /// log2(d_p) for even p; exact where A^p has been formed, else estimated from the powers that are there.
    double log2_root(int p) {
        std::vector<const Matrix<T>*> factors;
        for (int rest = p; rest > 0;) {
            const int step = std::min(rest, 2 * std::max(1, static_cast<int>(even_.size())));
            factors.push_back(&even(step));
            rest -= step;
        }
        const double norm = factors.size() == 1 ? one_norm(*factors[0]) : one_norm_estimate(factors);
        return exponent_ + std::log2(norm) / p;
    }

    /// max(d_p, d_q) <= bound.
    bool within(int p, int q, double bound) {
        const double log2_bound = std::log2(bound);
        return log2_root(p) <= log2_bound && log2_root(q) <= log2_bound;
    }

    /// log2(|c| | |A|^(2m+1) |_1 / |A|_1).
    double log2_first_error(const Order& order) {
        const double norm = std::log2(one_norm(a_));
        const double bound = std::log2(order.c) + 2 * order.m * (norm + exponent_);
        if (bound <= log2_roundoff()) return bound;
        return std::log2(order.c) + log2_one_norm_of_power_of_absolute(a_, 2 * order.m + 1) - norm +
               2.0 * order.m * exponent_;
    }

    /// How many scalings by 2 the order takes in addition to s, for entries that cancel in A^p and do not in
    /// the backward error as it is computed (Al-Mohy and Higham 2009, 5.1).
    int extra_scalings(const Order& order, int s) {
        const double excess = log2_first_error(order) - 2.0 * order.m * s - log2_roundoff();
        return static_cast<int>(std::ceil(std::max(0.0, excess / (2.0 * order.m))));
    }

    static double log2_roundoff() { return -std::numeric_limits<T>::digits; }

    /// 2^-s A and its even powers take the place of A's.
    void scale_down(int s) {
        scale(a_, exponent_ - s);
        for (std::size_t i = 0; i < even_.size(); ++i) {
            scale(even_[i], 2 * (static_cast<int>(i) + 1) * (exponent_ - s));
        }
        exponent_ = 0;
    }

    const Matrix<T>& base() const { return a_; }

    /// A^p for p = 2, 4, 6, 8.
    const Matrix<T>& even(int p) {
        while (static_cast<int>(even_.size()) < p / 2) {
            const std::size_t have = even_.size();
            if (have == 0) even_.push_back(multiply(a_, a_));
            if (have == 1) even_.push_back(multiply(even_[0], even_[0]));
            if (have == 2) even_.push_back(multiply(even_[0], even_[1]));
            if (have == 3) even_.push_back(multiply(even_[1], even_[1]));
        }
        return even_[static_cast<std::size_t>(p / 2 - 1)];
    }

  private:
    Matrix<T> a_;
    int exponent_ = 0;
    std::vector<Matrix<T>> even_;
};

struct Choice {
    int m;
    int squarings;
};

/// The order and s for A: Al-Mohy and Higham 2009, algorithm 5.1, for any list of orders.
template <class T>
Choice choose(Powers<T>& powers) {
    const auto& orders = orders_of(T());
    const Order& last = orders.back();
    for (const Order& order : orders) {
        if (order.m == last.m) break;
        powers.even(std::min(order.m - 1, 6));
        if (powers.within(order.p, order.p + 2, order.theta) && powers.extra_scalings(order, 0) == 0) {
            return {order.m, 0};
        }
    }
    powers.even(6);
    const double middle = powers.log2_root(last.p);
    const double eta = std::max(middle, std::min(powers.log2_root(last.p - 2), powers.log2_root(last.p + 2)));
    const int s = static_cast<int>(std::ceil(std::max(0.0, eta - std::log2(last.theta))));
    return {last.m, s + powers.extra_scalings(last, s)};
}

/// The odd part U = A (b_1 I + b_3 A^2 + ...) and the even part V = b_0 I + b_2 A^2 + ... of the numerator.
template <class T>
struct Parts {
    Matrix<T> u;
    Matrix<T> v;
};

template <class T>
Parts<T> parts_of(Powers<T>& powers, int order) {
    const double* const b = pade_coefficients(order);
    const auto at = [b](int i) { return static_cast<T>(b[i]); };
    const Matrix<T>& a = powers.base();
    const Eigen::Index n = a.rows();
    Matrix<T> odd = Matrix<T>::Zero(n, n);
    Matrix<T> even = Matrix<T>::Zero(n, n);
    if (order == 13) {  // A^8, A^10 and A^12 as A^6 (...): two products in the place of three
        const Matrix<T>& a6 = powers.even(6);
        const Matrix<T>& a4 = powers.even(4);
        const Matrix<T>& a2 = powers.even(2);
        odd = multiply<T>(a6, at(13) * a6 + at(11) * a4 + at(9) * a2);
        even = multiply<T>(a6, at(12) * a6 + at(10) * a4 + at(8) * a2);
    }
    for (int p = std::min(order - 1, order == 13 ? 6 : 8); p >= 2; p -= 2) {
        odd += at(p + 1) * powers.even(p);
        even += at(p) * powers.even(p);
    }
    odd.diagonal().array() += at(1);
    even.diagonal().array() += at(0);
    return {multiply(a, odd), std::move(even)};
}

}  // namespace

const double* pade_coefficients(int order) {
    static constexpr std::array<double, 4> k3{120, 60, 12, 1};
    static constexpr std::array<double, 6> k5{30240, 15120, 3360, 420, 30, 1};
    static constexpr std::array<double, 8> k7{17297280, 8648640, 1995840, 277200, 25200, 1512, 56, 1};
    static constexpr std::array<double, 10> k9{17643225600, 8821612800, 2075673600, 302702400, 30270240,
                                               2162160,     110880,     3960,       90,        1};
    static constexpr std::array<double, 14> k13{64764752532480000.0,
                                                32382376266240000.0,
                                                7771770303897600,
                                                1187353796428800,
                                                129060195264000,
                                                10559470521600,
                                                670442572800,
                                                33522128640,
                                                1323241920,
                                                40840800,
                                                960960,
                                                16380,
                                                182,
                                                1};
    switch (order) {
        case 3:
            return k3.data();
        case 5:
            return k5.data();
        case 7:
            return k7.data();
        case 9:
            return k9.data();
        default:
            return k13.data();
    }
}

template <class T>
ScaledExponential<T> scaled_exponential(const Matrix<T>& a, std::string_view name) {
    Powers<T> powers(a);
    const Choice choice = choose(powers);
    powers.scale_down(choice.squarings);
    Parts<T> parts = parts_of(powers, choice.m);
    Matrix<T> denominator = parts.v - parts.u;
    Matrix<T> numerator = std::move(parts.v);
    numerator += parts.u;
    require_exponential_in_range(numerator, a, name);
    // Numerator and denominator commute: P Q^-1 = Q^-1 P.
    const LuSolver<T> solver(std::move(denominator), name);
    return {solver.solve_from_right(std::move(numerator)), choice.squarings, choice.m};
}

template <class T>
void check_exponential_input(const Matrix<T>& a, std::string_view name) {
    constexpr Eigen::Index kLargestSide = 46'340;  // n^2 entries are counted in 32 bits
    if (a.rows() != a.cols()) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}) is not square, so it has no exponential", name, a.rows(), a.cols()));
    }
    if (a.rows() > kLargestSide) {
        throw InvalidArgument(
            fmt::format("{} ({}, {}) is too large for its exponential; its side may be at most {}", name,
                        a.rows(), a.cols(), kLargestSide));
    }
    require_finite(a, name);
}

template <class T>
void require_exponential_in_range(const Matrix<T>& result, const Matrix<T>& a, std::string_view name) {
    if (result.allFinite()) return;
    throw NumericalError(
        fmt::format("{} ({}, {}): its exponential exceeds the range of {}: |A|_F is {:.3g}; scale it down",
                    name, a.rows(), a.cols(), sizeof(T) == sizeof(float) ? "float32" : "float64",
                    a.template cast<double>().stableNorm()));
}

#define ECKART_INSTANTIATE(T)                                                                \
    template ScaledExponential<T> scaled_exponential<T>(const Matrix<T>&, std::string_view); \
    template void check_exponential_input<T>(const Matrix<T>&, std::string_view);            \
    template void require_exponential_in_range<T>(const Matrix<T>&, const Matrix<T>&, std::string_view);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::linalg
