#include "eckart/compress/singular_values.hpp"

#include "compress/stored_values.hpp"
#include "eckart/compress/decomposition.hpp"
#include "eckart/linalg/svd.hpp"

namespace eckart::compress {

VectorF singular_values(const io::ModelFile& model, std::size_t index) {
    const io::StoredLinear& layer = model.linears().at(index);
    if (layer.rank > 0) {
        const auto [a, b] = factors_of<float>(model, index);
        return product_svd(b, a, layer.name).s;
    }
    if (needs_double(layer.dtype))
        return linalg::singular_values(weight_of<double>(model, index), layer.tensor).cast<float>();
    return linalg::singular_values(weight_of<float>(model, index), layer.tensor);
}

}  // namespace eckart::compress
