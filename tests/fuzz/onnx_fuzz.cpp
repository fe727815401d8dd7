// Bytes as an ONNX model, with a file beside it that may be its external data.
#include "message_mutator.hpp"
#include "open_and_rewrite.hpp"

namespace {

const eckart::test::OpenAndRewrite& target() {
    static const eckart::test::OpenAndRewrite made("fuzzed.onnx", "result.onnx");
    made.add("weight.bin", std::string(64, '\x3c'));
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const eckart::test::OpenAndRewrite& made = target();
    made.run(bytes, size);
    return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* bytes, std::size_t size, std::size_t capacity,
                                               unsigned seed) {
    return eckart::test::mutate_message(bytes, size, capacity, seed);
}
