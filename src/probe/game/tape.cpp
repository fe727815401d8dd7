#include "eckart/probe/tape.hpp"

#include <fmt/core.h>

#include <utility>

#include "eckart/core/error.hpp"

namespace eckart::probe {

template <class T>
typename Tape<T>::Variable Tape<T>::record(Step step) {
    steps_.push_back(std::move(step));
    return {steps_.size() - 1};
}

template <class T>
typename Tape<T>::Variable Tape<T>::input(const Vector<T>& value) {
    return record({Operation::kInput, 0, nullptr, value});
}

template <class T>
typename Tape<T>::Variable Tape<T>::multiply(const Matrix<T>& a, Variable x) {
    const Vector<T>& argument = value(x);
    if (a.cols() != argument.size()) {
        throw InvalidArgument(fmt::format("a matrix ({}, {}) cannot multiply a vector of {} entries",
                                          a.rows(), a.cols(), argument.size()));
    }
    Vector<T> product(a.rows());
    for (Eigen::Index i = 0; i < a.rows(); ++i) product[i] = a.row(i).dot(argument.transpose());
    return record({Operation::kMultiply, x.index, &a, std::move(product)});
}

template <class T>
typename Tape<T>::Variable Tape<T>::cos(Variable x) {
    return record({Operation::kCos, x.index, nullptr, value(x).array().cos()});
}

template <class T>
typename Tape<T>::Variable Tape<T>::sin(Variable x) {
    return record({Operation::kSin, x.index, nullptr, value(x).array().sin()});
}

template <class T>
typename Tape<T>::Variable Tape<T>::squared_norm(Variable x) {
    return record(
        {Operation::kSquaredNorm, x.index, nullptr, Vector<T>::Constant(1, value(x).squaredNorm())});
}

/// Adds what `step` passes on to the adjoint of its argument.
template <class T>
void Tape<T>::pull_back(const Step& step) {
    Step& argument = steps_[step.argument];
    switch (step.operation) {
        case Operation::kInput:
            return;
        case Operation::kMultiply:
            for (Eigen::Index i = 0; i < step.matrix->rows(); ++i) {
                argument.adjoint += step.adjoint[i] * step.matrix->row(i).transpose();
            }
            return;
        case Operation::kCos:
            argument.adjoint.array() -= step.adjoint.array() * argument.value.array().sin();
            return;
        case Operation::kSin:
            argument.adjoint.array() += step.adjoint.array() * argument.value.array().cos();
            return;
        case Operation::kSquaredNorm:
            argument.adjoint += 2 * step.adjoint[0] * argument.value;
            return;
    }
}

template <class T>
Vector<T> Tape<T>::gradient(Variable result, Variable x) {
    if (value(result).size() != 1) {
        throw InvalidArgument(fmt::format("only a number has a gradient, and this result has {} entries",
                                          value(result).size()));
    }
    for (Step& step : steps_) step.adjoint.setZero(step.value.size());
    steps_[result.index].adjoint[0] = 1;
    for (std::size_t i = result.index; i > x.index; --i) pull_back(steps_[i]);
    return steps_.at(x.index).adjoint;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace eckart::probe
