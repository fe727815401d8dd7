#pragma once

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/run_record.hpp"
#include "eckart/model/network.hpp"

namespace eckart::io {

/// Appends the network as an ONNX model (docs/guide/export.md) to `file`. Throws IoError, and InvalidArgument
/// for a network of 2 GB or more, which ONNX cannot hold in one file.
void write_onnx(AtomicFile& file, const model::Network<float>& network, const RunRecord& record);

}  // namespace eckart::io
