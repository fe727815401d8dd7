#include <gtest/gtest.h>

#include <limits>
#include <tuple>

#include "eckart/core/error.hpp"
#include "eckart/ops/backend.hpp"
#include "random_matrix.hpp"

namespace eckart::ops {
namespace {

using test::random_matrix;

/// The rounding error bound of a sum of `terms` products of order 1, with room for a blocked summation order.
double tolerance(Eigen::Index terms) {
    return 8.0 * (static_cast<double>(terms) + 1.0) *
           static_cast<double>(std::numeric_limits<float>::epsilon());
}

template <class A, class B>
double largest_difference(const A& a, const B& b) {
    if (a.size() == 0) return 0;
    return (a.template cast<double>() - b.template cast<double>()).cwiseAbs().maxCoeff();
}

/// Operands of one layer in float, and the same numbers in double.
struct Operands {
    Operands(Eigen::Index batch, Eigen::Index out, Eigen::Index in, Rng rng)
        : x(random_matrix<float>(batch, in, rng)),
          w(random_matrix<float>(out, in, rng)),
          dy(random_matrix<float>(batch, out, rng)),
          bias(random_matrix<float>(1, out, rng)),
          residual(random_matrix<float>(batch, out, rng)) {}
    MatrixF x, w, dy, bias, residual;
};

class LinearBackend : public testing::TestWithParam<std::tuple<int, int, int>> {
  protected:
    Operands operands_{std::get<0>(GetParam()), std::get<1>(GetParam()), std::get<2>(GetParam()), Rng(7)};
    std::unique_ptr<Backend<float>> fast_ = make_onednn_backend();
    std::unique_ptr<Backend<double>> oracle_ = make_reference_backend<double>();
};

TEST_P(LinearBackend, ForwardWithEveryEpilogueEqualsTheFormulaInDouble) {
    const auto& [x, w, dy, bias, residual] = operands_;
    const MatrixD xd = x.cast<double>();
    const MatrixD wd = w.cast<double>();
    const MatrixD bd = bias.cast<double>();
    const MatrixD rd = residual.cast<double>();
    for (int mask = 0; mask < 8; ++mask) {
        const bool with_bias = (mask & 1) != 0;
        const bool with_residual = (mask & 2) != 0;
        const bool relu = (mask & 4) != 0;
        MatrixF y = MatrixF::Constant(x.rows(), w.rows(), 1e9F);
        MatrixD expected(x.rows(), w.rows());
        fast_->linear_forward(
            view(x), view(w),
            {with_bias ? bias.data() : nullptr, with_residual ? residual.data() : nullptr, relu}, view(y));
        oracle_->linear_forward(view(xd), view(wd),
                                {with_bias ? bd.data() : nullptr, with_residual ? rd.data() : nullptr, relu},
                                view(expected));
        EXPECT_LE(largest_difference(y, expected), tolerance(w.cols())) << "epilogue mask " << mask;
    }
}

TEST_P(LinearBackend, BackwardEqualsTheFormulaInDouble) {
    const auto& [x, w, dy, bias, residual] = operands_;
    MatrixF dx(x.rows(), x.cols());
    MatrixF dw(w.rows(), w.cols());
    MatrixF db(1, w.rows());
    fast_->linear_backward_data(view(dy), view(w), view(dx));
    fast_->linear_backward_weights(view(x), view(dy), view(dw), db.data());
    const MatrixD expected_dx = dy.cast<double>() * w.cast<double>();
    const MatrixD expected_dw = dy.cast<double>().transpose() * x.cast<double>();
    const MatrixD expected_db = dy.cast<double>().colwise().sum();
    EXPECT_LE(largest_difference(dx, expected_dx), tolerance(w.rows()));
    EXPECT_LE(largest_difference(dw, expected_dw), tolerance(x.rows()));
    EXPECT_LE(largest_difference(db, expected_db), tolerance(x.rows()));
    MatrixF dw_only(w.rows(), w.cols());
    fast_->linear_backward_weights(view(x), view(dy), view(dw_only), nullptr);
    EXPECT_EQ(dw_only, dw) << "the weight gradient does not depend on whether the bias gradient is asked for";
}

TEST_P(LinearBackend, SameCallGivesTheSameBits) {
    const auto& [x, w, dy, bias, residual] = operands_;
    MatrixF first(x.rows(), w.rows());
    MatrixF second(x.rows(), w.rows());
    fast_->linear_forward(view(x), view(w), {bias.data(), nullptr, true}, view(first));
    make_onednn_backend()->linear_forward(view(x), view(w), {bias.data(), nullptr, true}, view(second));
    EXPECT_EQ(first, second);
}

INSTANTIATE_TEST_SUITE_P(RaggedShapes, LinearBackend,
                         testing::Values(std::tuple(1, 1, 1), std::tuple(0, 3, 4), std::tuple(3, 0, 4),
                                         std::tuple(3, 4, 0), std::tuple(1, 10, 17), std::tuple(17, 1, 33),
                                         std::tuple(100, 10, 1), std::tuple(7, 129, 65),
                                         std::tuple(100, 50, 307), std::tuple(8, 31, 3072),
                                         std::tuple(9, 31, 3072), std::tuple(33, 100, 1)));

TEST(LinearBackendTolerance, IsTightEnoughToNoticeOneWrongWeight) {
    const Operands o(5, 8, 64, Rng(7));
    MatrixF w = o.w;
    w(3, 5) *= 1.01F;
    MatrixF y(5, 8);
    make_onednn_backend()->linear_forward(view(o.x), view(std::as_const(w)), {}, view(y));
    const MatrixD expected = o.x.cast<double>() * o.w.cast<double>().transpose();
    EXPECT_GT(largest_difference(y, expected), tolerance(64));
}

TEST(LinearBackend, RefusesShapesThatDoNotFit) {
    const MatrixF x(4, 3);
    const MatrixF w(5, 2);
    MatrixF y(4, 5);
    for (const auto& backend : {make_onednn_backend(), make_reference_backend<float>()}) {
        EXPECT_THROW(backend->linear_forward(view(x), view(w), {}, view(y)), InvalidArgument);
        MatrixF dx(4, 3);
        EXPECT_THROW(backend->linear_backward_data(view(std::as_const(y)), view(w), view(dx)),
                     InvalidArgument);
        MatrixF dw(5, 2);
        EXPECT_THROW(backend->linear_backward_weights(view(x), view(std::as_const(y)), view(dw), nullptr),
                     InvalidArgument);
    }
}

TEST(LinearBackend, LetsNanThroughTheRelu) {
    // A network whose weights went NaN must show a NaN loss instead of silently giving zeros.
    MatrixF x = MatrixF::Constant(1, 16, std::numeric_limits<float>::quiet_NaN());
    MatrixF w = MatrixF::Constant(16, 16, 1.0F);
    MatrixF y(1, 16);
    make_onednn_backend()->linear_forward(view(std::as_const(x)), view(std::as_const(w)), {}, view(y));
    EXPECT_TRUE(std::isnan(y(0, 0)));
}

}  // namespace
}  // namespace eckart::ops
