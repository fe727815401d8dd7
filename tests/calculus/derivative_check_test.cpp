#include "eckart/calculus/derivative_check.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "eckart/core/error.hpp"
#include "random_matrix.hpp"

namespace eckart::calculus {
namespace {

VectorD random_vector(Eigen::Index size, std::uint64_t seed) {
    Rng rng(seed);
    return test::random_matrix<double>(size, 1, rng);
}

/// f(x) = sum of w_i sin(x_i) + product of neighbors: its derivatives are simple and not polynomials.
double wave(const VectorD& x) {
    double sum = 0;
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        sum += static_cast<double>(i + 1) * std::sin(x[i]);
        if (i > 0) sum += x[i] * x[i - 1];
    }
    return sum;
}

VectorD wave_gradient(const VectorD& x) {
    VectorD g(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        g[i] = static_cast<double>(i + 1) * std::cos(x[i]);
        if (i > 0) g[i] += x[i - 1];
        if (i + 1 < x.size()) g[i] += x[i + 1];
    }
    return g;
}

VectorD wave_hessian(const VectorD& x, const VectorD& v) {
    VectorD h(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        h[i] = -static_cast<double>(i + 1) * std::sin(x[i]) * v[i];
        if (i > 0) h[i] += v[i - 1];
        if (i + 1 < x.size()) h[i] += v[i + 1];
    }
    return h;
}

TEST(CheckGradient, PassesARightOneWithSlopeTwoAndALowFloor) {
    for (const Eigen::Index n : {1, 2, 7, 40}) {
        const DerivativeCheck check = check_gradient(wave, wave_gradient, random_vector(n, 3));
        EXPECT_TRUE(check.passed) << n << ": " << check.failure;
        EXPECT_NEAR(check.slope, 2, 0.1) << n;
        EXPECT_LT(check.floor, 1e-8) << n;
        EXPECT_EQ(check.steps.size(), 15U);
        EXPECT_TRUE(check.failure.empty());
    }
}

TEST(CheckGradient, RejectsWrongOnes) {
    const VectorD x = random_vector(20, 4);
    const auto rejected = [&](const VectorFunction& gradient) {
        const DerivativeCheck check = check_gradient(wave, gradient, x);
        EXPECT_FALSE(check.failure.empty());
        return !check.passed;
    };
    EXPECT_TRUE(rejected([](const VectorD& y) { return VectorD(-wave_gradient(y)); })) << "sign";
    EXPECT_TRUE(rejected([](const VectorD& y) { return VectorD(2 * wave_gradient(y)); })) << "factor";
    EXPECT_TRUE(rejected([](const VectorD& y) { return VectorD(wave_gradient(y) * (1 + 1e-6)); })) << "1e-6";
    EXPECT_TRUE(rejected([](const VectorD& y) { return VectorD(VectorD::Zero(y.size())); })) << "zero";
    EXPECT_TRUE(rejected([](const VectorD& y) {
        VectorD g = wave_gradient(y);
        g[13] += 1e-4;
        return g;
    })) << "one entry of twenty";
    EXPECT_TRUE(rejected([](const VectorD& y) {
        return wave_gradient(y + VectorD::Constant(y.size(), 1e-5));
    })) << "of another point";
}

TEST(CheckGradient, RejectsAFunctionThatIsNotSmooth) {
    // sign(x) |x|^2.2 has the derivative 0 at 0, and no second one.
    const auto kink = [](const VectorD& x) { return std::copysign(std::pow(std::abs(x[0]), 2.2), x[0]); };
    const auto gradient = [](const VectorD&) { return VectorD(VectorD::Zero(1)); };
    const DerivativeCheck check = check_gradient(kink, gradient, VectorD::Zero(1));
    EXPECT_FALSE(check.passed);
    EXPECT_NEAR(check.slope, 1.2, 0.05);
}

TEST(CheckGradient, AQuadraticHasNoSlopeAndPasses) {
    const auto f = [](const VectorD& x) { return x.squaredNorm() / 2; };
    const auto gradient = [](const VectorD& x) { return x; };
    const DerivativeCheck check = check_gradient(f, gradient, random_vector(9, 5));
    EXPECT_TRUE(check.passed) << check.failure;
    EXPECT_TRUE(std::isnan(check.slope));
    EXPECT_LT(check.floor, 1e-13);
    const auto wrong = [](const VectorD& x) { return VectorD(1.001 * x); };
    EXPECT_FALSE(check_gradient(f, wrong, random_vector(9, 5)).passed);
}

TEST(CheckGradient, CriticalPointsAndConstants) {
    const auto quartic = [](const VectorD& x) { return std::pow(x.squaredNorm(), 2); };
    const auto gradient = [](const VectorD& x) { return VectorD(4 * x.squaredNorm() * x); };
    EXPECT_TRUE(check_gradient(quartic, gradient, VectorD::Zero(3)).passed);
    const auto off = [](const VectorD& x) { return VectorD(4 * x.squaredNorm() * x + VectorD::Ones(3)); };
    EXPECT_FALSE(check_gradient(quartic, off, VectorD::Zero(3)).passed);
    const auto constant = [](const VectorD&) { return 5.0; };
    const auto zero = [](const VectorD& x) { return VectorD(VectorD::Zero(x.size())); };
    EXPECT_TRUE(check_gradient(constant, zero, VectorD::Ones(3)).passed);
}

TEST(CheckGradient, ALargeStepDoesNotHideAWrongDerivative) {
    // At the largest step the function is 1e13 times what it is at the smallest.
    const auto steep = [](const VectorD& x) { return std::exp(300 * x[0]); };
    const auto gradient = [](const VectorD& x) {
        return VectorD(VectorD::Constant(1, 300 * std::exp(300 * x[0])));
    };
    const auto negative = [&](const VectorD& x) { return VectorD(-gradient(x)); };
    EXPECT_TRUE(check_gradient(steep, gradient, VectorD::Zero(1)).passed);
    EXPECT_FALSE(check_gradient(steep, negative, VectorD::Zero(1)).passed);
    const auto exponential = [](const VectorD& x) { return std::exp(x[0]); };
    const auto zero = [](const VectorD&) { return VectorD(VectorD::Zero(1)); };
    EXPECT_FALSE(check_gradient(exponential, zero, VectorD::Constant(1, 300)).passed);
    const auto quartic = [](const VectorD& x) { return std::pow(x[0], 4); };
    const auto wrong = [](const VectorD& x) { return VectorD(VectorD::Constant(1, -4 * std::pow(x[0], 3))); };
    for (const double x : {1e-4, 1e-5, 1e-6}) {
        EXPECT_FALSE(check_gradient(quartic, wrong, VectorD::Constant(1, x)).passed) << x;
    }
}

TEST(CheckGradient, CriticalPointsOfOddOrderAndUnderAnOffset) {
    const auto cubic = [](const VectorD& x) { return 1 + std::pow(x[0], 3) + x[1] * x[1]; };
    const auto gradient = [](const VectorD& x) {
        VectorD g(2);
        g << 3 * x[0] * x[0], 2 * x[1];
        return g;
    };
    EXPECT_TRUE(check_gradient(cubic, gradient, VectorD::Zero(2)).passed);
    const auto off = [&](const VectorD& x) { return VectorD(gradient(x) + VectorD::Constant(2, 1e-4)); };
    EXPECT_FALSE(check_gradient(cubic, off, VectorD::Zero(2)).passed);
    // Behind an offset the differences have few digits; what they have must agree.
    const auto offset = [](const VectorD& x) { return 1e6 + wave(x); };
    const auto wrong = [](const VectorD& x) { return VectorD(1.01 * wave_gradient(x)); };
    DerivativeCheckOptions few_digits;
    few_digits.tolerance = 1e-6;
    EXPECT_TRUE(check_gradient(offset, wave_gradient, random_vector(4, 2), few_digits).passed);
    EXPECT_FALSE(check_gradient(offset, wrong, random_vector(4, 2), few_digits).passed);
    // One that swallows the function whole proves nothing.
    const auto swallowed = [](const VectorD& x) { return 1e17 + x[0]; };
    const auto two = [](const VectorD&) { return VectorD(VectorD::Constant(1, 2)); };
    EXPECT_FALSE(check_gradient(swallowed, two, VectorD::Ones(1)).passed);
}

TEST(CheckGradient, LargeAndSmallScales) {
    for (const double scale : {1e-100, 1e-8, 1e8, 1e100}) {
        const auto f = [&](const VectorD& x) { return scale * wave(x); };
        const auto g = [&](const VectorD& x) { return VectorD(scale * wave_gradient(x)); };
        const auto wrong = [&](const VectorD& x) { return VectorD(scale * 1.0001 * wave_gradient(x)); };
        EXPECT_TRUE(check_gradient(f, g, random_vector(6, 6)).passed) << scale;
        EXPECT_FALSE(check_gradient(f, wrong, random_vector(6, 6)).passed) << scale;
    }
}

TEST(CheckHessian, PassesARightOneAndRejectsWrongOnes) {
    const VectorD x = random_vector(12, 7);
    const DerivativeCheck right = check_hessian(wave_gradient, wave_hessian, x);
    EXPECT_TRUE(right.passed) << right.failure;
    EXPECT_NEAR(right.slope, 2, 0.1);
    const auto no_coupling = [](const VectorD& y, const VectorD& v) {
        return VectorD(-(y.array().sin() * v.array()).matrix());
    };
    EXPECT_FALSE(check_hessian(wave_gradient, no_coupling, x).passed);
    const auto transposed_sign = [](const VectorD& y, const VectorD& v) {
        return VectorD(-wave_hessian(y, v));
    };
    EXPECT_FALSE(check_hessian(wave_gradient, transposed_sign, x).passed);
}

TEST(CheckHessian, RejectsWhatIsNotSymmetric) {
    // The rotation field is nobody's gradient; its Jacobian is right, but no Hessian.
    const auto field = [](const VectorD& x) {
        VectorD f(2);
        f << -x[1], x[0];
        return f;
    };
    const auto jacobian = [&](const VectorD&, const VectorD& v) { return field(v); };
    const VectorD x = random_vector(2, 8);
    EXPECT_TRUE(check_jacobian(field, jacobian, x).passed);
    const DerivativeCheck check = check_hessian(field, jacobian, x);
    EXPECT_FALSE(check.passed);
    EXPECT_NE(check.failure.find("not symmetric"), std::string::npos) << check.failure;
}

TEST(CheckJacobian, OfARectangularFunction) {
    const auto f = [](const VectorD& x) {
        VectorD y(2);
        y << std::exp(x[0] * x[1]), x[2] * std::cos(x[1]);
        return y;
    };
    const auto derivative = [](const VectorD& x, const VectorD& v) {
        VectorD y(2);
        y << std::exp(x[0] * x[1]) * (x[0] * v[1] + x[1] * v[0]),
            v[2] * std::cos(x[1]) - x[2] * std::sin(x[1]) * v[1];
        return y;
    };
    const DerivativeCheck check = check_jacobian(f, derivative, random_vector(3, 9));
    EXPECT_TRUE(check.passed) << check.failure;
    const auto swapped = [&](const VectorD& x, const VectorD& v) { return VectorD(derivative(v, x)); };
    EXPECT_FALSE(check_jacobian(f, swapped, random_vector(3, 9)).passed);
}

TEST(CheckGradient, SameSeedSameResult) {
    DerivativeCheckOptions options;
    const auto run = [&] { return check_gradient(wave, wave_gradient, random_vector(5, 1), options).floor; };
    const double first = run();
    EXPECT_EQ(first, run());
    options.seed = 1;
    EXPECT_NE(first, run());
}

TEST(CheckGradient, RefusesWhatItCannotCheck) {
    EXPECT_THROW((void)check_gradient(wave, wave_gradient, VectorD()), InvalidArgument);
    const auto short_gradient = [](const VectorD& x) { return VectorD(x.head(2)); };
    EXPECT_THROW((void)check_gradient(wave, short_gradient, random_vector(3, 1)), InvalidArgument);
    const auto nan = [](const VectorD&) { return std::numeric_limits<double>::quiet_NaN(); };
    EXPECT_THROW((void)check_gradient(nan, wave_gradient, random_vector(3, 1)), NumericalError);
    const auto infinite = [](const VectorD& x) {
        return VectorD(VectorD::Constant(x.size(), std::numeric_limits<double>::infinity()));
    };
    EXPECT_THROW((void)check_gradient(wave, infinite, random_vector(3, 1)), NumericalError);
    VectorD x = random_vector(3, 1);
    x[1] = std::numeric_limits<double>::quiet_NaN();
    EXPECT_THROW((void)check_gradient(wave, wave_gradient, x), NumericalError);
}

TEST(DerivativeCheckOptions, RefusesWhatIsOutOfRange) {
    const auto refused = [](auto change) {
        DerivativeCheckOptions options;
        change(options);
        try {
            options.validate();
        } catch (const InvalidArgument&) {
            return true;
        }
        return false;
    };
    EXPECT_FALSE(refused([](DerivativeCheckOptions&) {}));
    EXPECT_TRUE(refused([](DerivativeCheckOptions& o) { o.directions = 0; }));
    EXPECT_TRUE(refused([](DerivativeCheckOptions& o) { o.largest_step = 1e-9; }));
    EXPECT_TRUE(refused([](DerivativeCheckOptions& o) { o.smallest_step = 0; }));
    EXPECT_TRUE(refused([](DerivativeCheckOptions& o) { o.smallest_step = std::nan(""); }));
    EXPECT_TRUE(refused([](DerivativeCheckOptions& o) { o.tolerance = 0; }));
    EXPECT_TRUE(refused([](DerivativeCheckOptions& o) { o.smallest_slope = std::nan(""); }));
}

}  // namespace
}  // namespace eckart::calculus
