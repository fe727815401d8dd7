#include "model_verification.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/io/network_file.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;

std::optional<io::NetworkFile> own_network(const io::ModelFile& model) {
    if (model.metadata().contains("eckart.architecture")) return io::load_network(model.path());
    try {
        return io::load_network(model.path());
    } catch (const FormatError&) {
        return std::nullopt;  // a state_dict of something else
    }
}

Json difference_json(const evaluate::OutputDifference& difference) {
    return {{"runs", difference.runs},
            {"rows", difference.rows},
            {"largest_difference", difference.largest},
            {"relative_difference", difference.relative},
            {"same_largest_output", difference.same_largest}};
}

std::string difference_text(const evaluate::OutputDifference& difference) {
    return fmt::format(
        "Outputs of both models on {} random inputs: relative difference {:.2g}, largest {:.2g}; the same "
        "largest output in {:.1f} % of {} rows",
        difference.runs, difference.relative, difference.largest, 100 * difference.same_largest,
        difference.rows);
}

void require_runnable(const io::ModelFile& model) {
    if (own_network(model)) return;
    const std::string path = model.path().string();
    if (model.format() != io::ModelFormat::kOnnx) {
        throw InvalidArgument(
            fmt::format("--verify cannot run '{}': it is a state_dict, which does not say how its "
                        "layers are connected; export the model as ONNX",
                        path));
    }
    if (!evaluate::has_model_runtime()) {
        throw InvalidArgument(
            fmt::format("--verify cannot run '{}': it is no chain of linear layers, and this build "
                        "has no ONNX Runtime (libonnxruntime-dev of Debian 13)",
                        path));
    }
}

evaluate::OutputDifference compare_outputs(const io::ModelFile& before, const fs::path& after,
                                           std::int64_t inputs, Context& context) {
    const auto original = own_network(before);
    if (!original) {
        return evaluate::compare_onnx(before.path(), after, inputs, context.options().seed, context.threads(),
                                      context.progress(), stop_requested());
    }
    const model::Network<float> changed = io::load_network(after).network;
    constexpr std::int64_t kBatch = 256;
    Rng rng = Rng(context.options().seed).fork("verify");
    evaluate::OutputComparison comparison;
    for (std::int64_t done = 0; done < inputs; done += kBatch) {
        MatrixF x(std::min(kBatch, inputs - done), original->network.architecture().input);
        for (float& entry : flat(x)) entry = static_cast<float>(rng.uniform(-1, 1));
        model::NetworkState<float> state;
        model::NetworkState<float> changed_state;
        const auto expected = original->network.forward(context.backend(), view(std::as_const(x)), state);
        const auto found = changed.forward(context.backend(), view(std::as_const(x)), changed_state);
        comparison.add(expected.data(), found.data(), expected.rows(), expected.cols());
    }
    return comparison.result(inputs);
}

}  // namespace eckart::cli
