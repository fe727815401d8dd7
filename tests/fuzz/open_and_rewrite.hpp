#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "scratch_folder.hpp"

namespace eckart::test {

/// What a fuzz target does with the bytes it is given: writes them to a file, opens it as a model, reads
/// every weight, and writes the model with every matrix replaced by factors of rank 1. What was written must
/// open again, with these factors. Nothing but an eckart::Error may come out of it, in one printable line.
class OpenAndRewrite {
  public:
    /// `input` is the name of the file, which the bytes are written to, `output` that of the result.
    OpenAndRewrite(std::string input, std::string output);
    /// Puts a file beside the input, which it may name.
    void add(const std::string& name, const std::string& bytes) const;
    void run(const std::uint8_t* bytes, std::size_t size) const;

  private:
    ScratchFolder folder_;
    std::filesystem::path input_;
    std::filesystem::path output_;
};

}  // namespace eckart::test
