#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "eckart/core/json.hpp"

#pragma GCC visibility push(default)

namespace eckart {

/// What is needed to repeat a result, embedded in every file that Eckart writes.
struct RunRecord {
    std::string command;  ///< the command line, or the API call
    std::uint64_t seed = 0;
    int threads = 0;
    std::string version;  ///< of Eckart
    std::string commit;   ///< of Eckart's source
    std::string build_type;
    std::string compiler;
    std::string cpu;              ///< model name
    std::string instruction_set;  ///< the widest that the CPU offers: SSE2, AVX2, AVX-512, NEON, ...
    /// What computes -> what it uses of that here: "OpenBLAS" and "Eigen", with ops "oneDNN" and "loops",
    /// which are Eckart's own.
    std::map<std::string, std::string> instructions;
    std::string math_mode;      ///< how oneDNN may round float32 within products, "strict": not at all
    std::string system;         ///< operating system and kernel
    std::string started_at;     ///< UTC, ISO 8601
    std::string data_checksum;  ///< of the data set, empty where none was used
    std::map<std::string, std::string> libraries;  ///< name -> version
};

/// Fills in everything this process knows by itself, of libraries those of core only (OpenBLAS, Eigen);
/// ops/instructions.hpp adds oneDNN.
RunRecord capture_run_record(std::string command, std::uint64_t seed, int threads);

Json to_json(const RunRecord& record);

/// Eckart's version, e.g. "0.1.0".
std::string version();

}  // namespace eckart

#pragma GCC visibility pop
