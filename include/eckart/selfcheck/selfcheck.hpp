#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "eckart/core/json.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/core/stop.hpp"

#pragma GCC visibility push(default)

namespace eckart::selfcheck {

/// One number that would be 0 in exact arithmetic, beside what it may be.
struct Finding {
    std::string name;  ///< of what was measured, e.g. "gradient"
    double error = 0;
    double bound = 0;
    /// Derivatives: how the error falls with the step (calculus/derivative_check.hpp); NaN for other numbers.
    double slope = std::numeric_limits<double>::quiet_NaN();
    std::string failure;  ///< why it is wrong, in a sentence; empty when it is right
    [[nodiscard]] bool passed() const { return failure.empty(); }
};

/// A computation that can be checked on its own.
struct Check {
    std::string name;  ///< e.g. "Rayleigh quotient"
    std::function<std::vector<Finding>()> run;
};

/// The findings of one check.
struct CheckResult {
    std::string name;
    std::vector<Finding> findings;  ///< where it threw, one that failed
    [[nodiscard]] bool passed() const;
};

struct SelfcheckOptions {
    std::uint64_t seed = 0;        ///< of all random matrices and directions
    std::filesystem::path folder;  ///< where files are written and removed again; must exist
};

/// Derivatives (low-rank objective, Rayleigh quotient, network, orthogonal factors), SVD, matrix exponential,
/// kernels and files: everything that a result of Eckart rests on. Less than a second in all.
std::vector<Check> standard_checks(const SelfcheckOptions& options);

/// error <= bound, with the sentence of a failure where it is not; NaN never is.
Finding compare(std::string name, double error, double bound);

/// Runs the checks one after the other. An exception derived from std::exception counts as a failure with its
/// message. Asks `stop` between checks and returns what is done.
std::vector<CheckResult> run_checks(const std::vector<Check>& checks, ProgressObserver& progress,
                                    const StopRequested& stop);

/// [{"name", "findings": [{"name", "error", "bound", "slope", "passed", "failure"}]}]; a slope or an
/// error that is NaN is null.
Json to_json(const std::vector<CheckResult>& results);

}  // namespace eckart::selfcheck

#pragma GCC visibility pop
