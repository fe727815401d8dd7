#pragma once

#include <functional>
#include <string>

#include "eckart/core/atomic_file.hpp"
#include "io/onnx/wire.hpp"

namespace eckart::io {

/// Writes to `file` the data of every reference in the model for which `is_external` holds and makes the
/// tensor say so; `location` is the name under which the model will find the file.
void write_external(onnx::ModelProto& model, const DataSource& data,
                    const std::function<bool(std::size_t)>& is_external, const std::string& location,
                    AtomicFile& file);

}  // namespace eckart::io
