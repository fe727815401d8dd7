#include "eckart/compress/decomposition.hpp"

#include <algorithm>

#include "core/shown.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/qr.hpp"

namespace eckart::compress {

namespace {

linalg::Svd<float> layer_svd(const model::Linear<float>& layer) {
    if (const auto* factored = dynamic_cast<const model::FactoredLinear<float>*>(&layer)) {
        return product_svd(factored->b().value, factored->a().value, layer.name());
    }
    return linalg::thin_svd<float>(layer.dense_weight(), layer.name() + ".weight");
}

Json leading_rows(const MatrixF& vt, int leading) {
    Json vectors = Json::array();
    for (Eigen::Index i = 0; i < std::min<Eigen::Index>(leading, vt.rows()); ++i) {
        vectors.push_back(std::vector<float>(vt.row(i).begin(), vt.row(i).end()));
    }
    return vectors;
}

}  // namespace

template <class T>
linalg::Svd<T> product_svd(const Matrix<T>& b, const Matrix<T>& a, const std::string& name) {
    // QR would spread one NaN over its whole result: look for it where it is.
    linalg::require_finite<T>(b, name + ".1.weight");
    linalg::require_finite<T>(a, name + ".0.weight");
    const linalg::Qr<T> left = linalg::thin_qr<T>(b);
    const linalg::Qr<T> right = linalg::thin_qr<T>(Matrix<T>(a.transpose()));
    const linalg::Svd<T> core =
        linalg::thin_svd<T>(linalg::multiply<T>(left.r, Matrix<T>(right.r.transpose())), name);
    return {linalg::multiply<T>(left.q, core.u), core.s,
            linalg::multiply<T>(core.vt, Matrix<T>(right.q.transpose()))};
}

template ECKART_SHOWN linalg::Svd<float> product_svd(const MatrixF&, const MatrixF&, const std::string&);
template ECKART_SHOWN linalg::Svd<double> product_svd(const MatrixD&, const MatrixD&, const std::string&);

std::vector<LayerDecomposition> decompose(const model::Network<float>& network, ProgressObserver& progress,
                                          const StopRequested& stop) {
    std::vector<LayerDecomposition> result;
    const std::uint64_t count = network.layer_count();
    for (std::size_t i = 0; i < count && !should_stop(stop); ++i) {
        const model::Linear<float>& layer = network.layer(i);
        progress.on_progress({"decomposing", i, count, "layers", layer.name()});
        result.push_back({layer.name(), layer_svd(layer)});
    }
    progress.on_progress({"decomposing", result.size(), count, "layers", ""});
    return result;
}

double break_even_rank(std::int64_t out, std::int64_t in) {
    return static_cast<double>(out) * static_cast<double>(in) / static_cast<double>(out + in);
}

Json spectra_json(const std::vector<LayerDecomposition>& decomposition, const model::Network<float>& network,
                  const std::optional<std::array<int, 3>>& image_shape, int leading) {
    Json layers = Json::array();
    for (std::size_t i = 0; i < decomposition.size(); ++i) {
        const model::Linear<float>& layer = network.layer(i);
        const VectorF& s = decomposition[i].svd.s;
        layers.push_back({{"name", layer.name()},
                          {"out", layer.out()},
                          {"in", layer.in()},
                          {"break_even_rank", break_even_rank(layer.out(), layer.in())},
                          {"singular_values", std::vector<float>(s.begin(), s.end())}});
    }
    Json json{{"layers", std::move(layers)}};
    if (image_shape && !decomposition.empty()) {
        json["right_singular_vectors"] = {{"layer", decomposition.front().layer},
                                          {"image_shape", *image_shape},
                                          {"vectors", leading_rows(decomposition.front().svd.vt, leading)}};
    }
    return json;
}

}  // namespace eckart::compress
