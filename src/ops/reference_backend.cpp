#include "core/shown.hpp"
#include "eckart/ops/backend.hpp"
#include "ops/shapes.hpp"

namespace eckart::ops {

namespace {

template <class T>
using RowView = Eigen::Map<const Eigen::Matrix<T, 1, Eigen::Dynamic>>;

template <class T>
class ReferenceBackend final : public Backend<T> {
  public:
    [[nodiscard]] std::string name() const override { return "reference (Eigen)"; }

    void linear_forward(ConstMatrixView<T> x, ConstMatrixView<T> w, const LinearEpilogue<T>& epilogue,
                        MatrixView<T> y) override {
        check_linear_shapes<T>("linear_forward", x, w, constant(y));
        y.noalias() = x * w.transpose();
        if (epilogue.bias != nullptr) y.rowwise() += RowView<T>(epilogue.bias, y.cols());
        if (epilogue.residual != nullptr) y += ConstMatrixView<T>(epilogue.residual, y.rows(), y.cols());
        if (epilogue.relu) y = y.cwiseMax(T(0));
    }

    void linear_backward_data(ConstMatrixView<T> dy, ConstMatrixView<T> w, MatrixView<T> dx) override {
        check_linear_shapes<T>("linear_backward_data", constant(dx), w, dy);
        dx.noalias() = dy * w;
    }

    void linear_backward_weights(ConstMatrixView<T> x, ConstMatrixView<T> dy, MatrixView<T> dw,
                                 T* db) override {
        check_linear_shapes<T>("linear_backward_weights", x, constant(dw), dy);
        dw.noalias() = dy.transpose() * x;
        if (db != nullptr) {
            Eigen::Map<Eigen::Matrix<T, 1, Eigen::Dynamic>>(db, dy.cols()) = dy.colwise().sum();
        }
    }
};

}  // namespace

template <class T>
std::unique_ptr<Backend<T>> make_reference_backend() {
    return std::make_unique<ReferenceBackend<T>>();
}

template ECKART_SHOWN std::unique_ptr<Backend<float>> make_reference_backend<float>();
template ECKART_SHOWN std::unique_ptr<Backend<double>> make_reference_backend<double>();

}  // namespace eckart::ops
