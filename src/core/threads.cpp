#include "eckart/core/threads.hpp"

#include <cblas.h>
#include <omp.h>
#include <sched.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "eckart/core/error.hpp"

namespace eckart {
namespace {

int affinity_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return omp_get_num_procs();
    return std::max(1, CPU_COUNT(&set));
}

// cgroup v2: "max 100000" or "150000 100000" (quota and period in microseconds).
int cgroup_cpus(int otherwise) {
    std::ifstream file("/sys/fs/cgroup/cpu.max");
    std::string quota;
    double period = 0;
    if (!(file >> quota >> period) || quota == "max" || period <= 0) return otherwise;
    const double cpus = std::strtod(quota.c_str(), nullptr) / period;
    return std::clamp(static_cast<int>(cpus + 0.999), 1, otherwise);
}

}  // namespace

int available_threads() {
    const int affinity = affinity_cpus();
    return cgroup_cpus(affinity);
}

ThreadScope::ThreadScope(int count)
    : count_(count == 0 ? available_threads() : count),
      previous_openmp_(omp_get_max_threads()),
      previous_blas_(openblas_get_num_threads()) {
    if (count < 0) {
        throw InvalidArgument("the number of threads must be at least 1 (or 0 for all), got " +
                              std::to_string(count));
    }
    omp_set_dynamic(0);
    openblas_set_num_threads(count_);
    omp_set_num_threads(count_);
}

ThreadScope::~ThreadScope() {
    // OpenBLAS sets the threads of OpenMP as well, so OpenMP comes last.
    openblas_set_num_threads(previous_blas_);
    omp_set_num_threads(previous_openmp_);
}

void use_threads_here(int count) {
    omp_set_num_threads(count);
}

}  // namespace eckart
