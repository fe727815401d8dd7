#include "eckart/core/run_record.hpp"

#include <cblas.h>
#include <fmt/core.h>
#include <sys/utsname.h>
#include <Eigen/Core>

#include <ctime>
#include <fstream>

#include "build_info.hpp"

namespace eckart {
namespace {

std::string cpu_name() {
    std::ifstream file("/proc/cpuinfo");
    std::string line;
    while (std::getline(file, line)) {
        const std::size_t colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
    }
    return "unknown";
}

std::string instruction_set() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return "AVX-512";
    if (__builtin_cpu_supports("avx2")) return "AVX2";
    return "SSE2";
#elif defined(__aarch64__)
    return "NEON";
#else
    return "generic";
#endif
}

std::string system_name() {
    utsname name{};
    if (uname(&name) != 0) return "unknown";
    return fmt::format("{} {}", name.sysname, name.release);
}

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    char text[32];
    const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, length};
}

std::string compiler() {
#if defined(__clang__)
    return fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    return fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
}

}  // namespace

RunRecord capture_run_record(std::string command, std::uint64_t seed, int threads) {
    RunRecord record;
    record.command = std::move(command);
    record.seed = seed;
    record.threads = threads;
    record.version = core::kVersion;
    record.commit = core::kCommit;
    record.build_type = core::kBuildType;
    record.compiler = compiler();
    record.cpu = cpu_name();
    record.instruction_set = instruction_set();
    record.system = system_name();
    record.started_at = utc_now();
    record.libraries["OpenBLAS"] = openblas_get_config();
    record.libraries["Eigen"] =
        fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
    return record;
}

Json to_json(const RunRecord& record) {
    return {{"command", record.command},
            {"seed", record.seed},
            {"threads", record.threads},
            {"version", record.version},
            {"commit", record.commit},
            {"build_type", record.build_type},
            {"compiler", record.compiler},
            {"cpu", record.cpu},
            {"instruction_set", record.instruction_set},
            {"system", record.system},
            {"started_at", record.started_at},
            {"data_checksum", record.data_checksum},
            {"libraries", record.libraries}};
}

std::string version() {
    return core::kVersion;
}

}  // namespace eckart
