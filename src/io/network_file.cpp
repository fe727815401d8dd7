#include "eckart/io/network_file.hpp"

#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/model_file.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/foreign_file.hpp"
#include "io/input_file.hpp"
#include "io/metadata.hpp"
#include "io/network_tensors.hpp"
#include "io/onnx/chain_export.hpp"
#include "io/onnx/chain_import.hpp"
#include "io/safetensors/state_dict.hpp"

namespace eckart::io {

namespace {

constexpr std::size_t kLongestRunRecord = 4U << 20U;  // its longest part, the command line, has at most 2 MiB

Json parse_run_record(const std::string& text) {
    try {
        return parse_metadata(text, kLongestRunRecord);
    } catch (const FormatError&) {
        return nullptr;  // of no use, but the weights are
    }
}

NetworkFile load_chain(const std::filesystem::path& path) {
    const TensorData data(path);
    NetworkFile result{import_chain(data), nullptr};
    for (const auto& entry : data.model().metadata_props()) {
        if (entry.key() == kRunRecordKey) result.run_record = parse_run_record(entry.value());
    }
    return result;
}

}  // namespace

NetworkFormat format_of_name(const std::filesystem::path& target) {
    return target.extension() == ".onnx" ? NetworkFormat::kOnnx : NetworkFormat::kSafetensors;
}

void write_network(AtomicFile& file, const model::Network<float>& network, const RunRecord& record,
                   NetworkFormat format) {
    if (format == NetworkFormat::kOnnx) return write_onnx(file, network, record);
    // "format" tells PyTorch's tools how the tensors are laid out.
    write_safetensors(file,
                      {{"format", "pt"},
                       {kArchitectureKey, to_text(model::to_json(network.architecture()))},
                       {kRunRecordKey, to_text(to_json(record))},
                       {kFactorsKey, factors_text(factor_ranks(network))}},
                      tensors_of(network));
}

void save_network(const model::Network<float>& network, const RunRecord& record,
                  const std::filesystem::path& target, Overwrite overwrite) {
    AtomicFile file(target, overwrite);
    write_network(file, network, record, format_of_name(target));
    file.commit();
}

NetworkFile load_network(const std::filesystem::path& path) {
    if (looks_like_onnx(InputFile(path).beginning(), path)) return load_chain(path);
    const SafetensorsReader reader(path);
    std::vector<std::string> used;
    NetworkFile result{read_network(reader, used), nullptr};
    refuse_surplus(reader, used);
    const auto& metadata = reader.header().metadata;
    if (const auto record = metadata.find(kRunRecordKey); record != metadata.end())
        result.run_record = parse_run_record(record->second);
    return result;
}

}  // namespace eckart::io
