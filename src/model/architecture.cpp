#include "eckart/model/architecture.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "eckart/core/error.hpp"

namespace eckart::model {

namespace {

[[noreturn]] void refuse(const std::string& fault) {
    throw InvalidArgument("network: " + fault);
}

void require_width(const std::string& what, std::int64_t width) {
    if (width < 1 || width > kLargestWidth)
        refuse(fmt::format("{} is {}; it must be between 1 and {}", what, width, kLargestWidth));
}

void check_names(const std::vector<LayerShape>& layers) {
    std::set<std::string> names;
    for (const LayerShape& layer : layers) {
        const std::string& name = layer.name;
        const bool text = std::ranges::none_of(
            name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
        if (name.empty() || name.size() > kLongestLayerName || !text) {
            refuse(fmt::format("the name of layer {} is empty, longer than {} bytes or not text",
                               names.size() + 1, kLongestLayerName));
        }
        if (!names.insert(name).second) refuse(fmt::format("two layers have the name '{}'", name));
    }
    // The factors of 'a' are the tensors 'a.0.weight' and 'a.1.weight'.
    for (const std::string& name : names) {
        for (const char* factor : {".0", ".1"}) {
            if (names.contains(name + factor)) {
                refuse(
                    fmt::format("the layers '{}' and '{}{}' cannot both be: the one's factors would have "
                                "the other's name",
                                name, name, factor));
            }
        }
    }
}

/// Follows the steps from value to value.
class WidthFinder {
  public:
    explicit WidthFinder(const Architecture& architecture) : architecture_(architecture) {
        require_width("its input", architecture.input);
        widths_.push_back(architecture.input);
        used_.push_back(false);
    }

    void follow(const Step& step) {
        const std::size_t number = widths_.size();
        if (step.input >= number || step.other > step.input) {
            refuse(fmt::format("step {} works on the values {} and {}, which are not before it in this order",
                               number, step.input, step.other));
        }
        used_[step.input] = true;
        std::int64_t width = widths_[step.input];
        if (step.kind == Step::Kind::kLinear) width = through_layer(step, number);
        if (step.kind == Step::Kind::kAdd) {
            used_[step.other] = true;
            if (widths_[step.other] != width) {
                refuse(fmt::format("step {} adds a value of width {} to one of {}", number,
                                   widths_[step.other], width));
            }
        }
        widths_.push_back(width);
        used_.push_back(false);
    }

    std::vector<std::int64_t> finish() {
        if (layers_ == 0) refuse("it has no linear layer");
        if (layers_ != architecture_.layers.size()) {
            refuse(fmt::format("it has {} layers, but steps for {}", architecture_.layers.size(), layers_));
        }
        used_.back() = true;
        const auto idle = std::ranges::find(used_, false);
        if (idle != used_.end())
            refuse(fmt::format("nothing uses the value of step {}", idle - used_.begin()));
        return std::move(widths_);
    }

  private:
    std::int64_t through_layer(const Step& step, std::size_t number) {
        if (step.layer != layers_ || layers_ >= architecture_.layers.size()) {
            refuse(fmt::format("step {} is layer {} of {}, where layer {} comes next", number, step.layer + 1,
                               architecture_.layers.size(), layers_ + 1));
        }
        const LayerShape& layer = architecture_.layers[layers_++];
        require_width(fmt::format("the output of layer '{}'", layer.name), layer.out);
        if (layer.in != widths_[step.input]) {
            refuse(fmt::format("layer '{}' takes {} numbers, but gets {}", layer.name, layer.in,
                               widths_[step.input]));
        }
        return layer.out;
    }

    const Architecture& architecture_;
    std::vector<std::int64_t> widths_;
    std::vector<bool> used_;
    std::size_t layers_ = 0;
};

}  // namespace

std::size_t Architecture::add_linear(std::size_t of, std::string name, std::int64_t out, bool bias) {
    // A value is as wide as the output of the last layer before it. What is wrong here is for validate().
    std::int64_t in = input;
    for (std::size_t value = of; value > 0 && value <= steps.size();) {
        const Step& step = steps[value - 1];
        if (step.kind == Step::Kind::kLinear) in = layers[step.layer].out;
        if (step.kind == Step::Kind::kLinear || step.input >= value) break;
        value = step.input;
    }
    steps.push_back({Step::Kind::kLinear, of, 0, layers.size()});
    layers.push_back({std::move(name), out, in, bias});
    return steps.size();
}

std::size_t Architecture::add_relu(std::size_t of) {
    steps.push_back({Step::Kind::kRelu, of, 0, 0});
    return steps.size();
}

std::size_t Architecture::add_sum(std::size_t of, std::size_t other) {
    steps.push_back({Step::Kind::kAdd, std::max(of, other), std::min(of, other), 0});
    return steps.size();
}

std::vector<std::int64_t> Architecture::widths() const {
    if (steps.size() > kMostSteps)
        refuse(fmt::format("it has {} steps; at most {} are possible", steps.size(), kMostSteps));
    check_names(layers);
    WidthFinder finder(*this);
    for (const Step& step : steps) finder.follow(step);
    return finder.finish();
}

}  // namespace eckart::model
