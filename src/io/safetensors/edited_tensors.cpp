#include "io/safetensors/edited_tensors.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "eckart/core/error.hpp"
#include "io/dtype.hpp"
#include "io/printable.hpp"

namespace eckart::io {

namespace {

StreamedTensor copy_of(const SafetensorsReader& reader, const TensorInfo& tensor, std::string name) {
    return {std::move(name), tensor.dtype, tensor.shape, [&reader, &tensor](AtomicFile& file) {
                constexpr std::uint64_t kCopied = 8U << 20U;
                const std::uint64_t size = tensor.end - tensor.begin;
                std::vector<unsigned char> bytes(static_cast<std::size_t>(std::min(size, kCopied)));
                for (std::uint64_t i = 0; i < size; i += kCopied) {
                    const std::uint64_t part = std::min(kCopied, size - i);
                    reader.read(tensor, i, bytes.data(), part);
                    file.write(bytes.data(), static_cast<std::size_t>(part));
                }
            }};
}

}  // namespace

EditedTensors::EditedTensors(const StateDict& tensors, const std::vector<StoredLinear>& linears,
                             const Replacements& replacements)
    : tensors_(tensors), linears_(linears), replacements_(replacements) {
    for (std::size_t i = 0; i < linears_.size(); ++i) {
        const StoredLinear& linear = linears_[i];
        const auto rank = replacements_.ranks.find(i);
        if (rank == replacements_.ranks.end()) {
            if (linear.rank > 0) ranks_[linear.name] = linear.rank;
            continue;
        }
        ranks_[linear.name] = rank->second;
        if (linear.rank > 0) {
            edits_[parameter_name(linear.name, "0.weight")] = {i, Part::kA};
            edits_[parameter_name(linear.name, "1.weight")] = {i, Part::kB};
        } else {
            edits_[linear.tensor] = {i, Part::kA, true};
            renamed_[parameter_name(linear.name, "bias")] = parameter_name(linear.name, "1.bias");
        }
    }
    for (const auto& [index, rank] : replacements_.ranks) {
        if (index < linears_.size() && rank >= 1) continue;
        throw InvalidArgument(
            fmt::format("replacements: rank {} for layer {} of {}", rank, index, linears_.size()));
    }
}

std::vector<StreamedTensor> EditedTensors::of(const SafetensorsReader& reader) {
    std::vector<StreamedTensor> result;
    for (const auto& [name, tensor] : tensors_) {
        if (tensor.reader != &reader) continue;
        if (const auto edit = edits_.find(name); edit != edits_.end()) {
            result.push_back(factor(edit->second.linear, edit->second.part));
            if (edit->second.both) result.push_back(factor(edit->second.linear, Part::kB));
            continue;
        }
        const auto renamed = renamed_.find(name);
        result.push_back(copy_of(reader, *tensor.info, renamed == renamed_.end() ? name : renamed->second));
    }
    return result;
}

StreamedTensor EditedTensors::factor(std::size_t linear, Part part) {
    const StoredLinear& layer = linears_[linear];
    const std::int64_t rank = replacements_.ranks.at(linear);
    const bool first = part == Part::kA;
    return {parameter_name(layer.name, first ? "0.weight" : "1.weight"),
            layer.dtype,
            {static_cast<std::uint64_t>(first ? rank : layer.out),
             static_cast<std::uint64_t>(first ? layer.in : rank)},
            [this, linear, part](AtomicFile& file) { write_factor(linear, part, file); }};
}

void EditedTensors::write_factor(std::size_t linear, Part part, AtomicFile& file) {
    auto entry = waiting_.find(linear);
    const bool last = entry != waiting_.end();
    if (!last) entry = waiting_.emplace(linear, replacements_.factors(linear)).first;
    EncodedFactors& factors = entry->second;
    std::vector<unsigned char>& bytes = part == Part::kA ? factors.a : factors.b;
    const StoredLinear& layer = linears_[linear];
    const std::int64_t entries = replacements_.ranks.at(linear) * (part == Part::kA ? layer.in : layer.out);
    if (factors.dtype != layer.dtype ||
        bytes.size() != static_cast<std::uint64_t>(entries) * dtype_size(layer.dtype)) {
        throw InvalidArgument(fmt::format("the factors of '{}' are not what was announced: {} bytes of {}",
                                          printable(layer.name), bytes.size(), factors.dtype));
    }
    file.write(bytes.data(), bytes.size());
    if (last) {
        waiting_.erase(entry);
    } else {
        bytes = {};
    }
}

std::map<std::string, std::string> edited_metadata(std::map<std::string, std::string> metadata,
                                                   const std::map<std::string, std::string>& added,
                                                   const std::map<std::string, std::int64_t>* ranks) {
    for (const auto& [key, value] : added) metadata[key] = value;
    metadata.try_emplace("format", "pt");
    metadata.erase(kFactorsKey);
    if (ranks) metadata[kFactorsKey] = factors_text(*ranks);
    return metadata;
}

}  // namespace eckart::io
