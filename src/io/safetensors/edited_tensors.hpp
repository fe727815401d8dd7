#pragma once

#include <map>
#include <string>
#include <vector>

#include "eckart/io/model_file.hpp"
#include "io/safetensors/state_dict.hpp"
#include "io/safetensors/stream_safetensors.hpp"

namespace eckart::io {

/// What becomes of a state_dict's tensors when some layers get factors: W goes, A and B come, the bias
/// NAME.bias becomes NAME.1.bias, everything else is copied byte for byte and part by part.
class EditedTensors {
  public:
    /// All arguments stay with the caller. Throws InvalidArgument for ranks that fit no layer.
    EditedTensors(const StateDict& tensors, const std::vector<StoredLinear>& linears,
                  const Replacements& replacements);

    /// The tensors to write in the place of those that `reader` holds.
    [[nodiscard]] std::vector<StreamedTensor> of(const SafetensorsReader& reader);
    /// Layer -> rank of every layer that is factored in the end.
    [[nodiscard]] const std::map<std::string, std::int64_t>& ranks() const { return ranks_; }

  private:
    enum class Part { kA, kB };
    StreamedTensor factor(std::size_t linear, Part part);
    void write_factor(std::size_t linear, Part part, AtomicFile& file);

    struct Edit {
        std::size_t linear = 0;
        Part part = Part::kA;
        bool both = false;  ///< the tensor is the matrix: A and B come in its place
    };

    const StateDict& tensors_;
    const std::vector<StoredLinear>& linears_;
    const Replacements& replacements_;
    std::map<std::string, Edit, std::less<>> edits_;
    std::map<std::string, std::string, std::less<>> renamed_;
    std::map<std::string, std::int64_t> ranks_;
    std::map<std::size_t, EncodedFactors> waiting_;  ///< of which one part is written
};

/// Metadata of a written state_dict: what was there, what is added, "format" for PyTorch's tools, and the
/// factored layers where the file speaks for all of them.
std::map<std::string, std::string> edited_metadata(std::map<std::string, std::string> metadata,
                                                   const std::map<std::string, std::string>& added,
                                                   const std::map<std::string, std::int64_t>* ranks);

}  // namespace eckart::io
