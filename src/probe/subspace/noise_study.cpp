#include "probe/subspace/noise_study.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "probe/subspace/difference_table.hpp"

namespace eckart::probe {

namespace {

constexpr double kEps = std::numeric_limits<double>::epsilon();
/// Of a correctly rounded number, ulp / sqrt(12) at most.
constexpr double kRounding = 0.3 * kEps;
/// A gradient is a sum of products.
constexpr double kGradientRounding = 4 * kEps;
/// Centers keep this far from the faces, so that the longest line stays inside.
constexpr double kMargin = 0.4;
constexpr std::array<double, 3> kCurvatureSpacings = {0.25, 0.025, 0.0025};
constexpr Eigen::Index kCurvaturePoints = 4 * kCurvatureSpacings.size();
constexpr std::array<double, 3> kNoiseSpacings = {1e-6, 1e-4, 1e-2};
constexpr std::array<double, 2> kGradientSpacings = {1e-6, 1e-2};
constexpr Eigen::Index kValuePoints = 8;
constexpr Eigen::Index kGradientPoints = 7;
constexpr int kRounds = 3;
constexpr std::int64_t kLinesPerRound = 3;
/// Directions tried for every line: along one alone f may vary little by chance.
constexpr Eigen::Index kCandidates = 4;
constexpr std::int64_t kMoreLines = 9;
constexpr int kGradientLines = 3;
/// Known up to: rounding, which may differ much from place to place and is small anyway; from a few lines,
/// from many, as given.
constexpr double kRoundingFactor = 10;
constexpr double kFewLines = 2;
constexpr double kManyLines = 1.3;
constexpr double kGiven = 1.1;
/// Lines along which the function is not constant, after which no more are drawn.
constexpr std::size_t kEnoughLines = 2;
constexpr double kSmallestStep = 1e-8;
constexpr double kLargestStep = 0.2;
/// Noise that asks for a larger step is no rounding, and worth measuring well.
constexpr double kCoarseStep = 0.003;
/// Of the noise from line to line, from which it may be in proportion to the answers.
constexpr double kSpread = 10;
/// Noise by answers, below which it is rounding.
constexpr double kFine = 1e-9;
/// Square root of the sum of the squares of 1, 3, 3, 1.
const double kThirdDifferenceNoise = std::sqrt(20.0);

struct Line {
    VectorD center;
    VectorD direction;
    double magnitude = 0;    ///< largest |answer|
    double sigma = 0;        ///< noise
    double sigma_ratio = 0;  ///< noise by the answers at the same place
    std::array<double, 3> third_differences{};
    std::array<double, 3> magnitudes{};  ///< largest |answer| of each third difference

    [[nodiscard]] VectorD at(double t) const { return center + t * direction; }
};

VectorD random_signs(Eigen::Index n, Rng& rng) {
    VectorD signs(n);
    for (double& entry : signs) entry = rng.index(2) == 0 ? -1 : 1;
    return signs;
}

Line draw_line(Eigen::Index n, Rng& rng) {
    Line line{VectorD(n), VectorD(n)};
    for (double& entry : line.center) entry = rng.uniform(kMargin - 1, 1 - kMargin);
    line.direction = random_signs(n, rng);
    return line;
}

/// Gives every line the one of a few directions along which the ends differ most.
void choose_directions(Questioner& questions, std::vector<Line>& lines, Rng& rng) {
    const double reach = 1.5 * kCurvatureSpacings.front();
    std::vector<VectorD> directions;
    MatrixD points(2 * kCandidates * static_cast<Eigen::Index>(lines.size()), questions.dim());
    Eigen::Index row = 0;
    for (const Line& line : lines) {
        for (Eigen::Index i = 0; i < kCandidates; ++i) {
            directions.push_back(random_signs(questions.dim(), rng));
            points.row(row++) = (line.center - reach * directions.back()).transpose();
            points.row(row++) = (line.center + reach * directions.back()).transpose();
        }
    }
    const VectorD values = questions.values(points);
    std::size_t place = 0;
    for (Line& line : lines) {
        double largest = -1;
        for (Eigen::Index i = 0; i < kCandidates; ++i, ++place) {
            const auto j = static_cast<Eigen::Index>(2 * place);
            const double change = std::abs(values[j + 1] - values[j]);
            if (change > largest) line.direction = directions[place];
            largest = std::max(largest, change);
        }
    }
}

/// Equally spaced points of all lines, line by line.
MatrixD table_points(const std::vector<Line*>& lines, Eigen::Index count, double spacing) {
    MatrixD points(static_cast<Eigen::Index>(lines.size()) * count, lines.front()->center.size());
    Eigen::Index row = 0;
    for (const Line* line : lines) {
        for (Eigen::Index i = 0; i < count; ++i) {
            const double t = spacing * (static_cast<double>(i) - static_cast<double>(count - 1) / 2);
            points.row(row++) = line->at(t).transpose();
        }
    }
    return points;
}

/// Third differences of all lines; those that are constant are removed.
void measure_curvature(Questioner& questions, std::vector<Line>& lines) {
    constexpr Eigen::Index count = kCurvaturePoints;
    MatrixD points(static_cast<Eigen::Index>(lines.size()) * count, questions.dim());
    Eigen::Index row = 0;
    for (const Line& line : lines) {
        for (const double spacing : kCurvatureSpacings) {
            for (const double t : {-1.5, -0.5, 0.5, 1.5})
                points.row(row++) = line.at(t * spacing).transpose();
        }
    }
    const VectorD values = questions.values(points);
    std::vector<Line> varying;
    for (std::size_t k = 0; k < lines.size(); ++k) {
        const VectorD v = values.segment(static_cast<Eigen::Index>(k) * count, count);
        Line& line = lines[k];
        line.magnitude = v.cwiseAbs().maxCoeff();
        if (v.minCoeff() == v.maxCoeff()) continue;
        for (std::size_t i = 0; i < kCurvatureSpacings.size(); ++i) {
            const auto j = static_cast<Eigen::Index>(4 * i);
            line.magnitudes[i] = v.segment(j, 4).cwiseAbs().maxCoeff();
            line.third_differences[i] = std::abs((v[j + 3] - v[j]) - 3 * (v[j + 2] - v[j + 1]));
        }
        varying.push_back(line);
    }
    lines = std::move(varying);
}

/// The noise of all lines, at the smallest spacing at which the function is not constant. That of a function
/// with steps is the size of the steps. 0 where there is none.
void measure_noise(Questioner& questions, std::vector<Line>& lines, std::int64_t reserve) {
    std::vector<Line*> open;
    open.reserve(lines.size());
    for (Line& line : lines) open.push_back(&line);
    for (const double spacing : kNoiseSpacings) {
        const auto needed = static_cast<std::int64_t>(open.size()) * kValuePoints;
        if (open.empty() || questions.left() < needed + reserve) return;
        const VectorD values = questions.values(table_points(open, kValuePoints, spacing));
        std::vector<Line*> flat;
        for (std::size_t k = 0; k < open.size(); ++k) {
            const VectorD table = values.segment(static_cast<Eigen::Index>(k) * kValuePoints, kValuePoints);
            const TableNoise noise = difference_table_noise(table);
            open[k]->magnitude = std::max(open[k]->magnitude, table.cwiseAbs().maxCoeff());
            open[k]->sigma = noise.sigma;
            open[k]->sigma_ratio = noise.sigma / table.cwiseAbs().maxCoeff();
            if (noise.flat) flat.push_back(open[k]);
        }
        open = flat;
    }
}

/// Absolute noise, or noise in proportion to the answers where that varies clearly less from line to line:
/// the root of the mean square where many lines tell, else the largest.
NoiseModel model_of(const std::vector<Line>& lines, double rounding, bool many) {
    VectorD sigma(static_cast<Eigen::Index>(lines.size()));
    VectorD ratio(sigma.size());
    Eigen::Index count = 0;
    for (const Line& line : lines) {
        if (line.sigma == 0) continue;
        sigma[count] = line.sigma;
        ratio[count++] = line.sigma_ratio;
    }
    if (count == 0) return {0, rounding};
    sigma.conservativeResize(count);
    ratio.conservativeResize(count);
    const auto summary = [&](const VectorD& v) {
        return many ? v.stableNorm() / std::sqrt(static_cast<double>(count)) : v.maxCoeff();
    };
    const double spread = sigma.maxCoeff() / sigma.minCoeff();
    if (spread > kSpread && 3 * (ratio.maxCoeff() / ratio.minCoeff()) < spread) {
        return {0, std::max(rounding, summary(ratio))};
    }
    // Rounding is never far from proportional, and small enough to be taken for more than it is.
    if (ratio.maxCoeff() < kFine) return {sigma.maxCoeff(), std::max(rounding, ratio.maxCoeff())};
    return {summary(sigma), rounding};
}

double factor_of(const std::vector<Line>& lines) {
    const bool fine =
        std::all_of(lines.begin(), lines.end(), [](const Line& line) { return line.sigma_ratio < kFine; });
    return fine ? kRoundingFactor : kFewLines;
}

/// A third derivative along the line, its ratio to the function, and whether it stands out of the noise.
struct Third {
    double value = 0;
    double ratio = 0;
    bool seen = false;
};

Third third_derivative(const Line& line, const NoiseModel& noise) {
    Third third;
    for (std::size_t i = 0; i < kCurvatureSpacings.size(); ++i) {
        const double sigma = noise.at(line.magnitudes[i]);
        const bool seen = line.third_differences[i] > 3 * kThirdDifferenceNoise * sigma;
        if (!seen && (i > 0 || line.magnitudes[i] == 0)) continue;
        third.seen = third.seen || seen;
        const double difference = seen ? line.third_differences[i]
                                       : std::max(line.third_differences[i], kThirdDifferenceNoise * sigma);
        const double value = difference / std::pow(kCurvatureSpacings[i], 3);
        third.value = std::max(third.value, value);
        third.ratio = std::max(third.ratio, value / line.magnitudes[i]);
    }
    return third;
}

/// Step and truncation for the noise of `study`.
void choose_step(const std::vector<Line>& lines, NoiseStudy& study) {
    const bool proportional = study.noise.absolute == 0;
    study.step = kLargestStep;
    double largest = 0;
    std::vector<double> ratios;
    for (const Line& line : lines) {
        const Third third = third_derivative(line, study.noise);
        if (third.value == 0) continue;
        largest = std::max(largest, third.value);
        ratios.push_back(third.ratio);
        const double by_third =
            proportional ? study.noise.relative / third.ratio : study.noise.at(line.magnitude) / third.value;
        study.step = std::min(study.step, (third.seen ? 0.5 : 0.8) * std::cbrt(3 * by_third));
    }
    study.step = std::max(study.step, kSmallestStep);
    const double share = study.step * study.step / 6;
    study.truncation.absolute = share * largest;
    if (proportional && !ratios.empty()) {
        const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
        std::nth_element(ratios.begin(), middle, ratios.end());
        study.truncation.relative = share * *middle;
    }
}

std::vector<Line> draw_lines(Eigen::Index n, std::int64_t count, Rng& rng) {
    std::vector<Line> lines;
    lines.reserve(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) lines.push_back(draw_line(n, rng));
    return lines;
}

}  // namespace

std::int64_t least_study_values(bool noise_known) {
    return kLinesPerRound * (2 * kCandidates + kCurvaturePoints + (noise_known ? 0 : kValuePoints));
}

std::int64_t least_study_gradients(bool noise_known) {
    return noise_known ? 0 : kGradientPoints;
}

NoiseStudy study_values(Questioner& questions, Rng rng, double noise, std::int64_t reserve) {
    const bool known = !std::isnan(noise);
    std::vector<Line> lines;
    for (int round = 0; round < kRounds && lines.size() < kEnoughLines; ++round) {
        if (questions.left() < least_study_values(known) + reserve) break;
        std::vector<Line> drawn = draw_lines(questions.dim(), kLinesPerRound, rng);
        choose_directions(questions, drawn, rng);
        measure_curvature(questions, drawn);
        if (!known) measure_noise(questions, drawn, reserve);
        lines.insert(lines.end(), drawn.begin(), drawn.end());
    }
    NoiseStudy study;
    study.noise = known ? NoiseModel{noise, kRounding} : model_of(lines, kRounding, false);
    study.factor = known ? kGiven : factor_of(lines);
    choose_step(lines, study);
    if (!known && study.step > kCoarseStep && study.noise.absolute > 0 &&
        questions.left() >= kMoreLines * kValuePoints + reserve) {
        std::vector<Line> more = draw_lines(questions.dim(), kMoreLines, rng);
        measure_noise(questions, more, reserve);
        more.insert(more.end(), lines.begin(), lines.end());
        study.noise = model_of(more, kRounding, true);
        study.factor = kManyLines;
        choose_step(lines, study);
    }
    return study;
}

NoiseStudy study_gradients(Questioner& questions, Rng rng, double noise, std::int64_t reserve) {
    NoiseStudy study;
    if (!std::isnan(noise)) {
        study.noise = {noise * questions.half().maxCoeff(), kGradientRounding};
        study.factor = kGiven;
        return study;
    }
    std::vector<Line> lines;
    for (int i = 0; i < kGradientLines && lines.size() < kEnoughLines; ++i) {
        Line line = draw_line(questions.dim(), rng);
        bool varies = false;
        for (const double spacing : kGradientSpacings) {
            if (questions.left() < kGradientPoints + reserve) break;
            const MatrixD gradients = questions.gradients(table_points({&line}, kGradientPoints, spacing));
            line.magnitude = gradients.cwiseAbs().maxCoeff();
            for (Eigen::Index j = 0; j < gradients.cols(); ++j) {
                const TableNoise entry = difference_table_noise(gradients.col(j));
                varies = varies || !entry.flat;
                line.sigma = std::max(line.sigma, entry.sigma);
            }
            if (varies) break;
        }
        line.sigma_ratio = line.magnitude > 0 ? line.sigma / line.magnitude : 0;
        if (varies) lines.push_back(line);
    }
    study.noise = model_of(lines, kGradientRounding, false);
    study.factor = factor_of(lines);
    return study;
}

}  // namespace eckart::probe
