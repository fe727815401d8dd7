#include "eckart/core/openblas.hpp"

#include <cblas.h>

#include <sstream>

#include "core/cpu.hpp"

namespace eckart {
namespace {

std::string version_in(const std::string& config) {
    std::istringstream words(config);  // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ..."
    std::string name;
    std::string version;
    words >> name >> version;
    return version;
}

std::string thread_model() {
    switch (openblas_get_parallel()) {
        case OPENBLAS_SEQUENTIAL:
            return "sequential";
        case OPENBLAS_THREAD:
            return "pthreads";
        default:
            return "OpenMP";
    }
}

}  // namespace

Openblas loaded_openblas() {
    return {version_in(openblas_get_config()), thread_model(), openblas_get_corename()};
}

std::string needed_openblas_coretype() {
    const bool of_an_opteron = std::string(openblas_get_corename()).starts_with("Opteron");
    if (!of_an_opteron || core::cpu_has_3dnow()) return "";
    const std::string instructions = core::cpu_instructions();
    if (instructions.starts_with("AVX-512")) return "SkylakeX";
    return instructions == "AVX2" ? "Haswell" : "Prescott";
}

}  // namespace eckart
