#include "compress/parts_folder.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/digest.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/parse_json.hpp"
#include "eckart/io/safetensors.hpp"

namespace eckart::compress {
namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "manifest.json";
constexpr const char* kManifestSchema = "eckart.compression-parts/1";
constexpr const char* kOutcomeKey = "eckart.outcome";
constexpr const char* kChecksumKey = "eckart.sha256";
constexpr std::size_t kLargestManifest = 16U << 20U;
constexpr const char* kStartOver = "start over with --force in the place of --resume";

Json outcome_json(const LayerOutcome& outcome) {
    return {{"retained_energy", outcome.retained_energy},
            {"predicted_error", outcome.predicted_error},
            {"measured_error", outcome.measured_error},
            {"method", outcome.method},
            {"excess", outcome.excess},
            {"seconds", outcome.seconds}};
}

void take_outcome(const std::string& text, LayerOutcome& outcome) {
    const Json json = parse_json(text);
    outcome.retained_energy = json.at("retained_energy").get<double>();
    outcome.predicted_error = json.at("predicted_error").get<double>();
    outcome.measured_error = json.at("measured_error").get<double>();
    outcome.method = json.at("method").get<std::string>();
    outcome.excess = json.at("excess").get<double>();
    outcome.seconds = json.at("seconds").get<double>();
}

bool is_temporary(const std::string& name) {
    return name.starts_with('.') && name.ends_with(".tmp");
}

std::vector<std::uint64_t> shape_of(std::int64_t rows, std::int64_t cols) {
    return {static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(cols)};
}

/// The bytes of the tensor `name`, which must have this dtype and shape.
void read_part(const io::SafetensorsReader& reader, const char* name, const std::string& dtype,
               const std::vector<std::uint64_t>& shape, std::vector<unsigned char>& bytes) {
    const io::TensorInfo* tensor = reader.find(name);
    if (tensor == nullptr || tensor->dtype != dtype || tensor->shape != shape) {
        throw FormatError(fmt::format("'{}' is not the finished layer it should be; {}",
                                      reader.path().string(), kStartOver));
    }
    bytes.resize(static_cast<std::size_t>(tensor->end - tensor->begin));
    reader.read(*tensor, 0, bytes.data(), bytes.size());
}

LayerPart read_whole(const io::SafetensorsReader& reader, const LayerOutcome& planned) {
    LayerPart part{planned, {planned.dtype, planned.out, planned.in, planned.rank, {}, {}}, {}};
    read_part(reader, "a", planned.dtype, shape_of(planned.rank, planned.in), part.factors.a);
    read_part(reader, "b", planned.dtype, shape_of(planned.out, planned.rank), part.factors.b);
    std::vector<unsigned char> check;
    const auto columns = static_cast<std::int64_t>(check_inputs(1, 0, 0).cols());
    read_part(reader, "check", "F64", shape_of(planned.out, columns), check);
    part.check.resize(planned.out, columns);
    io::decode(check.data(), static_cast<std::size_t>(part.check.size()), "F64", part.check.data());
    return part;
}

/// Of the outcome and all tensors of a part.
std::string checksum(const LayerPart& part) {
    core::Digest digest(core::Digest::Kind::kSha256);
    const std::string outcome = to_text(outcome_json(part.outcome));
    digest.update(outcome.data(), outcome.size());
    for (const auto* factor : {&part.factors.a, &part.factors.b})
        digest.update(factor->data(), factor->size());
    digest.update(part.check.data(), static_cast<std::size_t>(part.check.size()) * sizeof(double));
    return digest.hexadecimal();
}

}  // namespace

PartsFolder::~PartsFolder() {
    if (lock_ >= 0) close(lock_);
}

bool PartsFolder::exists() const {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(folder_, error);
    return fs::exists(status) && !(fs::is_directory(status) && fs::is_empty(folder_, error));
}

/// The manifest comes first and goes last: without one there is no layer.
bool PartsFolder::is_ours() const {
    std::error_code error;
    if (!fs::is_directory(fs::symlink_status(folder_, error))) return false;
    if (fs::exists(folder_ / kManifest, error)) {
        try {
            const Json manifest = parse_json(read_file(folder_ / kManifest, kLargestManifest));
            return manifest.is_object() && manifest.contains("schema") &&
                   manifest["schema"] == Json(kManifestSchema) && manifest.contains("key") &&
                   manifest["key"].is_object();
        } catch (const Error&) {
            return false;
        }
    }
    return std::ranges::all_of(fs::directory_iterator(folder_, error), [](const fs::directory_entry& entry) {
        return is_temporary(entry.path().filename().string());
    });
}

/// Whether the descriptor is still that of what the path names: another run may have removed the folder
/// before it was locked here.
bool PartsFolder::lock_holds() const {
    struct stat locked {};
    struct stat named {};
    return fstat(lock_, &locked) == 0 && stat(folder_.c_str(), &named) == 0 &&
           locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
}

void PartsFolder::lock() {
    constexpr int kTries = 100;
    for (int i = 0; i < kTries; ++i) {
        std::error_code error;
        if (!fs::exists(fs::symlink_status(folder_, error))) create_folder(folder_);
        lock_ = open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (lock_ < 0 && errno == ENOENT) continue;
        if (lock_ < 0) {
            throw IoError(
                fmt::format("cannot use '{}' as a folder for finished layers: {}; move it away or "
                            "name another output",
                            folder_.string(), std::generic_category().message(errno)));
        }
        // A file system that knows no locks keeps nobody out.
        if (flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            throw IoError(fmt::format("another run is writing to '{}'; wait for it or name another output",
                                      folder_.string()));
        }
        if (lock_holds()) break;
        close(std::exchange(lock_, -1));
    }
    if (lock_ < 0 || !is_ours()) {
        throw IoError(
            fmt::format("'{}' holds something else than the parts of an interrupted run; move it "
                        "away or name another output",
                        folder_.string()));
    }
}

void PartsFolder::begin(const Json& key, const Json& kept) const {
    clear();
    const Json manifest{{"schema", kManifestSchema}, {"key", key}, {"kept", kept}};
    write_file(folder_ / kManifest, to_text(manifest, 1) + "\n", Overwrite::kReplace);
}

Json PartsFolder::resume(const Json& key) const {
    const Json manifest = parse_json(read_file(folder_ / kManifest, kLargestManifest));
    for (const auto& [name, value] : key.items()) {
        if (manifest["key"].contains(name) && manifest["key"][name] == value) continue;
        throw InvalidArgument(
            fmt::format("'{}' holds the parts of another run ('{}' differs); give the same "
                        "model, options and --threads, or {}",
                        folder_.string(), name, kStartOver));
    }
    return manifest.value("kept", Json());
}

fs::path PartsFolder::file(std::size_t index) const {
    return folder_ / fmt::format("layer-{:05}.safetensors", index);
}

void PartsFolder::save(std::size_t index, const LayerPart& part) const {
    const LayerOutcome& outcome = part.outcome;
    AtomicFile target(file(index), Overwrite::kReplace, Leftovers::kKeep);
    io::write_safetensors(
        target, {{kOutcomeKey, to_text(outcome_json(outcome))}, {kChecksumKey, checksum(part)}},
        {{"a", shape_of(outcome.rank, outcome.in), part.factors.a.data(), outcome.dtype},
         {"b", shape_of(outcome.out, outcome.rank), part.factors.b.data(), outcome.dtype},
         {"check", shape_of(part.check.rows(), part.check.cols()), part.check.data(), "F64"}});
    target.commit();
}

std::optional<LayerOutcome> PartsFolder::outcome(std::size_t index, LayerOutcome planned) const {
    std::error_code error;
    if (!fs::exists(file(index), error)) return std::nullopt;
    try {
        const io::SafetensorsReader reader(file(index));
        const auto& metadata = reader.header().metadata;
        if (!metadata.contains(kOutcomeKey) || !metadata.contains(kChecksumKey)) return std::nullopt;
        take_outcome(metadata.at(kOutcomeKey), planned);
        if (checksum(read_whole(reader, planned)) != metadata.at(kChecksumKey)) return std::nullopt;
    } catch (const FormatError&) {
        return std::nullopt;
    } catch (const IoError&) {
        return std::nullopt;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
    return planned;
}

LayerPart PartsFolder::load(std::size_t index, const LayerOutcome& planned) const {
    return read_whole(io::SafetensorsReader(file(index)), planned);
}

void PartsFolder::clear() const noexcept {
    std::error_code error;
    for (fs::directory_iterator entry(folder_, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        const bool own = (name.starts_with("layer-") && name.ends_with(".safetensors")) || is_temporary(name);
        std::error_code ignored;
        if (own) fs::remove(entry->path(), ignored);
    }
    fs::remove(folder_ / kManifest, error);
}

void PartsFolder::remove() const noexcept {
    clear();
    std::error_code ignored;
    fs::remove(folder_, ignored);
}

}  // namespace eckart::compress
