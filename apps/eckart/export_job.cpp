#include "export_job.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "eckart/core/error.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "exit_codes.hpp"
#include "run_directory.hpp"
#include "table.hpp"

namespace eckart::cli {

namespace {

bool equal_networks(const model::Network<float>& a, const model::Network<float>& b) {
    return a.architecture() == b.architecture() &&
           std::ranges::equal(a.parameters(), b.parameters(), [](const auto* x, const auto* y) {
               return x->name == y->name && x->value.size() == y->value.size() &&
                      std::memcmp(x->value.data(), y->value.data(),
                                  static_cast<std::size_t>(x->value.size()) * sizeof(float)) == 0;
           });
}

std::string format_name(io::NetworkFormat format) {
    return format == io::NetworkFormat::kOnnx ? "ONNX" : "safetensors";
}

}  // namespace

int run_export(const ExportJob& job, const io::NetworkFile& file, Context& context) {
    const RunRecord record = context.record("");
    AtomicFile target(job.output, context.options().overwrite());
    io::write_network(target, file.network, record, job.format);
    if (!equal_networks(file.network, io::load_network(target.temporary_path()).network)) {
        throw IoError(
            fmt::format("'{}' was not written: what was read back differs from the network; check the "
                        "disk and try another folder",
                        job.output.string()));
    }
    const std::uintmax_t bytes = std::filesystem::file_size(target.temporary_path());
    target.commit();

    const model::ModelSize size = file.network.size();
    context.print(fmt::format("{}, {}: {} parameters, {} multiply-adds per image",
                              model::outline(file.network.architecture()),
                              file.network.factored() ? "factored" : "dense", with_commas(size.parameters),
                              with_commas(size.macs)));
    context.print(fmt::format("Saved {} ({}, {})", job.output.string(), format_name(job.format),
                              format_bytes(static_cast<std::int64_t>(bytes))));
    context.print_json(with_record("eckart.export/1", record,
                                   {{"output", job.output.string()},
                                    {"format", format_name(job.format)},
                                    {"file_bytes", bytes},
                                    {"model", model::describe(file.network)},
                                    {"made_by", file.run_record}}));
    return kDone;
}

}  // namespace eckart::cli
