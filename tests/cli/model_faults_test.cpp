// Model files that are missing, locked, damaged or something else.
#include <sys/stat.h>

#include <limits>

#include "bad_call.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/rng.hpp"
#include "materials.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

const Words kEval{"eval", "bad.safetensors", "--data", "data"};

/// Writes bad.safetensors with the given bytes.
auto bytes(std::string content) {
    return [content = std::move(content)](const fs::path& folder) {
        write_file(folder / "bad.safetensors", content, Overwrite::kRefuse);
    };
}

/// A good network's first `size` bytes.
auto cut_to(std::uintmax_t size) {
    return [size](const fs::path& folder) {
        fs::copy_file(folder / "net.safetensors", folder / "bad.safetensors");
        fs::resize_file(folder / "bad.safetensors", size);
    };
}

void lengthen(const fs::path& folder) {
    fs::copy_file(folder / "net.safetensors", folder / "bad.safetensors");
    fs::resize_file(folder / "bad.safetensors", fs::file_size(folder / "net.safetensors") + 1);
}

std::string random_bytes() {
    Rng rng(7);
    std::string text;
    for (int i = 0; i < 5000; ++i) text += static_cast<char>(rng.index(256));
    return text;
}

void spoil_weights(const fs::path& folder) {
    model::Network<float> network = dense_network();
    network.parameters()[0]->value(3, 2) = std::numeric_limits<float>::quiet_NaN();
    save(network, folder / "bad.safetensors");
}

/// Finite weights whose products are not.
void save_network_that_overflows(const fs::path& folder) {
    model::Network<float> network = dense_network();
    for (auto* parameter : network.parameters()) parameter->value.setConstant(1e30F);
    save(network, folder / "bad.safetensors");
}

void save_network_of_other_size(const fs::path& folder) {
    save(network_of_other_size(), folder / "bad.safetensors");
}

void make_folder(const fs::path& folder) {
    fs::create_directory(folder / "bad.safetensors");
}

void make_fifo(const fs::path& folder) {
    ASSERT_EQ(mkfifo((folder / "bad.safetensors").c_str(), 0600), 0);
}

void lock(const fs::path& folder) {
    fs::copy_file(folder / "net.safetensors", folder / "bad.safetensors");
    fs::permissions(folder / "bad.safetensors", fs::perms::none);
}

void make_dangling_link(const fs::path& folder) {
    fs::create_symlink("nowhere", folder / "bad.safetensors");
}

/// Every command that reads a network, on a file of 0 bytes.
std::vector<BadCall> every_reader() {
    const auto empty = bytes("");
    return {
        {"EmptyToEval", kEval, 3, "has only 0 bytes", empty},
        {"EmptyToInspect", {"inspect", "bad.safetensors"}, 3, "has only 0 bytes", empty},
        {"EmptyToCompress",
         {"compress", "bad.safetensors", "--rank", "2", "-o", "out", "--run", "study"},
         3,
         "has only 0 bytes",
         empty},
        {"EmptyToSweep",
         {"sweep", "bad.safetensors", "--data", "data", "--run", "study"},
         3,
         "has only 0 bytes",
         empty},
        {"EmptyToFinetune",
         {"finetune", "bad.safetensors", "--data", "data", "-o", "out", "--run", "study"},
         3,
         "has only 0 bytes",
         empty},
        {"EmptyReference",
         {"finetune", "small.safetensors", "--data", "data", "-o", "out", "--reference", "bad.safetensors"},
         3,
         "has only 0 bytes",
         empty},
    };
}

std::vector<BadCall> calls() {
    std::vector<BadCall> calls = every_reader();
    const std::vector<BadCall> more{
        {"Missing", kEval, 5, "No such file"},
        {"MissingToCompress",
         {"compress", "bad.safetensors", "--rank", "2", "-o", "out", "--run", "study"},
         5,
         "No such file"},
        {"EmptyName", {"eval", "", "--data", "data"}, 2, "MODEL: its value is empty"},
        {"Unreadable", kEval, 5, "Permission denied", lock, true},
        {"Folder", kEval, 5, "name a file", make_folder},
        {"Fifo", kEval, 5, "not a regular file", make_fifo},
        {"DanglingLink", kEval, 5, "No such file", make_dangling_link},
        {"CutInTheLength", kEval, 3, "has only 5 bytes", cut_to(5)},
        {"CutInTheHeader", kEval, 3, "get it again", cut_to(100)},
        {"CutInTheTensors", kEval, 3, "get it again", cut_to(100'000)},
        {"OneByteMore", kEval, 3, "bad.safetensors", lengthen},
        {"RandomBytes", kEval, 3, "not a safetensors file", bytes(random_bytes())},
        {"Zeros", kEval, 3, "bad.safetensors", bytes(std::string(4096, '\0'))},
        {"Pickle", kEval, 3, "pickle", bytes("\x80\x02}q" + std::string(200, 'x'))},
        {"PyTorchArchive", kEval, 3, "not a safetensors file but",
         bytes("PK\x03\x04" + std::string(200, '\0'))},
        {"Onnx", kEval, 3, "is an ONNX model without a graph",
         bytes("\x08\x08\x12\x07pytorch" + std::string(200, 'x'))},
        {"Text", kEval, 3, "not a safetensors file", bytes("{\"weights\": [1, 2, 3]}\n")},
        {"NanWeights", kEval, 3, "1 NaN or infinite entries", spoil_weights},
        {"OutputsThatOverflow", kEval, 1, "lower learning rate", save_network_that_overflows},
        {"OutputsThatOverflowToSweep",
         {"sweep", "bad.safetensors", "--data", "data", "--run", "study"},
         1,
         "lower learning rate",
         save_network_that_overflows},
        {"OtherSize", kEval, 2, "use the data the network was made for", save_network_of_other_size},
        {"OtherSizeToSweep",
         {"sweep", "bad.safetensors", "--data", "data", "--run", "study"},
         2,
         "use the data the network was made for",
         save_network_of_other_size},
        {"ReferenceOfOtherSize",
         {"finetune", "small.safetensors", "--data", "data", "-o", "out", "--reference", "bad.safetensors"},
         2,
         "use the data the network was made for",
         save_network_of_other_size},
        {"CheckpointAsModel",
         {"eval", "trained.safetensors.checkpoint", "--data", "data"},
         3,
         "trained.safetensors.checkpoint",
         lay_out_checkpoint},
    };
    calls.insert(calls.end(), more.begin(), more.end());
    return calls;
}

ECKART_BAD_CALLS(BadModel, calls());

}  // namespace
}  // namespace eckart::test
