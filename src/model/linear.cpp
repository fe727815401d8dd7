#include "eckart/model/linear.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "eckart/core/error.hpp"

namespace eckart::model {

namespace {

template <class T>
Parameter<T> make_weight(std::string name, Matrix<T> value) {
    return {std::move(name), std::move(value), {}, false};
}

template <class T>
Parameter<T> make_bias(std::string name, Matrix<T> value, Eigen::Index out) {
    if (value.size() > 0 && (value.rows() != 1 || value.cols() != out)) {
        throw InvalidArgument(fmt::format("{}: shape ({}, {}); the layer needs (1, {})", name, value.rows(),
                                          value.cols(), out));
    }
    return {std::move(name), std::move(value), {}, true};
}

/// Where the entries of `matrix` are; null when it has none.
template <class AnyMatrix>
auto* data_or_null(AnyMatrix& matrix) {
    return matrix.size() > 0 ? matrix.data() : nullptr;
}

template <class T>
MatrixView<T> sized_gradient(Parameter<T>& parameter) {
    parameter.gradient.resize(parameter.value.rows(), parameter.value.cols());
    return view(parameter.gradient);
}

template <class T>
void notify(const GradientReady<T>& ready, Parameter<T>& parameter) {
    if (ready && parameter.value.size() > 0) ready(parameter);
}

}  // namespace

template <class T>
std::vector<const Parameter<T>*> Linear<T>::parameters() const {
    const auto pointers = const_cast<Linear<T>*>(this)->parameters();
    return {pointers.begin(), pointers.end()};
}

template <class T>
DenseLinear<T>::DenseLinear(std::string name, Matrix<T> weight, Matrix<T> bias)
    : Linear<T>(name),
      weight_(make_weight(name + ".weight", std::move(weight))),
      bias_(make_bias(name + ".bias", std::move(bias), weight_.value.rows())) {}

template <class T>
std::int64_t DenseLinear<T>::rank() const {
    return std::min(out(), in());
}

template <class T>
std::vector<Parameter<T>*> DenseLinear<T>::parameters() {
    if (bias_.value.size() == 0) return {&weight_};
    return {&weight_, &bias_};
}

template <class T>
std::unique_ptr<Linear<T>> DenseLinear<T>::clone() const {
    return std::make_unique<DenseLinear<T>>(*this);
}

template <class T>
void DenseLinear<T>::forward(ops::Backend<T>& backend, ConstMatrixView<T> x, const T* residual, bool relu,
                             MatrixView<T> y, LayerState<T>&) const {
    backend.linear_forward(x, view(weight_.value), {data_or_null(bias_.value), residual, relu}, y);
}

template <class T>
void DenseLinear<T>::backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dy,
                              MatrixView<T>* dx, LayerState<T>&, const GradientReady<T>& ready) {
    // dx first: once `ready` is called, the weight may change.
    if (dx != nullptr) backend.linear_backward_data(dy, view(std::as_const(weight_.value)), *dx);
    sized_gradient(bias_);
    backend.linear_backward_weights(x, dy, sized_gradient(weight_), data_or_null(bias_.gradient));
    notify(ready, weight_);
    notify(ready, bias_);
}

template <class T>
FactoredLinear<T>::FactoredLinear(std::string name, Matrix<T> b, Matrix<T> a, Matrix<T> bias)
    : Linear<T>(name),
      a_(make_weight(name + ".0.weight", std::move(a))),
      b_(make_weight(name + ".1.weight", std::move(b))),
      bias_(make_bias(name + ".1.bias", std::move(bias), b_.value.rows())) {
    if (b_.value.cols() != a_.value.rows() || a_.value.rows() == 0) {
        throw InvalidArgument(
            fmt::format("{}: factors B ({}, {}) and A ({}, {}) do not fit; they must be (out, r) and (r, in) "
                        "with r >= 1",
                        name, b_.value.rows(), b_.value.cols(), a_.value.rows(), a_.value.cols()));
    }
}

template <class T>
std::vector<Parameter<T>*> FactoredLinear<T>::parameters() {
    if (bias_.value.size() == 0) return {&a_, &b_};
    return {&a_, &b_, &bias_};
}

template <class T>
std::unique_ptr<Linear<T>> FactoredLinear<T>::clone() const {
    return std::make_unique<FactoredLinear<T>>(*this);
}

template <class T>
void FactoredLinear<T>::forward(ops::Backend<T>& backend, ConstMatrixView<T> x, const T* residual, bool relu,
                                MatrixView<T> y, LayerState<T>& state) const {
    const MatrixView<T> hidden = reserve_rows(state.hidden, x.rows(), a_.value.rows());
    backend.linear_forward(x, view(a_.value), {}, hidden);
    backend.linear_forward(constant(hidden), view(b_.value), {data_or_null(bias_.value), residual, relu}, y);
}

template <class T>
void FactoredLinear<T>::backward(ops::Backend<T>& backend, ConstMatrixView<T> x, ConstMatrixView<T> dy,
                                 MatrixView<T>* dx, LayerState<T>& state, const GradientReady<T>& ready) {
    const ConstMatrixView<T> hidden = first_rows(std::as_const(state.hidden), x.rows());
    const MatrixView<T> dhidden = reserve_rows(state.hidden_gradient, x.rows(), a_.value.rows());
    backend.linear_backward_data(dy, view(std::as_const(b_.value)), dhidden);
    if (dx != nullptr) backend.linear_backward_data(constant(dhidden), view(std::as_const(a_.value)), *dx);
    sized_gradient(bias_);
    backend.linear_backward_weights(hidden, dy, sized_gradient(b_), data_or_null(bias_.gradient));
    notify(ready, b_);
    notify(ready, bias_);
    backend.linear_backward_weights(x, constant(dhidden), sized_gradient(a_), nullptr);
    notify(ready, a_);
}

template class Linear<float>;
template class Linear<double>;
template class DenseLinear<float>;
template class DenseLinear<double>;
template class FactoredLinear<float>;
template class FactoredLinear<double>;

}  // namespace eckart::model
