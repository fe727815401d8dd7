#pragma once

#include "io/onnx/messages.hpp"

namespace eckart::io {

// Every tensor of a model, of its subgraphs and functions as well, always in the same order. The messages
// nest no deeper than read_skeleton() allows.

template <class Visit>
void for_each_tensor(onnx::GraphProto& graph, const Visit& visit);

template <class Visit>
void visit_parts(onnx::SparseTensorProto& tensor, const Visit& visit) {
    if (tensor.has_values()) visit(*tensor.mutable_values());
    if (tensor.has_indices()) visit(*tensor.mutable_indices());
}

template <class Visit>
void for_each_tensor(onnx::NodeProto& node, const Visit& visit) {
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_t()) visit(*attribute.mutable_t());
        for (onnx::TensorProto& tensor : *attribute.mutable_tensors()) visit(tensor);
        if (attribute.has_sparse_tensor()) visit_parts(*attribute.mutable_sparse_tensor(), visit);
        for (onnx::SparseTensorProto& tensor : *attribute.mutable_sparse_tensors())
            visit_parts(tensor, visit);
        if (attribute.has_g()) for_each_tensor(*attribute.mutable_g(), visit);
        for (onnx::GraphProto& graph : *attribute.mutable_graphs()) for_each_tensor(graph, visit);
    }
}

template <class Visit>
void for_each_tensor(onnx::GraphProto& graph, const Visit& visit) {
    for (onnx::TensorProto& tensor : *graph.mutable_initializer()) visit(tensor);
    for (onnx::SparseTensorProto& tensor : *graph.mutable_sparse_initializer()) visit_parts(tensor, visit);
    for (onnx::NodeProto& node : *graph.mutable_node()) for_each_tensor(node, visit);
}

template <class Visit>
void for_each_tensor(onnx::ModelProto& model, const Visit& visit) {
    for_each_tensor(*model.mutable_graph(), visit);
    for (onnx::TrainingInfoProto& training : *model.mutable_training_info()) {
        if (training.has_initialization()) for_each_tensor(*training.mutable_initialization(), visit);
        if (training.has_algorithm()) for_each_tensor(*training.mutable_algorithm(), visit);
    }
    for (onnx::FunctionProto& function : *model.mutable_functions()) {
        for (onnx::NodeProto& node : *function.mutable_node()) for_each_tensor(node, visit);
    }
}

}  // namespace eckart::io
