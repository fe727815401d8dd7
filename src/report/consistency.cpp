#include "report/consistency.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "report/format.hpp"

namespace eckart::report {
namespace {

constexpr double kSameAccuracy = 1e-9;
// Another processor or number of threads rounds differently, which may turn a few images.
constexpr double kSameAccuracyElsewhere = 0.001;
constexpr std::size_t kChecksumShown = 19;  // "sha256:" and twelve digits

/// A value and the files that hold it.
struct Claim {
    std::string value;
    std::vector<std::string> files;
};

void add_claim(std::vector<Claim>& claims, const std::string& value, const std::string& file) {
    const auto same =
        std::find_if(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.value == value; });
    if (same == claims.end()) {
        claims.push_back({value, {file}});
    } else {
        same->files.push_back(file);
    }
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
        text += names[i];
    }
    return text;
}

/// "a.json and b.json have 12 parameters, c.json 13"
std::string listed(const std::vector<Claim>& claims, const std::string& before, const std::string& after) {
    std::string text;
    for (const Claim& claim : claims) {
        text += text.empty()
                    ? fmt::format("{} {}{} {}{}", joined(claim.files),
                                  claim.files.size() == 1 ? "has" : "have", before, claim.value, after)
                    : fmt::format(", {} {}", joined(claim.files), claim.value);
    }
    return text;
}

std::vector<Claim> parameter_claims(const RunData& run) {
    std::vector<Claim> claims;
    if (run.sweep) add_claim(claims, whole(run.sweep->dense.parameters), "sweep.json");
    if (run.training) add_claim(claims, whole(run.training->size.parameters), "training.json");
    if (run.compression) add_claim(claims, whole(run.compression->parameters_before), "compression.json");
    for (const FineTuning& tuning : run.fine_tunings) {
        if (tuning.dense_parameters) add_claim(claims, whole(*tuning.dense_parameters), tuning.file);
    }
    return claims;
}

std::string field_of(const RunData& run, const std::string& file, const std::string& name) {
    for (const RecordOfFile& record : run.records) {
        if (record.file != file) continue;
        for (const auto& [key, value] : record.fields) {
            if (key == name) return value;
        }
    }
    return "";
}

std::vector<Claim> data_claims(const RunData& run) {
    std::vector<Claim> claims;
    for (const RecordOfFile& record : run.records) {
        const std::string checksum = field_of(run, record.file, "data_checksum");
        // compress needs no data and leaves it empty.
        if (!checksum.empty()) add_claim(claims, checksum, record.file);
    }
    for (Claim& claim : claims) {
        if (claim.value.size() > kChecksumShown) claim.value = claim.value.substr(0, kChecksumShown) + "...";
    }
    return claims;
}

bool measured_alike(const RunData& run, const std::string& a, const std::string& b) {
    for (const char* name : {"threads", "cpu", "instruction_set", "version"}) {
        if (field_of(run, a, name) != field_of(run, b, name)) return false;
    }
    return true;
}

/// Training ends with the network that the sweep then calls dense, unless it was cut short: then the weights
/// may be newer than the last epoch.
std::optional<std::string> accuracy_difference(const RunData& run) {
    if (!run.sweep || !run.training || run.training->epochs.empty()) return std::nullopt;
    const Training& training = *run.training;
    if (training.outcome != "completed" || training.test_count != run.sweep->test_count) return std::nullopt;
    const double trained = training.epochs.back().test_accuracy;
    const double swept = run.sweep->dense_accuracy;
    const double tolerance =
        measured_alike(run, "training.json", "sweep.json") ? kSameAccuracy : kSameAccuracyElsewhere;
    if (std::abs(trained - swept) <= tolerance) return std::nullopt;
    return fmt::format(
        "These results are not of one network: training.json ends with a test accuracy of {}, sweep.json has "
        "{} for the dense network. Use one folder per study.",
        percent(trained, 2), percent(swept, 2));
}

}  // namespace

std::vector<std::string> inconsistencies(const RunData& run) {
    std::vector<std::string> sentences;
    const std::vector<Claim> parameters = parameter_claims(run);
    const std::vector<Claim> data = data_claims(run);
    if (parameters.size() > 1) {
        sentences.push_back(fmt::format("These results are not of one network: {}. Use one folder per study.",
                                        listed(parameters, "", " parameters")));
    }
    if (data.size() > 1) {
        sentences.push_back(
            fmt::format("These results are not of one data set: {}. Use one folder per study.",
                        listed(data, " data with the checksum", "")));
    } else if (parameters.size() <= 1) {
        if (auto difference = accuracy_difference(run)) sentences.push_back(*difference);
    }
    return sentences;
}

}  // namespace eckart::report
