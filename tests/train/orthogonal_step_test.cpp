#include "eckart/train/orthogonal_step.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "eckart/core/error.hpp"
#include "eckart/linalg/matrix_exponential.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"
#include "random_matrix.hpp"

namespace eckart::train {
namespace {

using test::random_matrix;

struct Shape {
    Eigen::Index n;
    Eigen::Index r;
};

/// r = 1, r = n, n < 2 r, n = 2 r and n > 2 r.
const Shape kShapes[] = {{1, 1}, {2, 1}, {7, 1}, {5, 5}, {5, 4}, {7, 5}, {8, 4}, {9, 4}, {40, 6}};

template <class T>
Matrix<T> random_orthonormal(Shape shape, Rng& rng) {
    return linalg::thin_qr<T>(random_matrix<T>(shape.n, shape.r, rng)).q;
}

/// A step of Frobenius norm `size`.
template <class T>
Matrix<T> random_step(Shape shape, double size, Rng& rng) {
    const Matrix<T> d = random_matrix<T>(shape.n, shape.r, rng);
    return d * static_cast<T>(size / linalg::frobenius_norm<T>(d));
}

template <class T>
double epsilon() {
    return std::numeric_limits<T>::epsilon();
}

/// K (n, n), skew, with K U the tangent part of D: N Ut - U Nt + U S Ut.
MatrixD full_generator(const MatrixD& u, const MatrixD& d) {
    const MatrixD a = u.transpose() * d;
    const MatrixD s = (a - a.transpose()) / 2;
    const MatrixD n = d - u * a;
    return n * u.transpose() - u * n.transpose() + u * s * u.transpose();
}

/// |geodesic_step(U, D) - exp(K) U|_F by the exponential of the full matrix in double.
template <class T>
double distance_from_closed_form(const Matrix<T>& u, const Matrix<T>& d) {
    Matrix<T> moved = u;
    EXPECT_TRUE(geodesic_step<T>(moved, d));
    const MatrixD wide = u.template cast<double>();
    MatrixD k = full_generator(wide, d.template cast<double>());
    k = ((k - k.transpose()) / 2).eval();
    return (moved.template cast<double>() - linalg::expm_skew<double>(k) * wide).norm();
}

/// 8 n eps for a step of up to a radian: a handful of products of n terms, each with about sqrt(n) eps.
/// Longer steps are computed in double whatever T; their angle carries the rounding of K, relative to its
/// size.
template <class T>
double tolerance(Shape shape, double size) {
    const auto n = static_cast<double>(shape.n);
    return 8 * (n + 1) * (epsilon<T>() + epsilon<double>() * size);
}

template <class T>
void expect_closed_form() {
    Rng rng(11);
    for (const Shape shape : kShapes) {
        for (const double size : {1e-6, 0.02, 0.5, 1.0, 1.001, 3.0, 40.0}) {
            const Matrix<T> u = random_orthonormal<T>(shape, rng);
            const Matrix<T> d = random_step<T>(shape, size, rng);
            EXPECT_LE(distance_from_closed_form<T>(u, d), tolerance<T>(shape, size))
                << shape.n << " x " << shape.r << ", " << size;
        }
    }
}

TEST(GeodesicStep, EqualsTheExponentialOfTheFullMatrixInDouble) {
    expect_closed_form<double>();
}

TEST(GeodesicStep, EqualsTheExponentialOfTheFullMatrixInFloat) {
    expect_closed_form<float>();
}

TEST(GeodesicStep, ComparisonNoticesAnotherGeodesic) {
    // The same direction a thousandth longer, and a first-order step made orthonormal by QR.
    Rng rng(12);
    const Shape shape{9, 4};
    const MatrixD u = random_orthonormal<double>(shape, rng);
    const MatrixD d = random_step<double>(shape, 0.5, rng);
    MatrixD moved = u;
    ASSERT_TRUE(geodesic_step<double>(moved, d));
    MatrixD longer = u;
    ASSERT_TRUE(geodesic_step<double>(longer, d * 1.001));
    EXPECT_GT((moved - longer).norm(), 1e6 * tolerance<double>(shape, 0.5));
    const MatrixD k = full_generator(u, d);
    MatrixD retracted = linalg::thin_qr<double>(u + k * u).q;
    for (Eigen::Index i = 0; i < shape.r; ++i) {
        if (retracted.col(i).dot(moved.col(i)) < 0) retracted.col(i) *= -1;
    }
    EXPECT_GT((moved - retracted).norm(), 1e6 * tolerance<double>(shape, 0.5));
}

TEST(GeodesicStep, AcceptsDirectionsWithoutRank) {
    Rng rng(13);
    for (const double size : {0.3, 5.0}) {
        const Shape shape{9, 4};
        const MatrixD u = random_orthonormal<double>(shape, rng);
        MatrixD zero_columns = random_step<double>(shape, size, rng);
        zero_columns.col(0).setZero();
        zero_columns.col(2).setZero();
        MatrixD equal_columns = random_step<double>(shape, size, rng);
        for (Eigen::Index i = 1; i < shape.r; ++i) equal_columns.col(i) = equal_columns.col(0);
        const MatrixD skew = random_matrix<double>(4, 4, rng);
        const MatrixD inside = u * (skew - skew.transpose()) * (size / 8);
        for (const MatrixD& d : {zero_columns, equal_columns, inside}) {
            EXPECT_LE(distance_from_closed_form<double>(u, d), tolerance<double>(shape, d.norm()));
        }
    }
}

TEST(GeodesicStep, StepsOrthogonalToTheManifoldGoNowhere) {
    // D = U M with a symmetric M has no tangent part.
    Rng rng(14);
    const Shape shape{12, 5};
    for (const double size : {0.5, 100.0}) {
        const MatrixF u = random_orthonormal<float>(shape, rng);
        const MatrixF m = random_matrix<float>(5, 5, rng);
        const MatrixF d = u * (m + m.transpose()) * static_cast<float>(size / 20);
        MatrixF moved = u;
        ASSERT_TRUE(geodesic_step<float>(moved, d));
        EXPECT_LE((moved - u).norm(), 8 * 13 * epsilon<float>() * std::max(1.0, size));
    }
}

/// 4 (r + 1) eps: each of the r^2 entries of Ut U - I is a sum of n products, whose rounding adds up to a few
/// eps at most, and no call leaves more than its own.
double drift_bound(Shape shape) {
    return 4 * static_cast<double>(shape.r + 1) * epsilon<float>();
}

/// The largest drift of `steps` steps, each made by `move(u, d)`.
template <class Move>
double largest_drift(Shape shape, int steps, double size, Move move) {
    Rng rng(15);
    MatrixF u = random_orthonormal<float>(shape, rng);
    double largest = 0;
    for (int i = 0; i < steps; ++i) {
        move(u, random_step<float>(shape, size, rng));
        largest = std::max(largest, orthogonality_drift<float>(u));
    }
    return largest;
}

void geodesic(MatrixF& u, const MatrixF& d) {
    ASSERT_TRUE(geodesic_step<float>(u, d));
}

TEST(GeodesicStep, StaysOrthonormalOverThousandsOfSteps) {
    for (const Shape shape : {Shape{60, 12}, Shape{300, 20}, Shape{9, 7}, Shape{5, 5}, Shape{30, 1}}) {
        EXPECT_LE(largest_drift(shape, 4000, 0.05, geodesic), drift_bound(shape)) << shape.n;
    }
    EXPECT_LE(largest_drift({60, 12}, 500, 0.9, geodesic), drift_bound({60, 12}));
    EXPECT_LE(largest_drift({60, 12}, 500, 20, geodesic), drift_bound({60, 12}));
}

TEST(GeodesicStep, ThatBoundNoticesAEuclideanStep) {
    const auto euclidean = [](MatrixF& u, const MatrixF& d) { u += d; };
    EXPECT_GT(largest_drift({60, 12}, 1, 0.05, euclidean), 100 * drift_bound({60, 12}));
    const auto tangent = [](MatrixF& u, const MatrixF& d) {
        const MatrixF a = u.transpose() * d;
        u += d - u * (a + a.transpose()) / 2;
    };
    EXPECT_GT(largest_drift({60, 12}, 1, 0.05, tangent), 100 * drift_bound({60, 12}));
}

TEST(GeodesicStep, DriftIsNotAmplifiedByStepsAgainstU) {
    // Without its removal, E would grow by the factor 1 + 2 * 0.1 with every step along -0.1 U: past this
    // bound within ten steps.
    Rng rng(16);
    const Shape shape{60, 12};
    MatrixF u = random_orthonormal<float>(shape, rng);
    const double size = 0.1 * std::sqrt(12.0);
    for (int i = 0; i < 2000; ++i) {
        const MatrixF d = -0.1F * u + random_step<float>(shape, 0.05, rng);
        ASSERT_LT(linalg::frobenius_norm<float>(d), 2 * size);
        ASSERT_TRUE(geodesic_step<float>(u, d));
        ASSERT_LE(orthogonality_drift<float>(u), drift_bound(shape)) << i;
    }
}

TEST(GeodesicStep, RepairsColumnsThatAreNotOrthonormal) {
    Rng rng(17);
    const Shape shape{20, 6};
    for (const double fault : {kLargestDrift / 20, 0.2}) {
        for (const double size : {0.1, 3.0}) {
            const MatrixF good = random_orthonormal<float>(shape, rng);
            MatrixF u = good + random_step<float>(shape, fault, rng);
            ASSERT_GT(orthogonality_drift<float>(u), 10 * drift_bound(shape));
            for (int i = 0; i < 2; ++i) geodesic(u, random_step<float>(shape, size, rng));
            EXPECT_LE(orthogonality_drift<float>(u), drift_bound(shape)) << fault << ", " << size;
        }
    }
}

bool same_bits(const MatrixF& a, const MatrixF& b) {
    return std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(float)) == 0;
}

TEST(GeodesicStep, ZeroChangesNoBit) {
    Rng rng(18);
    for (const Shape shape : kShapes) {
        MatrixF u = random_orthonormal<float>(shape, rng);
        const MatrixF before = u;
        ASSERT_TRUE(geodesic_step<float>(u, MatrixF::Zero(shape.n, shape.r)));
        EXPECT_TRUE(same_bits(u, before)) << shape.n;
    }
    MatrixF none(4, 0);
    EXPECT_TRUE(geodesic_step<float>(none, MatrixF(4, 0)));
}

TEST(GeodesicStep, RefusesStepsWithoutADirection) {
    Rng rng(19);
    const Shape shape{9, 4};
    MatrixF u = random_orthonormal<float>(shape, rng);
    const MatrixF before = u;
    MatrixF d = random_step<float>(shape, 1.01 * kLongestStep, rng);
    EXPECT_FALSE(geodesic_step<float>(u, d));
    for (const float bad : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::max()}) {
        d.setZero();
        d(3, 2) = bad;
        EXPECT_FALSE(geodesic_step<float>(u, d)) << bad;
    }
    EXPECT_TRUE(same_bits(u, before));
    EXPECT_TRUE(geodesic_step<float>(u, random_step<float>(shape, 0.99 * kLongestStep, rng)));
    EXPECT_LE(orthogonality_drift<float>(u), drift_bound(shape));
}

TEST(GeodesicStep, RefusesShapesThatDoNotFit) {
    MatrixF wide = MatrixF::Identity(3, 4);
    EXPECT_THROW((void)geodesic_step<float>(wide, wide), InvalidArgument);
    MatrixF u = MatrixF::Identity(4, 3);
    EXPECT_THROW((void)geodesic_step<float>(u, MatrixF::Zero(4, 2)), InvalidArgument);
    EXPECT_THROW((void)geodesic_step<float>(u, MatrixF::Zero(5, 3)), InvalidArgument);
}

TEST(OrthogonalityDrift, EqualsTheDefinition) {
    MatrixD u = MatrixD::Identity(4, 2);
    EXPECT_EQ(orthogonality_drift<double>(u), 0);
    u(0, 0) = 2;  // Ut U - I = diag(3, 0)
    EXPECT_EQ(orthogonality_drift<double>(u), 3);
    u(0, 1) = 1;  // and now [3, 2; 2, 1]
    EXPECT_DOUBLE_EQ(orthogonality_drift<double>(u), std::sqrt(9 + 2 * 4 + 1.0));
}

}  // namespace
}  // namespace eckart::train
