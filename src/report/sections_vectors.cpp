// The first layer's leading right singular vectors as images.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "eckart/data/png.hpp"
#include "report/format.hpp"
#include "report/html.hpp"
#include "report/sections.hpp"

namespace eckart::report {
namespace {

/// Entries from -largest to largest become 0 to 255: zero is mid-gray, whatever the vector's sign.
data::RgbImage image_of(const std::vector<double>& vector, const SingularVectors& vectors) {
    double largest = 0;
    for (const double entry : vector) largest = std::max(largest, std::abs(entry));
    data::RgbImage image{static_cast<int>(vectors.width), static_cast<int>(vectors.height), {}};
    const auto pixels = static_cast<std::size_t>(vectors.width * vectors.height);
    image.pixels.reserve(3 * pixels);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
        for (std::size_t color = 0; color < 3; ++color) {
            const std::size_t channel = vectors.channels == 3 ? color : 0;
            const double share = largest > 0 ? vector[channel * pixels + pixel] / largest : 0;
            image.pixels.push_back(static_cast<std::uint8_t>(std::lround(127.5 + 127.5 * share)));
        }
    }
    return image;
}

/// The singular values of `layer`; empty when it has no spectrum.
std::vector<double> spectrum_of(const Spectra& spectra, const std::string& layer) {
    const auto found = std::find_if(spectra.layers.begin(), spectra.layers.end(),
                                    [&](const LayerSpectrum& candidate) { return candidate.name == layer; });
    return found == spectra.layers.end() ? std::vector<double>{} : found->singular_values;
}

}  // namespace

Section vectors_section(const RunData& run) {
    Section section{"vectors", "What the first layer looks for", ""};
    if (!run.spectra || !run.spectra->vectors || run.spectra->vectors->vectors.empty()) return section;
    const SingularVectors& vectors = *run.spectra->vectors;
    const std::vector<double> values = spectrum_of(*run.spectra, vectors.layer);
    section.html = paragraph(fmt::format(
        "The leading right singular vectors of {}: the patterns of the input that the layer passes on most, "
        "each with its singular value. A network of rank r sees of an image only its projection on the first "
        "r of them. Gray is zero; the sign of a pattern means nothing.",
        vectors.layer));
    section.html += "<div class=\"vectors\">\n";
    for (std::size_t i = 0; i < vectors.vectors.size(); ++i) {
        const std::string value = i < values.size() ? significant(values[i], 3) : "";
        section.html += fmt::format(
            "<figure><img alt=\"Right singular vector {0} as an image\" src=\"data:image/png;base64,{1}\">"
            "<figcaption><b>{0}</b> {2}</figcaption></figure>\n",
            i + 1, base64(data::encode_png(image_of(vectors.vectors[i], vectors))), value);
    }
    section.html += "</div>\n";
    return section;
}

}  // namespace eckart::report
