#pragma once

#include <cstddef>
#include <vector>

#include "eckart/core/matrix.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// Automatic differentiation in reverse mode, on whole vectors: operations are computed as they are written
/// down, and gradient() walks them backwards. All arithmetic is in T, float or double.
///
/// The gradient costs at most four times what the value does (Griewank and Walther, Evaluating Derivatives,
/// 2008, chapter 3); each operation keeps its result. Matrices are not copied and must outlive the tape.
template <class T>
class Tape {
  public:
    /// A vector on the tape. Belongs to the tape that made it, until clear().
    struct Variable {
        std::size_t index = 0;
    };

    Variable input(const Vector<T>& value);
    /// A x for a (m, n) and x (n). Throws InvalidArgument for other lengths.
    Variable multiply(const Matrix<T>& a, Variable x);
    Variable cos(Variable x);  ///< entry by entry
    Variable sin(Variable x);
    /// (1): |x|^2.
    Variable squared_norm(Variable x);

    [[nodiscard]] const Vector<T>& value(Variable x) const { return steps_.at(x.index).value; }
    /// The gradient of `result`, which has one entry, with respect to `x`; zero where it does not depend on
    /// it. Throws InvalidArgument for a `result` of another length.
    Vector<T> gradient(Variable result, Variable x);
    /// Forgets every operation.
    void clear() { steps_.clear(); }

  private:
    enum class Operation { kInput, kMultiply, kCos, kSin, kSquaredNorm };
    struct Step {
        Operation operation = Operation::kInput;
        std::size_t argument = 0;
        const Matrix<T>* matrix = nullptr;
        Vector<T> value;
        Vector<T> adjoint = {};  ///< d result / d value
    };

    Variable record(Step step);
    void pull_back(const Step& step);

    std::vector<Step> steps_;
};

}  // namespace eckart::probe

#pragma GCC visibility pop
