#include "eckart/compress/compress_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

#include "compress/layer_queue.hpp"
#include "compress/model_plan.hpp"
#include "compress/parts_folder.hpp"
#include "compress/written_model.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/run_record.hpp"

namespace eckart::compress {
namespace fs = std::filesystem;

namespace {

/// FNV-1a (Fowler, Noll, Vo): tells models apart that nobody made to be mistaken for each other.
std::uint64_t hash_of(const std::string& text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

/// What must agree for layers to be taken over from an earlier run.
Json key_of(const io::ModelFile& model, const ModelOptions& options, const std::vector<LayerOutcome>& plan) {
    std::error_code error;
    const fs::path path = fs::weakly_canonical(fs::absolute(model.path(), error), error);
    std::string files;
    for (const fs::path& file : model.inputs()) {
        const auto modified = fs::last_write_time(file, error).time_since_epoch();
        files += fmt::format("{}\n{} {}\n", file.filename().string(), fs::file_size(file, error),
                             std::chrono::duration_cast<std::chrono::nanoseconds>(modified).count());
    }
    std::string layers;
    for (const LayerOutcome& layer : plan) {
        layers += fmt::format("{}\n{}\n{} {} {} {} {}\n", layer.name, layer.tensor, layer.dtype, layer.out,
                              layer.in, layer.rank, layer.factored);
    }
    return {{"version", version()},
            {"model", path.string()},
            {"bytes", model.bytes()},
            {"files", fmt::format("{:016x}", hash_of(files))},
            {"layers and ranks", fmt::format("{:016x}", hash_of(layers))},
            {"jobs", options.jobs},
            {"threads", options.threads},
            {"max-memory", options.max_memory},
            {"tolerance", options.tolerance},
            {"seed", options.seed}};
}

void refuse_parts(const PartsFolder& parts, const fs::path& target) {
    if (!parts.exists()) return;
    throw IoError(fmt::format(
        "'{}' holds the parts of an interrupted run; add --resume to go on with it, or --force to "
        "start over",
        parts_folder(target).string()));
}

/// Ends the writing of the output, as no fault does.
struct Stopped {};

Json texts_json(const std::map<std::string, std::string>& texts) {
    Json json = Json::object();
    for (const auto& [key, value] : texts) json[key] = value;
    return json;
}

}  // namespace

fs::path parts_folder(const fs::path& target) {
    fs::path folder = target;
    folder += ".parts";
    return folder;
}

void require_output(const io::ModelFile& model, const ModelOutput& output) {
    for (const fs::path& file : model.outputs(output.target)) require_writable(file, output.overwrite);
    const PartsFolder parts(parts_folder(output.target));
    if (output.earlier == EarlierParts::kRefuse) refuse_parts(parts, output.target);
}

CompressedModel compress_model(const io::ModelFile& model, const ModelOptions& options,
                               const ModelOutput& output, ProgressObserver& progress,
                               const StopRequested& stop) {
    CompressedModel result{plan(model, options)};
    require_output(model, output);
    PartsFolder parts(parts_folder(output.target));
    const Json key = key_of(model, options, result.layers);
    ModelOutput to = output;
    parts.lock();
    if (output.earlier == EarlierParts::kRefuse) refuse_parts(parts, output.target);
    const bool goes_on = output.earlier == EarlierParts::kResume && parts.exists();
    if (goes_on) {
        const Json kept = parts.resume(key);
        for (const auto& [name, value] : kept.items()) {
            if (value.is_string()) to.metadata[name] = value.get<std::string>();
        }
    }
    try {
        if (!goes_on) parts.begin(key, texts_json(output.metadata));
        LayerQueue queue(model, options, parts, result, progress, stop);
        queue.run();
        const auto all =
            static_cast<std::size_t>(std::ranges::count(result.layers, true, &LayerOutcome::factored));
        if (result.done < all) {
            if (result.done == 0 && !goes_on) parts.remove();
            return result;
        }
        const auto part_of = [&](std::size_t index) {
            if (should_stop(stop)) throw Stopped();
            return parts.load(index, result.layers[index]);
        };
        write_checked(model, result.layers, part_of, options.seed, to.target, to.overwrite, to.metadata,
                      progress);
    } catch (const Stopped&) {
        return result;
    } catch (const IoError& error) {
        if (result.done > 0) {  // a disk that is full does not cost what was done
            throw IoError(fmt::format("{}; {} finished layer{} in '{}': add --resume to go on with them",
                                      error.what(), result.done, result.done == 1 ? " waits" : "s wait",
                                      parts_folder(output.target).string()));
        }
        if (!goes_on) parts.remove();
        throw;
    } catch (...) {
        parts.remove();
        throw;
    }
    parts.remove();
    result.complete = true;
    return result;
}

}  // namespace eckart::compress
