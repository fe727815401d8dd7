#pragma once

#include "io/onnx/messages.hpp"

namespace eckart::io {

/// The messages on the way from a model to its tensors.
enum class WireMessage {
    kModel,
    kGraph,
    kNode,
    kAttribute,
    kFunction,
    kTraining,
    kSparseTensor,
    kTensor,
    kOther
};

/// What the field `number` of `message` holds.
constexpr WireMessage member(WireMessage message, int number) {
    switch (message) {
        case WireMessage::kModel:
            return number == onnx::ModelProto::kGraphFieldNumber          ? WireMessage::kGraph
                   : number == onnx::ModelProto::kFunctionsFieldNumber    ? WireMessage::kFunction
                   : number == onnx::ModelProto::kTrainingInfoFieldNumber ? WireMessage::kTraining
                                                                          : WireMessage::kOther;
        case WireMessage::kTraining:
            return number == onnx::TrainingInfoProto::kInitializationFieldNumber ||
                           number == onnx::TrainingInfoProto::kAlgorithmFieldNumber
                       ? WireMessage::kGraph
                       : WireMessage::kOther;
        case WireMessage::kSparseTensor:
            return number == onnx::SparseTensorProto::kValuesFieldNumber ||
                           number == onnx::SparseTensorProto::kIndicesFieldNumber
                       ? WireMessage::kTensor
                       : WireMessage::kOther;
        case WireMessage::kGraph:
            return number == onnx::GraphProto::kNodeFieldNumber                ? WireMessage::kNode
                   : number == onnx::GraphProto::kInitializerFieldNumber       ? WireMessage::kTensor
                   : number == onnx::GraphProto::kSparseInitializerFieldNumber ? WireMessage::kSparseTensor
                                                                               : WireMessage::kOther;
        case WireMessage::kFunction:
            return number == onnx::FunctionProto::kNodeFieldNumber ? WireMessage::kNode : WireMessage::kOther;
        case WireMessage::kNode:
            return number == onnx::NodeProto::kAttributeFieldNumber ? WireMessage::kAttribute
                                                                    : WireMessage::kOther;
        case WireMessage::kAttribute:
            switch (number) {
                case onnx::AttributeProto::kTFieldNumber:
                case onnx::AttributeProto::kTensorsFieldNumber:
                    return WireMessage::kTensor;
                case onnx::AttributeProto::kSparseTensorFieldNumber:
                case onnx::AttributeProto::kSparseTensorsFieldNumber:
                    return WireMessage::kSparseTensor;
                case onnx::AttributeProto::kGFieldNumber:
                case onnx::AttributeProto::kGraphsFieldNumber:
                    return WireMessage::kGraph;
                default:
                    return WireMessage::kOther;
            }
        default:
            return WireMessage::kOther;
    }
}

}  // namespace eckart::io
