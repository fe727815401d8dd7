#pragma once

#include "eckart/core/matrix.hpp"
#include "eckart/core/rng.hpp"
#include "probe/subspace/noise_study.hpp"
#include "probe/subspace/questioner.hpp"

namespace eckart::probe {

/// Gradients in normalized coordinates.
struct GradientSamples {
    MatrixD gradients;   ///< (m, n)
    VectorD noise;       ///< (m): standard deviation of the noise of every entry of a row
    VectorD truncation;  ///< (m): bound of the error of a row that differences leave

    [[nodiscard]] Eigen::Index count() const { return gradients.rows(); }
    void append(const GradientSamples& more);
    /// The first m.
    [[nodiscard]] GradientSamples first(Eigen::Index m) const;
    /// Root of the mean square of `noise` and of `truncation`.
    [[nodiscard]] double mean_noise() const;
    [[nodiscard]] double mean_truncation() const;
};

/// The gradient at every row of `centers` (k, n) by central differences along the axes, or as the oracle
/// gives it, with the noise that follows from the study. Costs 2 n values a row for differences.
GradientSamples take_gradients(Questioner& questions, const MatrixD& centers, const VectorD& values,
                               const NoiseStudy& study);

/// Of C = 1/m sum of g gt, from the SVD of the gradients: small eigenvalues keep their digits, and nothing
/// is squared that could leave the range of double.
struct Spectrum {
    VectorD roots;  ///< (n): roots of the eigenvalues, descending; 0 from the m-th on
    MatrixD basis;  ///< (n, n) when complete, else (n, min(m, n)): orthonormal eigenvectors as columns
};
Spectrum gradient_spectrum(const MatrixD& gradients, bool complete);

/// What noise and truncation alone may give as the root of the largest eigenvalue. With E = diag(s) Z, Z (m,
/// n) standard normal, E|E|_2 <= |s|_2 + max(s) sqrt(n) (Chevet), and it exceeds its mean by 3 max(s) with a
/// probability below 0.011: so factor (|s|_2 + max(s) (sqrt(n) + 3)) / sqrt(m) + truncation, with the noise
/// known up to `factor`.
double noise_root(const GradientSamples& samples, double factor);

/// Roots of the eigenvalues of `count` resamples of the rows, drawn with replacement: (count, n), and in
/// `sines` the sine of the largest angle between their first `dimension` eigenvectors and those of `basis`.
struct Bootstrap {
    MatrixD roots;
    VectorD sines;
};
Bootstrap bootstrap_spectrum(const MatrixD& gradients, const MatrixD& basis, Eigen::Index dimension,
                             int count, Rng rng);

/// The value below which the share `p` of `values` lies, 0 <= p <= 1, between neighbors linearly.
double quantile(const VectorD& values, double p);

}  // namespace eckart::probe
