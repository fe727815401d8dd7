#pragma once

#include <filesystem>

namespace eckart::test {

/// A file system of 64 kB for one test. Only root may mount it; only this process sees it, so that nothing is
/// left when the process is killed.
class FullDisk {
  public:
    /// Mounts it over the folder `place`, where that is possible.
    explicit FullDisk(std::filesystem::path place);
    ~FullDisk();
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;
    [[nodiscard]] bool mounted() const { return mounted_; }
    /// Makes room for 4 MB more.
    void free_space() const;

  private:
    std::filesystem::path place_;
    bool mounted_ = false;
};

}  // namespace eckart::test
