#include "eckart/probe/external_program.hpp"

#include <fmt/core.h>

#include <numeric>

#include "eckart/core/error.hpp"
#include "probe/program/program_copies.hpp"

namespace eckart::probe {
namespace {

constexpr int kMostJobs = 1024;
constexpr double kLongestTimeout = 1e9;

}  // namespace

void ExternalProgramOptions::validate() const {
    if (command.empty() || command.front().empty())
        throw InvalidArgument("the command of an external program is empty; name a program");
    for (const std::string& word : command) {
        if (word.find('\0') != std::string::npos)
            throw InvalidArgument("a word of an external program's command holds a NUL byte; leave it out");
    }
    if (dim < 1)
        throw InvalidArgument(fmt::format("an external program's dimension is {}; it is at least 1", dim));
    if (!(timeout > 0) || timeout > kLongestTimeout) {
        throw InvalidArgument(
            fmt::format("an external program's timeout is {} s; it is above 0 and at most 1e9", timeout));
    }
    if (jobs < 1 || jobs > kMostJobs)
        throw InvalidArgument(
            fmt::format("{} copies of an external program; choose 1 to {}", jobs, kMostJobs));
    if (max_restarts < 0) throw InvalidArgument("max_restarts is negative; 0 allows none");
}

/// So that the public header needs nothing of it.
class ExternalProgram::Copies : public ProgramCopies {
  public:
    using ProgramCopies::ProgramCopies;
};

ExternalProgram::ExternalProgram(ExternalProgramOptions options)
    : copies_(std::make_unique<Copies>(std::move(options))) {}

ExternalProgram::~ExternalProgram() = default;

Eigen::Index ExternalProgram::dim() const {
    return copies_->options().dim;
}

double ExternalProgram::value(const VectorD& x) {
    const MatrixD point = x.transpose();
    return values(point)[0];
}

VectorD ExternalProgram::values(const MatrixD& points) {
    std::vector<std::int64_t> calls(static_cast<std::size_t>(points.rows()));
    std::iota(calls.begin(), calls.end(), calls_ + 1);
    return answers(points, calls, {});
}

VectorD ExternalProgram::answers(const MatrixD& points, const std::vector<std::int64_t>& calls,
                                 const OnAnswer& on_answer) {
    if (points.rows() > 0 && points.cols() != dim()) {
        throw InvalidArgument(
            fmt::format("a point has {} numbers, but the program takes {}", points.cols(), dim()));
    }
    if (calls.size() != static_cast<std::size_t>(points.rows()))
        throw InvalidArgument(fmt::format("{} calls have {} numbers", points.rows(), calls.size()));
    if (!points.allFinite()) throw InvalidArgument("a point for an external program is not finite");
    calls_ += points.rows();
    return copies_->answers(points, calls, on_answer);
}

void ExternalProgram::finish() {
    copies_->finish();
}

std::int64_t ExternalProgram::restarts() const {
    return copies_->restarts();
}

}  // namespace eckart::probe
