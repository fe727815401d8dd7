#include "eckart/data/synthetic.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "data/checksum.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"

namespace eckart::data {

namespace {

// Only + - * / and sqrt below: they round alike everywhere, so that the same seed gives the same bytes.

constexpr int kSide = 32;
constexpr std::size_t kPixels = std::size_t{kSide} * kSide;
constexpr double kWrongLabels = 0.05;
constexpr std::array<const char*, 10> kNames{"disc",  "ring", "square",  "frame",   "triangle",
                                             "cross", "bars", "columns", "checker", "diagonal"};

/// How much of a pixel lies inside an edge at signed distance `d` (inside > 0), in units of `soft`.
double inside(double d, double soft) {
    return std::clamp(d / soft + 0.5, 0.0, 1.0);
}

/// 1 in one half of the stripes of width `width` across `x`, 0 in the other.
double stripes(double x, double width, double soft) {
    const double phase = x / (2 * width) - std::floor(x / (2 * width));
    return inside((0.25 - std::abs(phase - 0.5)) * 2 * width, soft);
}

/// Coverage of the shape of class `label` at (x, y), in units of the shape's radius around its center.
double coverage(std::size_t label, double x, double y, double soft) {
    const double r = std::sqrt(x * x + y * y);
    const double box = std::max(std::abs(x), std::abs(y));
    const double window = inside(1.15 - box, soft);
    switch (label) {
        case 0:
            return inside(1 - r, soft);
        case 1:
            return inside(0.3 - std::abs(r - 0.75), soft);
        case 2:
            return inside(0.9 - box, soft);
        case 3:
            return inside(0.25 - std::abs(box - 0.75), soft);
        case 4:
            return inside(std::min(0.8 - y, y + 0.9 - 1.9 * std::abs(x)) * 0.6, soft);
        case 5:
            return inside(std::max(std::min(0.3 - std::abs(x), 1 - std::abs(y)),
                                   std::min(0.3 - std::abs(y), 1 - std::abs(x))),
                          soft);
        case 6:
            return window * stripes(y, 0.4, soft);
        case 7:
            return window * stripes(x, 0.4, soft);
        case 8: {
            const double a = stripes(x, 0.55, soft);
            const double b = stripes(y, 0.55, soft);
            return window * (a * b + (1 - a) * (1 - b));
        }
        default:
            return window * stripes(x + y, 0.5, soft);
    }
}

using Rgb = std::array<double, 3>;

/// What is drawn, apart from the noise.
struct Scene {
    std::size_t shape = 0;
    double center_x = 0, center_y = 0;
    double radius = 1;
    double tilt = 0;  ///< of a slight shear, which stands for a rotation
    Rgb front{}, back{};
    double light_x = 0, light_y = 0;  ///< slope of the lighting, per pixel
    double noise = 0;
};

Scene draw_scene(std::size_t shape, Rng& rng) {
    Scene scene;
    scene.shape = shape;
    scene.center_x = rng.uniform(11, 20);
    scene.center_y = rng.uniform(11, 20);
    scene.radius = rng.uniform(6, 12);
    scene.tilt = rng.uniform(-0.35, 0.35);
    // Light on dark more often than dark on light, so that a linear map can begin to tell them apart.
    const double contrast = rng.uniform() < 0.85 ? rng.uniform(20, 110) : -rng.uniform(20, 80);
    const double base = rng.uniform(50, 170);
    for (std::size_t c = 0; c < 3; ++c) {
        scene.back[c] = base + rng.uniform(-40, 40);
        scene.front[c] = base + contrast + rng.uniform(-45, 45);
    }
    scene.light_x = rng.uniform(-1.5, 1.5);
    scene.light_y = rng.uniform(-1.5, 1.5);
    scene.noise = rng.uniform(8, 32);
    return scene;
}

/// Sums of bytes of one draw: four nearly normal values of standard deviation 1 from 64 random bits.
std::array<double, 4> four_deviates(Rng& rng) {
    const std::uint64_t bits = rng.next_u64();
    std::array<double, 4> values{};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto low = static_cast<double>((bits >> (16 * i)) & 0xFF);
        const auto high = static_cast<double>((bits >> (16 * i + 8)) & 0xFF);
        values[i] = (low + high - 255) / 104.5;
    }
    return values;
}

void paint(const Scene& scene, Rng& rng, std::uint8_t* pixels) {
    std::array<double, kPixels> cover{};
    const double soft = 1 / scene.radius;
    double* next = cover.data();
    for (int row = 0; row < kSide; ++row) {
        for (int col = 0; col < kSide; ++col) {
            const double x = (col - scene.center_x) / scene.radius;
            const double y = (row - scene.center_y) / scene.radius;
            *next++ = coverage(scene.shape, x + scene.tilt * y, y - scene.tilt * x, soft);
        }
    }
    for (std::size_t c = 0; c < 3; ++c) {
        for (std::size_t i = 0; i < cover.size(); i += 4) {
            const std::array<double, 4> noise = four_deviates(rng);
            for (std::size_t k = 0; k < 4; ++k) {
                const std::size_t at = i + k;
                const std::size_t row = at / kSide;
                const std::size_t col = at % kSide;
                const double light = scene.light_x * (static_cast<double>(col) - 16) +
                                     scene.light_y * (static_cast<double>(row) - 16);
                const double value = scene.back[c] + cover[at] * (scene.front[c] - scene.back[c]) + light +
                                     scene.noise * noise[k];
                pixels[c * cover.size() + at] =
                    static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
            }
        }
    }
}

Dataset make_set(std::int64_t count, Rng rng) {
    Dataset set{{3, kSide, kSide}, {kNames.begin(), kNames.end()}, {}, {}};
    set.labels.resize(static_cast<std::size_t>(count));
    set.pixels.resize(static_cast<std::size_t>(count) * set.shape.size());
    for (std::size_t i = 0; i < set.labels.size(); ++i)
        set.labels[i] = static_cast<std::uint8_t>(i % kNames.size());
    rng.shuffle(set.labels);
    for (std::size_t i = 0; i < set.labels.size(); ++i) {
        paint(draw_scene(set.labels[i], rng), rng, set.pixels.data() + i * set.shape.size());
        if (rng.uniform() < kWrongLabels) set.labels[i] = static_cast<std::uint8_t>(rng.index(kNames.size()));
    }
    return set;
}

}  // namespace

void SyntheticOptions::validate() const {
    for (const std::int64_t count : {train_count, test_count}) {
        if (count < 1 || count > 1'000'000) {
            throw InvalidArgument(
                fmt::format("synthetic data: {} images; the number must be in 1 .. 1000000", count));
        }
    }
}

DatasetPair make_synthetic(const SyntheticOptions& options) {
    options.validate();
    const Rng rng = Rng(options.seed).fork("synthetic");
    DatasetPair data;
    data.train = make_set(options.train_count, rng.fork("train"));
    data.test = make_set(options.test_count, rng.fork("test"));
    data.name = "synthetic images";
    data.location = "built in";
    data.checksum = checksum_of(data.train, data.test);
    return data;
}

}  // namespace eckart::data
