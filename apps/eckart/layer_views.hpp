#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/matrix.hpp"

namespace eckart::cli {

/// The shares of the energy that `eckart inspect` gives ranks for.
inline constexpr std::array<double, 3> kEnergyShares{0.5, 0.9, 0.99};

/// One layer as `eckart inspect` shows it.
struct LayerView {
    std::string name;
    std::int64_t out = 0;
    std::int64_t in = 0;
    std::string dtype;  ///< as safetensors names it
    std::uint64_t bytes = 0;
    std::int64_t stored_rank = 0;  ///< of the factors; 0 for a dense layer
    std::int64_t parameters = 0;
    std::int64_t bias = 0;  ///< parameters that stay whatever the rank
    double break_even_rank = 0;
    std::array<std::int64_t, kEnergyShares.size()> ranks{};  ///< for kEnergyShares
    double stable_rank = 0;
    std::vector<double> singular_values;  ///< none when they were not asked for

    /// Fills in what follows from the spectrum.
    void take_spectrum(const VectorF& s);
};

/// Shapes and ranks, with a total; dtypes where they differ.
std::string layer_table(const std::vector<LayerView>& views);
/// The spectra as bars, as wide as the terminal allows.
std::string spectra_text(const std::vector<LayerView>& views);
/// The parameters, of `parameters` in all, when every layer keeps a share of its energy, as factors where
/// these are smaller.
std::string share_table(const std::vector<LayerView>& views, std::int64_t parameters);

Json to_json(const LayerView& view);
/// {"0.5": ..., ...}: the parameters of share_table().
Json shares_json(const std::vector<LayerView>& views, std::int64_t parameters);

}  // namespace eckart::cli
