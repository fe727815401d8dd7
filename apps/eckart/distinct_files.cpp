#include "distinct_files.hpp"

#include <fmt/core.h>

#include <system_error>

#include "eckart/core/error.hpp"

namespace eckart::cli {

namespace {

bool same_file(const std::filesystem::path& one, const std::filesystem::path& other) {
    std::error_code error;
    // By device and inode where both exist.
    if (std::filesystem::equivalent(one, other, error) && !error) return true;
    const auto left = std::filesystem::weakly_canonical(std::filesystem::absolute(one, error), error);
    if (error) return false;
    const auto right = std::filesystem::weakly_canonical(std::filesystem::absolute(other, error), error);
    return !error && left == right;
}

void refuse_same(const NamedPath& one, const NamedPath& other) {
    if (one.path.empty() || other.path.empty() || !same_file(one.path, other.path)) return;
    throw InvalidArgument(fmt::format("{} '{}' is the same file as {} '{}'; name another one", other.role,
                                      other.path.string(), one.role, one.path.string()));
}

}  // namespace

void require_distinct(const std::vector<NamedPath>& inputs, const std::vector<NamedPath>& outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        for (const NamedPath& input : inputs) refuse_same(input, outputs[i]);
        for (std::size_t j = 0; j < i; ++j) refuse_same(outputs[j], outputs[i]);
    }
}

}  // namespace eckart::cli
