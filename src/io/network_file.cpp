#include "eckart/io/network_file.hpp"

#include "eckart/core/error.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/metadata.hpp"
#include "io/network_tensors.hpp"

namespace eckart::io {

namespace {

constexpr std::size_t kLongestRunRecord = 4U << 20U;  // its longest part, the command line, has at most 2 MiB

}  // namespace

void write_network(AtomicFile& file, const model::Network<float>& network, const RunRecord& record) {
    // "format" tells PyTorch's tools how the tensors are laid out.
    write_safetensors(file,
                      {{"format", "pt"},
                       {kArchitectureKey, to_text(model::to_json(network.architecture()))},
                       {kRunRecordKey, to_text(to_json(record))}},
                      tensors_of(network));
}

void save_network(const model::Network<float>& network, const RunRecord& record,
                  const std::filesystem::path& target, Overwrite overwrite) {
    AtomicFile file(target, overwrite);
    write_network(file, network, record);
    file.commit();
}

NetworkFile load_network(const std::filesystem::path& path) {
    const SafetensorsReader reader(path);
    std::vector<std::string> used;
    NetworkFile result{read_network(reader, used), nullptr};
    refuse_surplus(reader, used);
    const auto& metadata = reader.header().metadata;
    if (const auto record = metadata.find(kRunRecordKey); record != metadata.end()) {
        try {
            result.run_record = parse_metadata(record->second, kLongestRunRecord);
        } catch (const FormatError&) {
            result.run_record = nullptr;  // of no use, but the weights are
        }
    }
    return result;
}

}  // namespace eckart::io
