#include "demo_study.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <string_view>

#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"

namespace eckart::cli {
namespace fs = std::filesystem;

namespace {

constexpr const char* kFile = "demo.json";
constexpr const char* kSchema = "eckart.demo-options/1";
constexpr std::size_t kLargestFile = 1'000'000;
/// What every study writes, beside its networks and what depends on the ranks.
constexpr std::array<std::string_view, 8> kFixed{kFile,          "training.json",   "data.json",
                                                 "data.png",     "sweep.json",      "sweep.csv",
                                                 "spectra.json", "compression.json"};

/// Everything that decides what the study shows.
Json options_of(const DemoJob& job, const data::DatasetPair& data, const Context& context) {
    return {{"data_checksum", data.checksum},
            {"seed", context.options().seed},
            {"epochs", job.epochs},
            {"hidden", job.hidden},
            {"ranks", job.ranks},
            {"finetune_epochs", job.finetune_epochs}};
}

/// All files that the study will write, but the report.
std::vector<std::string> files_of(const DemoJob& job) {
    std::vector<std::string> files{kFixed.begin(), kFixed.end()};
    files.emplace_back("net.safetensors");
    for (const std::int64_t rank : job.ranks) {
        files.push_back(fmt::format("rank-{}.safetensors", rank));
        files.push_back(fmt::format("rank-{}-tuned.safetensors", rank));
        files.push_back(fmt::format("finetune-r{}.json", rank));
    }
    return files;
}

bool strip_end(std::string_view& text, std::string_view end) {
    if (!text.ends_with(end)) return false;
    text.remove_suffix(end.size());
    return true;
}

/// Whether `text` is `begin` and a number.
bool numbered(std::string_view text, std::string_view begin) {
    if (!text.starts_with(begin) || text.size() == begin.size()) return false;
    text.remove_prefix(begin.size());
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Whether a study of any ranks leaves a file of this name, beside the plots and the page, which the report
/// replaces.
bool written_by_a_study(std::string_view name) {
    if (std::ranges::find(kFixed, name) != kFixed.end()) return true;
    if (strip_end(name, ".json")) return numbered(name, "finetune-r");
    strip_end(name, ".checkpoint");
    if (!strip_end(name, ".safetensors")) return false;
    if (name == "net") return true;
    strip_end(name, "-tuned");
    return numbered(name, "rank-");
}

void remove_study(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        if (!entry.is_directory() && written_by_a_study(entry.path().filename().string()))
            files.push_back(entry.path());
    }
    for (const fs::path& file : files) remove_file(file);
}

/// Throws InvalidArgument naming the first option in which the study of `file` is another one.
void require_same(const fs::path& file, const Json& options) {
    const std::string complaint = "does not tell the options of a study";
    const std::string remedy = "start over with --force";
    const Json saved = read_earlier_run(file, kLargestFile, complaint, remedy);
    if (!saved.is_object() || saved.value("schema", Json()) != kSchema || !saved.contains("options") ||
        !saved["options"].is_object()) {
        throw FormatError(fmt::format("'{}' {}; {}", file.string(), complaint, remedy));
    }
    for (const auto& [key, value] : options.items()) {
        const Json before = saved["options"].value(key, Json());
        if (before == value) continue;
        throw InvalidArgument(fmt::format(
            "'{}': the interrupted study has {} {} instead of {}; give the same options to go on with it or "
            "start over with --force instead of --resume",
            file.string(), key, to_text(before), to_text(value)));
    }
}

}  // namespace

bool begin_study(const DemoJob& job, const data::DatasetPair& data, Context& context) {
    const RunDirectory run(job.folder);
    const Json options = options_of(job, data, context);
    const bool begun = fs::exists(run.file(kFile));
    if (job.resume && begun) {
        require_same(run.file(kFile), options);
        run.prepare(files_of(job), Overwrite::kReplace);
        return true;
    }
    const bool earlier = begun || fs::exists(run.file("net.safetensors"));
    if (earlier && !context.options().force) {
        throw IoError(fmt::format(
            "'{}' holds {}; {}replace it by --force, or name another folder by --run", job.folder.string(),
            begun ? "an earlier study" : "a network, but no demo.json that tells of its study",
            begun ? "go on with it by --resume, " : ""));
    }
    run.prepare(files_of(job), context.options().overwrite());
    if (earlier) remove_study(job.folder);
    run.write(kFile, kSchema, context.record(data.checksum), {{"options", options}},
              context.options().overwrite());
    return false;
}

}  // namespace eckart::cli
