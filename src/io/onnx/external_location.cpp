#include "io/onnx/external_location.hpp"

#include <fmt/core.h>

#include <charconv>
#include <set>
#include <system_error>

#include "io/onnx/faults.hpp"

namespace eckart::io {
namespace fs = std::filesystem;

namespace {

std::uint64_t parse_count(const std::string& text, const std::string& key, const std::string& tensor,
                          const fs::path& model) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data(), end, value);
    if (text.empty() || fault != std::errc() || stop != end) {
        fail_onnx(
            model,
            fmt::format(
                "gives the external data of '{}' the {} '{}', which is no number of bytes; export it again",
                printable(tensor), key, printable(text)));
    }
    return value;
}

}  // namespace

ExternalLocation parse_external(const onnx::TensorProto& tensor, const fs::path& model) {
    ExternalLocation result;
    std::set<std::string> seen;
    for (const onnx::StringStringEntryProto& entry : tensor.external_data()) {
        if (!seen.insert(entry.key()).second) {
            fail_onnx(model, fmt::format("gives the {} of the external data of '{}' twice; export it again",
                                         printable(entry.key()), printable(tensor.name())));
        }
        if (entry.key() == "location") {
            result.location = entry.value();
        } else if (entry.key() == "offset") {
            result.offset = parse_count(entry.value(), "offset", tensor.name(), model);
        } else if (entry.key() == "length") {
            result.length = parse_count(entry.value(), "length", tensor.name(), model);
        }
    }
    if (result.location.empty()) {
        fail_onnx(model, fmt::format("keeps '{}' as external data without saying where; export it again",
                                     printable(tensor.name())));
    }
    return result;
}

fs::path confined_path(const fs::path& model, const std::string& location, const std::string& tensor) {
    const auto refuse = [&](const std::string& why) {
        fail_onnx(model, fmt::format("keeps '{}' in the external file '{}', {}", printable(tensor),
                                     printable(location), why));
    };
    const fs::path relative(location);
    if (location.find('\0') != std::string::npos) refuse("whose name holds a NUL byte");
    if (relative.is_absolute()) refuse("an absolute path; only files in the model's own folder are read");
    fs::path path = model.parent_path();
    for (const fs::path& part : relative) {
        if (part == "..") refuse("outside the model's folder; only files in the model's own folder are read");
        path /= part;
        std::error_code error;
        if (fs::is_symlink(fs::symlink_status(path, error)))
            refuse("a symbolic link; put the file itself into the model's folder");
    }
    std::error_code error;
    if (!fs::exists(path, error)) refuse("which is missing; copy it into the model's folder");
    if (!fs::is_regular_file(path, error)) refuse("which is not a regular file");
    return path;
}

}  // namespace eckart::io
