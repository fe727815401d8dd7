#include "eckart/compress/singular_values.hpp"

#include <algorithm>

#include "compress/stored_values.hpp"
#include "eckart/compress/decomposition.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/linalg/symmetric_eigen.hpp"

namespace eckart::compress {

namespace {

/// thin_svd() is quick up to here.
constexpr Eigen::Index kSmallSide = 256;

/// W Wt or Wt W, whichever is smaller, in double: block by block, so that no copy of W in double is held.
MatrixD small_gram(const MatrixF& weight) {
    constexpr Eigen::Index kBlock = 256;
    const bool wide = weight.rows() <= weight.cols();
    const Eigen::Index side = std::min(weight.rows(), weight.cols());
    const Eigen::Index length = std::max(weight.rows(), weight.cols());
    MatrixD gram = MatrixD::Zero(side, side);
    for (Eigen::Index i = 0; i < length; i += kBlock) {
        const Eigen::Index count = std::min(kBlock, length - i);
        const MatrixD block = wide ? MatrixD(weight.middleCols(i, count).cast<double>().transpose())
                                   : MatrixD(weight.middleRows(i, count).cast<double>());
        gram += linalg::multiply_tn<double>(block, block);
    }
    return gram;
}

VectorF by_gram(const MatrixF& weight, const std::string& name) {
    const auto largest = static_cast<double>(weight.cwiseAbs().maxCoeff());
    if (largest == 0) return VectorF::Zero(std::min(weight.rows(), weight.cols()));
    const VectorD values = linalg::symmetric_eigen<double>(small_gram(weight), name).values;
    return values.reverse().cwiseMax(0).cwiseSqrt().cast<float>();
}

}  // namespace

VectorF singular_values(const io::ModelFile& model, std::size_t index) {
    const io::StoredLinear& layer = model.linears().at(index);
    if (layer.rank > 0) {
        const auto [a, b] = factors_of<float>(model, index);
        return product_svd(b, a, layer.name).s;
    }
    if (needs_double(layer.dtype))
        return linalg::thin_svd<double>(weight_of<double>(model, index), layer.tensor).s.cast<float>();
    const MatrixF weight = weight_of<float>(model, index);
    if (std::min(layer.out, layer.in) <= kSmallSide) return linalg::thin_svd<float>(weight, layer.tensor).s;
    return by_gram(weight, layer.tensor);
}

}  // namespace eckart::compress
