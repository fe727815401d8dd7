#include "eckart/probe/gradient_span.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"
#include "eckart/core/random_matrix.hpp"
#include "eckart/linalg/product.hpp"
#include "error_message.hpp"

namespace eckart::probe {
namespace {

using test::expect_words;
using test::message_of;

constexpr double kRoundoff = std::numeric_limits<float>::epsilon() / 2.0;

/// A unit vector, rounded to float.
VectorD unit(const VectorD& vector) {
    return (vector / vector.norm()).cast<float>().cast<double>();
}

VectorD in_span(const MatrixD& rows, Rng& rng) {
    return unit(linalg::multiply_tn<double>(rows, normal_matrix<double>(rows.rows(), 1, rng)).col(0));
}

TEST(GradientSpan, RoundedVectorsOfTheSpanAreInside) {
    Rng rng(11);
    for (const Eigen::Index n : {2, 10, 100}) {
        for (const Eigen::Index rank : {Eigen::Index{1}, n / 2, n - 1}) {
            const auto rows = normal_matrix<double>(rank, n, rng);
            GradientSpan span(n, kRoundoff);
            while (span.rank() < rank) span.accept(in_span(rows, rng));
            for (int trial = 0; trial < 20; ++trial) {
                EXPECT_LT(span.outside(in_span(rows, rng)), 3) << n << " " << rank;
            }
            const VectorD other = unit(normal_matrix<double>(n, 1, rng).col(0));
            EXPECT_GT(span.outside(other), 1000) << n << " " << rank;
        }
    }
}

/// Nearly parallel gradients make large coefficients a, and those enlarge what rounding may do.
TEST(GradientSpan, KnowsThatNearlyParallelGradientsAreWorthLess) {
    Rng rng(12);
    const auto rows = normal_matrix<double>(2, 50, rng);
    GradientSpan span(50, kRoundoff);
    const VectorD first = unit(rows.row(0).transpose());
    span.accept(first);
    span.accept(unit(first + 1e-3 * rows.row(1).transpose()));
    const VectorD inside = unit(rows.row(1).transpose());
    const VectorD projected = inside - inside.dot(first) * first;
    EXPECT_LT(span.outside(inside), 3);
    // The same vector would be far outside if only its own rounding counted.
    GradientSpan careless(50, kRoundoff * 1e-3);
    careless.accept(first);
    careless.accept(unit(first + 1e-3 * rows.row(1).transpose()));
    EXPECT_GT(careless.outside(unit(projected)), 3);
}

TEST(GradientSpan, NothingIsOutsideTheWholeSpace) {
    GradientSpan span(2, 1e-16);
    EXPECT_GT(span.outside(VectorD::Unit(2, 0)), 1e15);
    span.accept(VectorD::Unit(2, 0));
    span.accept(VectorD::Constant(2, std::sqrt(0.5)));
    EXPECT_EQ(span.outside(VectorD::Unit(2, 1)), 0);
    expect_words(message_of<InvalidArgument>([&] { span.accept(VectorD::Unit(2, 1)); }),
                 {"all 2 dimensions"});
}

TEST(GradientSpan, RefusesBadArguments) {
    expect_words(message_of<InvalidArgument>([] { GradientSpan(0, 1e-8); }), {"dimension", "0"});
    expect_words(message_of<InvalidArgument>([] { GradientSpan(3, 0); }), {"roundoff"});
    expect_words(message_of<InvalidArgument>([] { GradientSpan(3, std::nan("")); }), {"roundoff", "nan"});
}

}  // namespace
}  // namespace eckart::probe
