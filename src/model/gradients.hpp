#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "eckart/model/network.hpp"
#include "eckart/ops/elementwise.hpp"

namespace eckart::model {

/// The gradients at values of a network whose stages run backwards. A buffer belongs to one value at a time;
/// each batch takes the same ones in the same order.
template <class T>
class Gradients {
  public:
    Gradients(std::vector<Matrix<T>>& buffers, const std::vector<std::int64_t>& widths, Eigen::Index batch)
        : buffers_(buffers),
          widths_(widths),
          batch_(batch),
          busy_(buffers.size(), false),
          buffer_of_(widths.size()) {}

    /// A free buffer for a gradient at `value`.
    std::size_t acquire(std::size_t value) {
        const Eigen::Index width = widths_[value];
        std::size_t i = 0;
        while (i < buffers_.size() && (busy_[i] || buffers_[i].cols() != width)) ++i;
        if (i == buffers_.size()) {
            buffers_.emplace_back();
            busy_.push_back(false);
        }
        busy_[i] = true;
        (void)reserve_rows(buffers_[i], batch_, width);
        return i;
    }

    MatrixView<T> view(std::size_t buffer) { return first_rows(buffers_[buffer], batch_); }

    /// Adds what `buffer` holds to the gradient at `value`, and frees it or keeps it as that gradient.
    void give(std::size_t value, std::size_t buffer) {
        std::optional<std::size_t>& own = buffer_of_[value];
        if (own) {
            ops::add_in_place(constant(view(buffer)), view(*own));
            busy_[buffer] = false;
        } else {
            own = buffer;
        }
    }

    /// Adds `addend` to the gradient at `value`.
    void add(std::size_t value, ConstMatrixView<T> addend) {
        std::optional<std::size_t>& own = buffer_of_[value];
        if (own) return ops::add_in_place(addend, view(*own));
        own = acquire(value);
        view(*own) = addend;
    }

    /// The buffer of the gradient at `value`, which is complete; the caller's from now on.
    std::size_t take(std::size_t value) { return *std::exchange(buffer_of_[value], std::nullopt); }

    void free(std::size_t buffer) { busy_[buffer] = false; }

  private:
    std::vector<Matrix<T>>& buffers_;
    const std::vector<std::int64_t>& widths_;
    Eigen::Index batch_;
    std::vector<bool> busy_;
    std::vector<std::optional<std::size_t>> buffer_of_;
};

/// Hands the gradient dy in `buffer` on to the values that reach the stage's output by sums alone.
template <class T>
void pass_by(const Stage& stage, std::size_t buffer, Gradients<T>& gradients) {
    const bool to_addend = stage.addend.value_or(0) != 0;
    const bool to_input = !stage.layer && stage.input != 0;
    if (to_addend && to_input) gradients.add(*stage.addend, constant(gradients.view(buffer)));
    if (to_input) {
        gradients.give(stage.input, buffer);
    } else if (to_addend) {
        gradients.give(*stage.addend, buffer);
    } else {
        gradients.free(buffer);
    }
}

}  // namespace eckart::model
