#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "io/onnx/free_names.hpp"
#include "io/onnx/graph_index.hpp"
#include "io/onnx/linear_finder.hpp"

namespace eckart::io {

/// A tensor that is going to hold a factor.
struct FactorTensor {
    std::int64_t rows = 0;  ///< of the factor in its layout
    std::int64_t cols = 0;
    std::size_t reference = 0;  ///< where its data will come from (wire.hpp)
};

/// Puts factors into the place of weights, in a copy of the model that the index was made of.
class GraphRewriter {
  public:
    GraphRewriter(const GraphIndex& index, onnx::ModelProto& copy);

    /// Each node that uses the weight becomes two, y = B (A x): the first has no bias. Nodes and tensors that
    /// nothing uses any more go with finish(). Call once for each linear.
    void replace(const GraphLinear& linear, const FactorTensor& a, const FactorTensor& b);
    /// Gives the tensor `value`, a factor already, other entries and another shape. `first`: it is A, so what
    /// its nodes make has another shape as well.
    void resize(const GraphLinear& factor, const FactorTensor& tensor, bool first);
    /// Removes what is left over. Call last.
    void finish();

  private:
    struct Factors {
        std::string a;
        std::string b;
    };

    [[nodiscard]] std::string fresh(const std::string& wanted);
    std::string add_initializer(const std::string& wanted, const GraphLinear& linear,
                                const FactorTensor& tensor);
    void add_input(const onnx::TensorProto& tensor);
    void rename_bias(const LinearUse& use, const std::string& name);
    std::string cast(const LinearUse& use, const std::string& factor, std::vector<onnx::NodeProto>& nodes);
    void replace_use(const GraphLinear& linear, const LinearUse& use, const Factors& factors);
    void split_gemm(const GraphLinear& linear, const LinearUse& use, const Factors& factors,
                    onnx::NodeProto& first, onnx::NodeProto& second);
    std::string add_zero(const GraphLinear& linear, const LinearUse& use);
    void remove_leftovers(onnx::GraphProto& graph);
    void remove_stale_training(const onnx::GraphProto& graph);

    const GraphIndex& index_;
    onnx::ModelProto& copy_;
    std::unordered_set<std::string> names_;
    FreeNames free_names_;
    std::unordered_map<int, std::vector<onnx::NodeProto>> replacements_;  // old node -> new ones
    std::unordered_map<int, onnx::NodeProto> changed_;  // old node -> the same with another bias name
    std::unordered_set<int> candidates_;                // nodes that may have lost their users
    std::unordered_set<std::string> stale_;             // initializers that may have
    std::unordered_set<std::string> resized_;           // values whose shape has changed
};

}  // namespace eckart::io
