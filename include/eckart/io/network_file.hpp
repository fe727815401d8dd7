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

/// Whether a network saved under this name becomes an ONNX model: it ends in ".onnx".
bool is_onnx_name(const std::filesystem::path& target);

/// Saves a network as an ONNX model where its name says so (export_onnx()), otherwise as safetensors under
/// PyTorch's state_dict names: a dense layer as `fc1.weight` (out, in) and `fc1.bias` (out); a factored one
/// as `fc1.0.weight` (r, in), `fc1.1.weight` (out, r) and `fc1.1.bias`, the names of Sequential(Linear(in, r,
/// bias=False), Linear(r, out)). Architecture and record go into the metadata (docs/formats/safetensors.md).
/// Written atomically. Throws IoError.
void save_network(const model::Network<float>& network, const RunRecord& record,
                  const std::filesystem::path& target, Overwrite overwrite);

/// The same as safetensors into a file that the caller commits, e.g. after reading it back.
void write_network(AtomicFile& file, const model::Network<float>& network, const RunRecord& record);

/// Saves a network as an ONNX model (IR 8, opset 17) that any runtime takes: input "input" (batch, input),
/// output "log_probabilities" (batch, classes), a Gemm for each weight, tensors named as in safetensors,
/// architecture and record in the metadata. Written atomically. Throws IoError, and InvalidArgument for a
/// network of 2 GB or more.
void export_onnx(const model::Network<float>& network, const RunRecord& record,
                 const std::filesystem::path& target, Overwrite overwrite);

/// Reads what save_network() wrote, or a residual MLP's state_dict that PyTorch saved: without metadata the
/// architecture is inferred from names and shapes. An ONNX model, told by its content, is read when its graph
/// is a chain: fully-connected layers, ReLUs and sums, and what changes only shapes; a softmax at its end is
/// left out. Throws IoError when the file cannot be read; FormatError when it is malformed, when a tensor is
/// missing, surplus or of the wrong shape, or has NaN or infinite entries, and naming the node of a graph
/// that is no chain.
NetworkFile load_network(const std::filesystem::path& path);

}  // namespace eckart::io

#pragma GCC visibility pop
