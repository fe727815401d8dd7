#include "io/safetensors/shard_index.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/io/safetensors.hpp"
#include "io/printable.hpp"
#include "io/safetensors/refusing_sax.hpp"

namespace eckart::io {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLargestIndex = 64'000'000;
constexpr std::size_t kMostIndexMembers = 100;
constexpr int kDeepestMember = 16;

/// {"metadata": {NAME: scalar, ...}, "weight_map": {TENSOR: FILE, ...}}
class IndexHandler final : public RefusingSax {
  public:
    explicit IndexHandler(ShardIndex& index) : index_(index) {}

    bool null() override { return scalar(nullptr); }
    bool boolean(bool value) override { return scalar(value); }
    bool number_integer(number_integer_t value) override { return scalar(value); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
    bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
    bool string(string_t& value) override {
        if (place_ != Place::kWeightMap) return scalar(value);
        // Resolved to an index when all names are there.
        shard_of_[key_] = value;
        shards_.insert(value);
        if (shards_.size() > kMostShards)
            throw FormatError(fmt::format("it names more than {} files", kMostShards));
        return true;
    }
    bool start_object(std::size_t) override {
        if (depth_ > 0) return deeper();
        if (place_ == Place::kOutside) return enter(Place::kTop);
        if (place_ == Place::kTop && key_ == "metadata") return enter(Place::kMetadata);
        if (place_ == Place::kTop && key_ == "weight_map") return enter(Place::kWeightMap);
        if (place_ != Place::kMetadata) fail("an object");
        return deeper();
    }
    bool start_array(std::size_t) override {
        if (place_ != Place::kMetadata) fail("an array");
        return deeper();
    }
    bool end_array() override {
        --depth_;
        return true;
    }
    bool end_object() override {
        if (depth_ > 0) {
            --depth_;
        } else {
            place_ = place_ == Place::kTop ? Place::kOutside : Place::kTop;
        }
        return true;
    }
    bool key(string_t& name) override {
        if (depth_ > 0) return true;
        key_ = name;
        const bool first = place_ == Place::kTop        ? top_.insert(name).second
                           : place_ == Place::kMetadata ? !index_.metadata.contains(name)
                                                        : !shard_of_.contains(name);
        if (!first) throw FormatError(fmt::format("it has '{}' twice", printable(name)));
        if (place_ == Place::kTop && name != "metadata" && name != "weight_map")
            fail(fmt::format("the member '{}'", printable(name)));
        if (index_.metadata.size() > kMostIndexMembers || shard_of_.size() > kMostTensors)
            throw FormatError(fmt::format("it names more than {} tensors or {} members of metadata",
                                          kMostTensors, kMostIndexMembers));
        return true;
    }

    void finish() {
        if (shard_of_.empty()) throw FormatError("it has no 'weight_map' with tensors");
        index_.shards.assign(shards_.begin(), shards_.end());
        for (const auto& [tensor, shard] : shard_of_) {
            const auto place = std::ranges::lower_bound(index_.shards, shard);
            index_.weight_map[tensor] = static_cast<std::size_t>(place - index_.shards.begin());
        }
    }

  private:
    enum class Place { kOutside, kTop, kMetadata, kWeightMap };

    bool enter(Place place) {
        place_ = place;
        return true;
    }
    bool deeper() {
        if (++depth_ > kDeepestMember) throw FormatError("it is nested too deep");
        return true;
    }
    bool scalar(Json value) {
        if (depth_ > 0) return true;
        if (place_ != Place::kMetadata) fail("a value");
        index_.metadata[key_] = std::move(value);
        return true;
    }

    ShardIndex& index_;
    std::map<std::string, std::string> shard_of_;
    std::set<std::string> shards_;
    std::set<std::string> top_;
    std::string key_;
    Place place_ = Place::kOutside;
    int depth_ = 0;  ///< of what is within a member of the metadata
};

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

void check_shard_name(const std::string& name) {
    const bool plain = name.find('/') == std::string::npos && std::ranges::none_of(name, is_control) &&
                       name.ends_with(".safetensors") && !name.starts_with('.');
    if (!plain) {
        throw FormatError(fmt::format("it names the file '{}'; a shard is a file NAME.safetensors beside it",
                                      printable(name)));
    }
}

fs::path folder_of_index(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// ".../models--NAME/blobs" for an index in ".../models--NAME/snapshots/REVISION".
fs::path blobs_of_cache(const fs::path& folder) {
    const fs::path snapshots = folder.parent_path();
    return snapshots.filename() == "snapshots" ? snapshots.parent_path() / "blobs" : fs::path();
}

}  // namespace

ShardIndex read_shard_index(const fs::path& path) {
    const std::string text = read_file(path, kLargestIndex);
    ShardIndex index;
    try {
        IndexHandler handler(index);
        read_strictly(text, handler);
        handler.finish();
        std::ranges::for_each(index.shards, check_shard_name);
    } catch (const FormatError& error) {
        throw FormatError(
            fmt::format("'{}' is no index of safetensors files: {}", path.string(), error.what()));
    }
    return index;
}

fs::path shard_path(const fs::path& path, const std::string& name) {
    fs::path file = folder_of_index(path) / name;
    std::error_code error;
    if (!fs::is_symlink(fs::symlink_status(file, error))) return file;
    const fs::path folder = fs::canonical(folder_of_index(path), error);
    const fs::path target = fs::canonical(file, error);
    if (error) {
        throw IoError(fmt::format("cannot read '{}': {}", file.string(), error.message()));
    }
    const fs::path place = target.parent_path();
    if (place != folder && place != blobs_of_cache(folder)) {
        throw FormatError(fmt::format("'{}' is a link out of its folder, to '{}'; copy the file there",
                                      file.string(), target.string()));
    }
    return file;
}

std::string index_text(const ShardIndex& index) {
    // nlohmann::json keeps keys sorted, and finds its place among 100,000 of them.
    nlohmann::json map = nlohmann::json::object();
    for (const auto& [tensor, shard] : index.weight_map) map[tensor] = index.shards[shard];
    nlohmann::json metadata = nlohmann::json::object();
    for (const auto& [key, value] : index.metadata) metadata[key] = nlohmann::json::parse(to_text(value));
    const nlohmann::json whole{{"metadata", std::move(metadata)}, {"weight_map", std::move(map)}};
    return whole.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

fs::path output_shard(const fs::path& index, std::size_t number, std::size_t count) {
    std::string stem = index.filename().string();
    stem.resize(stem.size() - std::string(kIndexSuffix).size());
    return index.parent_path() / fmt::format("{}-{:05}-of-{:05}.safetensors", stem, number + 1, count);
}

}  // namespace eckart::io
