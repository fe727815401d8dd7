#include "eckart/model/residual_mlp.hpp"

#include <gtest/gtest.h>

#include "eckart/core/error.hpp"

namespace eckart::model {
namespace {

TEST(MlpArchitecture, LayersCarryPyTorchNames) {
    const auto layers = residual_mlp().layers;
    ASSERT_EQ(layers.size(), 6U);
    const char* names[] = {"fc1", "res1.layer1", "res1.layer2", "res2.layer1", "res2.layer2", "fc2"};
    for (std::size_t i = 0; i < layers.size(); ++i) EXPECT_EQ(layers[i].name, names[i]);
    EXPECT_EQ(layers.front().in, 3072);
    EXPECT_EQ(layers.front().out, 1000);
    EXPECT_EQ(layers.back().out, 10);
}

TEST(MlpArchitecture, JsonRoundTrip) {
    const MlpArchitecture architecture{28 * 28, 64, 3, 47};
    EXPECT_EQ(residual_mlp_sizes(architecture_from_json(to_json(residual_mlp(architecture)))), architecture);
}

TEST(MlpArchitecture, RefusesSizesOutOfRange) {
    for (const MlpArchitecture& wrong :
         {MlpArchitecture{0, 1, 1, 1}, MlpArchitecture{1, -1, 1, 1}, MlpArchitecture{1, 1, -1, 1},
          MlpArchitecture{1, 1, 1001, 1}, MlpArchitecture{1, 1, 1, 0}, MlpArchitecture{1000001, 1, 1, 1}}) {
        EXPECT_THROW(wrong.validate(), InvalidArgument);
    }
    MlpArchitecture{1, 1, 0, 1}.validate();
}

TEST(MlpArchitecture, RefusesJsonWithMissingOrWrongFields) {
    const Json good = to_json(residual_mlp());
    for (const char* field : {"architecture", "input", "hidden", "blocks", "classes"}) {
        Json missing = good;
        missing.erase(field);
        EXPECT_THROW((void)architecture_from_json(missing), FormatError) << field;
        for (const Json& value :
             {Json(-1), Json("x"), Json(1.5), Json(nullptr), Json(std::uint64_t{1} << 63)}) {
            Json wrong = good;
            wrong[field] = value;
            EXPECT_THROW((void)architecture_from_json(wrong), FormatError) << field << " = " << value;
        }
    }
    EXPECT_THROW((void)architecture_from_json(Json::array()), FormatError);
}

}  // namespace
}  // namespace eckart::model
