#include "io/safetensors/safetensors_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <system_error>
#include <utility>

#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"
#include "io/decode_in_parts.hpp"
#include "io/printable.hpp"
#include "io/safetensors/edited_tensors.hpp"

namespace eckart::io {
namespace fs = std::filesystem;

namespace {

/// Refuses the names of other formats: a file is saved in the format that it came in.
void require_safetensors_name(const fs::path& target, bool sharded) {
    const std::string name = target.filename().string();
    const bool is_index = name.ends_with(kIndexSuffix) && name.size() > std::string(kIndexSuffix).size();
    if (sharded && !is_index) {
        throw InvalidArgument(fmt::format("the output '{}' of a model in several files must be named NAME{}",
                                          target.string(), kIndexSuffix));
    }
    constexpr std::array<const char*, 6> kForeign{".onnx", ".json", ".pt", ".pth", ".bin", ".gguf"};
    const std::string extension = target.extension().string();
    if (!sharded && std::ranges::find(kForeign, extension) != kForeign.end()) {
        throw InvalidArgument(
            fmt::format("the output '{}' is not named .safetensors, the format of the input, which it keeps",
                        target.string()));
    }
}

/// Adds a file's tensors and metadata.
void collect(const SafetensorsReader& reader, StateDict& tensors,
             std::map<std::string, std::string>& metadata) {
    for (const TensorInfo& tensor : reader.header().tensors) {
        if (const auto there = tensors.find(tensor.name); there != tensors.end()) {
            throw FormatError(fmt::format("'{}' holds '{}', as '{}' does; the index must name one of them",
                                          reader.path().string(), printable(tensor.name),
                                          there->second.reader->path().string()));
        }
        tensors[tensor.name] = {&reader, &tensor};
    }
    for (const auto& [key, value] : reader.header().metadata) metadata.try_emplace(key, value);
}

}  // namespace

SafetensorsModel::SafetensorsModel(const fs::path& path) : ModelFile(path, ModelFormat::kSafetensors) {
    readers_.push_back(std::make_unique<SafetensorsReader>(path));
    collect(*readers_.front(), tensors_, metadata_);
    describe();
}

SafetensorsModel::SafetensorsModel(const fs::path& path, ShardIndex index)
    : ModelFile(path, ModelFormat::kSafetensors), index_(std::move(index)) {
    for (const std::string& shard : index_->shards) {
        readers_.push_back(std::make_unique<SafetensorsReader>(shard_path(path, shard)));
        std::map<std::string, std::string> metadata;
        collect(*readers_.back(), tensors_, metadata);
        for (const TensorInfo& tensor : readers_.back()->header().tensors) {
            const auto place = index_->weight_map.find(tensor.name);
            if (place != index_->weight_map.end() && index_->shards[place->second] == shard) continue;
            throw FormatError(
                fmt::format("'{}' holds '{}', which the index '{}' does not say; the files are "
                            "not of one model, get them again",
                            readers_.back()->path().string(), printable(tensor.name), path.string()));
        }
    }
    for (const auto& [tensor, shard] : index_->weight_map) {
        if (tensors_.contains(tensor)) continue;
        throw FormatError(fmt::format("'{}' has no tensor '{}', which the index '{}' puts there",
                                      index_->shards[shard], printable(tensor), path.string()));
    }
    for (const auto& [key, value] : index_->metadata) {
        if (value.is_string()) metadata_[key] = value.get<std::string>();
    }
    describe();
}

namespace {

/// An empty tensor may have other dimensions of any size.
std::int64_t entries_of(const std::vector<std::uint64_t>& shape) {
    if (std::ranges::find(shape, 0U) != shape.end()) return 0;
    std::int64_t entries = 1;
    for (const std::uint64_t dimension : shape) entries *= static_cast<std::int64_t>(dimension);
    return entries;
}

}  // namespace

void SafetensorsModel::describe() {
    std::set<std::string> dtypes;
    for (const auto& [name, tensor] : tensors_) {
        parameters_ += entries_of(tensor.info->shape);
        bytes_ += tensor.info->end - tensor.info->begin;
        dtypes.insert(tensor.info->dtype);
    }
    LinearLayers found = find_linear_layers(tensors_, metadata_, path().string());
    linears_ = std::move(found.linears);
    kept_ = std::move(found.kept);
    description_ = fmt::format("safetensors{}: {} tensor{}{}",
                               readers_.size() == 1 ? "" : fmt::format(" in {} files", readers_.size()),
                               tensors_.size(), tensors_.size() == 1 ? "" : "s",
                               dtypes.empty() ? "" : fmt::format(" of {}", fmt::join(dtypes, ", ")));
}

const StoredLinear& SafetensorsModel::linear(std::size_t index, bool factored) const {
    if (index >= linears_.size() || (linears_[index].rank > 0) != factored) {
        throw InvalidArgument(fmt::format("'{}' has no {} {} of {} layers", path().string(),
                                          factored ? "factored layer" : "matrix", index, linears_.size()));
    }
    return linears_[index];
}

template <class T>
Matrix<T> SafetensorsModel::read(const std::string& name) const {
    const StoredTensor& tensor = tensors_.find(name)->second;
    Matrix<T> matrix(static_cast<Eigen::Index>(tensor.info->shape[0]),
                     static_cast<Eigen::Index>(tensor.info->shape[1]));
    const auto fetch = [&](std::uint64_t offset, void* into, std::uint64_t size) {
        tensor.reader->read(*tensor.info, offset, into, size);
    };
    decode_in_parts<T>(fetch, tensor.info->dtype, static_cast<std::uint64_t>(matrix.size()), matrix.data());
    return matrix;
}

std::vector<fs::path> SafetensorsModel::inputs() const {
    std::vector<fs::path> files{path()};
    if (!index_) return files;
    for (const auto& reader : readers_) files.push_back(reader->path());
    return files;
}

MatrixF SafetensorsModel::weight_float(std::size_t index) const {
    return read<float>(linear(index, false).tensor);
}

MatrixD SafetensorsModel::weight_double(std::size_t index) const {
    return read<double>(linear(index, false).tensor);
}

std::pair<MatrixF, MatrixF> SafetensorsModel::factors_float(std::size_t index) const {
    const std::string& name = linear(index, true).name;
    return {read<float>(parameter_name(name, "0.weight")), read<float>(parameter_name(name, "1.weight"))};
}

std::pair<MatrixD, MatrixD> SafetensorsModel::factors_double(std::size_t index) const {
    const std::string& name = linear(index, true).name;
    return {read<double>(parameter_name(name, "0.weight")), read<double>(parameter_name(name, "1.weight"))};
}

std::vector<fs::path> SafetensorsModel::outputs(const fs::path& target) const {
    require_safetensors_name(target, index_.has_value());
    std::vector<fs::path> files;
    for (std::size_t i = 0; index_ && i < readers_.size(); ++i)
        files.push_back(output_shard(target, i, readers_.size()));
    files.push_back(target);
    for (const fs::path& file : files) {
        for (const auto& reader : readers_) {
            std::error_code error;
            if (!fs::equivalent(file, reader->path(), error) || error) continue;
            throw InvalidArgument(
                fmt::format("the output '{}' is a file of the input; name another one", file.string()));
        }
    }
    return files;
}

void SafetensorsModel::write(const fs::path& target, Overwrite overwrite,
                             const Replacements& replacements) const {
    require_safetensors_name(target, index_.has_value());
    if (index_) return write_shards(target, overwrite, replacements);
    EditedTensors edited(tensors_, linears_, replacements);
    AtomicFile file(target, overwrite);
    stream_safetensors(file, edited_metadata(metadata_, replacements.metadata, &edited.ranks()),
                       edited.of(*readers_.front()));
    file.commit();
}

// Every shard is complete before the first takes its name, and no index is there while they do: an index
// never points at files of another model.
void SafetensorsModel::write_shards(const fs::path& target, Overwrite overwrite,
                                    const Replacements& replacements) const {
    const std::vector<fs::path> files = outputs(target);
    EditedTensors edited(tensors_, linears_, replacements);
    require_writable(target, overwrite);
    ShardIndex index;
    for (const auto& [key, value] : index_->metadata) index.metadata[key] = value;
    for (const auto& [key, value] : replacements.metadata) index.metadata[key] = value;
    index.metadata[kFactorsKey] = factors_text(edited.ranks());
    std::vector<std::unique_ptr<AtomicFile>> shards;
    std::uint64_t total = 0;
    std::int64_t entries = 0;
    for (std::size_t i = 0; i < readers_.size(); ++i) {
        std::vector<StreamedTensor> tensors = edited.of(*readers_[i]);
        index.shards.push_back(files[i].filename().string());
        for (const StreamedTensor& tensor : tensors) {
            index.weight_map[tensor.name] = i;
            total += tensor_bytes(tensor.dtype, tensor.shape);
            entries += entries_of(tensor.shape);
        }
        shards.push_back(std::make_unique<AtomicFile>(files[i], overwrite));
        stream_safetensors(*shards.back(), edited_metadata(readers_[i]->header().metadata, {}, nullptr),
                           std::move(tensors));
    }
    index.metadata["total_size"] = total;
    // Hugging Face's count of entries, whatever it leaves out; gone where it cannot be one.
    if (const auto count = index.metadata.find("total_parameters"); count != index.metadata.end()) {
        const auto fewer = static_cast<std::uint64_t>(std::max<std::int64_t>(0, parameters_ - entries));
        const auto more = static_cast<std::uint64_t>(std::max<std::int64_t>(0, entries - parameters_));
        if (count->second.is_number_unsigned() && count->second.get<std::uint64_t>() >= fewer) {
            count->second = count->second.get<std::uint64_t>() - fewer + more;
        } else {
            index.metadata.erase(count);
        }
    }
    AtomicFile last(target, overwrite);
    last.write(index_text(index));
    if (overwrite == Overwrite::kReplace) remove_file(target);
    std::size_t there = 0;
    try {
        for (; there < shards.size(); ++there) shards[there]->commit();
        last.commit();
    } catch (...) {
        std::error_code ignored;
        for (std::size_t i = 0; i < there; ++i) fs::remove(files[i], ignored);
        throw;
    }
}

}  // namespace eckart::io
