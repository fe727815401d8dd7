#include "compress/layer_queue.hpp"

#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "compress/layer_part.hpp"
#include "compress/model_plan.hpp"
#include "eckart/core/threads.hpp"

namespace eckart::compress {

namespace {

/// Millions of operations below which threads cost more than they give: a few milliseconds.
constexpr std::uint64_t kWorkOfOneThread = 300;

/// However many layers are left, since bits depend on it.
int threads_of_a_job(const ModelOptions& options) {
    return std::max(1, options.threads / options.jobs);
}

}  // namespace

LayerQueue::LayerQueue(const io::ModelFile& model, const ModelOptions& options, const PartsFolder& parts,
                       CompressedModel& result, ProgressObserver& progress, const StopRequested& stop)
    : model_(model), options_(options), parts_(parts), result_(result), progress_(progress), stop_(stop) {
    for (std::size_t i = 0; i < result.layers.size(); ++i) {
        if (!result.layers[i].factored) continue;
        if (auto earlier = parts_.outcome(i, result.layers[i])) {
            result.layers[i] = std::move(*earlier);
            ++result.done;
            ++result.resumed;
            progress.on_progress({"checking finished layers", i, result.layers.size(), "layers", ""});
            if (should_stop(stop)) break;
            continue;
        }
        const std::uint64_t room = allowance(model, i, result.layers[i], options);
        waiting_.push_back({i, room, layer_bytes(result.layers[i], model.linears()[i].rank, room)});
        work_ += work_of(result.layers[i]);
    }
    count_ = result.done + waiting_.size();
}

void LayerQueue::run() {
    if (options_.jobs == 1) {
        work();
    } else {
        run_threads();
    }
    if (failure_) std::rethrow_exception(failure_);
    if (waiting_.empty()) report("");
}

void LayerQueue::run_threads() {
    const auto workers = std::min<std::size_t>(static_cast<std::size_t>(options_.jobs), waiting_.size());
    const int each = threads_of_a_job(options_);
    const ThreadScope scope(each);
    // glibc sets its allocator up in the first call, without a lock. Where another one serves malloc(), be it
    // a sanitizer's or a preloaded one, that would be the calls of the threads.
    malloc_trim(0);
    std::vector<std::thread> threads;
    try {
        while (threads.size() < workers) {
            threads.emplace_back([this, each] {
                use_threads_here(each);
                work();
            });
        }
    } catch (const std::system_error&) {
        if (threads.empty()) throw;  // otherwise those that there are do all of it
    }
    for (std::thread& thread : threads) thread.join();
}

void LayerQueue::work() {
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

LayerOutcome LayerQueue::finish(const Item& item) const {
    LayerOutcome outcome;
    {
        std::optional<ThreadScope> alone;
        if (options_.jobs == 1 && work_of(result_.layers[item.index]) < kWorkOfOneThread) alone.emplace(1);
        const LayerPart part =
            compress_layer(model_, item.index, result_.layers[item.index], options_, item.room);
        parts_.save(item.index, part);
        outcome = part.outcome;
    }
    malloc_trim(0);  // so that the next layer begins with what this one began with
    return outcome;
}

bool LayerQueue::take(std::unique_lock<std::mutex>& lock, Item& item) {
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

void LayerQueue::report(const std::string& name) {
    const std::string number = fmt::format("{} of {} layers", result_.done, count_);
    progress_.on_progress(
        {"compressing", worked_, work_, "", name.empty() ? number : fmt::format("{}, now {}", number, name)});
}

}  // namespace eckart::compress
