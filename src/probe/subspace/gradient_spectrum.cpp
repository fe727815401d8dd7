#include "probe/subspace/gradient_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "eckart/core/threads.hpp"
#include "eckart/linalg/product.hpp"
#include "eckart/linalg/svd.hpp"

namespace eckart::probe {

namespace {

/// Of the points of one batch: 128 MiB, of which there are a few copies on their way to the function.
constexpr Eigen::Index kNumbersAtOnce = Eigen::Index{1} << 24;

double root_mean_square(const VectorD& v) {
    return v.size() == 0 ? 0 : v.stableNorm() / std::sqrt(static_cast<double>(v.size()));
}

}  // namespace

void GradientSamples::append(const GradientSamples& more) {
    gradients.conservativeResize(count() + more.count(), more.gradients.cols());
    gradients.bottomRows(more.count()) = more.gradients;
    noise.conservativeResize(count());
    noise.tail(more.count()) = more.noise;
    truncation.conservativeResize(count());
    truncation.tail(more.count()) = more.truncation;
}

GradientSamples GradientSamples::first(Eigen::Index m) const {
    return {gradients.topRows(m), noise.head(m), truncation.head(m)};
}

double GradientSamples::mean_noise() const {
    return root_mean_square(noise);
}

double GradientSamples::mean_truncation() const {
    return root_mean_square(truncation);
}

namespace {

GradientSamples differences(Questioner& questions, const MatrixD& centers, const VectorD& values,
                            const NoiseStudy& study) {
    const Eigen::Index n = questions.dim();
    MatrixD points(2 * n * centers.rows(), n);
    for (Eigen::Index i = 0; i < centers.rows(); ++i) {
        for (Eigen::Index j = 0; j < n; ++j) {
            for (const Eigen::Index side : {0, 1}) {
                auto point = points.row(2 * (i * n + j) + side);
                point = centers.row(i);
                point[j] += side == 0 ? -study.step : study.step;
            }
        }
    }
    const VectorD answers = questions.values(points);
    GradientSamples samples{MatrixD(centers.rows(), n), VectorD(centers.rows()), VectorD(centers.rows())};
    for (Eigen::Index i = 0; i < centers.rows(); ++i) {
        double magnitude = std::abs(values[i]);
        for (Eigen::Index j = 0; j < n; ++j) {
            const Eigen::Index row = 2 * (i * n + j);
            // The distance of the points as they are, after rounding.
            const double distance = points(row + 1, j) - points(row, j);
            samples.gradients(i, j) = (answers[row + 1] - answers[row]) / distance;
            magnitude = std::max({magnitude, std::abs(answers[row]), std::abs(answers[row + 1])});
        }
        samples.noise[i] = study.noise.at(magnitude) / (std::sqrt(2.0) * study.step);
        samples.truncation[i] = study.truncation.at(magnitude);
    }
    return samples;
}

}  // namespace

GradientSamples take_gradients(Questioner& questions, const MatrixD& centers, const VectorD& values,
                               const NoiseStudy& study) {
    const Eigen::Index m = centers.rows();
    const Eigen::Index n = questions.dim();
    if (!questions.has_gradients()) {
        GradientSamples all{MatrixD(0, n), VectorD(0), VectorD(0)};
        const Eigen::Index at_once = std::max<Eigen::Index>(1, kNumbersAtOnce / (2 * n * n));
        for (Eigen::Index i = 0; i < m; i += at_once) {
            const Eigen::Index count = std::min(at_once, m - i);
            all.append(differences(questions, centers.middleRows(i, count), values.segment(i, count), study));
        }
        return all;
    }
    GradientSamples samples{questions.gradients(centers), VectorD(centers.rows()),
                            VectorD::Zero(centers.rows())};
    for (Eigen::Index i = 0; i < centers.rows(); ++i) {
        samples.noise[i] = study.noise.at(samples.gradients.row(i).cwiseAbs().maxCoeff());
    }
    return samples;
}

Spectrum gradient_spectrum(const MatrixD& gradients, bool complete) {
    // Points that depend on the basis must not depend on the number of threads.
    const ThreadScope one_thread(1);
    const Eigen::Index m = gradients.rows();
    const Eigen::Index n = gradients.cols();
    MatrixD rows = gradients;
    if (complete && m < n) {
        rows.conservativeResize(n, n);
        rows.bottomRows(n - m).setZero();
    }
    const linalg::Svd<double> svd = linalg::thin_svd(rows, "gradients");
    Spectrum spectrum{VectorD::Zero(n), svd.vt.transpose()};
    const Eigen::Index k = std::min(m, n);
    if (m > 0) spectrum.roots.head(k) = svd.s.head(k) / std::sqrt(static_cast<double>(m));
    return spectrum;
}

double noise_root(const GradientSamples& samples, double factor) {
    if (samples.count() == 0) return 0;
    const auto n = static_cast<double>(samples.gradients.cols());
    const double extra =
        samples.noise.maxCoeff() * (std::sqrt(n) + 3) / std::sqrt(static_cast<double>(samples.count()));
    return factor * (samples.mean_noise() + extra) + samples.mean_truncation();
}

Bootstrap bootstrap_spectrum(const MatrixD& gradients, const MatrixD& basis, Eigen::Index dimension,
                             int count, Rng rng) {
    Bootstrap result{MatrixD(count, gradients.cols()), VectorD(count)};
    const ThreadScope one_thread(1);
    MatrixD resample(gradients.rows(), gradients.cols());
    for (int b = 0; b < count; ++b) {
        for (Eigen::Index i = 0; i < resample.rows(); ++i) {
            const std::uint64_t row = rng.index(static_cast<std::uint64_t>(gradients.rows()));
            resample.row(i) = gradients.row(static_cast<Eigen::Index>(row));
        }
        const Spectrum spectrum = gradient_spectrum(resample, false);
        result.roots.row(b) = spectrum.roots.transpose();
        const Eigen::Index k = std::min(dimension, spectrum.basis.cols());
        // The sine of the largest angle is the root of 1 - (smallest cosine)^2; 1 when vectors are missing.
        double cosine = k < dimension ? 0 : 1;
        if (k == dimension && k > 0) {
            const MatrixD first = basis.leftCols(k);
            const MatrixD other = spectrum.basis.leftCols(k);
            cosine = linalg::thin_svd(linalg::multiply_tn(first, other), "cosines").s[k - 1];
        }
        result.sines[b] = std::sqrt(std::max(0.0, 1 - cosine * cosine));
    }
    return result;
}

double quantile(const VectorD& values, double p) {
    std::vector<double> sorted(values.data(), values.data() + values.size());
    std::sort(sorted.begin(), sorted.end());
    const double place = p * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(place);
    const std::size_t high = std::min(low + 1, sorted.size() - 1);
    const double weight = place - static_cast<double>(low);
    return sorted[low] == sorted[high] ? sorted[low] : (1 - weight) * sorted[low] + weight * sorted[high];
}

}  // namespace eckart::probe
