#include "io/foreign_file.hpp"

namespace eckart::io {

namespace {

constexpr const char* kPickle =
    "a PyTorch pickle, which may run code when it is loaded; convert it in Python: weights = "
    "torch.load('in.pt', "
    "weights_only=True); safetensors.torch.save_file(weights, 'out.safetensors')";

/// Protocols 2 to 5; older ones have no mark.
bool looks_like_pickle(std::string_view start) {
    return start.size() >= 2 && start[0] == '\x80' && start[1] >= 2 && start[1] <= 5;
}

}  // namespace

bool looks_like_json_object(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && text[first] == '{';
}

// A header of 640 bytes begins like a pickle, one of 35,615 like gzip: only what follows its length tells.
bool looks_like_safetensors(std::string_view start) {
    using namespace std::string_view_literals;
    return start.size() > 8 && start.substr(4, 4) == "\0\0\0\0"sv && start[8] == '{';
}

// The first field of an ONNX model is its IR version, the second the name of the producer or the opset.
bool looks_like_onnx(std::string_view start) {
    return start.size() >= 3 && start[0] == 0x08 && start[1] > 0 && start[1] < 0x20 &&
           (start[2] == 0x12 || start[2] == 0x3A || start[2] == 0x42);
}

bool looks_like_onnx(std::string_view start, const std::filesystem::path& name) {
    if (looks_like_onnx(start)) return true;
    return name.extension() == ".onnx" && !looks_like_safetensors(start) &&
           recognize_foreign_file(start).empty();
}

std::string recognize_foreign_file(std::string_view start) {
    using namespace std::string_view_literals;
    if (looks_like_safetensors(start)) return {};
    if (start.starts_with("PK\x03\x04"sv) || looks_like_pickle(start)) return kPickle;
    if (start.starts_with("\x89HDF"sv))
        return "an HDF5 file (Keras); save the weights as safetensors instead";
    if (start.starts_with("\x93NUMPY"sv)) return "a NumPy array; save the weights as safetensors instead";
    if (start.starts_with("GGUF"sv)) return "a GGUF file; use the safetensors file that it was made from";
    if (start.starts_with("\x1f\x8b"sv)) return "compressed with gzip; unpack it first";
    if (looks_like_json_object(start))
        return "JSON; only inspect, compress and slice take the index of a model in several files";
    if (looks_like_onnx(start)) return "an ONNX model; save the weights as safetensors instead";
    return {};
}

}  // namespace eckart::io
