#include "linalg/one_norm.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "eckart/linalg/product.hpp"
#include "linalg/lapack.hpp"

namespace eckart::linalg {

template <class T>
double one_norm(const Matrix<T>& a) {
    if (a.size() == 0) return 0;
    return static_cast<double>(a.cwiseAbs().colwise().sum().maxCoeff());
}

template <class T>
double one_norm_estimate(const std::vector<const Matrix<T>*>& factors) {
    const Eigen::Index n = factors.front()->rows();
    Matrix<T> v = Matrix<T>::Zero(n, 1);
    Matrix<T> x = Matrix<T>::Zero(n, 1);
    std::vector<int> sign(static_cast<std::size_t>(n));
    std::array<int, 3> state{};
    T estimate = 0;
    int kase = 0;
    for (;;) {  // lacn2 ends after at most 5 rounds
        lapack::lacn2(static_cast<int>(n), v.data(), x.data(), sign.data(), &estimate, &kase, state.data());
        if (kase == 0) return static_cast<double>(estimate);
        for (std::size_t i = 0; i < factors.size(); ++i) {
            x = kase == 1 ? multiply(*factors[factors.size() - 1 - i], x) : multiply_tn(*factors[i], x);
        }
    }
}

template <class T>
double log2_one_norm_of_power_of_absolute(const Matrix<T>& a, int power) {
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    if (a.size() == 0) return kNone;
    const Matrix<T> absolute = a.cwiseAbs();
    Matrix<T> v = Matrix<T>::Ones(a.rows(), 1);
    double exponent = 0;
    for (int i = 0; i < power; ++i) {
        const Matrix<T> image = multiply_tn(absolute, v);
        const T largest = image.maxCoeff();
        if (largest == 0) return kNone;
        v = image / largest;
        exponent += std::log2(static_cast<double>(largest));
    }
    return exponent;
}

#define ECKART_INSTANTIATE(T)                                                   \
    template double one_norm<T>(const Matrix<T>&);                              \
    template double one_norm_estimate<T>(const std::vector<const Matrix<T>*>&); \
    template double log2_one_norm_of_power_of_absolute<T>(const Matrix<T>&, int);
ECKART_INSTANTIATE(float)
ECKART_INSTANTIATE(double)
#undef ECKART_INSTANTIATE

}  // namespace eckart::linalg
