#include "eckart/compress/compress_model.hpp"

namespace eckart::compress {

namespace {

Json layer_json(const LayerOutcome& layer) {
    return {{"name", layer.name},
            {"tensor", layer.tensor},
            {"kind", layer.kind},
            {"dtype", layer.dtype},
            {"out", layer.out},
            {"in", layer.in},
            {"rank", layer.rank},
            {"break_even_rank", layer.break_even},
            {"factored", layer.factored},
            {"why", layer.why},
            {"retained_energy", layer.retained_energy},
            {"predicted_error", layer.predicted_error},
            {"measured_error", layer.measured_error},
            {"parameters_before", layer.parameters_before},
            {"parameters_after", layer.parameters_after},
            {"bytes_before", layer.bytes_before},
            {"bytes_after", layer.bytes_after},
            {"method", layer.method},
            {"excess", layer.excess},
            {"seconds", layer.seconds}};
}

}  // namespace

Json to_json(const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
             const ModelOptions& options) {
    Json list = Json::array();
    std::int64_t parameters = 0;
    std::int64_t parameters_left = 0;
    std::uint64_t bytes = 0;
    std::uint64_t bytes_left = 0;
    for (const LayerOutcome& layer : layers) {
        parameters += layer.parameters_before;
        parameters_left += layer.parameters_after;
        bytes += layer.bytes_before;
        bytes_left += layer.bytes_after;
        list.push_back(layer_json(layer));
    }
    Json skipped = Json::array();
    for (const io::KeptTensor& tensor : model.kept()) skipped.push_back(io::to_json(tensor));
    Json json = options.rank > 0 ? Json{{"rank", options.rank}} : Json{{"keep", options.keep}};
    json["layers"] = std::move(list);
    json["skipped"] = std::move(skipped);
    json["totals"] = {{"parameters_before", model.parameters()},
                      {"parameters_after", model.parameters() - parameters + parameters_left},
                      {"bytes_before", model.bytes()},
                      {"bytes_after", model.bytes() - bytes + bytes_left},
                      {"layers",
                       {{"parameters_before", parameters},
                        {"parameters_after", parameters_left},
                        {"bytes_before", bytes},
                        {"bytes_after", bytes_left}}}};
    return json;
}

}  // namespace eckart::compress
