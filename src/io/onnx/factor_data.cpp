#include "io/onnx/factor_data.hpp"

#include <algorithm>
#include <cstring>

#include "eckart/core/error.hpp"
#include "io/dtype.hpp"

namespace eckart::io {

namespace {

/// The transpose of a row-major (rows, cols) matrix of entries of `width` bytes.
std::vector<unsigned char> transpose(const std::vector<unsigned char>& bytes, std::size_t rows,
                                     std::size_t cols, std::size_t width) {
    constexpr std::size_t kTile = 64;  // both sides of a tile stay in cache
    std::vector<unsigned char> result(bytes.size());
    for (std::size_t top = 0; top < rows; top += kTile) {
        for (std::size_t left = 0; left < cols; left += kTile) {
            for (std::size_t i = top; i < std::min(rows, top + kTile); ++i) {
                for (std::size_t j = left; j < std::min(cols, left + kTile); ++j)
                    std::memcpy(&result[(j * rows + i) * width], &bytes[(i * cols + j) * width], width);
            }
        }
    }
    return result;
}

}  // namespace

std::size_t FactorData::add(const FactorOrigin& origin) {
    origins_.push_back(origin);
    return tensors_.references().size() + origins_.size() - 1;
}

std::uint64_t FactorData::size(std::size_t reference) const {
    const std::size_t own = tensors_.references().size();
    return reference < own ? tensors_.references()[reference].size : origins_.at(reference - own).bytes;
}

const EncodedFactors& FactorData::factors_of(std::size_t linear) const {
    if (!latest_ || latest_->first != linear) {
        latest_.reset();  // before the next pair is made
        latest_.emplace(linear, replacements_.factors(linear));
    }
    return latest_->second;
}

void FactorData::copy(std::size_t reference, AtomicFile& target) const {
    const std::size_t own = tensors_.references().size();
    if (reference >= own) {
        const FactorOrigin& origin = origins_.at(reference - own);
        const EncodedFactors& factors = factors_of(origin.linear);
        const std::vector<unsigned char>& bytes = origin.is_b ? factors.b : factors.a;
        if (bytes.size() != origin.bytes)
            throw InvalidArgument("the factors do not have the rank that was announced");
        if (!origin.transposed) return target.write(bytes.data(), bytes.size());
        const auto rows = static_cast<std::size_t>(origin.is_b ? factors.out : factors.rank);
        const auto cols = static_cast<std::size_t>(origin.is_b ? factors.rank : factors.in);
        const auto turned = transpose(bytes, rows, cols, static_cast<std::size_t>(dtype_size(factors.dtype)));
        return target.write(turned.data(), turned.size());
    }
    constexpr std::uint64_t kPart = 8U << 20U;
    const DataReference& where = tensors_.references()[reference];
    std::vector<unsigned char> part(static_cast<std::size_t>(std::min(kPart, where.size)));
    for (std::uint64_t done = 0; done < where.size; done += part.size()) {
        const auto size = std::min<std::uint64_t>(part.size(), where.size - done);
        tensors_.file(where.file).read(where.offset + done, part.data(), size);
        target.write(part.data(), static_cast<std::size_t>(size));
    }
}

}  // namespace eckart::io
