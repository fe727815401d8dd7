#pragma once

#include <cstdint>
#include <string>

namespace eckart::io {

/// What is known of an ONNX data type. Newer types than these pass through unread.
struct ElementType {
    int number = 0;         ///< in TensorProto.DataType
    const char* name = "";  ///< safetensors' name where it has one
    unsigned bits = 0;      ///< of an entry; 0: entries are texts
    enum class Typed {
        kFloat,
        kInt32,
        kInt64,
        kUint64,
        kDouble,
        kText
    } typed = Typed::kInt32;  ///< its field
};

/// Null for a type that ONNX did not have when this was written.
const ElementType* element_type(int number);

}  // namespace eckart::io
