#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"
#include "eckart/linalg/svd.hpp"
#include "eckart/model/network.hpp"

#pragma GCC visibility push(default)

namespace eckart::compress {

/// The singular value decomposition of one layer's W (out, in), cut at any rank later.
struct LayerDecomposition {
    std::string layer;
    linalg::Svd<float> svd;
};

/// One SVD per fully-connected layer, in forward order. For a layer that is factored already, W = B A, it
/// comes from the QR decompositions of B and At and the SVD of the small product of their R, without forming
/// W. Between layers it reports progress and asks `stop`; when told to stop it returns what it has. Throws
/// NumericalError naming the tensor (linalg/svd.hpp).
std::vector<LayerDecomposition> decompose(const model::Network<float>& network, ProgressObserver& progress,
                                          const StopRequested& stop);

/// The SVD of W = B A from its factors b (m, r) and a (r, n) of the layer `name`. Throws NumericalError
/// naming the factor, `name.1.weight` or `name.0.weight`, that has entries which are not finite.
template <class T>
linalg::Svd<T> product_svd(const Matrix<T>& b, const Matrix<T>& a, const std::string& name);

/// The rank at which factors have as many weights as the matrix: m n / (m + n).
double break_even_rank(std::int64_t out, std::int64_t in);

/// spectra.json of a run directory: singular values of every layer, and the first layer's `leading` right
/// singular vectors where its input is an image of shape (channels, height, width).
Json spectra_json(const std::vector<LayerDecomposition>& decomposition, const model::Network<float>& network,
                  const std::optional<std::array<int, 3>>& image_shape, int leading);

}  // namespace eckart::compress

#pragma GCC visibility pop
