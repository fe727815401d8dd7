#include "eckart/data/dataset.hpp"

namespace eckart::data {

std::size_t ImageShape::size() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(width);
}

std::span<const std::uint8_t> Dataset::image(std::size_t index) const {
    return {pixels.data() + index * shape.size(), shape.size()};
}

}  // namespace eckart::data
