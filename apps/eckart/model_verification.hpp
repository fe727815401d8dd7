#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "context.hpp"
#include "eckart/core/json.hpp"
#include "eckart/evaluate/compare_models.hpp"
#include "eckart/io/model_file.hpp"
#include "eckart/io/network_file.hpp"

namespace eckart::cli {

Json difference_json(const evaluate::OutputDifference& difference);
/// One line for a person.
std::string difference_text(const evaluate::OutputDifference& difference);

/// The network of `eckart train` that the file holds, nothing for other models. Throws FormatError for a file
/// that says it is one and is not sound.
std::optional<io::NetworkFile> own_network(const io::ModelFile& model);

/// Throws InvalidArgument when this build cannot run the model as a whole.
void require_runnable(const io::ModelFile& model);

/// Runs both models on `inputs` random inputs, drawn from the seed of the command.
evaluate::OutputDifference compare_outputs(const io::ModelFile& before, const std::filesystem::path& after,
                                           std::int64_t inputs, Context& context);

}  // namespace eckart::cli
