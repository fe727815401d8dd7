#include "eckart/probe/gradient_player.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "core/shown.hpp"
#include "eckart/core/error.hpp"
#include "eckart/probe/gradient_span.hpp"

namespace eckart::probe {

namespace {

constexpr std::int64_t kSpareGradients = 10;

template <class T>
Vector<T> random_point(Eigen::Index dim, Rng& rng) {
    Vector<T> x(dim);
    for (T& entry : x) entry = static_cast<T>(rng.uniform(-1, 1));
    return x;
}

/// The span, and the gradients that it neither contains nor misses beyond doubt.
class Search {
  public:
    Search(Eigen::Index dim, double roundoff, const GradientPlayerOptions& options)
        : options_(options), span_(dim, roundoff) {}

    [[nodiscard]] Eigen::Index rank() const { return span_.rank(); }

    void add(VectorD gradient) {
        const double length = gradient.stableNorm();
        if (length > 0) gradient /= length;
        const GradientSpan::Position position = span_.locate(gradient);
        if (length > 0 && position.outside > options_.certainly_outside) {
            span_.accept(position);
        } else {
            aside_.push_back(std::move(gradient));
        }
    }

    /// Whether enough gradients were set aside and all of them are inside. Takes in those that are not.
    bool complete() {
        while (aside_.size() >= static_cast<std::size_t>(options_.confirmations)) {
            std::vector<double> outside;
            for (const VectorD& gradient : aside_) outside.push_back(span_.outside(gradient));
            const auto farthest = std::ranges::max_element(outside);
            if (*farthest <= options_.inside) return true;
            if (*farthest <= options_.outside) return false;
            const auto position = aside_.begin() + (farthest - outside.begin());
            span_.accept(*position);
            aside_.erase(position);
        }
        return false;
    }

  private:
    const GradientPlayerOptions& options_;
    GradientSpan span_;
    std::vector<VectorD> aside_;
};

}  // namespace

void GradientPlayerOptions::validate() const {
    if (confirmations < 1) {
        throw InvalidArgument(fmt::format("confirmations is {}; it must be at least 1", confirmations));
    }
    if (!(0 < inside && inside < outside && outside <= certainly_outside)) {
        throw InvalidArgument(
            fmt::format("inside, outside and certainly_outside are {}, {} and {}; 0 < inside < outside <= "
                        "certainly_outside "
                        "must hold",
                        inside, outside, certainly_outside));
    }
    if (!(roundoff >= 0 && roundoff < 1)) {
        throw InvalidArgument(fmt::format("roundoff is {}; it must be in [0, 1)", roundoff));
    }
    if (max_gradients < 0) {
        throw InvalidArgument(fmt::format("max_gradients is {}; it must be at least 0", max_gradients));
    }
}

template <class T>
RankAnswer find_rank_from_gradients(GradientOracle<T>& oracle, Rng& rng,
                                    const GradientPlayerOptions& options) {
    options.validate();
    const Eigen::Index dim = oracle.dim();
    const std::int64_t budget =
        options.max_gradients > 0 ? options.max_gradients : dim + options.confirmations + kSpareGradients;
    const double roundoff = options.roundoff > 0 ? options.roundoff : std::numeric_limits<T>::epsilon() / 2.0;
    Search search(dim, roundoff, options);
    for (std::int64_t call = 1; call <= budget; ++call) {
        VectorD gradient = oracle.gradient(random_point<T>(dim, rng)).template cast<double>();
        if (!gradient.allFinite()) {
            throw NumericalError(fmt::format(
                "gradient {} of the function has NaN or infinite entries; check the function there", call));
        }
        search.add(std::move(gradient));
        if (search.rank() == dim || search.complete()) return {RankOutcome::kDetermined, search.rank()};
    }
    return {RankOutcome::kUndecided, search.rank()};
}

template ECKART_SHOWN RankAnswer find_rank_from_gradients<float>(GradientOracle<float>&, Rng&,
                                                                 const GradientPlayerOptions&);
template ECKART_SHOWN RankAnswer find_rank_from_gradients<double>(GradientOracle<double>&, Rng&,
                                                                  const GradientPlayerOptions&);

}  // namespace eckart::probe
