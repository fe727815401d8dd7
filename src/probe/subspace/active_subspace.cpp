#include "eckart/probe/active_subspace.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "eckart/core/error.hpp"
#include "probe/subspace/gradient_spectrum.hpp"
#include "probe/subspace/invariance.hpp"
#include "probe/subspace/noise_study.hpp"
#include "probe/subspace/questioner.hpp"
#include "probe/subspace/subspace_decision.hpp"

namespace eckart::probe {

namespace {

constexpr Eigen::Index kFirstSamples = 4;
/// A function is called constant only after this many times as many pairs as confirm a dimension, and where
/// they show no trend of this size: together they see what noise hides in each.
constexpr Eigen::Index kPairsOfConstant = 4;
constexpr double kTrend = 5;
/// Noise below this part of the largest value is rounding, which may follow anything.
constexpr double kRoundingLevel = 1e-12;

Eigen::Index confirmations(const ActiveSubspaceOptions& options) {
    return static_cast<Eigen::Index>(
        std::ceil(std::log(1 - options.confidence) / std::log(1 - options.unseen)));
}

std::int64_t calls_per_sample(Eigen::Index n, bool gradients) {
    return gradients ? 2 : 2 * std::int64_t{n} + 1;
}

/// The sign of an eigenvector is arbitrary: its largest component becomes positive.
MatrixD with_fixed_signs(MatrixD basis) {
    for (Eigen::Index j = 0; j < basis.cols(); ++j) {
        Eigen::Index largest = 0;
        basis.col(j).cwiseAbs().maxCoeff(&largest);
        if (basis(largest, j) < 0) basis.col(j) *= -1;
    }
    return basis;
}

class Finder {
  public:
    Finder(ValueOracle<double>& oracle, GradientOracle<double>* gradients, const Rng& rng,
           const ActiveSubspaceOptions& options)
        : options_(options),
          box_(options.box.lower.size() == 0 && options.box.upper.size() == 0 ? Box::cube(oracle.dim())
                                                                              : options.box),
          questions_(oracle, gradients, box_, options.max_calls),
          rng_(rng),
          sample_rng_(rng.fork("samples")),
          pair_rng_(rng.fork("pairs")),
          confirmations_(confirmations(options)) {}

    ActiveSubspace run() {
        samples_.gradients.resize(0, questions_.dim());
        result_.points.resize(0, questions_.dim());
        require_budget();
        report("the noise");
        if (!stopped()) {
            study();
            while (step()) {
            }
        }
        return finish();
    }

  private:
    [[nodiscard]] bool from_gradients() const { return questions_.has_gradients(); }
    [[nodiscard]] std::int64_t per_sample() const {
        return calls_per_sample(questions_.dim(), from_gradients());
    }
    /// Calls kept for the confirmation.
    [[nodiscard]] std::int64_t reserve() const {
        return from_gradients() ? 0 : 2 * std::int64_t{confirmations_};
    }
    [[nodiscard]] Eigen::Index first_batch() const {
        return from_gradients() ? confirmations_ + 2 : kFirstSamples;
    }

    [[nodiscard]] std::int64_t kept_for_samples() const {
        return std::max(std::int64_t{first_batch()}, options_.min_samples) * per_sample();
    }

    void require_budget() const {
        const bool known = !std::isnan(options_.noise);
        const std::int64_t study =
            from_gradients() ? least_study_gradients(known) : least_study_values(known);
        const std::int64_t least = study + kept_for_samples() + reserve();
        if (options_.max_calls < least) {
            throw InvalidArgument(fmt::format("max_calls is {}; a function of {} variables takes at least {}",
                                              options_.max_calls, questions_.dim(), least));
        }
    }

    bool stopped() {
        result_.interrupted = result_.interrupted || should_stop(options_.stop);
        return result_.interrupted;
    }

    void report(const std::string& detail) const {
        if (options_.observer == nullptr) return;
        options_.observer->on_progress({"effective dimension", static_cast<std::uint64_t>(questions_.asked()),
                                        static_cast<std::uint64_t>(options_.max_calls), "calls", detail});
    }

    void study() {
        const std::int64_t kept = kept_for_samples() + reserve();
        study_ = from_gradients() ? study_gradients(questions_, rng_.fork("lines"), options_.noise, kept)
                                  : study_values(questions_, rng_.fork("lines"), options_.noise, kept);
        result_.step = study_.step;
        limits_.noise_factor = study_.factor;
        limits_.gap = options_.gap;
        limits_.confidence = options_.confidence;
        limits_.bootstrap = options_.bootstrap;
        limits_.confirmations = from_gradients() ? confirmations_ : 0;
    }

    /// Takes gradients and judges them; false when there is an answer or no more can be asked.
    bool step() {
        if (stopped()) return give_up("the search was stopped");
        Eigen::Index wanted = first_batch();
        if (samples_.count() > 0) {
            // Gradients count one by one, since every one may be the last that is needed.
            const bool one_by_one = from_gradients() && samples_.count() < enough_for_gaps(questions_.dim());
            wanted =
                std::max<Eigen::Index>(from_gradients() ? 1 : 2, samples_.count() / (one_by_one ? 8 : 4));
        }
        const std::int64_t possible = (questions_.left() - reserve()) / per_sample();
        wanted = static_cast<Eigen::Index>(std::min<std::int64_t>(wanted, possible));
        if (wanted < 1) {
            result_.calls_ran_out = true;
            return give_up(fmt::format("{} calls were not enough", options_.max_calls));
        }
        sample(wanted);
        unexplained_.clear();
        decision_ =
            decide(samples_, limits_,
                   rng_.fork("bootstrap").fork(static_cast<std::uint64_t>(samples_.count())), decision_);
        report(fmt::format("{} gradients, {} directions above the noise", samples_.count(), decision_.above));
        if (samples_.count() < options_.min_samples) return true;
        switch (decision_.kind) {
            case Decision::kMore:
                return true;
            case Decision::kExact:
                if (confirmed()) return false;
                // Where no slope stands out of the noise, more of them will not either.
                if (decision_.dimension > 0 || samples_.count() < enough_for_noise(questions_.dim()))
                    return true;
                return give_up("more gradients would not help");
            case Decision::kHidden:
                return give_up("more gradients would not help");
            case Decision::kGap:
                answer(DimensionOutcome::kDetermined, decision_.dimension, decision_.why);
                return false;
            case Decision::kFull:
                answer(DimensionOutcome::kFullDimensional, questions_.dim(), decision_.why);
                return false;
        }
        return true;
    }

    void sample(Eigen::Index count) {
        // So that no difference leaves the cube.
        const double edge = 1 - study_.step;
        MatrixD centers(count, questions_.dim());
        for (double& entry : centers.reshaped<Eigen::RowMajor>()) entry = sample_rng_.uniform(-edge, edge);
        const VectorD values = questions_.values(centers);
        samples_.append(take_gradients(questions_, centers, values, study_));
        const Eigen::Index before = result_.points.rows();
        result_.points.conservativeResize(before + count, Eigen::NoChange);
        result_.points.bottomRows(count) = centers;
        result_.values.conservativeResize(before + count);
        result_.values.tail(count) = values;
    }

    /// Whether nothing speaks for a direction beyond the decision's; then the answer is set.
    bool confirmed() {
        const Eigen::Index r = decision_.dimension;
        if (from_gradients()) {
            if (r == 0 && !values_agree()) return false;
        } else {
            const MatrixD basis = decision_.spectrum.basis.leftCols(r);
            const Leak leak = leak_of(r);
            const Eigen::Index tested = pairs_.judge(basis, leak).tested;
            const Eigen::Index missing =
                std::min<Eigen::Index>((r == 0 ? kPairsOfConstant * confirmations_ : confirmations_) - tested,
                                       static_cast<Eigen::Index>(questions_.left() / 2));
            if (tested + missing < confirmations_) return false;
            if (missing > 0) {
                pairs_.add_pairs(questions_, basis, study_.noise, missing, pair_rng_, result_.points,
                                 result_.values);
            }
            const Invariance::Result test = pairs_.judge(basis, leak);
            report(fmt::format("{} pairs of points tested", test.tested));
            if (!test.passed()) {
                unexplained_ = fmt::format(
                    "f changes by {:.2g} standard deviations of its noise where the {} directions "
                    "seen do not change",
                    std::max(test.worst, std::sqrt(test.mean_square)), r);
                return false;
            }
            if (r == 0 && !trendless()) return false;
        }
        if (r == 0) {
            answer(DimensionOutcome::kConstant, 0, "f is constant up to its noise");
        } else {
            result_.exact = true;
            answer(DimensionOutcome::kDetermined, r,
                   fmt::format("f varies in {} of {} directions; in the others it stays within its noise", r,
                               questions_.dim()));
        }
        return true;
    }

    /// Whether the values, where their noise hides every slope, do not follow the variables all the same.
    bool trendless() {
        const double largest = result_.values.cwiseAbs().maxCoeff();
        if (study_.noise.at(largest) <= kRoundingLevel * largest || pairs_.trend() <= kTrend) return true;
        unexplained_ = "the values follow the variables, but their noise hides every slope";
        return false;
    }

    /// Where all gradients vanish, the values must agree.
    bool values_agree() {
        const double range = result_.values.maxCoeff() - result_.values.minCoeff();
        if (range <= 1e-6 * result_.values.cwiseAbs().maxCoeff()) return true;
        unexplained_ = fmt::format("the gradients vanish, but the values differ by {:.3g}", range);
        return false;
    }

    /// Noise turns the basis by about noise / (sqrt(m) root_k) in the k-th direction, where the gradient is
    /// root_k large: so every direction adds the same to the slope.
    [[nodiscard]] Leak leak_of(Eigen::Index r) const {
        const VectorD lengths = samples_.gradients.rowwise().stableNorm();
        const auto m = static_cast<double>(samples_.count());
        const double mean = lengths.stableNorm() / std::sqrt(m);
        const double steepest = lengths.maxCoeff();
        const double noise = limits_.noise_factor * samples_.mean_noise() / std::sqrt(m);
        const double slope = mean == 0 ? 0
                                       : steepest / mean * std::sqrt(static_cast<double>(r)) *
                                             std::hypot(noise, samples_.mean_truncation());
        return {slope, steepest, limits_.noise_factor};
    }

    bool give_up(const std::string& what) {
        std::string open = unexplained_.empty() ? decision_.why : unexplained_;
        if (open.empty()) open = "nothing was measured";
        answer(DimensionOutcome::kUndecided, decision_.above, what + ": " + open);
        return false;
    }

    void answer(DimensionOutcome outcome, Eigen::Index dimension, std::string reason) {
        result_.outcome = outcome;
        result_.dimension = dimension;
        result_.reason = std::move(reason);
    }

    ActiveSubspace finish();

    const ActiveSubspaceOptions& options_;
    Box box_;
    Questioner questions_;
    Rng rng_;
    Rng sample_rng_;
    Rng pair_rng_;
    Eigen::Index confirmations_;
    NoiseStudy study_;
    DecisionLimits limits_;
    GradientSamples samples_;
    Invariance pairs_;
    Decision decision_;
    std::string unexplained_;
    ActiveSubspace result_;
};

ActiveSubspace Finder::finish() {
    const Eigen::Index n = questions_.dim();
    const Eigen::Index k = result_.dimension;
    result_.calls = questions_.calls();
    result_.samples = samples_.count();
    if (samples_.count() == 0) {
        result_.eigenvalues = result_.lower = result_.upper = VectorD::Zero(n);
        result_.basis = MatrixD::Identity(n, n);
        if (result_.reason.empty()) result_.reason = "the search was stopped before anything was measured";
        return std::move(result_);
    }
    const Spectrum spectrum = gradient_spectrum(samples_.gradients, true);
    const Bootstrap resampled =
        bootstrap_spectrum(samples_.gradients, spectrum.basis, k, options_.bootstrap, rng_.fork("intervals"));
    const double tail = (1 - options_.confidence) / 2;
    result_.eigenvalues = spectrum.roots.cwiseAbs2();
    result_.lower.resize(n);
    result_.upper.resize(n);
    for (Eigen::Index i = 0; i < n; ++i) {
        const double low = quantile(resampled.roots.col(i), tail);
        const double high = quantile(resampled.roots.col(i), 1 - tail);
        result_.lower[i] = std::min(low * low, result_.eigenvalues[i]);
        result_.upper[i] = std::max(high * high, result_.eigenvalues[i]);
    }
    result_.basis = with_fixed_signs(spectrum.basis);
    const double floor = noise_root(samples_, limits_.noise_factor);
    result_.noise_floor = floor * floor;
    result_.noise =
        from_gradients() ? samples_.noise.maxCoeff() : study_.noise.at(result_.values.cwiseAbs().maxCoeff());
    result_.outside = share_outside(spectrum.roots, k, samples_.mean_noise());
    if (samples_.count() >= enough_for_gaps(n)) {
        result_.leading = gap_after(resampled, std::min(decision_.above, n - 1), limits_);
    }
    if (k > 0 && k < n) {
        const double turned = turned_by_noise(samples_, limits_, k, spectrum.roots[k - 1]);
        result_.subspace_error = result_.exact ? turned : quantile(resampled.sines, options_.confidence);
    }
    return std::move(result_);
}

}  // namespace

void ActiveSubspaceOptions::validate(Eigen::Index n) const {
    if (n < 1)
        throw InvalidArgument(fmt::format("the function has {} variables; it must have at least 1", n));
    if (box.lower.size() > 0 || box.upper.size() > 0) box.validate(n);
    if (max_calls < 1)
        throw InvalidArgument(fmt::format("max_calls is {}; it must be at least 1", max_calls));
    if (!std::isnan(noise) && !(noise >= 0 && std::isfinite(noise))) {
        throw InvalidArgument(
            fmt::format("noise is {}; it must be finite and at least 0, or NaN to estimate it", noise));
    }
    if (!(gap > 1)) throw InvalidArgument(fmt::format("gap is {}; it must be above 1", gap));
    if (!(unseen > 0 && unseen < 1))
        throw InvalidArgument(fmt::format("unseen is {}; it must be between 0 and 1", unseen));
    if (!(confidence > 0 && confidence < 1)) {
        throw InvalidArgument(fmt::format("confidence is {}; it must be between 0 and 1", confidence));
    }
    if (bootstrap < 20 || bootstrap > 100'000) {
        throw InvalidArgument(fmt::format("bootstrap is {}; it must be from 20 to 100000", bootstrap));
    }
    if (min_samples < 0)
        throw InvalidArgument(fmt::format("min_samples is {}; it must be at least 0", min_samples));
}

ActiveSubspace find_active_subspace(ValueOracle<double>& oracle, Rng rng,
                                    const ActiveSubspaceOptions& options) {
    options.validate(oracle.dim());
    return Finder(oracle, nullptr, rng, options).run();
}

ActiveSubspace find_active_subspace(GradientOracle<double>& oracle, Rng rng,
                                    const ActiveSubspaceOptions& options) {
    options.validate(oracle.dim());
    return Finder(oracle, &oracle, rng, options).run();
}

}  // namespace eckart::probe
