#include "io/onnx/element_type.hpp"

#include <algorithm>
#include <array>

namespace eckart::io {

namespace {

// Numbers, not names of the message classes: Debian 12's end at bfloat16.
using Typed = ElementType::Typed;
constexpr std::array<ElementType, 25> kElementTypes{{{1, "F32", 32, Typed::kFloat},
                                                     {2, "U8", 8, Typed::kInt32},
                                                     {3, "I8", 8, Typed::kInt32},
                                                     {4, "U16", 16, Typed::kInt32},
                                                     {5, "I16", 16, Typed::kInt32},
                                                     {6, "I32", 32, Typed::kInt32},
                                                     {7, "I64", 64, Typed::kInt64},
                                                     {8, "STRING", 0, Typed::kText},
                                                     {9, "BOOL", 8, Typed::kInt32},
                                                     {10, "F16", 16, Typed::kInt32},
                                                     {11, "F64", 64, Typed::kDouble},
                                                     {12, "U32", 32, Typed::kUint64},
                                                     {13, "U64", 64, Typed::kUint64},
                                                     {14, "COMPLEX64", 64, Typed::kFloat},
                                                     {15, "COMPLEX128", 128, Typed::kDouble},
                                                     {16, "BF16", 16, Typed::kInt32},
                                                     {17, "F8_E4M3", 8, Typed::kInt32},
                                                     {18, "F8_E4M3FNUZ", 8, Typed::kInt32},
                                                     {19, "F8_E5M2", 8, Typed::kInt32},
                                                     {20, "F8_E5M2FNUZ", 8, Typed::kInt32},
                                                     {21, "U4", 4, Typed::kInt32},
                                                     {22, "I4", 4, Typed::kInt32},
                                                     {23, "F4_E2M1", 4, Typed::kInt32},
                                                     {24, "F8_E8M0", 8, Typed::kInt32},
                                                     {25, "U2", 2, Typed::kInt32}}};

}  // namespace

const ElementType* element_type(int number) {
    const auto* const found = std::ranges::find(kElementTypes, number, &ElementType::number);
    return found == kElementTypes.end() ? nullptr : found;
}

}  // namespace eckart::io
