#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "compress/layer_part.hpp"
#include "eckart/core/json.hpp"

namespace eckart::compress {

/// The folder where finished layers wait: manifest.json, which says of what run they are, and one safetensors
/// file per layer. All of them appear under their names only when they are complete.
class PartsFolder {
  public:
    explicit PartsFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
    ~PartsFolder();
    PartsFolder(const PartsFolder&) = delete;
    PartsFolder& operator=(const PartsFolder&) = delete;

    /// Whether it holds something, or is no folder: only a lock() makes the answer last.
    [[nodiscard]] bool exists() const;
    /// Creates the folder where it is not there and keeps other processes out as long as this lives. Throws
    /// IoError when another one works there, or when what is there is not of PartsFolder.
    void lock();
    /// Empties the folder for a run that `key` identifies; `kept` is for a run that resumes it. Throws
    /// IoError.
    void begin(const Json& key, const Json& kept) const;
    /// What `kept` was. Throws InvalidArgument when the parts are of another run.
    [[nodiscard]] Json resume(const Json& key) const;

    void save(std::size_t index, const LayerPart& part) const;
    /// The outcome of a finished layer, on top of what was planned; nothing where it is not there or damaged.
    [[nodiscard]] std::optional<LayerOutcome> outcome(std::size_t index, LayerOutcome planned) const;
    /// The whole of a finished layer. Throws FormatError when the file is not the planned layer's.
    [[nodiscard]] LayerPart load(std::size_t index, const LayerOutcome& planned) const;

    /// Removes what it has written, and the folder when nothing else is in it.
    void remove() const noexcept;

  private:
    [[nodiscard]] std::filesystem::path file(std::size_t index) const;

    [[nodiscard]] bool is_ours() const;
    [[nodiscard]] bool lock_holds() const;
    void clear() const noexcept;

    std::filesystem::path folder_;
    int lock_ = -1;
};

}  // namespace eckart::compress
