#include "eckart/model/network.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/ops/elementwise.hpp"
#include "model/gradients.hpp"

namespace eckart::model {

namespace {

template <class T>
void check_layer(const LayerShape& expected, const Linear<T>& layer) {
    const bool bias = layer.bias().value.size() > 0;
    const auto words = [](bool has) { return has ? "with" : "without"; };
    if (layer.name() == expected.name && layer.out() == expected.out && layer.in() == expected.in &&
        bias == expected.bias) {
        return;
    }
    throw InvalidArgument(
        fmt::format("network: layer '{}' ({}, {}) {} bias stands where '{}' ({}, {}) {} bias belongs",
                    layer.name(), layer.out(), layer.in(), words(bias), expected.name, expected.out,
                    expected.in, words(expected.bias)));
}

template <class To, class From>
std::unique_ptr<Linear<To>> convert_layer(const Linear<From>& layer) {
    const Matrix<To> bias = layer.bias().value.template cast<To>();
    if (const auto* factored = dynamic_cast<const FactoredLinear<From>*>(&layer)) {
        return std::make_unique<FactoredLinear<To>>(layer.name(), factored->b().value.template cast<To>(),
                                                    factored->a().value.template cast<To>(), bias);
    }
    return std::make_unique<DenseLinear<To>>(layer.name(), layer.dense_weight().template cast<To>(), bias);
}

}  // namespace

template <class T>
Network<T>::Network(Architecture architecture, std::vector<std::unique_ptr<Linear<T>>> layers)
    : architecture_(std::move(architecture)),
      widths_(architecture_.widths()),
      stages_(stages_of(architecture_)),
      layers_(std::move(layers)) {
    const std::vector<LayerShape>& shapes = architecture_.layers;
    if (layers_.size() != shapes.size()) {
        throw InvalidArgument(fmt::format("network: {} layers given where the architecture has {}",
                                          layers_.size(), shapes.size()));
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) check_layer(shapes[i], *layers_[i]);
}

template <class T>
Network<T>::Network(const Network& other)
    : architecture_(other.architecture_), widths_(other.widths_), stages_(other.stages_) {
    layers_.reserve(other.layers_.size());
    for (const auto& layer : other.layers_) layers_.push_back(layer->clone());
}

template <class T>
Network<T>& Network<T>::operator=(const Network& other) {
    Network copy(other);
    *this = std::move(copy);
    return *this;
}

template <class T>
void Network<T>::replace_layer(std::size_t index, std::unique_ptr<Linear<T>> layer) {
    check_layer(architecture_.layers.at(index), *layer);
    layers_[index] = std::move(layer);
}

template <class T>
std::vector<Parameter<T>*> Network<T>::parameters() {
    std::vector<Parameter<T>*> all;
    for (const auto& layer : layers_) std::ranges::copy(layer->parameters(), std::back_inserter(all));
    return all;
}

template <class T>
std::vector<const Parameter<T>*> Network<T>::parameters() const {
    std::vector<const Parameter<T>*> all;
    for (const auto& layer : layers_) {
        std::ranges::copy(std::as_const(*layer).parameters(), std::back_inserter(all));
    }
    return all;
}

template <class T>
ModelSize Network<T>::size() const {
    ModelSize size;
    for (const auto& layer : layers_) {
        size.parameters += layer->parameter_count();
        size.macs += layer->macs();
    }
    size.bytes = size.parameters * static_cast<std::int64_t>(sizeof(float));
    return size;
}

template <class T>
bool Network<T>::factored() const {
    return std::ranges::any_of(layers_, [](const auto& layer) { return layer->factored(); });
}

template <class T>
ConstMatrixView<T> Network<T>::forward(ops::Backend<T>& backend, ConstMatrixView<T> x,
                                       NetworkState<T>& state) const {
    if (x.cols() != architecture_.input) {
        throw InvalidArgument(fmt::format("the network takes {} inputs per sample, the data has {}",
                                          architecture_.input, x.cols()));
    }
    state.values.resize(widths_.size());
    state.layers.resize(layers_.size());
    const auto value = [&](std::size_t i) {
        return i == 0 ? x : first_rows(std::as_const(state.values[i]), x.rows());
    };
    for (const Stage& stage : stages_) {
        const MatrixView<T> y = reserve_rows(state.values[stage.output], x.rows(), widths_[stage.output]);
        const T* addend = stage.addend ? value(*stage.addend).data() : nullptr;
        if (stage.layer) {
            layers_[*stage.layer]->forward(backend, value(stage.input), addend, stage.relu, y,
                                           state.layers[*stage.layer]);
        } else {
            ops::add_relu(value(stage.input), addend, stage.relu, y);
        }
    }
    return value(stages_.back().output);
}

template <class T>
void Network<T>::backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dlogits,
                          NetworkState<T>& state, const GradientReady<T>& ready) {
    const auto value = [&](std::size_t i) {
        return i == 0 ? x : first_rows(std::as_const(state.values[i]), x.rows());
    };
    Gradients<T> gradients(state.gradients, widths_, x.rows());
    const auto through_layer = [&](const Stage& stage, ConstMatrixView<T> dy) {
        Linear<T>& layer = *layers_[*stage.layer];
        LayerState<T>& layer_state = state.layers[*stage.layer];
        if (stage.input == 0) return layer.backward(backend, x, dy, nullptr, layer_state, ready);
        const std::size_t buffer = gradients.acquire(stage.input);
        MatrixView<T> dx = gradients.view(buffer);
        layer.backward(backend, value(stage.input), dy, &dx, layer_state, ready);
        gradients.give(stage.input, buffer);
    };
    std::size_t count = stages_.size();
    const Stage& last = stages_.back();
    if (last.layer && !last.addend && !last.relu) {
        through_layer(last, dlogits);
        --count;
    } else {
        gradients.add(last.output, dlogits);
    }
    while (count > 0) {
        const Stage& stage = stages_[--count];
        const std::size_t buffer = gradients.take(stage.output);
        if (stage.relu) ops::relu_backward(value(stage.output), gradients.view(buffer));
        if (stage.layer) through_layer(stage, constant(gradients.view(buffer)));
        pass_by(stage, buffer, gradients);
    }
}

template <class To, class From>
Network<To> convert(const Network<From>& network) {
    std::vector<std::unique_ptr<Linear<To>>> layers;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        layers.push_back(convert_layer<To>(network.layer(i)));
    }
    return Network<To>(network.architecture(), std::move(layers));
}

Network<double> rebuild_dense(const Network<float>& network) {
    Network<double> wide = convert<double>(network);
    for (std::size_t i = 0; i < wide.layer_count(); ++i) {
        const Linear<double>& layer = wide.layer(i);
        wide.replace_layer(
            i, std::make_unique<DenseLinear<double>>(layer.name(), layer.dense_weight(), layer.bias().value));
    }
    return wide;
}

Json describe(const Network<float>& network) {
    Json json = to_json(network.architecture());
    const ModelSize size = network.size();
    json["parameters"] = size.parameters;
    json["bytes"] = size.bytes;
    json["macs"] = size.macs;
    return json;
}

template class Network<float>;
template class Network<double>;
template ECKART_SHOWN Network<double> convert<double, float>(const Network<float>&);
template ECKART_SHOWN Network<float> convert<float, double>(const Network<double>&);

}  // namespace eckart::model
