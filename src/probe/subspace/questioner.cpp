#include "probe/subspace/questioner.hpp"

#include <fmt/core.h>

#include <cmath>
#include <string>

#include "eckart/core/error.hpp"

namespace eckart::probe {

namespace {

/// Differences of larger values, divided by a step, would overflow.
constexpr double kLargestValue = 1e300;

/// At most the first four entries.
std::string short_text(const VectorD& x) {
    std::string text = "(";
    for (Eigen::Index i = 0; i < x.size() && i < 4; ++i) {
        if (i > 0) text += ", ";
        text += fmt::format("{:.6g}", x[i]);
    }
    return text + (x.size() > 4 ? ", ...)" : ")");
}

}  // namespace

Questioner::Questioner(ValueOracle<double>& oracle, GradientOracle<double>* gradients, const Box& box,
                       std::int64_t max_calls)
    : oracle_(oracle),
      gradients_(gradients),
      box_(box),
      half_(box.upper / 2 - box.lower / 2),
      max_calls_(max_calls) {}

VectorD Questioner::values(const MatrixD& z) {
    const MatrixD x = box_.to_x(z);
    VectorD answers = oracle_.values(x);
    if (answers.size() != x.rows()) {
        throw NumericalError(fmt::format("the function gave {} values for {} points, from call {} on",
                                         answers.size(), x.rows(), asked() + 1));
    }
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        if (!std::isfinite(answers[i])) {
            throw NumericalError(
                fmt::format("call {}: the function is {} at {}; it must be finite in the box",
                            asked() + i + 1, answers[i], short_text(x.row(i).transpose())));
        }
        if (std::abs(answers[i]) > kLargestValue) {
            throw NumericalError(fmt::format(
                "call {}: the function is {:.3g} at {}; beyond {:g} differences overflow, so divide "
                "it by a constant",
                asked() + i + 1, answers[i], short_text(x.row(i).transpose()), kLargestValue));
        }
    }
    calls_.values += x.rows();
    return answers;
}

MatrixD Questioner::gradients(const MatrixD& z) {
    const MatrixD x = box_.to_x(z);
    MatrixD answers(x.rows(), x.cols());
    for (Eigen::Index i = 0; i < x.rows(); ++i) {
        const VectorD point = x.row(i).transpose();
        const VectorD gradient = gradients_->gradient(point);
        if (gradient.size() != x.cols()) {
            throw NumericalError(
                fmt::format("call {}: the gradient has {} entries; the function has {} variables",
                            asked() + 1, gradient.size(), x.cols()));
        }
        answers.row(i) = gradient.cwiseProduct(half_).transpose();
        if (!answers.row(i).allFinite()) {
            Eigen::Index j = 0;
            while (std::isfinite(answers(i, j))) ++j;
            throw NumericalError(
                fmt::format("call {}: entry {} of the gradient is {} at {}; it must be finite in the box",
                            asked() + 1, j + 1, gradient[j], short_text(point)));
        }
        ++calls_.gradients;
    }
    return answers;
}

}  // namespace eckart::probe
