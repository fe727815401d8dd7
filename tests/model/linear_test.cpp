#include "eckart/model/linear.hpp"

#include <gtest/gtest.h>

#include "eckart/core/error.hpp"
#include "small_networks.hpp"

namespace eckart::model {
namespace {

using test::random_matrix;

TEST(FactoredLinear, ComputesTheProductOfItsFactors) {
    Rng rng(3);
    const auto backend = ops::make_reference_backend<double>();
    for (const auto& [out, in, r] :
         {std::tuple(1, 9, 1), std::tuple(9, 1, 1), std::tuple(6, 8, 3), std::tuple(4, 5, 7)}) {
        const auto factored = test::random_factored<double>({"layer", out, in}, r, rng);
        const DenseLinear<double> dense("layer", factored->dense_weight(), factored->bias().value);
        const MatrixD x = random_matrix<double>(4, in, rng);
        const MatrixD residual = random_matrix<double>(4, out, rng);
        MatrixD y1(4, out);
        MatrixD y2(4, out);
        LayerState<double> state;
        factored->forward(*backend, view(x), residual.data(), true, view(y1), state);
        dense.forward(*backend, view(x), residual.data(), true, view(y2), state);
        EXPECT_LE((y1 - y2).cwiseAbs().maxCoeff(), 1e-13);
        EXPECT_EQ(factored->macs(), r * (out + in));
        EXPECT_EQ(factored->rank(), r);
    }
}

TEST(Linear, ParametersCarryPyTorchNames) {
    Rng rng(3);
    auto factored = test::random_factored<float>({"res1.layer2", 4, 5}, 2, rng);
    ASSERT_EQ(factored->parameters().size(), 3U);
    EXPECT_EQ(factored->parameters()[0]->name, "res1.layer2.0.weight");
    EXPECT_EQ(factored->parameters()[1]->name, "res1.layer2.1.weight");
    EXPECT_EQ(factored->parameters()[2]->name, "res1.layer2.1.bias");
    EXPECT_TRUE(factored->parameters()[2]->is_vector);
    DenseLinear<float> dense("fc1", MatrixF::Zero(4, 5), MatrixF::Zero(1, 4));
    EXPECT_EQ(dense.parameters()[0]->name, "fc1.weight");
    EXPECT_EQ(dense.parameters()[1]->name, "fc1.bias");
}

TEST(Linear, RefusesShapesThatDoNotFit) {
    EXPECT_THROW(DenseLinear<float>("fc", MatrixF(4, 5), MatrixF(1, 5)), InvalidArgument);
    EXPECT_THROW(DenseLinear<float>("fc", MatrixF(4, 5), MatrixF(4, 1)), InvalidArgument);
    EXPECT_THROW(FactoredLinear<float>("fc", MatrixF(4, 2), MatrixF(3, 5), MatrixF(1, 4)), InvalidArgument);
    EXPECT_THROW(FactoredLinear<float>("fc", MatrixF(4, 0), MatrixF(0, 5), MatrixF(1, 4)), InvalidArgument);
    EXPECT_THROW(FactoredLinear<float>("fc", MatrixF(4, 2), MatrixF(2, 5), MatrixF(1, 2)), InvalidArgument);
}

TEST(Linear, ReportsEachGradientOnceItIsFinal) {
    Rng rng(3);
    const auto backend = ops::make_reference_backend<double>();
    auto layer = test::random_factored<double>({"layer", 4, 5}, 2, rng);
    const MatrixD x = random_matrix<double>(3, 5, rng);
    const MatrixD dy = random_matrix<double>(3, 4, rng);
    MatrixD y(3, 4);
    MatrixD dx(3, 5);
    LayerState<double> state;
    layer->forward(*backend, view(x), nullptr, false, view(y), state);
    const MatrixD expected_dx = dy * layer->dense_weight();
    std::vector<std::string> seen;
    MatrixView<double> dx_view = view(dx);
    layer->backward(*backend, view(x), view(dy), &dx_view, state, [&](Parameter<double>& parameter) {
        seen.push_back(parameter.name);
        parameter.value.setConstant(1e9);  // an optimizer may change the value from here on
    });
    EXPECT_EQ(seen, (std::vector<std::string>{"layer.1.weight", "layer.1.bias", "layer.0.weight"}));
    EXPECT_LE((dx - expected_dx).cwiseAbs().maxCoeff(), 1e-13);
}

}  // namespace
}  // namespace eckart::model
