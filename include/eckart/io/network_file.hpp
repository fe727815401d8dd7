#pragma once

#include <filesystem>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "eckart/core/run_record.hpp"
#include "eckart/model/network.hpp"

#pragma GCC visibility push(default)

namespace eckart::io {

/// A network and how it came to be; the record is null for files that Eckart did not write.
struct NetworkFile {
    model::Network<float> network;
    Json run_record;
};

/// How a network is stored.
///
/// kSafetensors: under PyTorch's state_dict names, a dense layer as `fc1.weight` (out, in) and `fc1.bias`
/// (out), a factored one as `fc1.0.weight` (r, in), `fc1.1.weight` (out, r) and `fc1.1.bias`, the names of
/// Sequential(Linear(in, r, bias=False), Linear(r, out)); docs/formats/safetensors.md.
/// kOnnx: a model that any runtime takes (IR 8, opset 17), with input "input" (batch, input), output
/// "log_probabilities" (batch, classes), and a Gemm for each of the same tensors; docs/guide/export.md.
/// Both carry architecture and run record in their metadata.
enum class NetworkFormat { kSafetensors, kOnnx };

/// kOnnx for a name that ends in ".onnx", kSafetensors for all others.
NetworkFormat format_of_name(const std::filesystem::path& target);

/// Saves a network in the format that its name says. Written atomically. Throws IoError, and InvalidArgument
/// for an ONNX model of 2 GB or more, which would not fit in one file.
void save_network(const model::Network<float>& network, const RunRecord& record,
                  const std::filesystem::path& target, Overwrite overwrite);

/// The same into a file that the caller commits, e.g. after reading it back.
void write_network(AtomicFile& file, const model::Network<float>& network, const RunRecord& record,
                   NetworkFormat format = NetworkFormat::kSafetensors);

/// Reads what save_network() wrote, or a residual MLP's state_dict that PyTorch saved: without metadata the
/// architecture is inferred from names and shapes. An ONNX model, told by its content, is read when its graph
/// is a chain: fully-connected layers, ReLUs and sums, and what changes only shapes; a softmax at its end is
/// left out. Throws IoError when the file cannot be read; FormatError when it is malformed, when a tensor is
/// missing, surplus or of the wrong shape, or has NaN or infinite entries, and naming the node of a graph
/// that is no chain.
NetworkFile load_network(const std::filesystem::path& path);

}  // namespace eckart::io

#pragma GCC visibility pop
