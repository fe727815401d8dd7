#include "eckart/data/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "data/checksum.hpp"
#include "data/cifar10_layout.hpp"
#include "data/cifar10_members.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/cifar10.hpp"

namespace eckart::data {
namespace fs = std::filesystem;
namespace {

constexpr const char* kBinaryChecksum = "c32a1d4ab5d03f1284b67883e8d87530";
constexpr const char* kPythonChecksum = "c58f30108f718f92721af3b95e74349a";

void check_archive(const fs::path& path, const ImportOptions& options) {
    if (options.checksums.empty()) return;
    if (options.observer != nullptr) {
        options.observer->on_progress({"checking the archive", 0, 0, "bytes", ""});
    }
    const std::string found = md5_of_file(path);
    const auto& known = options.checksums;
    if (std::find(known.begin(), known.end(), found) != known.end()) return;
    throw NetworkError(fmt::format(
        "the MD5 of '{}' is {}, expected {}; it is damaged or no official archive of CIFAR-10 (get it "
        "again, or switch the check off with --no-checksum)",
        path.string(), found, fmt::join(known, " or ")));
}

Cifar10Members read_members(const fs::path& source, const ImportOptions& options) {
    std::error_code error;
    const fs::file_status status = fs::status(source, error);
    if (!fs::exists(status)) {
        throw IoError(fmt::format("cannot read '{}': {}", source.string(),
                                  error ? error.message() : "No such file or directory"));
    }
    if (fs::is_directory(status)) return read_folder_members(source);
    if (!fs::is_regular_file(status)) {
        throw IoError(fmt::format("cannot read '{}': it is neither a file nor a folder", source.string()));
    }
    check_archive(source, options);
    return read_archive_members(source, options.observer);
}

// The files of one version: their common ending and how each is read.
struct Version {
    const char* ending;
    void (*append)(const std::string& name, std::string_view bytes, Dataset& set);
};

Version version_of(const Cifar10Members& members, const std::string& source) {
    if (members.count("data_batch_1.bin") != 0) return {".bin", &append_binary_batch};
    if (members.count("data_batch_1") != 0) return {"", &append_python_batch};
    throw FormatError(fmt::format(
        "'{}' holds no CIFAR-10: neither data_batch_1.bin (binary version) nor data_batch_1 (Python "
        "version) is in it{}",
        source, fs::is_directory(source) ? "" : ", alone or in its folder cifar-10-batches-bin or -py"));
}

std::vector<std::string> names_of(const Cifar10Members& members, const std::string& source) {
    const auto text = members.find("batches.meta.txt");
    if (text != members.end()) return parse_binary_names(source + "/batches.meta.txt", text->second);
    const auto pickle = members.find("batches.meta");
    if (pickle != members.end()) return parse_python_names(source + "/batches.meta", pickle->second);
    return cifar10_class_names();
}

// Moves a batch into `set` and frees its file's bytes.
void take_batch(Cifar10Members& members, const Version& version, const std::string& stem,
                const std::string& source, Dataset& set) {
    const auto found = members.find(stem + version.ending);
    if (found == members.end()) {
        throw FormatError(
            fmt::format("'{}' lacks {}{}; it is incomplete, get it again", source, stem, version.ending));
    }
    version.append(source + "/" + found->first, found->second, set);
    members.erase(found);
}

DatasetPair assemble(Cifar10Members members, const std::string& source) {
    const Version version = version_of(members, source);
    DatasetPair data;
    data.train.shape = data.test.shape = kCifar10Shape;
    data.train.class_names = data.test.class_names = names_of(members, source);
    take_batch(members, version, "test_batch", source, data.test);
    std::size_t bytes = 0;
    for (const auto& member : members) bytes += member.second.size();
    data.train.pixels.reserve(bytes);  // a little more than the pixels
    for (int number = 1; number <= kCifar10Batches; ++number) {
        take_batch(members, version, fmt::format("data_batch_{}", number), source, data.train);
    }
    data.name = cifar10_set_name(data.train.class_names);
    data.location = source;
    data.checksum = checksum_of(data.train, data.test);
    return data;
}

}  // namespace

std::vector<std::string> cifar10_archive_checksums() {
    return {kBinaryChecksum, kPythonChecksum};
}

DatasetPair read_published_cifar10(const fs::path& source, const ImportOptions& options) {
    return assemble(read_members(source, options), source.string());
}

DatasetPair import_cifar10(const fs::path& source, const fs::path& folder, const ImportOptions& options) {
    require_writable_cifar10(folder, options.overwrite);
    DatasetPair data = read_published_cifar10(source, options);
    write_cifar10(data, folder, options.overwrite);
    data.location = folder.string();
    return data;
}

}  // namespace eckart::data
