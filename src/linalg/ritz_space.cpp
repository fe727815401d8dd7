#include "linalg/ritz_space.hpp"

#include "eckart/linalg/product.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"
#include "linalg/gram_svd.hpp"

namespace eckart::linalg {

namespace {

template <class T>
void append_rows(Matrix<T>& matrix, const Matrix<T>& rows) {
    const Eigen::Index before = matrix.rows();
    matrix.conservativeResize(before + rows.rows(), rows.cols());
    matrix.bottomRows(rows.rows()) = rows;
}

}  // namespace

template <class T>
RitzSpace<T>::RitzSpace(const SmallSide<T>& side)
    : x_(0, side.small()), y_(0, side.large()), z_(0, side.small()), ritz_(0, 0) {}

template <class T>
void RitzSpace<T>::append(const Matrix<T>& block, SmallSide<T>& side) {
    const Eigen::Index before = size();
    const Eigen::Index added = block.rows();
    const Matrix<T> y = side.to_large(block);
    append_rows(x_, block);
    append_rows(y_, y);
    append_rows(z_, side.to_small(y));
    ritz_.conservativeResize(before + added, before + added);
    ritz_.bottomRows(added) = products_of_rows(y, y_);
    ritz_.topRightCorner(before, added) = ritz_.bottomLeftCorner(added, before).transpose();
}

template <class T>
void RitzSpace<T>::cut_down(Eigen::Index count) {
    const Matrix<T> leading = leading_vectors(count);
    for (Matrix<T>* rows : {&x_, &y_, &z_}) *rows = multiply_tn(leading, *rows);
    ritz_ = products_of_rows(y_, y_);
    settled_ = 0;
}

template <class T>
Matrix<T> RitzSpace<T>::leading_vectors(Eigen::Index count) const {
    return symmetric_eigen(ritz_).vectors.rowwise().reverse().leftCols(count).template cast<T>();
}

template class RitzSpace<float>;
template class RitzSpace<double>;

}  // namespace eckart::linalg
