#include "eckart/evaluate/accuracy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/ops/elementwise.hpp"

namespace eckart::evaluate {

double Evaluation::accuracy() const {
    return count == 0 ? 0 : static_cast<double>(correct) / static_cast<double>(count);
}

void require_finite(const Evaluation& evaluation) {
    if (std::isfinite(evaluation.mean_loss)) return;
    throw NumericalError(
        fmt::format("the network's loss on the test set is {}: its outputs exceed what float32 holds; train "
                    "it again with a lower learning rate, or scale its weights",
                    evaluation.mean_loss));
}

void require_fitting(const model::Architecture& architecture, const data::Dataset& data) {
    const auto input = static_cast<std::int64_t>(data.shape.size());
    if (input != architecture.input) {
        throw InvalidArgument(fmt::format(
            "the network takes {} inputs per sample, but the data set's images have {} ({} x {} x {}); "
            "use the data the network was made for",
            architecture.input, input, data.shape.channels, data.shape.height, data.shape.width));
    }
    const auto classes = static_cast<std::int64_t>(data.class_names.size());
    if (classes > architecture.classes()) {
        throw InvalidArgument(fmt::format("the network tells {} classes apart, but the data set has {}",
                                          architecture.classes(), classes));
    }
}

template <class T>
Evaluation evaluate(const model::Network<T>& network, ops::Backend<T>& backend, const data::Dataset& data,
                    std::int64_t batch) {
    if (batch < 1) throw InvalidArgument(fmt::format("evaluate: batch {}; it must be at least 1", batch));
    require_fitting(network.architecture(), data);
    Evaluation result;
    double loss = 0;
    model::NetworkState<T> state;
    Matrix<T> images;
    std::vector<std::uint32_t> indices(data.count());
    std::iota(indices.begin(), indices.end(), 0U);
    const auto step = static_cast<std::size_t>(batch);
    for (std::size_t begin = 0; begin < data.count(); begin += step) {
        const std::size_t count = std::min(step, data.count() - begin);
        const MatrixView<T> x = reserve_rows(images, static_cast<Eigen::Index>(count),
                                             static_cast<Eigen::Index>(data.shape.size()));
        data::copy_normalized<T>(data, std::span(indices).subspan(begin, count), x);
        const ConstMatrixView<T> logits = network.forward(backend, constant(x), state);
        const ops::LossSum sum = ops::softmax_nll<T>(logits, std::span(data.labels).subspan(begin, count));
        loss += sum.loss;
        result.correct += sum.correct;
    }
    result.count = static_cast<std::int64_t>(data.count());
    if (result.count > 0) result.mean_loss = loss / static_cast<double>(result.count);
    return result;
}

template ECKART_SHOWN Evaluation evaluate<float>(const model::Network<float>&, ops::Backend<float>&,
                                                 const data::Dataset&, std::int64_t);
template ECKART_SHOWN Evaluation evaluate<double>(const model::Network<double>&, ops::Backend<double>&,
                                                  const data::Dataset&, std::int64_t);

}  // namespace eckart::evaluate
