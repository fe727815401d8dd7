#include <cmath>
#include <limits>
#include <memory>

#include "eckart/ops/backend.hpp"
#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {

namespace {

/// The three products of a layer in float32, beside the plain formulas in double.
std::vector<Finding> layer_products(Rng rng) {
    constexpr Eigen::Index kBatch = 100;
    constexpr Eigen::Index kIn = 301;
    constexpr Eigen::Index kOut = 103;
    const MatrixF x = normal_matrix<float>(kBatch, kIn, rng);
    const MatrixF w = normal_matrix<float>(kOut, kIn, rng);
    const MatrixF dy = normal_matrix<float>(kBatch, kOut, rng);
    const MatrixF bias = normal_matrix<float>(1, kOut, rng);
    MatrixF y(kBatch, kOut);
    MatrixF dx(kBatch, kIn);
    MatrixF dw(kOut, kIn);
    MatrixF db(1, kOut);
    const std::unique_ptr<ops::Backend<float>> backend = ops::make_onednn_backend();
    ops::LinearEpilogue<float> epilogue;
    epilogue.bias = bias.data();
    epilogue.relu = true;
    backend->linear_forward(view(x), view(w), epilogue, view(y));
    backend->linear_backward_data(view(dy), view(w), view(dx));
    backend->linear_backward_weights(view(x), view(dy), view(dw), db.data());

    const MatrixD wide_x = x.cast<double>();
    const MatrixD wide_w = w.cast<double>();
    const MatrixD wide_dy = dy.cast<double>();
    const MatrixD z = (wide_x * wide_w.transpose()).rowwise() + bias.cast<double>().row(0);
    const double bound = 4 * std::sqrt(double{kIn}) * std::numeric_limits<float>::epsilon();
    return {compare("forward with bias and ReLU", relative_distance(y.cast<double>(), z.cwiseMax(0)), bound),
            compare("gradient of its input", relative_distance(dx.cast<double>(), wide_dy * wide_w), bound),
            compare("gradient of its weights",
                    relative_distance(dw.cast<double>(), wide_dy.transpose() * wide_x), bound),
            compare("gradient of its bias", relative_distance(db.cast<double>(), wide_dy.colwise().sum()),
                    bound)};
}

}  // namespace

std::vector<Check> kernel_checks(const Rng& rng) {
    return {
        {"Products of a layer, float32 beside float64", [=] { return layer_products(rng.fork("kernels")); }}};
}

}  // namespace eckart::selfcheck
