#pragma once

#include "io/onnx/messages.hpp"

namespace eckart::io {

// Every tensor of a model, of its subgraphs and functions as well, always in the same order. The messages
// nest no deeper than read_skeleton() allows.

template <class Visit>
void for_each_tensor(onnx::GraphProto& graph, const Visit& visit);

template <class Visit>
void for_each_tensor(onnx::NodeProto& node, const Visit& visit) {
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) visit(*attribute.mutable_t());
        for (onnx::TensorProto& tensor : *attribute.mutable_tensors()) visit(tensor);
        if (attribute.has_g()) for_each_tensor(*attribute.mutable_g(), visit);
        for (onnx::GraphProto& graph : *attribute.mutable_graphs()) for_each_tensor(graph, visit);
    }
}

template <class Visit>
void for_each_tensor(onnx::GraphProto& graph, const Visit& visit) {
    for (onnx::TensorProto& tensor : *graph.mutable_initializer()) visit(tensor);
    for (onnx::NodeProto& node : *graph.mutable_node()) for_each_tensor(node, visit);
}

template <class Visit>
void for_each_tensor(onnx::ModelProto& model, const Visit& visit) {
    for_each_tensor(*model.mutable_graph(), visit);
    for (onnx::FunctionProto& function : *model.mutable_functions()) {
        for (onnx::NodeProto& node : *function.mutable_node()) for_each_tensor(node, visit);
    }
}

}  // namespace eckart::io
