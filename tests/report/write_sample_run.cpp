// Writes a run directory with made-up numbers: eckart_sample_run DIR
#include <cstdio>
#include <exception>

#include "sample_run.hpp"

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: eckart_sample_run DIR\n", stderr);
        return 2;
    }
    try {
        eckart::report::test::write_sample_run(eckart::report::test::make_sample_run(), argv[1]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "eckart_sample_run: %s\n", error.what());
        return 1;
    }
    return 0;
}
