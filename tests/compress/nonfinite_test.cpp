#include <gtest/gtest.h>

#include <limits>

#include "eckart/compress/balance.hpp"
#include "eckart/compress/decomposition.hpp"
#include "eckart/core/error.hpp"
#include "small_networks.hpp"

namespace eckart::compress {
namespace {

/// A network whose dense and factored layers are as they should be but for two entries of one tensor.
model::Network<float> spoiled(const std::string& tensor) {
    auto network = test::half_factored_network({24, 18, 1, 10}, 5, Rng(5));
    for (model::Parameter<float>* parameter : network.parameters()) {
        if (parameter->name != tensor) continue;
        parameter->value(0, 1) = std::numeric_limits<float>::quiet_NaN();
        parameter->value(2, 0) = std::numeric_limits<float>::infinity();
    }
    return network;
}

template <class Work>
std::string message_of(Work work) {
    try {
        work();
    } catch (const NumericalError& error) {
        return error.what();
    }
    return "accepted";
}

// The factors' QR and product would spread one NaN over a whole matrix that no file has.
TEST(Nonfinite, TheTensorInTheFileIsNamedWithItsOwnCount) {
    ProgressObserver silent;
    for (const std::string expected :
         {"res1.layer2.weight (18, 18)", "res1.layer1.0.weight (5, 18)", "res1.layer1.1.weight (18, 5)"}) {
        auto network = spoiled(expected.substr(0, expected.find(' ')));
        const auto decomposing = message_of([&] { (void)decompose(network, silent, {}); });
        EXPECT_EQ(decomposing.find(expected + ": 2 entries"), 0U) << decomposing;
        if (expected.find(".layer1.") == std::string::npos) continue;
        const auto balancing = message_of([&] { balance_factors(network); });
        EXPECT_EQ(balancing.find(expected + ": 2 entries"), 0U) << balancing;
    }
}

TEST(Nonfinite, AProductBeyondFloat32IsRefused) {
    const MatrixF large = MatrixF::Constant(6, 6, 1e30F);
    const auto message = message_of([&] { (void)product_svd(large, large, "fc1"); });
    EXPECT_EQ(message.find("fc1 "), 0U) << message;
}

}  // namespace
}  // namespace eckart::compress
