#include "eckart/evaluate/compare_models.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "onnx_maker.hpp"
#include "random_matrix.hpp"

namespace eckart::evaluate {
namespace {

using test::OnnxMaker;
using test::ScratchFolder;

TEST(OutputComparison, IsZeroForTheSameOutputs) {
    const std::vector<float> y{1, -2, 0, std::numeric_limits<float>::infinity(), NAN, 3};
    OutputComparison comparison;
    comparison.add(y.data(), y.data(), 2, 3);
    const OutputDifference found = comparison.result(1);
    EXPECT_EQ(found.rows, 2);
    EXPECT_EQ(found.relative, 0);
    EXPECT_EQ(found.largest, 0);
    EXPECT_EQ(found.same_largest, 1);
}

TEST(OutputComparison, AddsUpOverRowsAndCalls) {
    const std::vector<float> y{3, 4, 0, 12};
    const std::vector<float> other{3, 4.5F, 5, -1};
    OutputComparison comparison;
    comparison.add(y.data(), other.data(), 1, 2);
    comparison.add(y.data() + 2, other.data() + 2, 1, 2);
    const OutputDifference found = comparison.result(2);
    EXPECT_EQ(found.runs, 2);
    EXPECT_EQ(found.rows, 2);
    EXPECT_NEAR(found.relative, std::sqrt(0.25 + 25 + 169) / 13, 1e-12);
    EXPECT_EQ(found.largest, 13);
    EXPECT_EQ(found.same_largest, 0.5);
}

TEST(OutputComparison, IsInfiniteWhereOneIsNoNumber) {
    const std::vector<float> y{1, 2};
    const std::vector<float> other{1, NAN};
    OutputComparison comparison;
    comparison.add(y.data(), other.data(), 1, 2);
    EXPECT_EQ(comparison.result(1).relative, std::numeric_limits<double>::infinity());
}

void declare(onnx::ValueInfoProto& value, int type, std::initializer_list<std::string> dimensions) {
    onnx::TypeProto::Tensor* tensor = value.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    for (const std::string& dimension : dimensions) {
        onnx::TensorShapeProto::Dimension* size = tensor->mutable_shape()->add_dim();
        if (std::isdigit(static_cast<unsigned char>(dimension.front())) != 0) {
            size->set_dim_value(std::stoll(dimension));
        } else {
            size->set_dim_param(dimension);
        }
    }
}

/// y = (x W) * E[ids] * maskt, which is no chain: x (n, 5), ids (n), mask (7, n).
std::filesystem::path save_gated(const MatrixF& weight, const ScratchFolder& folder) {
    Rng rng(4);
    OnnxMaker maker;
    declare(*maker.graph().mutable_input(0), onnx::TensorProto::FLOAT, {"n", "5"});
    declare(*maker.graph().mutable_output(0), onnx::TensorProto::FLOAT, {"n", "7"});
    onnx::ValueInfoProto* ids = maker.graph().add_input();
    ids->set_name("ids");
    declare(*ids, onnx::TensorProto::INT64, {"n"});
    onnx::ValueInfoProto* mask = maker.graph().add_input();
    mask->set_name("mask");
    declare(*mask, onnx::TensorProto::FLOAT, {"7", "n"});
    maker.add_weight("w", weight);
    maker.add_weight("e", test::random_matrix<float>(2, 7, rng));
    maker.add_node("MatMul", {"x", "w"}, "h");
    maker.add_node("Gather", {"e", "ids"}, "g");
    maker.add_node("Mul", {"h", "g"}, "hg");
    maker.add_node("Transpose", {"mask"}, "maskt");
    maker.add_node("Mul", {"hg", "maskt"}, "y");
    return maker.save(folder);
}

class CompareOnnx : public testing::Test {
  protected:
    OutputDifference compare(std::int64_t runs) {
        return compare_onnx(before_, after_, runs, 1, 1, silent_, StopRequested());
    }

    Rng rng_{3};
    MatrixF weight_ = test::random_matrix<float>(5, 7, rng_);
    ScratchFolder first_;
    ScratchFolder second_;
    std::filesystem::path before_ = save_gated(weight_, first_);
    std::filesystem::path after_ = save_gated(2 * weight_, second_);
    ProgressObserver silent_;
};

TEST_F(CompareOnnx, RunsBothModelsOnTheSameInputs) {
    if (!has_model_runtime()) {
        EXPECT_THROW(compare(1), BackendError);
        GTEST_SKIP() << "this build has no ONNX Runtime (libonnxruntime-dev of Debian 13)";
    }
    testing::internal::CaptureStderr();
    const OutputDifference found = compare(3);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(found.runs, 3);
    EXPECT_EQ(found.rows, 6);  // n = 2 everywhere
    EXPECT_EQ(found.relative, 1);
    EXPECT_EQ(found.same_largest, 1);  // that of 2 y is where that of y is
    after_ = before_;
    EXPECT_EQ(compare(2).relative, 0);
}

TEST_F(CompareOnnx, SaysWhatItCannotRun) {
    if (!has_model_runtime())
        GTEST_SKIP() << "this build has no ONNX Runtime (libonnxruntime-dev of Debian 13)";
    write_file(after_, "no model", Overwrite::kReplace);
    EXPECT_THROW(compare(1), BackendError);
    EXPECT_THROW(compare(0), InvalidArgument);
}

}  // namespace
}  // namespace eckart::evaluate
