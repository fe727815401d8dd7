#include "eckart/data/batches.hpp"

#include <numeric>

#include "core/shown.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/data/dataset.hpp"

namespace eckart::data {

std::vector<std::uint32_t> epoch_order(std::size_t count, std::uint64_t seed, std::uint64_t epoch) {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0U);
    Rng(seed).fork("shuffle").fork(epoch).shuffle(order);
    return order;
}

template <class T>
void copy_normalized(const Dataset& source, std::span<const std::uint32_t> indices, MatrixView<T> out) {
    // (x / 255 - 0.5) / 0.5 = (2 x - 255) / 255, rounded once.
    const auto size = static_cast<std::ptrdiff_t>(source.shape.size());
    for (std::size_t i = 0; i < indices.size(); ++i) {
        const std::uint8_t* pixels = source.image(indices[i]).data();
        T* row = out.data() + static_cast<std::ptrdiff_t>(i) * size;
        for (std::ptrdiff_t k = 0; k < size; ++k) row[k] = static_cast<T>(2 * pixels[k] - 255) / T(255);
    }
}

template ECKART_SHOWN void copy_normalized<float>(const Dataset&, std::span<const std::uint32_t>,
                                                  MatrixView<float>);
template ECKART_SHOWN void copy_normalized<double>(const Dataset&, std::span<const std::uint32_t>,
                                                   MatrixView<double>);

}  // namespace eckart::data
