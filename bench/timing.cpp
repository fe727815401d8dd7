#include "timing.hpp"

#include <chrono>
#include <vector>

#include "eckart/evaluate/latency.hpp"

namespace eckart::bench {

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median_seconds(const std::function<void()>& work, double at_least) {
    work();
    std::vector<double> samples;
    for (const double begin = now(); samples.size() < 5 || now() - begin < at_least;) {
        const double start = now();
        work();
        samples.push_back(now() - start);
    }
    return evaluate::spread_of(samples).median;
}

}  // namespace eckart::bench
