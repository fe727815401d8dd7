#pragma once

#include <filesystem>

#include "context.hpp"
#include "eckart/io/network_file.hpp"

namespace eckart::cli {

/// `eckart export`: a network written in a format of choice.
struct ExportJob {
    std::filesystem::path input;
    std::filesystem::path output;
    io::NetworkFormat format = io::NetworkFormat::kSafetensors;
};

/// Writes the network, reads it back before the file takes its name, and says what it holds. Returns the exit
/// code.
int run_export(const ExportJob& job, const io::NetworkFile& file, Context& context);

}  // namespace eckart::cli
