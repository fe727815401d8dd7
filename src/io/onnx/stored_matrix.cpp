#include "io/onnx/stored_matrix.hpp"

#include <algorithm>

#include "io/onnx/tensor_entries.hpp"

namespace eckart::io {

namespace {

template <class T>
Matrix<T> read_row(const TensorData& data, const onnx::TensorProto& tensor) {
    const std::uint64_t count = entry_count(tensor);
    Matrix<T> row(1, static_cast<Eigen::Index>(count));
    read_entries(data, tensor, 0, count, row.data());
    return row;
}

/// w = (q - zero_point) scale for stored rows from `first` on.
template <class T>
class Dequantizer {
  public:
    Dequantizer(const TensorData& data, const Quantization& quantization)
        : quantization_(quantization), scale_(read_row<T>(data, *quantization.scale)) {
        zero_ = Matrix<T>::Zero(1, scale_.cols());
        if (quantization.zero_point != nullptr) zero_ = read_row<T>(data, *quantization.zero_point);
    }

    void apply(Matrix<T>& rows, Eigen::Index first) const {
        for (Eigen::Index i = 0; i < rows.rows(); ++i) {
            for (Eigen::Index j = 0; j < rows.cols(); ++j) {
                const Eigen::Index k = !quantization_.per_axis ? 0 : quantization_.axis == 0 ? first + i : j;
                rows(i, j) = (rows(i, j) - zero_(0, k)) * scale_(0, k);
            }
        }
    }

  private:
    Quantization quantization_;
    Matrix<T> scale_;
    Matrix<T> zero_;
};

}  // namespace

template <class T>
Matrix<T> read_matrix(const TensorData& data, const GraphLinear& linear) {
    // Some rows at a time: memory never holds the matrix in both orientations.
    constexpr Eigen::Index kPart = 1 << 20;
    const Eigen::Index rows = linear.tensor->dims(0);
    const Eigen::Index cols = linear.tensor->dims(1);
    const Eigen::Index step = std::max<Eigen::Index>(1, kPart / std::max<Eigen::Index>(1, cols));
    std::optional<Dequantizer<T>> dequantizer;
    if (linear.quantization) dequantizer.emplace(data, *linear.quantization);
    Matrix<T> matrix(linear.transposed ? cols : rows, linear.transposed ? rows : cols);
    for (Eigen::Index first = 0; first < rows; first += step) {
        Matrix<T> part(std::min(step, rows - first), cols);
        read_entries(data, *linear.tensor, static_cast<std::uint64_t>(first * cols),
                     static_cast<std::uint64_t>(part.size()), part.data());
        if (dequantizer) dequantizer->apply(part, first);
        if (linear.transposed) {
            matrix.middleCols(first, part.rows()) = part.transpose();
        } else {
            matrix.middleRows(first, part.rows()) = part;
        }
    }
    return matrix;
}

template Matrix<float> read_matrix<float>(const TensorData&, const GraphLinear&);
template Matrix<double> read_matrix<double>(const TensorData&, const GraphLinear&);

}  // namespace eckart::io
