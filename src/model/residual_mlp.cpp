#include "eckart/model/residual_mlp.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/ops/elementwise.hpp"

namespace eckart::model {

namespace {

template <class T>
void check_layer(const LayerShape& expected, const Linear<T>& layer) {
    if (layer.name() == expected.name && layer.out() == expected.out && layer.in() == expected.in) return;
    throw InvalidArgument(fmt::format("residual MLP: layer '{}' ({}, {}) stands where '{}' ({}, {}) belongs",
                                      layer.name(), layer.out(), layer.in(), expected.name, expected.out,
                                      expected.in));
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
ResidualMlp<T>::ResidualMlp(const MlpArchitecture& architecture,
                            std::vector<std::unique_ptr<Linear<T>>> layers)
    : architecture_(architecture), layers_(std::move(layers)) {
    const std::vector<LayerShape> shapes = layer_shapes(architecture);
    if (layers_.size() != shapes.size()) {
        throw InvalidArgument(fmt::format("residual MLP: {} layers given where the architecture has {}",
                                          layers_.size(), shapes.size()));
    }
    for (std::size_t i = 0; i < shapes.size(); ++i) check_layer(shapes[i], *layers_[i]);
}

template <class T>
ResidualMlp<T>::ResidualMlp(const ResidualMlp& other) : architecture_(other.architecture_) {
    layers_.reserve(other.layers_.size());
    for (const auto& layer : other.layers_) layers_.push_back(layer->clone());
}

template <class T>
ResidualMlp<T>& ResidualMlp<T>::operator=(const ResidualMlp& other) {
    ResidualMlp copy(other);
    *this = std::move(copy);
    return *this;
}

template <class T>
void ResidualMlp<T>::replace_layer(std::size_t index, std::unique_ptr<Linear<T>> layer) {
    check_layer(layer_shapes(architecture_).at(index), *layer);
    layers_[index] = std::move(layer);
}

template <class T>
std::vector<Parameter<T>*> ResidualMlp<T>::parameters() {
    std::vector<Parameter<T>*> all;
    for (const auto& layer : layers_) std::ranges::copy(layer->parameters(), std::back_inserter(all));
    return all;
}

template <class T>
std::vector<const Parameter<T>*> ResidualMlp<T>::parameters() const {
    std::vector<const Parameter<T>*> all;
    for (const auto& layer : layers_) {
        std::ranges::copy(std::as_const(*layer).parameters(), std::back_inserter(all));
    }
    return all;
}

template <class T>
ModelSize ResidualMlp<T>::size() const {
    ModelSize size;
    for (const auto& layer : layers_) {
        size.parameters += layer->macs() + layer->out();
        size.macs += layer->macs();
    }
    size.bytes = size.parameters * static_cast<std::int64_t>(sizeof(float));
    return size;
}

template <class T>
bool ResidualMlp<T>::factored() const {
    return std::ranges::any_of(layers_, [](const auto& layer) { return layer->factored(); });
}

template <class T>
ConstMatrixView<T> ResidualMlp<T>::forward(ops::Backend<T>& backend, ConstMatrixView<T> x,
                                           NetworkState<T>& state) const {
    if (x.cols() != architecture_.input) {
        throw InvalidArgument(fmt::format("the network takes {} inputs per sample, the data has {}",
                                          architecture_.input, x.cols()));
    }
    const std::size_t count = layers_.size();
    state.outputs.resize(count);
    state.layers.resize(count);
    const auto run = [&](std::size_t i, ConstMatrixView<T> input, const T* residual, bool relu) {
        const MatrixView<T> y = reserve_rows(state.outputs[i], x.rows(), layers_[i]->out());
        layers_[i]->forward(backend, input, residual, relu, y, state.layers[i]);
        return constant(y);
    };
    const auto output = [&](std::size_t i) { return first_rows(std::as_const(state.outputs[i]), x.rows()); };
    run(0, x, nullptr, true);
    for (std::size_t i = 1; i + 1 < count; i += 2) {
        const ConstMatrixView<T> h = output(i - 1);
        run(i + 1, run(i, h, nullptr, true), h.data(), true);
    }
    return run(count - 1, output(count - 2), nullptr, false);
}

template <class T>
void ResidualMlp<T>::backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dlogits,
                              NetworkState<T>& state, const GradientReady<T>& ready) {
    const Eigen::Index batch = x.rows();
    const auto output = [&](std::size_t i) { return first_rows(std::as_const(state.outputs[i]), batch); };
    const std::size_t last = layers_.size() - 1;
    MatrixView<T> dh = reserve_rows(state.gradient, batch, architecture_.hidden);
    layers_[last]->backward(backend, output(last - 1), dlogits, &dh, state.layers[last], ready);
    for (std::size_t i = last - 1; i > 0; i -= 2) {
        // Block h' = relu(z), z = W2 a + h, a = relu(W1 h): dh gets a share through W1 and one past it.
        ops::relu_backward(output(i), dh);
        MatrixView<T> da = reserve_rows(state.inner_gradient, batch, architecture_.hidden);
        layers_[i]->backward(backend, output(i - 1), constant(dh), &da, state.layers[i], ready);
        ops::relu_backward(output(i - 1), da);
        MatrixView<T> through = reserve_rows(state.previous_gradient, batch, architecture_.hidden);
        layers_[i - 1]->backward(backend, output(i - 2), constant(da), &through, state.layers[i - 1], ready);
        ops::add_in_place(constant(through), dh);
    }
    ops::relu_backward(output(0), dh);
    layers_[0]->backward(backend, x, constant(dh), nullptr, state.layers[0], ready);
}

template <class To, class From>
ResidualMlp<To> convert(const ResidualMlp<From>& network) {
    std::vector<std::unique_ptr<Linear<To>>> layers;
    for (std::size_t i = 0; i < network.layer_count(); ++i) {
        layers.push_back(convert_layer<To>(network.layer(i)));
    }
    return ResidualMlp<To>(network.architecture(), std::move(layers));
}

ResidualMlp<double> rebuild_dense(const ResidualMlp<float>& network) {
    ResidualMlp<double> wide = convert<double>(network);
    for (std::size_t i = 0; i < wide.layer_count(); ++i) {
        const Linear<double>& layer = wide.layer(i);
        wide.replace_layer(
            i, std::make_unique<DenseLinear<double>>(layer.name(), layer.dense_weight(), layer.bias().value));
    }
    return wide;
}

Json describe(const ResidualMlp<float>& network) {
    Json json = to_json(network.architecture());
    const ModelSize size = network.size();
    json["parameters"] = size.parameters;
    json["bytes"] = size.bytes;
    json["macs"] = size.macs;
    return json;
}

template class ResidualMlp<float>;
template class ResidualMlp<double>;
template ECKART_SHOWN ResidualMlp<double> convert<double, float>(const ResidualMlp<float>&);
template ECKART_SHOWN ResidualMlp<float> convert<float, double>(const ResidualMlp<double>&);

}  // namespace eckart::model
