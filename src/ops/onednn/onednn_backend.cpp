#include <fmt/core.h>
#include <omp.h>

#include <compare>
#include <cstdint>
#include <cstring>
#include <map>
#include <unordered_map>
#include <utility>

#include "eckart/core/error.hpp"
#include "eckart/ops/backend.hpp"
#include "ops/onednn/primitive_descriptors.hpp"
#include "ops/shapes.hpp"

namespace eckart::ops {

namespace {

using dnnl::memory;

/// Up to this batch the forward pass is an inner product, above it a matrix product: on row-major weights
/// oneDNN's inner product takes up to six times as long for 16 samples and more, the matrix product up to
/// three times as long for one.
constexpr std::int64_t kSmallBatch = 8;

enum class Product { kForward, kBackwardData, kBackwardWeights };

/// What a compiled kernel is made for. Threads count too: oneDNN splits the work when it compiles.
struct KernelKey {
    Product product;
    std::int64_t batch;
    std::int64_t out;
    std::int64_t in;
    bool bias;
    bool residual;
    bool relu;
    int threads;
    auto operator<=>(const KernelKey&) const = default;
};

struct Kernel {
    dnnl::primitive primitive;
    memory::desc x;
    memory::desc w;
    memory::desc bias;
    memory::desc y;
};

class OnednnBackend final : public Backend<float> {
  public:
    [[nodiscard]] std::string name() const override { return "oneDNN " + onednn_version(); }

    void linear_forward(ConstMatrixView<float> x, ConstMatrixView<float> w,
                        const LinearEpilogue<float>& epilogue, MatrixView<float> y) override {
        check_linear_shapes<float>("linear_forward", x, w, constant(y));
        if (x.size() == 0 || w.size() == 0) return reference_->linear_forward(x, w, epilogue, y);
        if (epilogue.residual != nullptr) {
            // oneDNN adds what the destination holds.
            std::memcpy(y.data(), epilogue.residual, sizeof(float) * static_cast<std::size_t>(y.size()));
        }
        const KernelKey key = key_for(Product::kForward, x, w, epilogue.bias != nullptr,
                                      epilogue.residual != nullptr, epilogue.relu);
        execute(key, {{DNNL_ARG_SRC, x.data()},
                      {DNNL_ARG_WEIGHTS, w.data()},
                      {DNNL_ARG_BIAS, epilogue.bias},
                      {DNNL_ARG_DST, y.data()}});
    }

    void linear_backward_data(ConstMatrixView<float> dy, ConstMatrixView<float> w,
                              MatrixView<float> dx) override {
        check_linear_shapes<float>("linear_backward_data", constant(dx), w, dy);
        if (dx.size() == 0 || w.size() == 0) return reference_->linear_backward_data(dy, w, dx);
        execute(
            key_for(Product::kBackwardData, constant(dx), w, false, false, false),
            {{DNNL_ARG_DIFF_SRC, dx.data()}, {DNNL_ARG_WEIGHTS, w.data()}, {DNNL_ARG_DIFF_DST, dy.data()}});
    }

    void linear_backward_weights(ConstMatrixView<float> x, ConstMatrixView<float> dy, MatrixView<float> dw,
                                 float* db) override {
        check_linear_shapes<float>("linear_backward_weights", x, constant(dw), dy);
        if (x.size() == 0 || dw.size() == 0) return reference_->linear_backward_weights(x, dy, dw, db);
        execute(key_for(Product::kBackwardWeights, x, constant(dw), db != nullptr, false, false),
                {{DNNL_ARG_SRC, x.data()},
                 {DNNL_ARG_DIFF_WEIGHTS, dw.data()},
                 {DNNL_ARG_DIFF_BIAS, db},
                 {DNNL_ARG_DIFF_DST, dy.data()}});
    }

  private:
    static KernelKey key_for(Product product, ConstMatrixView<float> x, ConstMatrixView<float> w, bool bias,
                             bool residual, bool relu) {
        return {product, x.rows(), w.rows(), w.cols(), bias, residual, relu, omp_get_max_threads()};
    }

    void execute(const KernelKey& key, std::initializer_list<std::pair<int, const float*>> arguments) {
        try {
            const Kernel& kernel = kernel_for(key);
            std::unordered_map<int, memory> memories;
            for (const auto& [argument, data] : arguments) {
                if (data == nullptr) continue;
                // oneDNN takes inputs and outputs through one non-const type; it writes outputs only.
                memories.emplace(argument,
                                 memory(descriptor(kernel, argument), engine_, const_cast<float*>(data)));
            }
            kernel.primitive.execute(stream_, memories);
            stream_.wait();
        } catch (const dnnl::error& error) {
            throw BackendError(fmt::format("oneDNN {} failed on a linear layer (batch {}, out {}, in {}): {}",
                                           onednn_version(), key.batch, key.out, key.in, error.what()));
        }
    }

    static const memory::desc& descriptor(const Kernel& kernel, int argument) {
        switch (argument) {
            case DNNL_ARG_SRC:
            case DNNL_ARG_DIFF_SRC:
                return kernel.x;
            case DNNL_ARG_WEIGHTS:
            case DNNL_ARG_DIFF_WEIGHTS:
                return kernel.w;
            case DNNL_ARG_BIAS:
            case DNNL_ARG_DIFF_BIAS:
                return kernel.bias;
            default:
                return kernel.y;
        }
    }

    const Kernel& kernel_for(const KernelKey& key) {
        const auto found = kernels_.find(key);
        if (found != kernels_.end()) return found->second;
        return kernels_.emplace(key, compile(key)).first->second;
    }

    [[nodiscard]] Kernel compile(const KernelKey& key) const {
        constexpr auto kFloat = memory::data_type::f32;
        constexpr auto kRowMajor = memory::format_tag::ab;
        Kernel kernel;
        kernel.x = {{key.batch, key.in}, kFloat, kRowMajor};
        kernel.w = {{key.out, key.in}, kFloat, kRowMajor};
        kernel.y = {{key.batch, key.out}, kFloat, kRowMajor};
        if (key.bias) kernel.bias = {{key.out}, kFloat, memory::format_tag::a};
        const dnnl::primitive_attr plain;
        if (key.product == Product::kForward && key.batch > kSmallBatch) {
            // The same bytes, read as (in, out) with the inputs side by side.
            kernel.w = {{key.in, key.out}, kFloat, memory::format_tag::ba};
            if (key.bias) kernel.bias = {{1, key.out}, kFloat, kRowMajor};
            kernel.primitive = dnnl::matmul(onednn::product_descriptor(
                engine_, kernel.x, kernel.w, kernel.bias, kernel.y, epilogue_attributes(key)));
            return kernel;
        }
        if (key.product == Product::kForward) {
            kernel.primitive = dnnl::inner_product_forward(onednn::forward_descriptor(
                engine_, kernel.x, kernel.w, kernel.bias, kernel.y, epilogue_attributes(key)));
            return kernel;
        }
        const auto hint =
            onednn::forward_descriptor(engine_, kernel.x, kernel.w, kernel.bias, kernel.y, plain);
        if (key.product == Product::kBackwardData) {
            kernel.primitive = dnnl::inner_product_backward_data(
                onednn::backward_data_descriptor(engine_, kernel.x, kernel.w, kernel.y, plain, hint));
        } else {
            kernel.primitive = dnnl::inner_product_backward_weights(onednn::backward_weights_descriptor(
                engine_, kernel.x, kernel.w, kernel.bias, kernel.y, plain, hint));
        }
        return kernel;
    }

    static dnnl::primitive_attr epilogue_attributes(const KernelKey& key) {
        dnnl::post_ops operations;
        if (key.residual) operations.append_sum();
        if (key.relu) onednn::append_relu(operations);
        dnnl::primitive_attr attributes;
        attributes.set_post_ops(operations);
        return attributes;
    }

    dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream_{engine_};
    std::unique_ptr<Backend<float>> reference_ = make_reference_backend<float>();
    std::map<KernelKey, Kernel> kernels_;
};

}  // namespace

std::unique_ptr<Backend<float>> make_onednn_backend() {
    return std::make_unique<OnednnBackend>();
}

std::string onednn_version() {
    const dnnl::version_t* version = dnnl::version();
    return fmt::format("{}.{}.{}", version->major, version->minor, version->patch);
}

}  // namespace eckart::ops
