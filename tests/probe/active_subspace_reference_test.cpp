// Against results of others. Published: the formulas and ranges (see sample_functions.hpp); C = A^2 / 3 of a
// quadratic form on the cube (Constantine 2015, chapter 4; Constantine and Gleich 2014, section 4); that
// Hartmann's quantities depend on few products of powers, so that their logarithms span the subspace (Glaws
// et al. 2017); and that the borehole function has a large gap after one direction (Constantine et al.,
// Python active-subspaces utility library, Journal of Open Source Software 1, 2016, example "borehole", with
// two inputs distributed otherwise). Ours: the numbers, from Gauss-Legendre quadrature over all variables and
// gradients by complex steps, which share nothing with the code under test; with one node more in every
// variable the first two eigenvalues of the borehole change by less than 1e-3 and 1e-3, Hartmann's by less
// than 1e-3, those of the wing by less than 7 %.
#include <gtest/gtest.h>

#include <cmath>

#include "eckart/linalg/symmetric_eigen.hpp"
#include "sample_functions.hpp"

namespace eckart::probe {
namespace {

using test::Borehole;
using test::FunctionOracle;
using test::Hartmann;
using test::WingWeight;

struct Reference {
    VectorD eigenvalues;  ///< descending
    MatrixD vectors;      ///< columns
};

/// Nodes and weights of Gauss and Legendre on [-1, 1] with sum 1 (G. H. Golub, J. H. Welsch, Mathematics of
/// Computation 23, 1969).
std::pair<VectorD, VectorD> gauss_legendre(Eigen::Index count) {
    MatrixD jacobi = MatrixD::Zero(count, count);
    for (Eigen::Index i = 1; i < count; ++i) {
        const auto k = static_cast<double>(i);
        jacobi(i, i - 1) = jacobi(i - 1, i) = k / std::sqrt(4 * k * k - 1);
    }
    const auto eigen = linalg::symmetric_eigen<double>(jacobi);
    return {eigen.values, eigen.vectors.row(0).transpose().cwiseAbs2()};
}

/// Of C in normalized coordinates, with count^n nodes.
template <class F>
Reference by_quadrature(Eigen::Index count) {
    const Box box = F::box();
    const Eigen::Index n = box.lower.size();
    const VectorD half = (box.upper - box.lower) / 2;
    const auto [nodes, weights] = gauss_legendre(count);
    std::vector<Eigen::Index> digit(static_cast<std::size_t>(n), 0);
    MatrixD c = MatrixD::Zero(n, n);
    MatrixD z(1, n);
    for (std::size_t place = 0; place < digit.size();) {
        double weight = 1;
        for (Eigen::Index i = 0; i < n; ++i) {
            z(0, i) = nodes[digit[static_cast<std::size_t>(i)]];
            weight *= weights[digit[static_cast<std::size_t>(i)]];
        }
        const VectorD x = box.to_x(z).row(0).transpose();
        const VectorD g = test::complex_step_gradient<F>(x).cwiseProduct(half);
        c += weight * g * g.transpose();
        for (place = 0; place < digit.size() && ++digit[place] == count; ++place) digit[place] = 0;
    }
    const auto eigen = linalg::symmetric_eigen<double>(c);
    return {eigen.values.reverse(), eigen.vectors.rowwise().reverse()};
}

/// The first k eigenvalues, each in its interval, widened by a share of `slack`, and the first vector.
void expect_like(const ActiveSubspace& found, const Reference& reference, Eigen::Index k, double slack) {
    for (Eigen::Index i = 0; i < k; ++i) {
        EXPECT_GE(reference.eigenvalues[i], found.lower[i] * (1 - slack)) << i;
        EXPECT_LE(reference.eigenvalues[i], found.upper[i] * (1 + slack)) << i;
    }
    EXPECT_GT(std::abs(found.basis.col(0).dot(reference.vectors.col(0))), 0.99);
}

TEST(ActiveSubspaceReference, BoreholeHasOneDominantOfSevenDirections) {
    const Reference reference = by_quadrature<Borehole>(3);
    EXPECT_NEAR(reference.eigenvalues[0], 6774, 5);
    FunctionOracle oracle = test::oracle_of<Borehole>();
    ActiveSubspaceOptions options = test::options_of<Borehole>();
    options.min_samples = 300;
    for (const bool gradients : {false, true}) {
        const ActiveSubspace found =
            gradients ? oracle.from_gradients(1, options) : oracle.from_values(1, options);
        expect_like(found, reference, 3, 0.1);
        // The heads have the same range and only their difference enters: one direction is exactly idle.
        EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined);
        EXPECT_TRUE(found.exact);
        EXPECT_EQ(found.dimension, 7);
        EXPECT_NEAR(found.basis(3, 7), found.basis(5, 7), 1e-6);
        EXPECT_NEAR(std::abs(found.basis(3, 7)), std::sqrt(0.5), 1e-6);
        EXPECT_EQ(found.leading, 1);
    }
}

TEST(ActiveSubspaceReference, NoisyBoreholeHasOneDirection) {
    const Reference reference = by_quadrature<Borehole>(3);
    for (const double sigma : {0.05, 0.5, 2.0}) {  // values go from 8 to 310, with a standard deviation of 46
        FunctionOracle oracle = test::oracle_of<Borehole>();
        oracle.sigma = sigma;
        const ActiveSubspace found = oracle.from_values(2, test::options_of<Borehole>());
        EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined) << found.reason;
        EXPECT_EQ(found.dimension, 1);
        EXPECT_GT(found.noise, sigma / 2);
        EXPECT_LT(found.noise, 2 * sigma);
        const double cosine = std::abs(found.basis.col(0).dot(reference.vectors.col(0)));
        EXPECT_GT(cosine, 0.98);
        EXPECT_LT(std::sqrt(1 - cosine * cosine), found.subspace_error + 0.05);
    }
}

TEST(ActiveSubspaceReference, WingWeightHasOneDominantDirection) {
    const Reference reference = by_quadrature<WingWeight>(2);
    FunctionOracle oracle = test::oracle_of<WingWeight>();
    ActiveSubspaceOptions options = test::options_of<WingWeight>();
    options.min_samples = 300;
    const ActiveSubspace found = oracle.from_values(1, options);
    expect_like(found, reference, 4, 0.1);
    EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined) << found.reason;
    EXPECT_EQ(found.dimension, 1);
    EXPECT_FALSE(found.exact);
    EXPECT_NEAR(found.outside, 1 - reference.eigenvalues[0] / reference.eigenvalues.sum(), 0.01);
}

template <bool kVelocity>
void check_hartmann() {
    const Reference reference = by_quadrature<Hartmann<kVelocity>>(5);
    // Powers of viscosity, density, pressure gradient, resistivity and field: the Hartmann number, and the
    // factor before the bracket.
    MatrixD powers(2, 5);
    powers << -0.5, 0, 0, -0.5, 1,  //
        0, 0, 1, kVelocity ? 1 : 0, kVelocity ? -2 : -1;
    const Box box = Hartmann<kVelocity>::box();
    powers *= ((box.upper - box.lower) / 2).asDiagonal();
    FunctionOracle oracle = test::oracle_of<Hartmann<kVelocity>>();
    ActiveSubspaceOptions options = test::options_of<Hartmann<kVelocity>>();
    options.min_samples = 200;
    const ActiveSubspace found = oracle.from_values(3, options);
    EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined) << found.reason;
    EXPECT_TRUE(found.exact);
    EXPECT_EQ(found.dimension, 2);
    EXPECT_LT(test::subspace_distance(found.basis.leftCols(2), powers), 1e-7);
    expect_like(found, reference, 2, 0.1);
}

TEST(ActiveSubspaceReference, HartmannsVelocityHasTheTwoDirectionsOfItsFormula) {
    check_hartmann<true>();
}

TEST(ActiveSubspaceReference, HartmannsFieldHasTheTwoDirectionsOfItsFormula) {
    check_hartmann<false>();
}

TEST(ActiveSubspaceReference, QuadraticFormsHaveASquareByThree) {
    // Constantine's example: n = 10, eigenvalues that decay evenly, without a gap, or with one.
    Rng rng(4);
    const MatrixD q = linalg::thin_qr<double>(normal_matrix<double>(10, 10, rng)).q;
    int inside = 0;
    const int runs = 20;
    for (int run = 0; run < runs; ++run) {
        VectorD decay(10);
        for (Eigen::Index i = 0; i < 10; ++i) decay[i] = std::pow(10.0, -0.15 * static_cast<double>(i));
        if (run % 2 == 1) decay.tail(7) *= 0.1;
        const MatrixD a = q * decay.asDiagonal() * q.transpose();
        FunctionOracle oracle(
            10, [&](const VectorD& x) { return x.dot(a * x) / 2; },
            [&](const VectorD& x) -> VectorD { return a * x; });
        ActiveSubspaceOptions options;
        options.min_samples = 200;
        options.bootstrap = 60;
        const ActiveSubspace found = oracle.from_gradients(static_cast<std::uint64_t>(run), options);
        for (Eigen::Index i = 0; i < 10; ++i) {
            const double exact = decay[i] * decay[i] / 3;
            EXPECT_NEAR(found.eigenvalues[i], exact, 0.4 * exact);
            inside += found.lower[i] <= exact && exact <= found.upper[i] ? 1 : 0;
        }
        if (run % 2 == 1) {
            EXPECT_EQ(found.outcome, DimensionOutcome::kDetermined);
            EXPECT_EQ(found.dimension, 3);
            EXPECT_FALSE(found.exact);
        } else {
            EXPECT_EQ(found.outcome, DimensionOutcome::kFullDimensional) << found.reason;
        }
    }
    // 95 % intervals of sample eigenvalues, which spread more than the true ones.
    EXPECT_GE(inside, runs * 10 * 8 / 10);
}

}  // namespace
}  // namespace eckart::probe
