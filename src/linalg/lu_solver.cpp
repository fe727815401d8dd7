#include "linalg/lu_solver.hpp"

#include <fmt/core.h>

#include <utility>

#include "eckart/core/error.hpp"
#include "linalg/lapack.hpp"

namespace eckart::linalg {

namespace {

constexpr Eigen::Index kSerialSide = 64;

template <class T>
using Columns = Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>;
template <class T>
using ConstColumns = Eigen::Map<const Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>>;

/// What LAPACK's getrs does.
template <class T>
void solve_serially(ConstColumns<T> lu, const std::vector<int>& pivots, bool transpose, Columns<T> b) {
    const auto swap = [&](std::size_t i) { b.row(static_cast<Eigen::Index>(i)).swap(b.row(pivots[i] - 1)); };
    if (transpose) {
        lu.transpose().template triangularView<Eigen::Lower>().solveInPlace(b);
        lu.transpose().template triangularView<Eigen::UnitUpper>().solveInPlace(b);
        for (std::size_t i = pivots.size(); i-- > 0;) swap(i);
    } else {
        for (std::size_t i = 0; i < pivots.size(); ++i) swap(i);
        lu.template triangularView<Eigen::UnitLower>().solveInPlace(b);
        lu.template triangularView<Eigen::Upper>().solveInPlace(b);
    }
}

}  // namespace

template <class T>
LuSolver<T>::LuSolver(Matrix<T> q, std::string_view name)
    : factors_(std::move(q)), pivots_(static_cast<std::size_t>(factors_.rows())) {
    const auto n = static_cast<int>(factors_.rows());
    const int info = lapack::getrf(n, factors_.data(), pivots_.data());
    if (info != 0) {
        throw NumericalError(fmt::format("{} ({}, {}) is singular (LAPACK's info {})", name, n, n, info));
    }
}

template <class T>
void LuSolver<T>::solve_in_place(Matrix<T>& columns, bool transpose) const {
    const Eigen::Index n = factors_.rows();
    if (n <= kSerialSide) {
        solve_serially<T>({factors_.data(), n, n}, pivots_, transpose, {columns.data(), n, n});
        return;
    }
    const auto size = static_cast<int>(n);
    lapack::getrs(size, size, transpose, factors_.data(), pivots_.data(), columns.data());
}

template <class T>
Matrix<T> LuSolver<T>::solve(Matrix<T> b) const {
    b.transposeInPlace();
    solve_in_place(b, true);
    b.transposeInPlace();
    return b;
}

template <class T>
Matrix<T> LuSolver<T>::solve_from_right(Matrix<T> b) const {
    // Column by column our rows are Bt, and Qt Xt = Bt.
    solve_in_place(b, false);
    return b;
}

template class LuSolver<float>;
template class LuSolver<double>;

}  // namespace eckart::linalg
