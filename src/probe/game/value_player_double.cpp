#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "eckart/probe/value_player.hpp"
#include "probe/game/value_probe.hpp"

namespace eckart::probe {

namespace {

using Eigen::Index;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The step that calibrate() tries first, in radii, and the factor from one trial to the next.
constexpr double kFirstStep = 1e-7;
constexpr double kStepFactor = 16;
constexpr int kTrials = 13;
constexpr Index kTrialRows = 3;
/// Below this many units of noise a second difference says nothing of the curvature.
constexpr double kVisible = 100;
/// A first difference of this many units of noise is precise enough, whatever the curvature.
constexpr double kPrecise = 1e7;
/// Part of the step of least error that is taken: rounding is alike everywhere, truncation is not.
constexpr double kStepPart = 1.0 / 8;

/// f is asked at x, x + d, x + 2 d, x + 3 d for its noise, with |d| this part of the step.
constexpr Index kLine = 4;
constexpr double kLineStep = 1.0 / 64;

/// f is constant where its standard deviation is no more than this many times that of the noise.
constexpr double kConstant = 3;

/// Rows beyond rank + surplus that are asked where the gap is not clear.
constexpr Index kPatience = 8;

double square(double x) {
    return x * x;
}

class Player {
  public:
    Player(ValueOracle<double>& oracle, Rng& rng, const ValuePlayerOptions& options)
        : probe_(oracle, rng, options), options_(options), step_(kFirstStep * options.radius) {}

    RankAnswer run() {
        try {
            calibrate();
            search();
        } catch (const BudgetUsedUp&) {
            answer_.outcome = RankOutcome::kUndecided;
        }
        return answer_;
    }

  private:
    /// New base points, f there, and what third differences say of its noise.
    void add_points(Index count) {
        const Index old = points_.rows();
        points_.conservativeResize(old + count, probe_.dim());
        centers_.conservativeResize(old + count);
        MatrixD asked(count * kLine, probe_.dim());
        for (Index i = 0; i < count; ++i) {
            points_.row(old + i) = probe_.point();
            const VectorD d = probe_.on_grid(kLineStep * step_ * probe_.direction());
            for (Index j = 0; j < kLine; ++j) {
                asked.row(i * kLine + j) = points_.row(old + i) + static_cast<double>(j) * d.transpose();
            }
        }
        const VectorD f = probe_.values(asked);
        for (Index i = 0; i < count; ++i) {
            const auto line = f.segment<kLine>(i * kLine);
            centers_[old + i] = line[0];
            // The variance of the difference is 1 + 9 + 9 + 1 times that of a value.
            noise_sum_ += square(line[3] - 3 * line[2] + 3 * line[1] - line[0]) / 20;
        }
    }

    /// Standard deviation of the error of a value; at least what storing it leaves.
    [[nodiscard]] double noise() const {
        const auto count = static_cast<double>(centers_.size());
        const double stored =
            std::numeric_limits<double>::epsilon() * centers_.norm() / std::sqrt(12 * count);
        return std::max(std::sqrt(noise_sum_ / count), stored);
    }

    /// Standard deviation of f over the base points.
    [[nodiscard]] double spread() const {
        return std::sqrt((centers_.array() - centers_.mean()).square().mean());
    }

    /// First and second differences of f about the first points, one random direction each.
    struct Differences {
        double first = 0;
        double second = 0;
    };
    Differences try_step() {
        MatrixD asked(2 * kTrialRows, probe_.dim());
        for (Index i = 0; i < kTrialRows; ++i) {
            const VectorD d = probe_.on_grid(step_ * probe_.direction());
            asked.row(2 * i) = points_.row(i) + d.transpose();
            asked.row(2 * i + 1) = points_.row(i) - d.transpose();
        }
        const VectorD f = probe_.values(asked);
        Differences sum;
        for (Index i = 0; i < kTrialRows; ++i) {
            sum.first += square((f[2 * i] - f[2 * i + 1]) / 2);
            sum.second += square(f[2 * i] - 2 * centers_[i] + f[2 * i + 1]);
        }
        return {std::sqrt(sum.first / kTrialRows), std::sqrt(sum.second / kTrialRows)};
    }

    /// Finds the step: with slope s and curvature c the error of a central difference is
    /// (noise / (sqrt(2) h))^2 + (h^2 c^2 / (6 s))^2, taking c^2 / s for the third derivative, and least at
    /// h^3 = 3 noise s / c^2.
    void calibrate() {
        add_points(kTrialRows);
        for (int trial = 0; trial < kTrials; ++trial) {
            const Differences found = try_step();
            // Second differences like first ones: noise, or a step that leaps over hills.
            const bool leaps = found.second > 0.1 * found.first && found.first > 0.03 * spread();
            if (!leaps && found.second > kVisible * noise()) {
                step_ *= kStepPart * std::cbrt(3 * noise() * found.first / square(found.second));
                return;
            }
            if (!leaps && found.first > kPrecise * noise()) return;
            const double next = leaps ? step_ / kStepFactor : step_ * kStepFactor;
            if (next > options_.radius / kStepFactor || next < 1e5 * probe_.grid()) return;
            step_ = next;
        }
    }

    /// Extends the matrix of differences to (rows, cols), asking for the new entries only.
    void grow(Index rows, Index cols) {
        const Index old_rows = slopes_.rows();
        const Index old_cols = slopes_.cols();
        if (rows > points_.rows()) add_points(rows - points_.rows());
        while (static_cast<Index>(shifts_.size()) < cols) add_shift();
        slopes_.conservativeResize(rows, cols);
        curvatures_.conservativeResize(rows, cols);
        MatrixD asked(2 * (rows * cols - old_rows * old_cols), probe_.dim());
        const auto for_each_new = [&](const auto& visit) {
            Index at = 0;
            for (Index i = 0; i < rows; ++i) {
                for (Index j = i < old_rows ? old_cols : 0; j < cols; ++j, at += 2) visit(i, j, at);
            }
        };
        for_each_new([&](Index i, Index j, Index at) {
            const VectorD& d = shifts_[static_cast<std::size_t>(j)];
            asked.row(at) = points_.row(i) + d.transpose();
            asked.row(at + 1) = points_.row(i) - d.transpose();
        });
        const VectorD f = probe_.values(asked);
        for_each_new([&](Index i, Index j, Index at) {
            slopes_(i, j) = (f[at] - f[at + 1]) / 2;
            curvatures_(i, j) = f[at] - 2 * centers_[i] + f[at + 1];
        });
    }

    /// A displacement that is orthogonal to the others, but for the grid.
    void add_shift() {
        VectorD d = probe_.direction();
        for (int pass = 0; pass < 2; ++pass) {
            for (const VectorD& other : shifts_) d -= other * (other.dot(d) / other.squaredNorm());
        }
        shifts_.push_back(probe_.on_grid(step_ * d.normalized()));
    }

    /// Standard deviation of the error of an entry of slopes_, from noise and curvature as in calibrate().
    [[nodiscard]] double error() const {
        const auto count = static_cast<double>(slopes_.size());
        const double variance = square(noise());
        const double slope = std::sqrt(slopes_.squaredNorm() / count);
        const double curvature2 = std::max(0.0, curvatures_.squaredNorm() / count - 6 * variance);
        const double truncation = slope > noise() ? curvature2 / (6 * slope) : 0;
        return std::sqrt(variance / 2 + square(truncation));
    }

    void search() {
        const Index n = probe_.dim();
        Index rows = options_.surplus + 1;
        for (Index more = 0; more <= kPatience;) {
            grow(rows, std::min(n, rows));
            const bool clear = judge();
            const Index enough = answer_.rank + options_.surplus;
            if (clear && (answer_.rank == n || rows >= enough)) {
                answer_.outcome = RankOutcome::kDetermined;
                return;
            }
            if (rows >= enough) ++more;
            rows = std::max(rows + 1, enough);
        }
    }

    /// Sets answer_.rank; false where the last direction counted is not clearly above the noise.
    bool judge() {
        const double unit = error();
        if (unit == 0) return true;  // f is 0 everywhere
        const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(slopes_ / unit);
        const Eigen::MatrixXd r = qr.matrixR().triangularView<Eigen::Upper>();
        const Index full = r.diagonal().size();
        Index rank = 0;
        // The statistic is at most the pivot, and not far below it: large pivots need no closer look.
        while (rank < full &&
               (std::abs(r(rank, rank)) > 1e3 * options_.signal || rest(r, rank) > options_.noise)) {
            ++rank;
        }
        answer_.rank = rank;
        if (rank == 0) return spread() <= kConstant * noise();
        return rest(r, rank - 1) > options_.signal;
    }

    /// How far the columns of S / unit after the first k are outside the span of these, in units of what
    /// noise makes of it: column j - (first k) c has errors of variance 1 + |c|^2, of which projecting leaves
    /// rows - k. The largest.
    [[nodiscard]] double rest(const Eigen::MatrixXd& r, Index k) const {
        double largest = 0;
        for (Index j = k; j < r.cols(); ++j) {
            const double outside = r.col(j).tail(r.rows() - k).norm();
            const VectorD c = r.topLeftCorner(k, k).triangularView<Eigen::Upper>().solve(r.col(j).head(k));
            const double expected = std::sqrt(static_cast<double>(r.rows() - k) * (1 + c.squaredNorm()));
            largest = std::max(largest, outside / expected);
        }
        return largest;
    }

    ValueProbe<double> probe_;
    const ValuePlayerOptions& options_;
    double step_;
    MatrixD points_;               ///< (m, n)
    VectorD centers_;              ///< (m): f there
    double noise_sum_ = 0;         ///< of m estimates of the variance of a value
    std::vector<VectorD> shifts_;  ///< displacements, all of length step_
    MatrixD slopes_;               ///< (f(x_i + d_j) - f(x_i - d_j)) / 2
    MatrixD curvatures_;           ///< f(x_i + d_j) - 2 f(x_i) + f(x_i - d_j)
    RankAnswer answer_;
};

}  // namespace

RankAnswer find_rank_from_values(ValueOracle<double>& oracle, Rng& rng, const ValuePlayerOptions& options) {
    options.validate();
    return Player(oracle, rng, options).run();
}

}  // namespace eckart::probe
