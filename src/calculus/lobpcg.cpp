#include "eckart/calculus/lobpcg.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "calculus/checked_apply.hpp"
#include "calculus/orthonormalize.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"

namespace eckart::calculus {

namespace {

/// Largest |S^T A S - transposed| / |A| that rounding may leave; a mistake in A shows as more.
constexpr double kAsymmetry = 1.5e-8;

constexpr int kNormSteps = 4;

/// Vectors and their images under A (or -A for the largest pairs).
struct Block {
    MatrixD v;
    MatrixD av;
};

MatrixD side_by_side(const MatrixD& a, const MatrixD& b, const MatrixD& c) {
    MatrixD all(a.rows(), a.cols() + b.cols() + c.cols());
    all << a, b, c;
    return all;
}

class Solver {
  public:
    Solver(const LinearOperator& a, const LobpcgOptions& options)
        : a_(a), options_(options), sign_(options.end == SpectrumEnd::kSmallest ? 1 : -1) {}

    LobpcgResult run() {
        const Eigen::Index block = options_.start.cols() > 0
                                       ? options_.start.cols()
                                       : options_.count + std::min(options_.guards, a_.size - options_.count);
        if (a_.size <= 5 * block) {
            decompose();
        } else {
            estimate_norm();
            x_.v = start(block);
            x_.av = apply(x_.v);
            p_ = {MatrixD(a_.size, 0), MatrixD(a_.size, 0)};
            rotate_to_ritz_vectors();
            iterate();
        }
        return finish();
    }

  private:
    MatrixD apply(const MatrixD& v) {
        MatrixD image = checked_apply(a_, v);
        result_.applications += v.cols();
        // The columns of v have norm 1.
        for (Eigen::Index j = 0; j < v.cols(); ++j) {
            result_.norm = std::max(result_.norm, image.col(j).stableNorm());
        }
        return sign_ < 0 ? MatrixD(-image) : image;
    }

    /// A first |A|, whatever the start vectors are: a few steps of power iteration from a random vector.
    void estimate_norm() {
        Rng rng = Rng(options_.seed).fork("lobpcg norm");
        auto v = normal_matrix<double>(a_.size, 1, rng);
        for (int i = 0; i < kNormSteps && !v.isZero(0); ++i) v = apply(v.stableNormalized());
    }

    /// The given start, or random vectors; dependent ones are replaced until there are `block` of them.
    MatrixD start(Eigen::Index block) const {
        MatrixD basis(a_.size, 0);
        if (options_.start.cols() > 0) basis = orthonormalize_against(basis, options_.start);
        Rng rng = Rng(options_.seed).fork("lobpcg start");
        while (basis.cols() < block) {
            const auto more = normal_matrix<double>(a_.size, block - basis.cols(), rng);
            basis = side_by_side(basis, orthonormalize_against(basis, more), MatrixD(a_.size, 0));
        }
        return basis;
    }

    /// Where the block is no small part of the space: all of it.
    void decompose() {
        const MatrixD a = apply(MatrixD::Identity(a_.size, a_.size));
        linalg::require_symmetric(a, kAsymmetry, "the operator");
        const linalg::SymmetricEigen<double> eigen =
            linalg::symmetric_eigen<double>((a + a.transpose()) / 2, "the operator");
        x_.v = eigen.vectors.leftCols(options_.count);
        x_.av = apply(x_.v);
        theta_ = eigen.values.head(options_.count);
        measure();
        record();
        result_.outcome = all_converged() ? LobpcgOutcome::kConverged : LobpcgOutcome::kStagnated;
    }

    void iterate() {
        bool fresh = true;  // the images come from A itself, not from combinations of earlier images
        for (int step = 0;; ++step) {
            measure();
            if (!fresh && all_converged()) {
                refresh();
                fresh = true;
            }
            record();
            if (all_converged()) {
                result_.outcome = LobpcgOutcome::kConverged;
            } else if (should_stop(options_.stop)) {
                result_.outcome = LobpcgOutcome::kStopped;
            } else if (step == options_.max_iterations) {
                result_.outcome = LobpcgOutcome::kIterationLimit;
            } else if (improve()) {
                fresh = false;
                continue;
            } else {
                result_.outcome = LobpcgOutcome::kStagnated;
            }
            break;
        }
        if (!fresh) refresh();
    }

    /// Residuals of all columns, and which of them have not converged.
    void measure() {
        residual_ = x_.av - x_.v * theta_.asDiagonal();
        norms_.resize(theta_.size());
        active_.clear();
        for (Eigen::Index j = 0; j < theta_.size(); ++j) {
            norms_[j] = residual_.col(j).stableNorm();
            if (norms_[j] > options_.tolerance * result_.norm) active_.push_back(j);
        }
    }

    [[nodiscard]] bool all_converged() const { return active_.empty() || active_.front() >= options_.count; }

    void record() {
        Eigen::Index worst = 0;
        const double residual = norms_.head(options_.count).maxCoeff(&worst);
        result_.history.push_back(
            {sign_ * theta_[worst], residual, static_cast<Eigen::Index>(active_.size())});
    }

    void refresh() {
        x_.v = linalg::thin_qr(x_.v).q;
        x_.av = apply(x_.v);
        rotate_to_ritz_vectors();
        measure();
    }

    void rotate_to_ritz_vectors() {
        const linalg::SymmetricEigen<double> ritz = projected_eigen(x_);
        theta_ = ritz.values;
        x_ = {linalg::multiply(x_.v, ritz.vectors), linalg::multiply(x_.av, ritz.vectors)};
    }

    /// The eigen-decomposition of S^T A S.
    [[nodiscard]] linalg::SymmetricEigen<double> projected_eigen(const Block& s) const {
        const MatrixD projected = linalg::multiply_tn(s.v, s.av);
        const double asymmetry = (projected - projected.transpose()).cwiseAbs().maxCoeff();
        if (asymmetry > kAsymmetry * result_.norm) {
            throw InvalidArgument(fmt::format(
                "the operator of size {} is not symmetric: (A u, v) and (u, A v) differ by {:.3g} "
                "for unit vectors where |A| is about {:.3g}",
                a_.size, asymmetry, result_.norm));
        }
        return linalg::symmetric_eigen<double>((projected + projected.transpose()) / 2,
                                               "the projected operator");
    }

    /// One step: minimizes over the space of [X P W]. False when there is no W that is not in that of [X P].
    bool improve() {
        MatrixD w = residual_(Eigen::all, active_);
        if (options_.preconditioner.apply) {
            // Residuals of any size: the preconditioner sees vectors of norm 1.
            for (Eigen::Index j = 0; j < w.cols(); ++j) {
                w.col(j) /= norms_[active_[static_cast<std::size_t>(j)]];
            }
            w = checked_apply(options_.preconditioner, w, "the preconditioner");
        }
        const MatrixD none(a_.size, 0);
        w = orthonormalize_against(side_by_side(x_.v, p_.v, none), std::move(w));
        if (w.cols() == 0) return false;
        const MatrixD aw = apply(w);
        const Block s{side_by_side(x_.v, p_.v, w), side_by_side(x_.av, p_.av, aw)};

        const linalg::SymmetricEigen<double> ritz = projected_eigen(s);
        const Eigen::Index block = theta_.size();
        const MatrixD c = ritz.vectors.leftCols(block);
        // What the new vectors have of P and W is the direction of the step; less its part in the new X.
        MatrixD step = c(Eigen::all, active_);
        step.topRows(block).setZero();
        const MatrixD d = orthonormalize_against(c, std::move(step));
        theta_ = ritz.values.head(block);
        x_ = {linalg::multiply(s.v, c), linalg::multiply(s.av, c)};
        p_ = {linalg::multiply(s.v, d), linalg::multiply(s.av, d)};
        return true;
    }

    LobpcgResult finish() {
        result_.values = sign_ * theta_.head(options_.count);
        result_.vectors = x_.v.leftCols(options_.count);
        result_.residuals = norms_.head(options_.count);
        return std::move(result_);
    }

    const LinearOperator& a_;
    const LobpcgOptions& options_;
    double sign_;
    Block x_;  ///< Ritz vectors, orthonormal
    Block p_;  ///< directions, orthonormal and orthogonal to x_
    VectorD theta_;
    MatrixD residual_;
    VectorD norms_;  ///< of the residuals
    std::vector<Eigen::Index> active_;
    LobpcgResult result_;
};

}  // namespace

void LobpcgOptions::validate(Eigen::Index n) const {
    if (count < 1 || count > n) {
        throw InvalidArgument(
            fmt::format("count is {}; it must be from 1 to the operator's size {}", count, n));
    }
    if (guards < 0) throw InvalidArgument(fmt::format("guards is {}; it must be at least 0", guards));
    const double smallest = std::sqrt(static_cast<double>(n)) * std::numeric_limits<double>::epsilon();
    if (!(tolerance >= smallest && tolerance < 1)) {
        throw InvalidArgument(
            fmt::format("tolerance is {}; it must be below 1 and at least {:.2g}, which rounding allows for "
                        "size {}",
                        tolerance, smallest, n));
    }
    if (max_iterations < 0) {
        throw InvalidArgument(fmt::format("max_iterations is {}; it must be at least 0", max_iterations));
    }
    if (start.cols() > 0 && (start.rows() != n || start.cols() < count || start.cols() > n)) {
        throw InvalidArgument(fmt::format("start is ({}, {}); it must have {} rows and from {} to {} columns",
                                          start.rows(), start.cols(), n, count, n));
    }
    linalg::require_finite(start, "start");
    if (preconditioner.apply && preconditioner.size != n) {
        throw InvalidArgument(
            fmt::format("the preconditioner has size {}, the operator {}", preconditioner.size, n));
    }
}

LobpcgResult lobpcg(const LinearOperator& a, const LobpcgOptions& options) {
    require_operator(a);
    options.validate(a.size);
    return Solver(a, options).run();
}

}  // namespace eckart::calculus
