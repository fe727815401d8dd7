#pragma once

#include <string>

#include "eckart/core/json.hpp"
#include "eckart/probe/active_subspace.hpp"

#pragma GCC visibility push(default)

namespace eckart::probe {

/// "determined", "undecided", "full-dimensional", "constant".
std::string to_string(DimensionOutcome outcome);

/// What was found, in a sentence: "f varies in 2 of 30 directions; outside them nothing is above the
/// noise floor."
std::string sentence(const ActiveSubspace& found);

/// "Reason: ..."; empty where sentence() says all there is.
std::string reason_sentence(const ActiveSubspace& found);

/// That eigenvalues and intervals are rough, where they come from few gradients; else empty.
std::string interval_sentence(const ActiveSubspace& found);

/// The members of probe.json that hold what was found (docs/formats/probe.md): numbers that are not finite
/// are null, the vectors of the basis are in the order of the eigenvalues, and the points are left out.
Json to_json(const ActiveSubspace& found);

/// "box" and "options" of probe.json: what was asked for.
Json to_json(const ActiveSubspaceOptions& options);

}  // namespace eckart::probe

#pragma GCC visibility pop
