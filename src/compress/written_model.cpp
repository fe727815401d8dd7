#include "compress/written_model.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <atomic>
#include <system_error>
#include <vector>

#include "core/abandoned_files.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"

namespace eckart::compress {
namespace fs = std::filesystem;

namespace {

/// Where the output is until it has been read back, in the file system of the target, and gone at the end.
class StagingFolder {
  public:
    explicit StagingFolder(const fs::path& target) {
        constexpr const char* kEnding = ".staged";
        static std::atomic<unsigned> numbers_given{0};
        std::error_code error;
        for (const fs::path& path : abandoned_files(target, kEnding, numbers_given))
            fs::remove_all(path, error);
        const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
        path_ = folder / fmt::format(".{}.{}-{}{}", target.filename().string(), getpid(),
                                     numbers_given.fetch_add(1), kEnding);
        if (!fs::create_directory(path_, error)) {
            throw IoError(fmt::format("cannot create the folder '{}': {}", path_.string(),
                                      error ? error.message() : "it exists; remove it"));
        }
    }
    ~StagingFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    StagingFolder(const StagingFolder&) = delete;
    StagingFolder& operator=(const StagingFolder&) = delete;
    fs::path operator/(const fs::path& name) const { return path_ / name; }

  private:
    fs::path path_;
};

/// The target comes last. Of a model in several files no older target may find newer files beside it.
void publish(const io::ModelFile& model, const fs::path& staged, const fs::path& target,
             Overwrite overwrite) {
    const std::vector<fs::path> from = model.outputs(staged);
    const std::vector<fs::path> to = model.outputs(target);
    if (overwrite == Overwrite::kReplace && to.size() > 1) remove_file(target);
    for (std::size_t i = 0; i < from.size(); ++i) publish_file(from[i], to[i], overwrite);
}

void check_output(const fs::path& staged, const fs::path& target, const std::vector<LayerOutcome>& layers,
                  const std::function<LayerPart(std::size_t)>& part_of, std::uint64_t seed) {
    const auto written = io::open_model(staged);
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < written->linears().size(); ++i) {
        if (written->linears()[i].rank > 0) places[written->linears()[i].name] = i;
    }
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (!layers[i].factored) continue;
        const auto place = places.find(layers[i].name);
        const std::string fault =
            place == places.end()
                ? "are not there"
                : fault_of_written(*written, place->second, part_of(i), check_inputs(layers[i].in, seed, i));
        if (fault.empty()) continue;
        throw IoError(
            fmt::format("'{}' was not written: read back, the factors of '{}' {}; check the disk and try "
                        "another folder",
                        target.string(), layers[i].name, fault));
    }
}

}  // namespace

void write_checked(const io::ModelFile& model, const std::vector<LayerOutcome>& layers,
                   const std::function<LayerPart(std::size_t)>& part_of, std::uint64_t seed,
                   const fs::path& target, Overwrite overwrite,
                   const std::map<std::string, std::string>& metadata, ProgressObserver& progress) {
    progress.on_progress({"writing", 0, 0, "", ""});
    io::Replacements replacements;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (layers[i].factored) replacements.ranks[i] = layers[i].rank;
    }
    replacements.factors = [&](std::size_t index) { return part_of(index).factors; };
    replacements.metadata = metadata;
    const StagingFolder staging(target);
    const fs::path staged = staging / target.filename();
    model.write(staged, Overwrite::kRefuse, replacements);
    progress.on_progress({"reading back", 0, 0, "", ""});
    check_output(staged, target, layers, part_of, seed);
    publish(model, staged, target, overwrite);
}

}  // namespace eckart::compress
