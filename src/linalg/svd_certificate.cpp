#include "linalg/svd_certificate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "eckart/core/random_matrix.hpp"
#include "linalg/gram_svd.hpp"
#include "linalg/lapack.hpp"

namespace eckart::linalg {

namespace {

constexpr int kProbes = 32;
constexpr int kLargestDegree = 16;
/// As many more cost no more than another step and its certificate.
constexpr int kWorthwhileDegrees = 3;
/// 1e-9 shared among up to 60 certificates of one decomposition.
constexpr double kFailure = 1e-9 / 60;
/// As parts of the least of the wanted eigenvalues, like the cuts. The first one decides whether the others
/// are worth their while.
constexpr std::array kDampings = {0.2, 0.08, 0.35};
constexpr double kLowestCut = 0.3;
constexpr double kHighestCut = 2.1;
/// Where between 0 and the cut the Chebyshev polynomials are small.
constexpr double kIntervalShare = 0.87;
/// Of the whole bound, what the Ritz values may use up before probing is worth its while.
constexpr double kRitzShare = 0.7;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// A cut c and the bound that holds there but for tr (C - c)_+.
struct Cut {
    double at = 0;
    double ritz = kInfinity;
    double tail = kInfinity;  ///< bound of tr (C - c)_+
};

/// sum of (x_i - t)_+
double excess_over(const VectorD& values, double t) {
    return (values.array() - t).max(0).sum();
}

VectorD eigenvalues_of(MatrixD a) {
    VectorD values = VectorD::Zero(a.rows());
    if (lapack::eigenvalues(static_cast<int>(a.rows()), a.data(), values.data()) != 0) values.fill(kInfinity);
    return values;
}

/// For each cut c the least sum over the dampings a of r t + tr (K(a) - t)_+ - sum h_i, t = c + a, K(a) = H +
/// N / a in the basis of the space: `ritz` (l, l) = H, whose eigenvalues are `values`, descending, and N =
/// 1.05 `residual`, in the last rows and columns, + 21 `error`^2 everywhere: where a residual e is wrong by
/// d, |e + d|^2 <= 1.05 |e|^2 + 21 |d|^2. Damped once only where the least sum is far above `allowed`.
std::vector<Cut> ritz_bounds(const MatrixD& ritz, const MatrixD& residual, double error,
                             const VectorD& values, Eigen::Index rank, double allowed) {
    const double least = values[rank - 1];
    std::vector<Cut> cuts;
    for (double part = kLowestCut; part < kHighestCut;) {
        cuts.push_back({.at = part * least});
        const bool near_least = 0.88 < part && part < 1.29;
        part += near_least ? 0.02 : 0.1;
    }
    const double sum = values.head(rank).sum();
    for (const double part : kDampings) {
        const double damping = part * least;
        MatrixD raised = ritz;
        raised.bottomRightCorner(residual.rows(), residual.cols()) += 1.05 / damping * residual;
        raised.diagonal().array() += 21 * error * error / damping;
        const VectorD raised_values = eigenvalues_of(std::move(raised));
        for (Cut& cut : cuts) {
            const double t = cut.at + damping;
            const double bound = static_cast<double>(rank) * t + excess_over(raised_values, t) - sum;
            cut.ritz = std::min(cut.ritz, bound);
        }
        if (std::ranges::min_element(cuts, {}, &Cut::ritz)->ritz > 3 * allowed) break;
    }
    return cuts;
}

/// Estimates of tr(C^p T_j(2 C / b - 1)^2), p = 0 or 1, from random vectors, for one j after the other, where
/// C is B Bt compressed to the complement of the space.
template <class T>
class ComplementProbes {
  public:
    ComplementProbes(SmallSide<T>& side, const Matrix<T>& x, double interval, Rng rng)
        : side_(side),
          x_(x),
          interval_(interval),
          now_(without_projection(normal_matrix<T>(kProbes, side.small(), rng), x)) {
        image_ = side_.to_large(now_);
    }

    /// Goes on to the next power, 0 or 1, and after 1 to the next degree: degree 1, power 0 at first.
    void step() {
        if (power_ == 0 && degree_ > 0) {
            image_ = side_.to_large(now_);
            power_ = 1;
            return;
        }
        const auto factor = static_cast<T>((degree_ == 0 ? 2 : 4) / interval_);
        Matrix<T> next = factor * without_projection(side_.to_small(image_), x_);
        next -= static_cast<T>(degree_ == 0 ? 1 : 2) * now_;
        if (degree_ > 0) next -= before_;
        before_ = std::exchange(now_, std::move(next));
        ++degree_;
        power_ = 0;
    }
    [[nodiscard]] int degree() const { return degree_; }
    [[nodiscard]] int power() const { return power_; }
    [[nodiscard]] double trace() const {
        return (power_ == 0 ? now_ : image_).template cast<double>().squaredNorm() / kProbes;
    }

  private:
    SmallSide<T>& side_;
    const Matrix<T>& x_;
    double interval_;
    int degree_ = 0;
    int power_ = 0;
    Matrix<T> now_;
    Matrix<T> before_;
    Matrix<T> image_;
};

const Cut& best_of(const std::vector<Cut>& cuts) {
    return *std::ranges::min_element(cuts, {}, [](const Cut& cut) { return cut.ritz + cut.tail; });
}

/// Whether one of the next degrees will bring the bound down to `allowed`, should the traces, of which
/// `trace` is that of `degree` and power 1, go on growing by the factor `growth`.
bool is_promising(const std::vector<Cut>& cuts, int degree, double interval, double trace, double growth,
                  double allowed) {
    const int last = std::min(degree + kWorthwhileDegrees, kLargestDegree);
    for (int next = degree + 1; next <= last; ++next) {
        trace *= growth;
        for (const Cut& cut : cuts) {
            if (cut.at <= interval || cut.ritz >= allowed) continue;
            if (cut.ritz + chebyshev_majorant(next, 1, interval, cut.at) * trace <= allowed) return true;
        }
    }
    return false;
}

/// Probes the complement until the best cut's bound is at most `allowed`, or nothing is to be gained.
template <class T>
double bound_after_probing(SmallSide<T>& side, const Matrix<T>& x, std::vector<Cut>& cuts, double allowed,
                           Rng rng) {
    const auto affordable = [&](const Cut& cut) { return cut.ritz <= kRitzShare * allowed; };
    const auto highest = std::find_if(cuts.rbegin(), cuts.rend(), affordable);
    if (highest == cuts.rend()) return kInfinity;
    const double interval = kIntervalShare * highest->at;
    const double factor = trace_factor(kProbes, kFailure / (2 * kLargestDegree));
    ComplementProbes<T> probes(side, x, interval, rng);
    double before = 0;
    while (probes.degree() < kLargestDegree) {
        probes.step();
        const double trace = factor * probes.trace();
        if (!std::isfinite(trace)) break;
        for (Cut& cut : cuts) {
            if (cut.at <= interval) continue;
            const double majorant = chebyshev_majorant(probes.degree(), probes.power(), interval, cut.at);
            cut.tail = std::min(cut.tail, majorant * trace);
        }
        const double bound = best_of(cuts).ritz + best_of(cuts).tail;
        if (bound <= allowed) return bound;
        if (probes.power() == 0) continue;
        // Traces grow where eigenvalues lie beyond the interval.
        const double growth = before > 0 ? std::max(1.0, trace / before) : 1;
        if (!is_promising(cuts, probes.degree(), interval, trace, growth, allowed)) break;
        before = trace;
    }
    return kInfinity;
}

}  // namespace

double trace_factor(int vectors, double failure) {
    const double target = 2 * std::log(failure) / vectors;  // log y + 1 - y
    double low = 2 * target - 2;                            // of log y
    double high = 0;
    while (high - low > 1e-12 * (1 - low)) {
        const double middle = (low + high) / 2;
        (middle + 1 - std::exp(middle) < target ? low : high) = middle;
    }
    return std::exp(-low);
}

double chebyshev_majorant(int degree, int power, double b, double t) {
    // x -> (x - t) / (x^p T_j^2) has one maximum beyond t: where `slope` passes 1.
    const auto angle = [&](double x) { return std::acosh(2 * x / b - 1); };
    const auto slope = [&](double x) {
        const double u = angle(x);
        return (x - t) * (4 / b * degree * std::tanh(degree * u) / std::sinh(u) + power / x);
    };
    double low = t;
    double high = 2 * t;
    while (slope(high) < 1) high *= 2;
    while (high - low > 1e-9 * low) {
        const double middle = low + (high - low) / 2;
        (slope(middle) < 1 ? low : high) = middle;
    }
    const double chebyshev = std::cosh(degree * angle(low));
    return (high - t) / (std::pow(low, power) * chebyshev * chebyshev);
}

template <class T>
RitzCertificate certify(SmallSide<T>& side, const RitzSpace<T>& space, const CertificateOptions& options,
                        Rng rng) {
    const VectorD values = eigenvalues_of(space.ritz()).reverse();
    RitzCertificate result;
    result.squared_error = std::max(0.0, options.energy - values.head(options.rank).sum());
    if (space.size() == side.small()) {
        result.holds = true;
        return result;
    }
    constexpr double kEps = std::numeric_limits<T>::epsilon();
    const double ratio = 1 / (1 + options.tolerance);
    const double rounding = 8 * kEps * options.energy;
    const double allowed = (1 - ratio * ratio) * result.squared_error - rounding;
    if (!(allowed > 0 && values[options.rank - 1] > kEps * values[0])) return result;
    const Matrix<T> unsettled = space.z().bottomRows(space.size() - space.settled());
    const MatrixD residual = gram_matrix(without_projection(unsettled, space.x()), false);
    std::vector<Cut> cuts =
        ritz_bounds(space.ritz(), residual, 4 * kEps * values[0], values, options.rank, allowed);
    const double bound = bound_after_probing(side, space.x(), cuts, allowed, rng);
    result.holds = bound <= allowed;
    if (result.holds) {
        result.excess = 1 / std::sqrt(1 - std::max(0.0, bound + rounding) / result.squared_error) - 1;
    }
    return result;
}

template RitzCertificate certify<float>(SmallSide<float>&, const RitzSpace<float>&, const CertificateOptions&,
                                        Rng);
template RitzCertificate certify<double>(SmallSide<double>&, const RitzSpace<double>&,
                                         const CertificateOptions&, Rng);

}  // namespace eckart::linalg
