// Bytes as the index of safetensors files, with two such files beside it.
#include <fstream>
#include <iterator>

#include "open_and_rewrite.hpp"

namespace {

const eckart::test::OpenAndRewrite& target() {
    static const eckart::test::OpenAndRewrite made("fuzzed.safetensors.index.json",
                                                   "result.safetensors.index.json");
    for (const std::string name : {"one.safetensors", "two.safetensors"}) {
        std::ifstream shard(ECKART_SOURCE_DIR "/tests/corpus/safetensors_index/accepted/usual/" + name,
                            std::ios::binary);
        made.add(name, std::string(std::istreambuf_iterator<char>(shard), {}));
    }
    return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static const eckart::test::OpenAndRewrite& made = target();
    if (size > 0 && bytes[0] == '{') made.run(bytes, size);
    return 0;
}
