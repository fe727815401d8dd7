#include "linalg/gram_svd.hpp"

#include <cblas.h>
#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/linalg/product.hpp"
#include "linalg/lapack.hpp"

namespace eckart::linalg {

namespace {

constexpr Eigen::Index kGramBlock = 512;

struct LeadingEigenvectors {
    MatrixF vectors;      ///< as columns (k, count), largest eigenvalue first
    double left_out = 0;  ///< sum of the other eigenvalues
};

/// Of `gram` (k, k; lower triangle), positive semidefinite.
LeadingEigenvectors leading_eigenvectors(MatrixD gram, Eigen::Index count, std::string_view name) {
    const auto k = static_cast<int>(gram.rows());
    const auto r = static_cast<int>(count);
    const double trace = gram.trace();
    MatrixD rows = MatrixD::Zero(count, k);
    VectorD values = VectorD::Zero(k);
    // By columns the row-major lower triangle is the upper one.
    const int info = lapack::leading_eigenvectors(k, r, gram.data(), values.data(), rows.data());
    if (info != 0) {
        throw NumericalError(
            fmt::format("{}: LAPACK's eigen-decomposition of its Gram matrix ({}, {}) did not converge "
                        "(info {}); ask for the method \"full\"",
                        name, k, k, info));
    }
    gram.resize(0, 0);  // it is the largest of all and has done its work
    return {rows.colwise().reverse().transpose().cast<float>(),
            std::max(0.0, trace - values.head(count).sum())};
}

}  // namespace

template <class T>
MatrixD gram_matrix(const Matrix<T>& x, bool of_columns) {
    const Eigen::Index k = of_columns ? x.cols() : x.rows();
    const Eigen::Index length = of_columns ? x.rows() : x.cols();
    MatrixD gram = MatrixD::Zero(k, k);
    if (k == 0) return gram;
    MatrixD block;
    for (Eigen::Index begin = 0; begin < length; begin += kGramBlock) {
        const Eigen::Index size = std::min(kGramBlock, length - begin);
        if (of_columns) {
            block = x.middleRows(begin, size).template cast<double>();
        } else {
            block = x.middleCols(begin, size).template cast<double>();
        }
        cblas_dsyrk(CblasRowMajor, CblasLower, of_columns ? CblasTrans : CblasNoTrans, static_cast<int>(k),
                    static_cast<int>(size), 1.0, block.data(), static_cast<int>(block.cols()), 1.0,
                    gram.data(), static_cast<int>(k));
    }
    return gram;
}

template <class T>
MatrixD products_of_rows(const Matrix<T>& x, const Matrix<T>& y) {
    MatrixD products = MatrixD::Zero(x.rows(), y.rows());
    for (Eigen::Index begin = 0; begin < x.cols(); begin += kGramBlock) {
        const Eigen::Index size = std::min(kGramBlock, x.cols() - begin);
        const MatrixD left = x.middleCols(begin, size).template cast<double>();
        const MatrixD right = y.middleCols(begin, size).template cast<double>();
        products += multiply_nt(left, right);
    }
    return products;
}

template <class T>
Svd<T> restricted_svd(const Matrix<T>& a, const Matrix<T>& basis, bool of_columns, std::string_view name) {
    if (of_columns) {
        Svd<T> svd = thin_svd<T>(multiply(a, basis), name);
        svd.vt = multiply_nt(svd.vt, basis);
        return svd;
    }
    Svd<T> svd = thin_svd<T>(multiply_tn(basis, a), name);
    svd.u = multiply(basis, svd.u);
    return svd;
}

GramSvd gram_svd(const Matrix<float>& a, Eigen::Index rank, std::string_view name) {
    if (std::min(a.rows(), a.cols()) > kLargestGramSide) {
        throw InvalidArgument(fmt::format(
            "{} ({}, {}) is too large for the eigen-decomposition of its Gram matrix; its smaller "
            "side may be at most {}",
            name, a.rows(), a.cols(), kLargestGramSide));
    }
    const bool of_columns = a.cols() < a.rows();
    const LeadingEigenvectors leading = leading_eigenvectors(gram_matrix(a, of_columns), rank, name);
    return {restricted_svd(a, leading.vectors, of_columns, name), leading.left_out};
}

template MatrixD gram_matrix<float>(const Matrix<float>&, bool);
template MatrixD gram_matrix<double>(const Matrix<double>&, bool);
template MatrixD products_of_rows<float>(const Matrix<float>&, const Matrix<float>&);
template MatrixD products_of_rows<double>(const Matrix<double>&, const Matrix<double>&);
template Svd<float> restricted_svd<float>(const Matrix<float>&, const Matrix<float>&, bool, std::string_view);
template Svd<double> restricted_svd<double>(const Matrix<double>&, const Matrix<double>&, bool,
                                            std::string_view);

}  // namespace eckart::linalg
