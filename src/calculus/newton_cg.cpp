#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>

#include "calculus/low_rank_iteration.hpp"
#include "eckart/linalg/product.hpp"

namespace eckart::calculus {

namespace {

using linalg::multiply_nt;
using linalg::multiply_tn;

void add(Factors& a, double scale, const Factors& b) {
    a.u += scale * b.u;
    a.v += scale * b.v;
}

/// Divides by the Hessian's diagonal blocks: (P (D V Vt D + delta I)^-1, (D Ut U D + delta I)^-1 Q). Far from
/// the optimum `damping`, of the size of the blocks beside the diagonal, makes up delta: without it a start
/// with U V of the wrong sign would run into the saddle at 0.
class Preconditioner {
  public:
    Preconditioner(const VectorD& d, const Factors& at, double damping)
        : left_(factorization(d, multiply_tn(at.u, at.u), damping)),
          right_(factorization(d, multiply_nt(at.v, at.v), damping)) {}

    [[nodiscard]] Factors solve(const Factors& b) const {
        return {right_.solve(b.u.transpose()).transpose(), left_.solve(b.v)};
    }

  private:
    static Eigen::LLT<Eigen::MatrixXd> factorization(const VectorD& d, const MatrixD& gram, double damping) {
        Eigen::MatrixXd block = d.asDiagonal() * gram * d.asDiagonal();
        // A share of the trace, so that dependent columns and zeros in d do no harm.
        block.diagonal().array() += std::max({damping, 1e-12 * block.trace(), 1e-300});
        return block.llt();
    }

    Eigen::LLT<Eigen::MatrixXd> left_;
    Eigen::LLT<Eigen::MatrixXd> right_;
};

struct Direction {
    Factors p;
    int products = 0;
};

/// An approximate solution of H p = -g by preconditioned conjugate gradients, as far as the curvature is
/// positive; where it is not from the start, the preconditioned gradient.
Direction newton_direction(const LowRankHessian& hessian, const Preconditioner& preconditioner,
                           const Factors& gradient, double forcing, int limit) {
    Factors residual{-gradient.u, -gradient.v};
    Factors z = preconditioner.solve(residual);
    Factors d = z;
    Direction result{{MatrixD::Zero(gradient.u.rows(), gradient.u.cols()),
                      MatrixD::Zero(gradient.v.rows(), gradient.v.cols())}};
    double rho = inner_product(residual, z);
    const double target = forcing * forcing * rho;
    while (result.products < limit && rho > target) {
        const Factors hd = hessian.times(d);
        ++result.products;
        const double curvature = inner_product(d, hd);
        if (!(curvature > 0)) {
            if (result.products == 1) result.p = d;
            break;
        }
        const double alpha = rho / curvature;
        add(result.p, alpha, d);
        add(residual, -alpha, hd);
        z = preconditioner.solve(residual);
        const double next = inner_product(residual, z);
        const double beta = next / rho;
        d = {z.u + beta * d.u, z.v + beta * d.v};
        rho = next;
    }
    return result;
}

/// The t > 0 that minimizes F(at + t p) - F(at) = c1 t + c2 t^2 + c3 t^3 + c4 t^4; 0 when none is lower.
double exact_step(const VectorD& d, const Factors& at, const Factors& p, double c1, double c2) {
    const MatrixD pp = d.asDiagonal() * multiply_tn(p.u, p.u) * d.asDiagonal();
    const MatrixD up = d.asDiagonal() * multiply_tn(at.u, p.u) * d.asDiagonal();
    const MatrixD qq = multiply_nt(p.v, p.v);
    // <P D V + U D Q, P D Q> and 1/2 |P D Q|^2.
    const double c3 = pp.cwiseProduct(multiply_nt(at.v, p.v)).sum() + up.cwiseProduct(qq).sum();
    const double c4 = pp.cwiseProduct(qq).sum() / 2;
    const auto change = [&](double t) { return t * (c1 + t * (c2 + t * (c3 + t * c4))); };
    // Roots of the derivative: eigenvalues of the companion matrix of a monic cubic.
    if (!(c4 > 0)) return c2 > 0 ? -c1 / (2 * c2) : 0;
    Eigen::Matrix3d companion = Eigen::Matrix3d::Zero();
    companion << -3 * c3 / (4 * c4), -2 * c2 / (4 * c4), -c1 / (4 * c4), 1, 0, 0, 0, 1, 0;
    double best = 0;
    for (const auto& root : companion.eigenvalues()) {
        const double t = root.real();
        if (t > 0 && change(t) < change(best)) best = t;
    }
    return best;
}

}  // namespace

LowRankSolution newton_cg(const LowRankObjective& objective, Factors start,
                          const LowRankSolverOptions& options, const StopRequested& stop) {
    LowRankMinimization minimization(objective, std::move(start), options);
    const LowRankObjective& whitened = minimization.whitened();
    const auto step = [&](Factors& at, const Factors& gradient) {
        const LowRankHessian hessian(whitened, at);
        const double relative_gradient = minimization.relative_gradient();
        const double coupling = whitened.whitened_x().norm() * whitened.d().cwiseAbs().maxCoeff();
        const Preconditioner preconditioner(whitened.d(), at, relative_gradient * coupling);
        const double forcing = std::min(0.5, relative_gradient);
        Direction direction =
            newton_direction(hessian, preconditioner, gradient, forcing, options.max_cg_iterations);
        // Of length 1, so that no coefficient of the line search underflows beside a tiny start.
        const double length = std::hypot(direction.p.u.stableNorm(), direction.p.v.stableNorm());
        if (length == 0) return direction.products;
        direction.p.u /= length;
        direction.p.v /= length;
        const double slope = inner_product(gradient, direction.p);
        const double curvature = inner_product(direction.p, hessian.times(direction.p));
        ++direction.products;
        add(at, exact_step(whitened.d(), at, direction.p, slope, curvature / 2), direction.p);
        return direction.products;
    };
    return minimization.run(step, stop);
}

}  // namespace eckart::calculus
