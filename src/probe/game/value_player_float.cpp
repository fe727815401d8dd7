#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "eckart/probe/value_player.hpp"
#include "probe/game/value_probe.hpp"

namespace eckart::probe {

namespace {

using Eigen::Index;

/// Base points for k known directions: kRowsPart (k + 1) + kRowsMore, and a few more each time, so that it is
/// not every time.
constexpr double kRowsPart = 1.25;
constexpr double kRowsMore = 10;

/// Points of the first look at f, and of the first look at a displacement.
constexpr Index kFirstPoints = 16;
constexpr Index kTrialPoints = 8;
constexpr int kTrials = 7;
/// Differences of f along x, x + d, x + 2 d, x + 3 d tell its noise, with |d| this part of a usual step.
constexpr Index kLine = 4;
constexpr double kLineStep = 1.0 / 16;

/// The first step, in radii.
constexpr double kFirstStep = 1e-3;
constexpr int kCalibrations = 40;

/// A direction is new where at least this part of its response is not explained by the others (a larger one
/// once it was sharpened, when one without effect is left with the curvature of others): at a response
/// between kWeak and kStrong times the wanted one and of at least kVisible times the noise.
constexpr double kUnexplained = 0.25;
constexpr double kUnexplainedLater = 0.5;
constexpr double kWeak = 0.3;
constexpr double kStrong = 2.5;
constexpr double kVisible = 5;
/// Larger coefficients of the explanation multiply the curvature in the others too much.
constexpr double kLargestCoefficients = 4;
/// Displacements are made no longer than this part of the radius. Those that have less than kNegligible times
/// the wanted response then, and of that no more than kWithinNoise times the noise unexplained, have no
/// effect; a weak one is new from kSurely times the noise on.
constexpr double kLongest = 0.5;
constexpr double kNegligible = 0.1;
constexpr double kWithinNoise = 4;
constexpr double kSurely = 20;
/// How much a displacement may grow or shrink from one measurement to the next.
constexpr double kMostGrowth = 50;
constexpr double kLeastGrowth = 0.02;
constexpr int kMeasurements = 12;
/// Directions that come to no end before the player gives up.
constexpr int kPatience = 4;
/// f is constant where its standard deviation is less than this many times that of the noise.
constexpr double kConstant = 3;
/// Noise in units of the wanted response above which new directions and those without effect look alike.
constexpr double kDrowned = 0.1;

double root_mean_square(const VectorD& v) {
    return std::sqrt(v.squaredNorm() / static_cast<double>(v.size()));
}

class Player {
  public:
    Player(ValueOracle<float>& oracle, Rng& rng, const ValuePlayerOptions& options)
        : probe_(oracle, rng, options), options_(options), longest_(kLongest * options.radius) {}

    RankAnswer run() {
        RankOutcome outcome = RankOutcome::kUndecided;
        try {
            outcome = search();
        } catch (const BudgetUsedUp&) {
            // undecided
        }
        return {outcome, rank()};
    }

  private:
    enum class Verdict { kNew, kNoEffect, kUnclear };

    [[nodiscard]] Index rank() const { return static_cast<Index>(basis_.size()); }

    RankOutcome search() {
        const std::optional<RankOutcome> at_once = look_around();
        if (at_once) return *at_once;
        Index without_effect = 0;
        int unclear = 0;
        while (rank() < probe_.dim()) {
            const auto k = static_cast<double>(rank());
            const auto needed = static_cast<Index>(kRowsPart * (k + 1) + kRowsMore);
            if (points_.rows() < needed) add_points(needed + rank() / 16 + 2 - points_.rows());
            const Verdict verdict = examine(probe_.direction());
            if (verdict == Verdict::kNoEffect && ++without_effect == options_.surplus) break;
            if (verdict == Verdict::kUnclear && ++unclear == kPatience) return RankOutcome::kUndecided;
        }
        return RankOutcome::kDetermined;
    }

    /// f(x + d) - f(x - d), halved, for base points first .. first + count - 1.
    VectorD respond(const VectorD& d, Index first, Index count) {
        MatrixD asked(2 * count, probe_.dim());
        asked.topRows(count) = points_.middleRows(first, count).rowwise() + d.transpose();
        asked.bottomRows(count) = points_.middleRows(first, count).rowwise() - d.transpose();
        const VectorD f = probe_.values(asked);
        return (f.head(count) - f.tail(count)) / 2;
    }

    /// New base points, with the responses of the basis there.
    void add_points(Index count) {
        const Index old = points_.rows();
        points_.conservativeResize(old + count, probe_.dim());
        for (Index i = old; i < old + count; ++i) points_.row(i) = probe_.point();
        responses_.conservativeResize(old + count, rank());
        for (Index j = 0; j < rank(); ++j) {
            responses_.col(j).tail(count) = respond(basis_[static_cast<std::size_t>(j)], old, count);
        }
        factorize();
    }

    void factorize() {
        if (rank() > 0) qr_.compute(responses_);
    }

    /// Range, noise and usual step. An outcome where there is nothing more to find out.
    std::optional<RankOutcome> look_around() {
        add_points(kFirstPoints);
        const VectorD f = probe_.values(points_);
        const double range = std::sqrt((f.array() - f.mean()).square().mean());
        if (range == 0) return RankOutcome::kDetermined;
        wanted_ = options_.response * range;
        find_step();
        const double stored = std::numeric_limits<float>::epsilon() * root_mean_square(f) / std::sqrt(12.0);
        noise_ = std::max(measure_noise(), stored);
        rounding_ = wanted_ / step_ * probe_.grid() * std::sqrt(static_cast<double>(probe_.dim()) / 12);
        if (range < kConstant * noise_) return RankOutcome::kDetermined;
        if (noise_ > kDrowned * wanted_) return RankOutcome::kUndecided;
        return std::nullopt;
    }

    /// The length at which random directions, another one from every point, give the wanted response.
    void find_step() {
        step_ = kFirstStep * options_.radius;
        for (int i = 0; i < kCalibrations && step_ < longest_; ++i) {
            MatrixD asked(2 * kFirstPoints, probe_.dim());
            for (Index j = 0; j < kFirstPoints; ++j) {
                const VectorD d = probe_.on_grid(step_ * probe_.direction());
                asked.row(j) = points_.row(j) + d.transpose();
                asked.row(kFirstPoints + j) = points_.row(j) - d.transpose();
            }
            const VectorD f = probe_.values(asked);
            const double found =
                root_mean_square(f.head(kFirstPoints) - f.tail(kFirstPoints)) / (2 * wanted_);
            // Far above the wanted response f is not linear, and far below it may be noise.
            step_ *= std::clamp(1 / found, 0.125, 4.0);
            if (found > 0.25 && found < 2) break;
        }
        step_ = std::min(step_, longest_);
    }

    /// From third differences along short lines.
    double measure_noise() {
        MatrixD asked(kFirstPoints * kLine, probe_.dim());
        for (Index i = 0; i < kFirstPoints; ++i) {
            const VectorD d = probe_.on_grid(kLineStep * step_ * probe_.direction());
            for (Index j = 0; j < kLine; ++j) {
                asked.row(i * kLine + j) = points_.row(i) + static_cast<double>(j) * d.transpose();
            }
        }
        const VectorD f = probe_.values(asked);
        VectorD third(kFirstPoints);
        for (Index i = 0; i < kFirstPoints; ++i) {
            const auto line = f.segment<kLine>(i * kLine);
            third[i] = line[3] - 3 * line[2] + 3 * line[1] - line[0];
        }
        // 20 = 1 + 9 + 9 + 1 variances of a value.
        return root_mean_square(third) / std::sqrt(20.0);
    }

    /// The response of a displacement y, and what of it the basis explains: y = R c + rest.
    struct Fit {
        VectorD response;
        VectorD coefficients;
        double total = 0;  ///< root mean square of the response
        double rest = 0;   ///< of what is not explained, per degree of freedom
        double noise = 0;  ///< what noise makes of it
    };

    /// Sharpens the direction d until it is a new one or one without effect: what the basis explains of its
    /// response is taken off d, and what is left made longer.
    Verdict examine(VectorD d) {
        double length = step_;
        bool scaled = false;
        for (int i = 0; i < kMeasurements && length > probe_.grid(); ++i) {
            const Fit fit = measure(d, length, scaled);
            const bool independent = fit.rest > (i == 0 ? kUnexplained : kUnexplainedLater) * fit.total;
            const Verdict verdict = judge(fit, length, independent);
            if (verdict == Verdict::kNew) accept(d, fit.response);
            if (verdict != Verdict::kUnclear) return verdict;
            for (Index j = 0; j < rank(); ++j) d -= fit.coefficients[j] * basis_[static_cast<std::size_t>(j)];
            // A new direction only needs another length. Of others the coefficients have an error, which
            // shows more at points that were not used to find them.
            scaled = independent;
            const auto points = static_cast<double>(points_.rows());
            const double elsewhere = std::sqrt(points / (points - static_cast<double>(rank())));
            const double expected = scaled ? fit.rest : std::max(fit.rest, fit.noise) * elsewhere;
            length = std::min(longest_, d.norm() * std::clamp(wanted_ / expected, kLeastGrowth, kMostGrowth));
        }
        return Verdict::kUnclear;
    }

    /// What a displacement of this length and response is.
    [[nodiscard]] Verdict judge(const Fit& fit, double length, bool independent) const {
        const bool longest = length >= longest_;
        const bool linear = fit.total < kStrong * wanted_ && fit.coefficients.norm() < kLargestCoefficients;
        const bool visible = fit.total > kWeak * wanted_ && fit.rest > kVisible * fit.noise;
        const bool visible_at_last = longest && fit.rest > kSurely * fit.noise;
        if (independent && linear && (visible || visible_at_last)) return Verdict::kNew;
        if (longest && fit.total < kNegligible * wanted_ && fit.rest < kWithinNoise * fit.noise) {
            return Verdict::kNoEffect;
        }
        return Verdict::kUnclear;
    }

    /// Scales d to `length`, or, unless it is known to be right, to one that gives the wanted response at
    /// some points; then asks at all.
    Fit measure(VectorD& d, double& length, bool scaled) {
        Fit fit;
        fit.response.resize(points_.rows());
        const VectorD unit = d.normalized();
        for (int i = 0;; ++i) {
            d = probe_.on_grid(length * unit);
            fit.response.head(kTrialPoints) = respond(d, 0, kTrialPoints);
            const double found = root_mean_square(fit.response.head(kTrialPoints)) / wanted_;
            const bool fits = found < 2 && (found > 0.4 || length >= longest_);
            if (fits || scaled || i == kTrials - 1) break;
            length = std::min(longest_, length * std::clamp(1 / found, 0.1, 10.0));
        }
        const Index others = points_.rows() - kTrialPoints;
        fit.response.tail(others) = respond(d, kTrialPoints, others);
        fit.total = root_mean_square(fit.response);
        VectorD rest = fit.response;
        if (rank() > 0) {
            fit.coefficients = qr_.solve(fit.response);
            rest -= responses_ * fit.coefficients;
        }
        fit.rest = rest.norm() / std::sqrt(static_cast<double>(points_.rows() - rank()));
        fit.noise = std::hypot(noise_ * std::sqrt((1 + fit.coefficients.squaredNorm()) / 2), rounding_);
        return fit;
    }

    void accept(const VectorD& d, const VectorD& response) {
        basis_.push_back(d);
        responses_.conservativeResize(Eigen::NoChange, rank());
        responses_.col(rank() - 1) = response;
        factorize();
    }

    ValueProbe<float> probe_;
    const ValuePlayerOptions& options_;
    double longest_;
    double wanted_ = 0;    ///< the response that displacements are scaled to
    double noise_ = 0;     ///< standard deviation of the error of a value
    double rounding_ = 0;  ///< response of what the grid leaves of a displacement
    double step_ = 0;      ///< length at which a random direction gives the wanted response
    MatrixD points_;       ///< (m, n)
    std::vector<VectorD> basis_;
    Eigen::MatrixXd responses_;                 ///< (m, k)
    Eigen::HouseholderQR<Eigen::MatrixXd> qr_;  ///< of them
};

}  // namespace

RankAnswer find_rank_from_values(ValueOracle<float>& oracle, Rng& rng, const ValuePlayerOptions& options) {
    options.validate();
    return Player(oracle, rng, options).run();
}

}  // namespace eckart::probe
