#include <iostream>

#include "eckart/core/rng.hpp"
#include "eckart/core/run_record.hpp"
#include "eckart/core/threads.hpp"

int main() {
    const eckart::ThreadScope threads(1);
    const eckart::RunRecord record = eckart::capture_run_record("consumer", 7, threads.count());
    std::cout << "eckart " << record.version << " seed " << record.seed << " draws "
              << eckart::Rng(7).index(10) << '\n';
    return record.version == eckart::version() ? 0 : 1;
}
