#include "compress/written_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart::compress {

namespace {

void check_output(const std::filesystem::path& target, const std::vector<LayerOutcome>& layers,
                  const std::function<LayerPart(std::size_t)>& part_of, std::uint64_t seed) {
    const auto written = io::open_model(target);
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < written->linears().size(); ++i) {
        if (written->linears()[i].rank > 0) places[written->linears()[i].name] = i;
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (!layers[i].factored) continue;
        const auto place = places.find(layers[i].name);
        if (place == places.end()) {
            throw IoError(
                fmt::format("'{}' was not written: it does not have the factors of '{}'; check the "
                            "disk and try another folder",
                            target.string(), layers[i].name));
        }
        check_written(*written, place->second, part_of(i), check_inputs(layers[i].in, seed, i));
    }
}

}  // namespace

void write_checked(const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
                   const std::function<LayerPart(std::size_t)>& part_of, std::uint64_t seed,
                   const std::filesystem::path& target, Overwrite overwrite,
                   const std::map<std::string, std::string>& metadata, ProgressObserver& progress) {
    progress.on_progress({"writing", 0, 0, "", ""});
    io::Replacements replacements;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].factored) replacements.ranks[i] = layers[i].rank;
    }
    replacements.factors = [&](std::size_t index) { return part_of(index).factors; };
    replacements.metadata = metadata;
    model.write(target, overwrite, replacements);
    progress.on_progress({"reading back", 0, 0, "", ""});
    try {
        check_output(target, layers, part_of, seed);
    } catch (...) {
        std::error_code ignored;
        for (const std::filesystem::path& file : model.outputs(target))
            std::filesystem::remove(file, ignored);
        throw;
    }
}

}  // namespace eckart::compress
