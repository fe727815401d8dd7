#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "eckart/calculus/derivative_check.hpp"
#include "eckart/model/network.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "eckart/ops/elementwise.hpp"
#include "eckart/train/orthogonal_factors.hpp"
#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {

namespace {

using model::Network;

constexpr Eigen::Index kBatch = 8;
constexpr Eigen::Index kRank = 3;
constexpr model::MlpArchitecture kArchitecture{9, 7, 2, 4};

/// A small network's mean loss on one batch as a function of all its parameters.
class Loss {
  public:
    Loss(Network<double> network, Rng rng)
        : network_(std::move(network)),
          backend_(ops::make_reference_backend<double>()),
          x_(normal_matrix<double>(kBatch, kArchitecture.input, rng)) {
        for (Eigen::Index i = 0; i < kBatch; ++i) {
            labels_.push_back(static_cast<std::uint8_t>(rng.index(4)));
        }
    }

    [[nodiscard]] VectorD parameters() {
        return gather([](const auto& parameter) -> const MatrixD& { return parameter.value; });
    }

    double value(const VectorD& at) {
        set(at);
        return ops::softmax_nll<double>(forward(), labels_).loss / static_cast<double>(kBatch);
    }

    VectorD gradient(const VectorD& at) {
        set(at);
        const ConstMatrixView<double> logits = forward();
        MatrixD dlogits(logits.rows(), logits.cols());
        ops::softmax_nll_backward<double>(logits, labels_, view(dlogits));
        network_.backward(*backend_, view(std::as_const(x_)), view(std::as_const(dlogits)), state_, {});
        return gather([](const auto& parameter) -> const MatrixD& { return parameter.gradient; });
    }

  private:
    ConstMatrixView<double> forward() { return network_.forward(*backend_, view(std::as_const(x_)), state_); }

    template <class Part>
    VectorD gather(Part part) {
        std::vector<double> all;
        for (const model::Parameter<double>* parameter : network_.parameters()) {
            const MatrixD& entries = part(*parameter);
            all.insert(all.end(), entries.data(), entries.data() + entries.size());
        }
        return Eigen::Map<VectorD>(all.data(), static_cast<Eigen::Index>(all.size()));
    }

    void set(const VectorD& at) {
        const double* next = at.data();
        for (model::Parameter<double>* parameter : network_.parameters()) {
            std::copy_n(next, parameter->value.size(), parameter->value.data());
            next += parameter->value.size();
        }
    }

    Network<double> network_;
    std::unique_ptr<ops::Backend<double>> backend_;
    MatrixD x_;
    std::vector<std::uint8_t> labels_;
    model::NetworkState<double> state_;
};

Network<double> factored_network(Rng rng) {
    auto network = model::convert<double>(model::make_initialized(kArchitecture, rng));
    const auto& shapes = network.architecture().layers;
    for (std::size_t i = 0; i < shapes.size(); ++i) {
        MatrixD b = normal_matrix<double>(shapes[i].out, kRank, rng) / std::sqrt(double{kRank});
        MatrixD a =
            normal_matrix<double>(kRank, shapes[i].in, rng) / std::sqrt(static_cast<double>(shapes[i].in));
        network.replace_layer(
            i, std::make_unique<model::FactoredLinear<double>>(shapes[i].name, std::move(b), std::move(a),
                                                               normal_matrix<double>(1, shapes[i].out, rng)));
    }
    return network;
}

Finding network_gradient(const std::string& name, Network<double> network, const Rng& rng) {
    Loss loss(std::move(network), rng.fork("batch"));
    // Larger steps cross the kinks of ReLUs, which makes any slope; the floor decides.
    calculus::DerivativeCheckOptions options;
    options.largest_step = 1e-3;
    options.smallest_slope = -100;
    const auto check =
        check_gradient([&](const VectorD& y) { return loss.value(y); },
                       [&](const VectorD& y) { return loss.gradient(y); }, loss.parameters(), options);
    return finding_of(name, check, options.tolerance);
}

/// One layer W = U diag(sigma^2) Vt under the loss 1/2 |W - T|^2, whose gradient is known; by (U, sigma, Vt).
Finding orthogonal_gradient(Rng rng) {
    constexpr Eigen::Index kOut = 8;
    constexpr Eigen::Index kIn = 6;
    const MatrixD target = normal_matrix<double>(kOut, kIn, rng);
    struct Split {
        MatrixD u, sigma, v;
    };
    const auto split = [](const VectorD& x) {
        const double* const data = x.data();
        const ConstMatrixView<double> vt(data + (kOut + 1) * kRank, kRank, kIn);
        return Split{ConstMatrixView<double>(data, kOut, kRank),
                     ConstMatrixView<double>(data + kOut * kRank, 1, kRank), vt.transpose()};
    };
    const auto residual = [&](const Split& s) {
        return MatrixD(s.u * s.sigma.row(0).cwiseAbs2().asDiagonal() * s.v.transpose() - target);
    };
    const auto gradient = [&](const VectorD& x) {
        const Split s = split(x);
        const MatrixD r = residual(s);
        const auto sigma = s.sigma.row(0).asDiagonal();
        const auto parts =
            train::factor_gradients<double>(s.u, s.sigma, s.v, r * s.v * sigma, sigma * s.u.transpose() * r);
        VectorD all(x.size());
        all << parts.u.reshaped<Eigen::RowMajor>(), parts.sigma.reshaped<Eigen::RowMajor>(),
            parts.vt.reshaped<Eigen::RowMajor>();
        return all;
    };
    const calculus::DerivativeCheckOptions options;
    const VectorD at = normal_matrix<double>((kOut + 1 + kIn) * kRank, 1, rng);
    const auto check = check_gradient([&](const VectorD& x) { return residual(split(x)).squaredNorm() / 2; },
                                      gradient, at, options);
    return finding_of("orthogonal factors, U, sigma and V", check, options.tolerance);
}

std::vector<Finding> network_gradients(const Rng& rng) {
    const Rng fork = rng.fork("network");
    return {network_gradient("mean loss of a dense network, all parameters",
                             model::convert<double>(model::make_initialized(kArchitecture, fork)), fork),
            network_gradient("mean loss of a factored network, all parameters", factored_network(fork), fork),
            orthogonal_gradient(fork.fork("orthogonal"))};
}

}  // namespace

std::vector<Check> network_checks(const Rng& rng) {
    return {{"Gradients of training", [=] { return network_gradients(rng); }}};
}

}  // namespace eckart::selfcheck
