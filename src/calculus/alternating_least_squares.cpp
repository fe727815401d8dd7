#include <limits>
#include <utility>

#include "calculus/low_rank_iteration.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"

namespace eckart::calculus {

namespace {

/// The pseudo-inverse (cols, rows) of a full or deficient matrix.
MatrixD pseudo_inverse(const MatrixD& a) {
    const auto svd = linalg::thin_svd<double>(a, "a factor");
    const double cut =
        static_cast<double>(a.rows() + a.cols()) * std::numeric_limits<double>::epsilon() * svd.s[0];
    const VectorD inverse = svd.s.unaryExpr([=](double s) { return s > cut ? 1 / s : 0.0; });
    return svd.vt.transpose() * inverse.asDiagonal() * svd.u.transpose();
}

}  // namespace

LowRankSolution alternating_least_squares(const LowRankObjective& objective, Factors start,
                                          const LowRankSolverOptions& options, const StopRequested& stop) {
    LowRankMinimization minimization(objective, std::move(start), options);
    const MatrixD& x = minimization.whitened().whitened_x();
    const auto d = minimization.whitened().d().asDiagonal();
    const auto step = [&](Factors& at, const Factors&) {
        at.u = linalg::multiply(x, pseudo_inverse(d * at.v));
        at.v = linalg::multiply(pseudo_inverse(at.u * d), x);
        return 0;
    };
    return minimization.run(step, stop);
}

}  // namespace eckart::calculus
