#pragma once

#include <cstdint>
#include <string>

#pragma GCC visibility push(default)

namespace eckart {

/// One report of how far a long computation is.
struct Progress {
    std::string task;         ///< what is being done, e.g. "epoch 2/7"
    std::uint64_t done = 0;   ///< units finished
    std::uint64_t total = 0;  ///< units in all; 0 where unknown
    std::string unit;         ///< e.g. "samples", "bytes", "layers"; empty where they are no things to count
    std::string detail;       ///< e.g. "loss 1.4021"
};

/// Receives progress and finished lines from library code, which itself never prints. The default ignores
/// both.
class ProgressObserver {
  public:
    virtual ~ProgressObserver() = default;
    /// Called often; must be cheap.
    virtual void on_progress(const Progress&) {}
    /// A finished result or note for a person, without line break.
    virtual void on_line(const std::string&) {}
};

}  // namespace eckart

#pragma GCC visibility pop
