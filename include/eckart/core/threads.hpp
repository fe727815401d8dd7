#pragma once

#pragma GCC visibility push(default)

namespace eckart {

/// CPUs that this process may use: the smaller of its affinity mask and its cgroup's CPU quota (rounded up),
/// at least 1.
int available_threads();

/// Sets the thread count of OpenMP (oneDNN, own kernels) and of OpenBLAS together, and restores both when it
/// ends. Results are bit-identical only at the same thread count.
class ThreadScope {
  public:
    /// `count` >= 1; 0 stands for available_threads(). Throws InvalidArgument below 0.
    explicit ThreadScope(int count);
    ~ThreadScope();
    ThreadScope(const ThreadScope&) = delete;
    ThreadScope& operator=(const ThreadScope&) = delete;
    [[nodiscard]] int count() const noexcept { return count_; }

  private:
    int count_;
    int previous_openmp_;
    int previous_blas_;
};

/// Sets the threads that products of the calling thread use, where several threads compute at a time. Within
/// a ThreadScope of the same count: OpenBLAS knows only one for all of them.
void use_threads_here(int count);

}  // namespace eckart

#pragma GCC visibility pop
