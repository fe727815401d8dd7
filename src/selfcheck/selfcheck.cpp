#include "eckart/selfcheck/selfcheck.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <limits>
#include <string>
#include <utility>

#include "selfcheck/checks.hpp"

namespace eckart::selfcheck {

namespace {

Json number(double value) {
    return std::isfinite(value) ? Json(value) : Json();
}

std::vector<Finding> findings_of(const Check& check) {
    try {
        return check.run();
    } catch (const std::exception& error) {
        const double unknown = std::numeric_limits<double>::quiet_NaN();
        return {{"could not be run", unknown, unknown, unknown, error.what()}};
    }
}

}  // namespace

bool CheckResult::passed() const {
    return std::ranges::all_of(findings, &Finding::passed);
}

Finding compare(std::string name, double error, double bound) {
    Finding finding;
    finding.name = std::move(name);
    finding.error = error;
    finding.bound = bound;
    if (!(error <= bound)) finding.failure = fmt::format("its error {:.2e} exceeds {:.2e}", error, bound);
    return finding;
}

Finding finding_of(std::string name, const calculus::DerivativeCheck& check, double bound) {
    return {std::move(name), check.floor, bound, check.slope, check.failure};
}

std::vector<Check> standard_checks(const SelfcheckOptions& options) {
    const Rng rng = Rng(options.seed).fork("selfcheck");
    std::vector<Check> all;
    for (const std::vector<Check>& group :
         {calculus_checks(rng), network_checks(rng), svd_checks(rng), exponential_checks(rng),
          kernel_checks(rng), file_checks(rng, options.folder)}) {
        all.insert(all.end(), group.begin(), group.end());
    }
    return all;
}

std::vector<CheckResult> run_checks(const std::vector<Check>& checks, ProgressObserver& progress,
                                    const StopRequested& stop) {
    std::vector<CheckResult> results;
    for (const Check& check : checks) {
        if (should_stop(stop)) break;
        progress.on_progress({"selfcheck", results.size(), checks.size(), "checks", check.name});
        results.push_back({check.name, findings_of(check)});
    }
    return results;
}

Json to_json(const std::vector<CheckResult>& results) {
    Json list = Json::array();
    for (const CheckResult& result : results) {
        Json findings = Json::array();
        for (const Finding& finding : result.findings) {
            findings.push_back({{"name", finding.name},
                                {"error", number(finding.error)},
                                {"bound", number(finding.bound)},
                                {"slope", number(finding.slope)},
                                {"passed", finding.passed()},
                                {"failure", finding.failure}});
        }
        list.push_back({{"name", result.name}, {"findings", std::move(findings)}});
    }
    return list;
}

}  // namespace eckart::selfcheck
