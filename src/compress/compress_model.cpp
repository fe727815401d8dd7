#include "eckart/compress/compress_model.hpp"

#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "compress/layer_part.hpp"
#include "compress/model_plan.hpp"
#include "compress/parts_folder.hpp"
#include "compress/written_model.hpp"
#include "eckart/core/created_folders.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/run_record.hpp"
#include "eckart/core/threads.hpp"

namespace eckart::compress {
namespace fs = std::filesystem;

namespace {

/// Millions of operations below which threads cost more than they give: a few milliseconds.
constexpr std::uint64_t kWorkOfOneThread = 300;

/// The same for all layers, however many are left: bits depend on it.
int threads_of_a_job(const ModelOptions& options) {
    return std::max(1, options.threads / options.jobs);
}

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
            {"layers", fmt::format("{:016x}", hash_of(layers))},
            {"threads of a job", threads_of_a_job(options)},
            {"tolerance", options.tolerance},
            {"seed", options.seed}};
}

/// Works on the layers that are not there yet, several at a time as far as memory allows.
class LayerQueue {
  public:
    LayerQueue(const io::ModelFile& model, const ModelOptions& options, const PartsFolder& parts,
               CompressedModel& result, ProgressObserver& progress, const StopRequested& stop)
        : model_(model), options_(options), parts_(parts), result_(result), progress_(progress), stop_(stop) {
        for (std::size_t i = 0; i < result.layers.size(); ++i) {
            if (!result.layers[i].factored) continue;
            if (auto earlier = parts_.outcome(i, result.layers[i])) {
                result.layers[i] = std::move(*earlier);
                ++result.done;
                ++result.resumed;
                continue;
            }
            const std::uint64_t room = allowance(model, i, result.layers[i], options);
            waiting_.push_back({i, room, layer_bytes(result.layers[i], model.linears()[i].rank, room)});
            work_ += work_of(result.layers[i]);
        }
        count_ = result.done + waiting_.size();
    }

    /// Throws what the first layer to fail threw.
    void run() {
        const auto workers = std::min<std::size_t>(static_cast<std::size_t>(options_.jobs), waiting_.size());
        if (options_.jobs == 1) {
            work();
        } else {
            run_threads(workers);
        }
        if (failure_) std::rethrow_exception(failure_);
        if (waiting_.empty()) report("");
    }

  private:
    struct Item {
        std::size_t index = 0;
        std::uint64_t room = 0;   ///< what it may take
        std::uint64_t bytes = 0;  ///< what it will take
    };

    void run_threads(std::size_t workers) {
        const int each = threads_of_a_job(options_);
        const ThreadScope scope(each);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < workers; ++i) {
            threads.emplace_back([this, each] {
                use_threads_here(each);
                work();
            });
        }
        for (std::thread& thread : threads) thread.join();
    }

    void work() {
        std::unique_lock lock(mutex_);
        Item item;
        while (take(lock, item)) {
            report(model_.linears()[item.index].name);
            lock.unlock();
            std::exception_ptr failure;
            LayerOutcome outcome;
            try {
                outcome = finish(item);
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            in_use_ -= item.bytes;
            if (failure && !failure_) failure_ = failure;
            if (!failure) {
                worked_ += work_of(outcome);
                ++result_.done;
                result_.layers[item.index] = std::move(outcome);
                report("");
            }
            changed_.notify_all();
        }
    }

    LayerOutcome finish(const Item& item) const {
        LayerOutcome outcome;
        {
            std::optional<ThreadScope> alone;
            if (options_.jobs == 1 && work_of(result_.layers[item.index]) < kWorkOfOneThread)
                alone.emplace(1);
            const LayerPart part =
                compress_layer(model_, item.index, result_.layers[item.index], options_, item.room);
            parts_.save(item.index, part);
            outcome = part.outcome;
        }
        malloc_trim(0);  // so that the next layer begins with what this one began with
        return outcome;
    }

    /// The next layer that memory has room for; waits for it. False when there is none or the work must stop.
    bool take(std::unique_lock<std::mutex>& lock, Item& item) {
        while (true) {
            if (waiting_.empty() || failure_ || should_stop(stop_)) return false;
            const auto next = std::ranges::find_if(waiting_, [&](const Item& candidate) {
                return in_use_ == 0 || options_.max_memory == 0 ||
                       in_use_ + candidate.bytes <= usable_memory(options_);
            });
            if (next != waiting_.end()) {
                item = *next;
                waiting_.erase(next);
                in_use_ += item.bytes;
                return true;
            }
            changed_.wait(lock);
        }
    }

    void report(const std::string& name) {
        const std::string number = fmt::format("{} of {} layers", result_.done, count_);
        progress_.on_progress({"compressing", worked_, work_, "",
                               name.empty() ? number : fmt::format("{}, now {}", number, name)});
    }

    const io::ModelFile& model_;
    const ModelOptions& options_;
    const PartsFolder& parts_;
    CompressedModel& result_;
    ProgressObserver& progress_;
    const StopRequested& stop_;
    std::vector<Item> waiting_;
    std::size_t count_ = 0;
    std::uint64_t work_ = 0;
    std::uint64_t worked_ = 0;
    std::uint64_t in_use_ = 0;
    std::exception_ptr failure_;
    std::mutex mutex_;
    std::condition_variable changed_;
};

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
    if (output.earlier == EarlierParts::kRefuse && parts.exists()) {
        throw IoError(
            fmt::format("'{}' holds the parts of an interrupted run; add --resume to go on with it, or "
                        "--force to start over",
                        parts_folder(output.target).string()));
    }
}

CompressedModel compress_model(const io::ModelFile& model, const ModelOptions& options,
                               const ModelOutput& output, ProgressObserver& progress,
                               const StopRequested& stop) {
    CompressedModel result{plan(model, options)};
    require_output(model, output);
    PartsFolder parts(parts_folder(output.target));
    const Json key = key_of(model, options, result.layers);
    ModelOutput to = output;
    const bool earlier = parts.exists();
    parts.lock();
    if (output.earlier == EarlierParts::kResume && earlier) {
        const Json kept = parts.resume(key);
        for (const auto& [name, value] : kept.items()) {
            if (value.is_string()) to.metadata[name] = value.get<std::string>();
        }
    } else {
        parts.begin(key, texts_json(output.metadata));
    }
    try {
        LayerQueue queue(model, options, parts, result, progress, stop);
        queue.run();
        const auto all =
            static_cast<std::size_t>(std::ranges::count(result.layers, true, &LayerOutcome::factored));
        if (result.done < all) {
            if (result.done == 0) parts.remove();
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
        parts.remove();
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
