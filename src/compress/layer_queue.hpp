#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include "compress/parts_folder.hpp"
#include "eckart/compress/compress_model.hpp"

namespace eckart::compress {

/// Works on the layers that are not there yet, several at a time as far as memory allows, and puts finished
/// ones into the folder of parts.
class LayerQueue {
  public:
    /// Takes over what `parts` has. `result` holds the plan, and gets the outcomes.
    LayerQueue(const io::ModelFile& model, const ModelOptions& options, const PartsFolder& parts,
               CompressedModel& result, ProgressObserver& progress, const StopRequested& stop);

    /// Throws what the first layer to fail threw.
    void run();

  private:
    struct Item {
        std::size_t index = 0;
        std::uint64_t room = 0;   ///< what it may take
        std::uint64_t bytes = 0;  ///< what it will take
    };

    void run_threads();
    void work();
    [[nodiscard]] LayerOutcome finish(const Item& item) const;
    /// The next layer that memory has room for; waits for it. False when there is none or the work must stop.
    bool take(std::unique_lock<std::mutex>& lock, Item& item);
    void report(const std::string& name);

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

}  // namespace eckart::compress
