#include "eckart/core/run_record.hpp"

#include <fmt/core.h>
#include <sys/utsname.h>
#include <Eigen/Core>

#include <ctime>

#include "build_info.hpp"
#include "core/cpu.hpp"
#include "eckart/core/openblas.hpp"

namespace eckart {
namespace {

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
    record.cpu = core::cpu_name();
    record.instruction_set = core::cpu_instructions();
    record.system = system_name();
    record.started_at = utc_now();
    const Openblas openblas = loaded_openblas();
    record.libraries["OpenBLAS"] = fmt::format("{} ({})", openblas.version, openblas.threads);
    record.instructions["OpenBLAS"] = openblas.kernels;
    record.libraries["Eigen"] =
        fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION);
    record.instructions["Eigen"] = Eigen::SimdInstructionSetsInUse();
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
            {"instructions", record.instructions},
            {"math_mode", record.math_mode},
            {"system", record.system},
            {"started_at", record.started_at},
            {"data_checksum", record.data_checksum},
            {"libraries", record.libraries}};
}

std::string version() {
    return core::kVersion;
}

}  // namespace eckart
