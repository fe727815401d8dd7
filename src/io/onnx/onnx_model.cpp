#include "io/onnx/onnx_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"
#include "io/dtype.hpp"
#include "io/metadata.hpp"
#include "io/onnx/external_writer.hpp"
#include "io/onnx/factor_data.hpp"
#include "io/onnx/factor_pairs.hpp"
#include "io/onnx/graph_check.hpp"
#include "io/onnx/graph_index.hpp"
#include "io/onnx/graph_rewriter.hpp"
#include "io/onnx/inner_weights.hpp"
#include "io/onnx/linear_finder.hpp"
#include "io/onnx/stored_matrix.hpp"
#include "io/onnx/tensor_data.hpp"
#include "io/safetensors/state_dict.hpp"

namespace eckart::io {

namespace {

std::string factor_dtype(const GraphLinear& linear) {
    return dtype_name(linear.quantization ? linear.quantization->scale->data_type()
                                          : linear.tensor->data_type());
}

class OnnxModel final : public ModelFile {
  public:
    explicit OnnxModel(const std::filesystem::path& path);

    [[nodiscard]] std::vector<std::filesystem::path> inputs() const override { return data_.files(); }
    [[nodiscard]] MatrixF weight_float(std::size_t index) const override { return weight<float>(index); }
    [[nodiscard]] MatrixD weight_double(std::size_t index) const override { return weight<double>(index); }
    [[nodiscard]] std::pair<MatrixF, MatrixF> factors_float(std::size_t index) const override {
        return factors<float>(index);
    }
    [[nodiscard]] std::pair<MatrixD, MatrixD> factors_double(std::size_t index) const override {
        return factors<double>(index);
    }
    [[nodiscard]] std::vector<std::filesystem::path> outputs(
        const std::filesystem::path& target) const override;
    void write(const std::filesystem::path& target, Overwrite overwrite,
               const Replacements& replacements) const override;

  private:
    template <class T>
    [[nodiscard]] Matrix<T> weight(std::size_t index) const;
    template <class T>
    [[nodiscard]] std::pair<Matrix<T>, Matrix<T>> factors(std::size_t index) const;
    [[nodiscard]] const GraphFactors& found(std::size_t index) const;
    void describe();
    [[nodiscard]] onnx::ModelProto rewritten(const Replacements& replacements, FactorData& data) const;
    void replace(std::size_t index, std::int64_t rank, GraphRewriter& rewriter, FactorData& data) const;

    TensorData data_;
    std::optional<GraphIndex> index_;
    std::vector<GraphFactors> found_;
};

std::filesystem::path data_file(const std::filesystem::path& target) {
    std::filesystem::path path = target;
    path += ".data";
    return path;
}

OnnxModel::OnnxModel(const std::filesystem::path& path) : ModelFile(path, ModelFormat::kOnnx), data_(path) {
    check_graph(data_.model(), this->path());
    index_.emplace(data_.model(), this->path());
    FoundLinears all = find_linears(*index_);
    found_ = pair_factors(std::move(all.linears), data_.model(), *index_);
    for (GraphKept& inner : inner_weights(data_.model())) all.kept.push_back(std::move(inner));
    for (const GraphKept& kept : all.kept) {
        kept_.push_back({kept.value,
                         {kept.tensor->dims().begin(), kept.tensor->dims().end()},
                         dtype_name(kept.tensor->data_type()),
                         kept.why});
    }
    for (const onnx::StringStringEntryProto& entry : data_.model().metadata_props())
        metadata_[entry.key()] = entry.value();
    describe();
}

void OnnxModel::describe() {
    for (const GraphFactors& found : found_) {
        const GraphLinear& first = found.a;
        const GraphLinear& last = found.b ? *found.b : found.a;
        StoredLinear linear{found.name, first.value, to_text(first.uses.front().op), factor_dtype(first)};
        linear.out = last.out;
        linear.in = first.in;
        linear.rank = found.b ? first.out : 0;
        linear.parameters = static_cast<std::int64_t>(entry_count(*first.tensor));
        linear.bytes = data_.bytes(*first.tensor);
        if (found.b) {
            linear.parameters += static_cast<std::int64_t>(entry_count(*last.tensor));
            linear.bytes += data_.bytes(*last.tensor);
        }
        linear.uses = static_cast<int>(first.uses.size());
        linears_.push_back(std::move(linear));
    }
    const auto count = [&](const onnx::TensorProto& tensor) {
        parameters_ += static_cast<std::int64_t>(entry_count(tensor));
        bytes_ += data_.bytes(tensor);
    };
    std::ranges::for_each(index_->graph().initializer(), count);
    // Of Constant nodes those that are weights; others are shapes and numbers.
    for (const GraphFactors& found : found_) {
        if (index_->initializer(found.a.value) == nullptr) count(*found.a.tensor);
    }
    description_ = fmt::format("ONNX model, IR {}, opset {}, {} nodes", data_.model().ir_version(),
                               index_->opset(), index_->graph().node_size());
}

const GraphFactors& OnnxModel::found(std::size_t index) const {
    if (index >= found_.size()) throw InvalidArgument(fmt::format("the model has no linear layer {}", index));
    return found_[index];
}

template <class T>
Matrix<T> OnnxModel::weight(std::size_t index) const {
    return read_matrix<T>(data_, found(index).a);
}

template <class T>
std::pair<Matrix<T>, Matrix<T>> OnnxModel::factors(std::size_t index) const {
    const GraphFactors& pair = found(index);
    if (!pair.b) throw InvalidArgument(fmt::format("layer {} is not stored as factors", index));
    return {read_matrix<T>(data_, pair.a), read_matrix<T>(data_, *pair.b)};
}

std::vector<std::filesystem::path> OnnxModel::outputs(const std::filesystem::path& target) const {
    constexpr std::array kForeign{".safetensors", ".json", ".pt", ".pth", ".bin", ".gguf"};
    if (std::ranges::find(kForeign, target.extension().string()) != kForeign.end()) {
        throw InvalidArgument(fmt::format(
            "the output '{}' is not named .onnx, the format of the input, which it keeps", target.string()));
    }
    std::vector<std::filesystem::path> outputs{target};
    if (data_.external()) outputs.insert(outputs.begin(), data_file(target));
    for (const std::filesystem::path& output : outputs) {
        for (const std::filesystem::path& input : data_.files()) {
            std::error_code error;
            if (!std::filesystem::equivalent(output, input, error) || error) continue;
            throw InvalidArgument(
                fmt::format("the output '{}' is a file of the input; name another one", output.string()));
        }
    }
    return outputs;
}

void OnnxModel::replace(std::size_t index, std::int64_t rank, GraphRewriter& rewriter,
                        FactorData& data) const {
    const GraphFactors& old = found(index);
    const StoredLinear& linear = linears_[index];
    const auto tensor = [&](bool is_b, const GraphLinear& like) {
        const std::int64_t rows = is_b ? linear.out : rank;
        const std::int64_t cols = is_b ? rank : linear.in;
        // A factor that is there already keeps the layout in which it is stored.
        const bool transposed = old.b ? like.transposed : like.layout == FactorLayout::kColumns;
        const std::uint64_t bytes = static_cast<std::uint64_t>(rows * cols) * dtype_size(linear.dtype);
        return FactorTensor{transposed ? cols : rows, transposed ? rows : cols,
                            data.add({index, is_b, transposed, bytes})};
    };
    if (old.b) {
        rewriter.resize(old.a, tensor(false, old.a), true);
        rewriter.resize(*old.b, tensor(true, *old.b), false);
        return;
    }
    const FactorTensor a = tensor(false, old.a);
    rewriter.replace(old.a, a, tensor(true, old.a));
}

onnx::ModelProto OnnxModel::rewritten(const Replacements& replacements, FactorData& data) const {
    onnx::ModelProto model = data_.model();
    GraphRewriter rewriter(*index_, model);
    std::map<std::string, std::int64_t> factors;
    for (std::size_t i = 0; i < found_.size(); ++i) {
        if (const auto rank = replacements.ranks.find(i); rank != replacements.ranks.end()) {
            replace(i, rank->second, rewriter, data);
            factors[found_[i].name] = rank->second;
        } else if (found_[i].b) {
            factors[found_[i].name] = linears_[i].rank;
        }
    }
    rewriter.finish();
    std::map<std::string, std::string> metadata = replacements.metadata;
    if (!factors.empty()) metadata[kFactorsKey] = factors_text(factors);
    for (const auto& [key, value] : metadata) {
        auto& entries = *model.mutable_metadata_props();
        const auto entry =
            std::ranges::find_if(entries, [&wanted = key](const auto& e) { return e.key() == wanted; });
        onnx::StringStringEntryProto* into = entry == entries.end() ? entries.Add() : &*entry;
        into->set_key(key);
        into->set_value(value);
    }
    return model;
}

void OnnxModel::write(const std::filesystem::path& target, Overwrite overwrite,
                      const Replacements& replacements) const {
    (void)outputs(target);
    FactorData data(data_, replacements);
    onnx::ModelProto model = rewritten(replacements, data);
    AtomicFile file(target, overwrite);
    std::optional<AtomicFile> beside;
    if (data_.external()) {
        beside.emplace(data_file(target), overwrite);
        const std::size_t own = data_.references().size();
        const auto is_external = [&](std::size_t reference) {
            return reference >= own || data_.references()[reference].file != 0;
        };
        write_external(model, data, is_external, data_file(target).filename().string(), *beside);
    }
    write_skeleton(model, data, file);
    if (beside) {
        // No old model may ever find the new data.
        if (overwrite == Overwrite::kReplace) remove_file(target);
        beside->commit();
    }
    file.commit();
}

}  // namespace

std::unique_ptr<ModelFile> open_onnx(const std::filesystem::path& path) {
    return std::make_unique<OnnxModel>(path);
}

}  // namespace eckart::io
