// Bytes as a safetensors file.
#include "open_and_rewrite.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const eckart::test::OpenAndRewrite target("fuzzed.safetensors", "result.safetensors");
    if (size > 0 && bytes[0] == '{') return 0;  // an index, see safetensors_index_fuzz.cpp
    target.run(bytes, size);
    return 0;
}
