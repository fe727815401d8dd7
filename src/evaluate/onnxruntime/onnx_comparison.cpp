#include <fmt/core.h>
#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "eckart/evaluate/compare_models.hpp"

namespace eckart::evaluate {

namespace {

std::int64_t entries_of(const std::vector<std::int64_t>& shape) {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// std::cerr says nothing as long as this lives: Debian's libonnxruntime registers the operators that its
/// libonnx has registered already, and complains about each of them. Faults come as exceptions all the same.
class SilentErrors {
  public:
    SilentErrors() : before_(std::cerr.rdbuf(nullptr)) {}
    ~SilentErrors() { std::cerr.rdbuf(before_); }
    SilentErrors(const SilentErrors&) = delete;
    SilentErrors& operator=(const SilentErrors&) = delete;

  private:
    std::streambuf* before_;
};

/// One model in ONNX Runtime, with the names it wants.
class RunningModel {
  public:
    RunningModel(const Ort::Env& environment, const std::filesystem::path& path,
                 const Ort::SessionOptions& options)
        : session_(nullptr) {
        {
            const SilentErrors silent;
            session_ = Ort::Session(environment, path.c_str(), options);
        }
        const Ort::AllocatorWithDefaultOptions allocator;
        for (std::size_t i = 0; i < session_.GetInputCount(); ++i)
            inputs_.emplace_back(session_.GetInputNameAllocated(i, allocator).get());
        for (std::size_t i = 0; i < session_.GetOutputCount(); ++i)
            outputs_.emplace_back(session_.GetOutputNameAllocated(i, allocator).get());
    }

    [[nodiscard]] const std::vector<std::string>& inputs() const { return inputs_; }
    [[nodiscard]] Ort::Session& session() { return session_; }

    std::vector<Ort::Value> run(const std::vector<Ort::Value>& values) {
        const auto pointers = [](const std::vector<std::string>& names) {
            std::vector<const char*> list;
            for (const std::string& name : names) list.push_back(name.c_str());
            return list;
        };
        return session_.Run(Ort::RunOptions(), pointers(inputs_).data(), values.data(), values.size(),
                            pointers(outputs_).data(), outputs_.size());
    }

  private:
    Ort::Session session_;
    std::vector<std::string> inputs_;
    std::vector<std::string> outputs_;
};

template <class T>
Ort::Value random_tensor(const std::vector<std::int64_t>& shape, const std::function<T()>& draw) {
    const Ort::AllocatorWithDefaultOptions allocator;
    Ort::Value value = Ort::Value::CreateTensor<T>(allocator, shape.data(), shape.size());
    std::generate_n(value.GetTensorMutableData<T>(), entries_of(shape), draw);
    return value;
}

/// The sizes that a model leaves open, by the names that it gives them.
using OpenSizes = std::map<std::string, std::int64_t>;

/// The shape of an input: an open size is 2 where it comes first and 8 elsewhere, and the same wherever it
/// has the same name.
std::vector<std::int64_t> closed_shape(const Ort::ConstTensorTypeAndShapeInfo& tensor, OpenSizes& sizes) {
    std::vector<std::int64_t> shape = tensor.GetShape();
    std::vector<const char*> names(shape.size(), "");
    tensor.GetSymbolicDimensions(names.data(), names.size());
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (shape[i] >= 0) continue;
        const std::int64_t size = i == 0 ? 2 : 8;
        const std::string name = names[i];
        shape[i] = name.empty() ? size : sizes.try_emplace(name, size).first->second;
    }
    return shape;
}

/// A random value for one input of a model.
Ort::Value random_input(Ort::Session& session, std::size_t index, const std::string& name, OpenSizes& sizes,
                        Rng& rng) {
    const Ort::TypeInfo type = session.GetInputTypeInfo(index);
    if (type.GetONNXType() != ONNX_TYPE_TENSOR) {
        throw BackendError(fmt::format("the model's input '{}' is no tensor; it cannot be verified", name));
    }
    const auto tensor = type.GetTensorTypeAndShapeInfo();
    const std::vector<std::int64_t> shape = closed_shape(tensor, sizes);
    constexpr std::int64_t kMost = std::int64_t{1} << 30;
    double entries = 1;
    for (const std::int64_t side : shape) entries *= static_cast<double>(side);
    if (entries > static_cast<double>(kMost))
        throw BackendError(fmt::format("the model's input '{}' is too large", name));
    const auto bit = [&rng] { return rng.uniform() < 0.5; };
    switch (tensor.GetElementType()) {
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
            return random_tensor<float>(shape, [&] { return static_cast<float>(rng.normal()); });
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
            return random_tensor<double>(shape, [&] { return rng.normal(); });
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
            return random_tensor<Ort::Float16_t>(
                shape, [&] { return Ort::Float16_t(static_cast<float>(rng.normal())); });
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
            return random_tensor<Ort::BFloat16_t>(
                shape, [&] { return Ort::BFloat16_t(static_cast<float>(rng.normal())); });
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
            return random_tensor<std::int64_t>(shape, [&] { return std::int64_t{bit()}; });
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
            return random_tensor<std::int32_t>(shape, [&] { return std::int32_t{bit()}; });
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
            return random_tensor<bool>(shape, bit);
        default:
            throw BackendError(fmt::format(
                "the model's input '{}' has entries of a type that cannot be made at random", name));
    }
}

template <class T>
std::vector<float> to_floats(const Ort::Value& value, std::int64_t count) {
    const T* entries = value.GetTensorData<T>();
    std::vector<float> floats;
    floats.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) floats.push_back(static_cast<float>(entries[i]));
    return floats;
}

/// The entries of a floating output; nothing for another type.
std::vector<float> floats_of(const Ort::Value& value) {
    if (!value.IsTensor()) return {};
    const auto info = value.GetTensorTypeAndShapeInfo();
    const auto count = static_cast<std::int64_t>(info.GetElementCount());
    switch (info.GetElementType()) {
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
            return to_floats<float>(value, count);
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
            return to_floats<double>(value, count);
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
            return to_floats<Ort::Float16_t>(value, count);
        case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16:
            return to_floats<Ort::BFloat16_t>(value, count);
        default:
            return {};
    }
}

void compare_outputs(const std::vector<Ort::Value>& left, const std::vector<Ort::Value>& right,
                     OutputComparison& comparison) {
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        const std::vector<float> original = floats_of(left[i]);
        const std::vector<float> other = floats_of(right[i]);
        if (original.empty()) continue;
        if (original.size() != other.size())
            throw BackendError("the two models have outputs of different shapes");
        const std::vector<std::int64_t> shape = left[i].GetTensorTypeAndShapeInfo().GetShape();
        const std::int64_t columns = shape.empty() ? 1 : shape.back();
        comparison.add(original.data(), other.data(), static_cast<std::int64_t>(original.size()) / columns,
                       columns);
    }
}

}  // namespace

bool has_model_runtime() {
    return true;
}

OutputDifference compare_onnx(const std::filesystem::path& original, const std::filesystem::path& other,
                              std::int64_t runs, std::uint64_t seed, int threads, ProgressObserver& progress,
                              const StopRequested& stop) {
    if (runs < 1) throw InvalidArgument(fmt::format("verify: {} runs; at least 1 is needed", runs));
    try {
        const Ort::Env environment(ORT_LOGGING_LEVEL_FATAL, "eckart");
        Ort::SessionOptions options;
        options.SetIntraOpNumThreads(threads);
        RunningModel left(environment, original, options);
        RunningModel right(environment, other, options);
        OutputComparison comparison;
        Rng rng = Rng(seed).fork("verify");
        std::int64_t done = 0;
        for (; done < runs && !should_stop(stop); ++done) {
            progress.on_progress({"verifying", static_cast<std::uint64_t>(done),
                                  static_cast<std::uint64_t>(runs), "runs", ""});
            std::vector<Ort::Value> inputs;
            OpenSizes sizes;
            for (std::size_t i = 0; i < left.inputs().size(); ++i)
                inputs.push_back(random_input(left.session(), i, left.inputs()[i], sizes, rng));
            compare_outputs(left.run(inputs), right.run(inputs), comparison);
        }
        return comparison.result(done);
    } catch (const Ort::Exception& error) {
        const std::string words = error.what();
        throw BackendError(
            fmt::format("ONNX Runtime cannot run the model: {}", words.substr(0, words.find('\n'))));
    }
}

}  // namespace eckart::evaluate
