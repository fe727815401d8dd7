// Backward passes against central differences in double and against PyTorch, tensor by tensor.

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "eckart/ops/elementwise.hpp"
#include "golden.hpp"
#include "small_networks.hpp"

namespace eckart::model {
namespace {

using test::random_matrix;

/// A network, a batch, and the mean loss of the one on the other.
struct Problem {
    Network<double> network;
    MatrixD x;
    std::vector<std::uint8_t> labels;
    NetworkState<double> state{};
    std::unique_ptr<ops::Backend<double>> backend = ops::make_reference_backend<double>();

    double loss() {
        const MatrixD logits = network.forward(*backend, view(std::as_const(x)), state);
        return ops::softmax_nll<double>(view(logits), labels).loss / static_cast<double>(x.rows());
    }

    void differentiate() {
        const MatrixD logits = network.forward(*backend, view(std::as_const(x)), state);
        MatrixD dlogits(logits.rows(), logits.cols());
        ops::softmax_nll_backward<double>(view(logits), labels, view(dlogits));
        network.backward(*backend, view(std::as_const(x)), view(std::as_const(dlogits)), state, {});
    }
};

Problem random_problem(const Architecture& architecture, Eigen::Index rank, std::uint64_t seed) {
    Rng rng(seed);
    Problem problem{convert<double>(test::random_network(architecture, rank, rng)),
                    random_matrix<double>(6, architecture.input, rng),
                    {}};
    for (int i = 0; i < 6; ++i) {
        problem.labels.push_back(
            static_cast<std::uint8_t>(rng.index(static_cast<std::uint64_t>(architecture.classes()))));
    }
    return problem;
}

Problem random_problem(const MlpArchitecture& sizes, Eigen::Index rank, std::uint64_t seed) {
    return random_problem(residual_mlp(sizes), rank, seed);
}

double central_difference(Problem& problem, double& entry, double h) {
    const double value = entry;
    entry = value + h;
    const double above = problem.loss();
    entry = value - h;
    const double below = problem.loss();
    entry = value;
    return (above - below) / (2 * h);
}

/// `dead`: how many parameters may have no gradient, because ReLUs let nothing through.
void expect_gradients_equal_differences(Problem problem, int dead = 0) {
    problem.differentiate();
    for (Parameter<double>* parameter : problem.network.parameters()) {
        const double scale = parameter->gradient.cwiseAbs().maxCoeff();
        dead -= scale > 0 ? 0 : 1;
        ASSERT_GE(dead, 0) << parameter->name;
        for (Eigen::Index i = 0; i < parameter->value.size(); ++i) {
            const double difference = central_difference(problem, parameter->value.data()[i], 1e-6);
            EXPECT_NEAR(parameter->gradient.data()[i], difference, 1e-7 * scale + 1e-9)
                << parameter->name << "[" << i << "]";
        }
    }
}

TEST(NetworkGradient, DenseEqualsCentralDifferences) {
    expect_gradients_equal_differences(random_problem({7, 6, 2, 4}, 0, 21));
}

TEST(NetworkGradient, FactoredEqualsCentralDifferences) {
    expect_gradients_equal_differences(random_problem({7, 6, 2, 4}, 3, 22));
}

TEST(NetworkGradient, WithoutBlocksAndWithOneUnitEqualsCentralDifferences) {
    expect_gradients_equal_differences(random_problem({5, 8, 0, 3}, 0, 23));
    expect_gradients_equal_differences(random_problem({1, 3, 1, 2}, 1, 30));
}

TEST(NetworkGradient, OfTwoSumsFromOneSourceEqualsCentralDifferences) {
    Architecture architecture{5, {}, {}};
    const std::size_t h = architecture.add_relu(architecture.add_linear(0, "a", 6));
    std::size_t z = architecture.add_sum(architecture.add_linear(h, "b", 6, false), h);
    z = architecture.add_sum(architecture.add_linear(architecture.add_relu(z), "c", 6), h);
    architecture.add_linear(architecture.add_relu(z), "d", 3, false);
    expect_gradients_equal_differences(random_problem(architecture, 0, 31));
    expect_gradients_equal_differences(random_problem(architecture, 2, 32));
}

TEST(NetworkGradient, OfSumsOfTheInputAndOfOneValueWithItselfEqualsCentralDifferences) {
    Architecture architecture{5, {}, {}};
    std::size_t h = architecture.add_sum(architecture.add_linear(0, "a", 5), 0);
    h = architecture.add_sum(h, h);
    const std::size_t shortcut = architecture.add_linear(h, "b", 4);
    h = architecture.add_sum(architecture.add_linear(architecture.add_relu(h), "c", 4), shortcut);
    architecture.add_relu(architecture.add_sum(h, architecture.add_relu(shortcut)));
    expect_gradients_equal_differences(random_problem(architecture, 0, 33));
}

TEST(NetworkGradient, OfRandomArchitecturesEqualsCentralDifferences) {
    for (std::uint64_t seed = 0; seed < 60; ++seed) {
        SCOPED_TRACE(seed);
        Rng rng = Rng(seed).fork("architecture");
        const Architecture architecture = test::random_architecture(rng);
        expect_gradients_equal_differences(random_problem(architecture, seed % 3 == 0 ? 2 : 0, seed), 6);
    }
}

TEST(NetworkGradient, DifferencesErrFourTimesLessAtHalfTheStep) {
    // No ReLU changes sign within the step, so the error of a central difference is h^2 f''' / 6 + ...
    Problem problem = random_problem({7, 6, 1, 4}, 0, 24);
    problem.differentiate();
    Parameter<double>& weight = *problem.network.parameters().back();
    double& entry = weight.value.data()[0];
    const double exact = weight.gradient.data()[0];
    double previous = std::abs(central_difference(problem, entry, 0.08) - exact);
    for (const double h : {0.04, 0.02, 0.01}) {
        const double error = std::abs(central_difference(problem, entry, h) - exact);
        EXPECT_NEAR(previous / error, 4, 0.1) << h;
        previous = error;
    }
}

TEST(NetworkGradient, CheckNoticesAWrongGradient) {
    Problem problem = random_problem({7, 6, 2, 4}, 0, 21);
    problem.differentiate();
    Parameter<double>& weight = *problem.network.parameters().front();
    const double scale = weight.gradient.cwiseAbs().maxCoeff();
    const double wrong = weight.gradient.data()[3] * 1.001 + 1e-5 * scale;
    EXPECT_GT(std::abs(wrong - central_difference(problem, weight.value.data()[3], 1e-6)),
              1e-7 * scale + 1e-9);
}

/// The golden file's first batch, in any precision.
template <class T>
void expect_gradients_like_pytorch(ops::Backend<T>& backend, Network<T> network, double tolerance) {
    const Json& batch = test::pytorch_golden().at("first_batch");
    const auto count = batch.at("size").get<Eigen::Index>();
    const std::vector<std::uint8_t> pixels = test::golden_pixels();
    std::vector<std::uint8_t> labels = test::golden_labels();
    labels.resize(static_cast<std::size_t>(count));
    Matrix<T> x(count, 12);
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        x.data()[i] = static_cast<T>((pixels[static_cast<std::size_t>(i)] / 255.0 - 0.5) / 0.5);
    }
    NetworkState<T> state;
    const Matrix<T> logits = network.forward(backend, view(std::as_const(x)), state);
    Matrix<T> dlogits(logits.rows(), logits.cols());
    const ops::LossSum sum = ops::softmax_nll_backward<T>(view(logits), labels, view(dlogits));
    EXPECT_NEAR(sum.loss / static_cast<double>(count), batch.at("loss").get<double>(), tolerance);
    network.backward(backend, view(std::as_const(x)), view(std::as_const(dlogits)), state, {});
    for (const Parameter<T>* parameter : network.parameters()) {
        const MatrixD expected = test::golden_tensor(batch.at("gradients").at(parameter->name));
        ASSERT_EQ(parameter->gradient.size(), expected.size());
        const double error =
            (parameter->gradient.template cast<double>() - expected).norm() / expected.norm();
        EXPECT_LE(error, tolerance) << parameter->name;
    }
}

TEST(NetworkGradient, EqualsPyTorchTensorByTensor) {
    const auto network = test::golden_network(test::pytorch_golden().at("initial"));
    expect_gradients_like_pytorch<double>(*ops::make_reference_backend<double>(), network, 1e-12);
    expect_gradients_like_pytorch<float>(*ops::make_onednn_backend(), convert<float>(network), 2e-6);
}

}  // namespace
}  // namespace eckart::model
