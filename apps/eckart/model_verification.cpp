#include "model_verification.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/io/network_file.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;

namespace {

/// The place of ONNX Runtime in builds that have it.
constexpr bool kHasRuntime = false;

OutputDifference verify_with_runtime(const fs::path&, const fs::path&, std::int64_t, Context&) {
    throw InvalidArgument("compress: this build has no ONNX Runtime");
}

void add_batch(const MatrixF& expected, const MatrixF& found, OutputDifference& difference, double& squares,
               double& norm) {
    for (Eigen::Index i = 0; i < expected.rows(); ++i) {
        const auto y = expected.row(i).cast<double>();
        const auto gap = (found.row(i).cast<double>() - y).eval();
        Eigen::Index top = 0;
        Eigen::Index found_top = 0;
        expected.row(i).maxCoeff(&top);
        found.row(i).maxCoeff(&found_top);
        difference.same_top += top == found_top ? 1 : 0;
        difference.largest = std::max(difference.largest, gap.cwiseAbs().maxCoeff());
        squares += gap.squaredNorm();
        norm += y.squaredNorm();
    }
    difference.inputs += expected.rows();
}

}  // namespace

std::optional<io::NetworkFile> own_network(const io::ModelFile& model) {
    if (model.metadata().contains("eckart.architecture")) return io::load_network(model.path());
    try {
        return io::load_network(model.path());
    } catch (const FormatError&) {
        return std::nullopt;  // a state_dict of something else
    }
}

Json difference_json(const OutputDifference& difference) {
    return {{"inputs", difference.inputs},
            {"largest_difference", difference.largest},
            {"relative_difference", difference.relative},
            {"same_largest_output", difference.same_top}};
}

std::string difference_text(const OutputDifference& difference) {
    return fmt::format(
        "Outputs on {} random inputs: they differ by {:.2g} of their norm, by at most {:.2g}; the largest "
        "output "
        "is the same for {}",
        difference.inputs, difference.relative, difference.largest, difference.same_top);
}

void require_runnable(const io::ModelFile& model) {
    if (kHasRuntime || own_network(model)) return;
    throw InvalidArgument(fmt::format(
        "--verify cannot run '{}': it is no network of 'eckart train', and this build has no ONNX Runtime",
        model.path().string()));
}

OutputDifference compare_outputs(const io::ModelFile& before, const fs::path& after, std::int64_t inputs,
                                 Context& context) {
    const auto original = own_network(before);
    if (!original) return verify_with_runtime(before.path(), after, inputs, context);
    const model::Network<float> changed = io::load_network(after).network;
    constexpr std::int64_t kBatch = 256;
    Rng rng = Rng(context.options().seed).fork("verify");
    OutputDifference difference;
    double squares = 0;
    double norm = 0;
    for (std::int64_t done = 0; done < inputs; done += kBatch) {
        MatrixF x(std::min(kBatch, inputs - done), original->network.architecture().input);
        for (float& entry : flat(x)) entry = static_cast<float>(rng.uniform(-1, 1));
        model::NetworkState<float> state;
        model::NetworkState<float> changed_state;
        const MatrixF expected = original->network.forward(context.backend(), view(std::as_const(x)), state);
        const MatrixF found = changed.forward(context.backend(), view(std::as_const(x)), changed_state);
        add_batch(expected, found, difference, squares, norm);
    }
    difference.relative = norm > 0 ? std::sqrt(squares / norm) : 0;
    return difference;
}

}  // namespace eckart::cli
