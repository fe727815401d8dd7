#pragma once

#include <string>
#include <vector>

#include "eckart/io/model_file.hpp"

namespace eckart::compress {

/// Whether the whole of `name` fits `pattern`: * stands for any characters, ? for one, all others for
/// themselves.
bool fits(const std::string& pattern, const std::string& name);

/// Whether the layer's or the tensor's name fits one of `patterns`.
bool named_by(const std::vector<std::string>& patterns, const io::StoredLinear& layer);

/// Throws InvalidArgument for the first of `patterns` that fits no layer; `option` is what gave it.
void require_hits(const std::vector<std::string>& patterns, const io::ModelFile& model,
                  const std::string& option);

}  // namespace eckart::compress
