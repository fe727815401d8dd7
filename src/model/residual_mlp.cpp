#include "eckart/model/residual_mlp.hpp"

#include <fmt/core.h>

#include "eckart/core/error.hpp"

namespace eckart::model {

namespace {

constexpr std::int64_t kMostBlocks = 1000;

void require_range(const char* name, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value >= low && value <= high) return;
    throw InvalidArgument(
        fmt::format("residual MLP: {} is {}; it must be between {} and {}", name, value, low, high));
}

}  // namespace

void MlpArchitecture::validate() const {
    require_range("input", input, 1, kLargestWidth);
    require_range("hidden", hidden, 1, kLargestWidth);
    require_range("blocks", blocks, 0, kMostBlocks);
    require_range("classes", classes, 1, kLargestWidth);
}

Architecture residual_mlp(const MlpArchitecture& sizes) {
    sizes.validate();
    Architecture architecture{sizes.input, {}, {}};
    std::size_t h = architecture.add_relu(architecture.add_linear(0, "fc1", sizes.hidden));
    for (std::int64_t block = 1; block <= sizes.blocks; ++block) {
        const std::string name = fmt::format("res{}.layer", block);
        const std::size_t a = architecture.add_relu(architecture.add_linear(h, name + "1", sizes.hidden));
        const std::size_t z = architecture.add_linear(a, name + "2", sizes.hidden);
        h = architecture.add_relu(architecture.add_sum(z, h));
    }
    architecture.add_linear(h, "fc2", sizes.classes);
    return architecture;
}

std::optional<MlpArchitecture> residual_mlp_sizes(const Architecture& architecture) {
    const auto& layers = architecture.layers;
    if (layers.size() < 2 || layers.size() > 2 + 2 * kMostBlocks) return std::nullopt;
    const MlpArchitecture sizes{architecture.input, layers.front().out,
                                static_cast<std::int64_t>(layers.size() - 2) / 2, layers.back().out};
    if (residual_mlp(sizes) != architecture) return std::nullopt;
    return sizes;
}

std::string outline(const Architecture& architecture) {
    if (const auto sizes = residual_mlp_sizes(architecture)) {
        return fmt::format("Residual MLP {} - {} x (1 + 2 x {}) - {}", sizes->input, sizes->hidden,
                           sizes->blocks, sizes->classes);
    }
    constexpr std::size_t kMostWidths = 12;
    std::string text = fmt::format("Network {}", architecture.input);
    const std::size_t count = architecture.layers.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (count > kMostWidths && i == kMostWidths - 2) text += " - ...";
        if (count <= kMostWidths || i < kMostWidths - 2 || i + 1 == count)
            text += fmt::format(" - {}", architecture.layers[i].out);
    }
    return text;
}

Network<float> make_initialized(const MlpArchitecture& sizes, const Rng& rng) {
    return make_initialized(residual_mlp(sizes), rng);
}

}  // namespace eckart::model
