#pragma once

#include <cstddef>
#include <cstdint>

namespace eckart::test {

/// Changes a message of Protocol Buffers in one place and keeps the lengths of all that is around it right,
/// which changes of single bytes do not: a number, the bytes of a text, a field that is deleted, given twice,
/// moved or copied elsewhere. For libFuzzer's LLVMFuzzerCustomMutator. Returns the new size, at most
/// `capacity`.
std::size_t mutate_message(std::uint8_t* bytes, std::size_t size, std::size_t capacity, unsigned seed);

}  // namespace eckart::test
