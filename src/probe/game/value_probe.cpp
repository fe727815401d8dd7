#include "probe/game/value_probe.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"

namespace eckart::probe {

template <class T>
ValueProbe<T>::ValueProbe(ValueOracle<T>& oracle, Rng& rng, const ValuePlayerOptions& options)
    : oracle_(oracle), rng_(rng), options_(options), dim_(oracle.dim()) {
    if (dim_ < 1) {
        throw InvalidArgument(fmt::format("the function has dimension {}; it must be at least 1", dim_));
    }
    // Coordinates of a random point of this length are rarely larger.
    const double usual = options.radius * std::min(1.0, 3 / std::sqrt(static_cast<double>(dim_)));
    grid_ = std::ldexp(1.0, std::ilogb(usual) + 1 - std::numeric_limits<T>::digits);
}

template <class T>
VectorD ValueProbe<T>::direction() {
    VectorD d = normal_vector();
    d.array() -= (1 - options_.common) * d.mean();
    return d.normalized();
}

template <class T>
VectorD ValueProbe<T>::point() {
    // Of many lengths: in one dimension there would be two points otherwise, and f may be even.
    return on_grid(options_.radius * rng_.uniform(0.5, 1) * normal_vector().normalized());
}

template <class T>
VectorD ValueProbe<T>::normal_vector() {
    VectorD v(dim_);
    for (double& entry : v) entry = rng_.normal();
    return v;
}

template <class T>
VectorD ValueProbe<T>::values(const MatrixD& points) {
    if (options_.max_values > 0 && calls_ + points.rows() > options_.max_values) throw BudgetUsedUp();
    const Vector<T> found = oracle_.values(points.template cast<T>());
    for (Eigen::Index i = 0; i < found.size(); ++i) {
        if (!std::isfinite(found[i])) {
            throw NumericalError(
                fmt::format("value {} of the function is {}, at a point of length {:.3g}; it must be finite "
                            "within the radius {}",
                            calls_ + i + 1, found[i], points.row(i).norm(), options_.radius));
        }
    }
    if (scale_ == 0 && !found.isZero(0)) {
        scale_ = std::ldexp(1.0, std::min(1000, -std::ilogb(found.cwiseAbs().maxCoeff())));
    }
    calls_ += found.size();
    return (scale_ > 0 ? scale_ : 1) * found.template cast<double>();
}

template class ValueProbe<float>;
template class ValueProbe<double>;

}  // namespace eckart::probe
