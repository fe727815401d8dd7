// Damaged files: whatever the bytes are, reading ends with a network or with an eckart::Error.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "eckart/io/checkpoint.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/io/safetensors.hpp"
#include "scratch_folder.hpp"
#include "small_networks.hpp"

namespace eckart::io {
namespace {

namespace fs = std::filesystem;

const model::MlpArchitecture kFuzzed{3, 2, 1, 2};

std::size_t place_in(const std::string& bytes, Rng& rng) {
    return static_cast<std::size_t>(rng.index(bytes.size()));
}

/// Values at which readers go wrong, as text for the header.
std::string hostile_text(Rng& rng) {
    const std::vector<std::string> texts{"0", "-1",    "1e3",      "4294967296", "9223372036854775808",
                                         "{", "\"",    "null",     "[",          "18446744073709551615",
                                         ",", "\\u00", "\xc3\x28", "F64",        "18446744073709551616"};
    return texts[static_cast<std::size_t>(rng.index(texts.size()))];
}

/// One random fault: a flipped bit, another byte, a cut, an insertion, a deletion or a repetition.
void damage(std::string& bytes, Rng& rng) {
    if (bytes.empty()) return;
    const std::size_t place = place_in(bytes, rng);
    switch (rng.index(7)) {
        case 0:
            bytes[place] = static_cast<char>(bytes[place] ^ (1 << rng.index(8)));
            break;
        case 1:
            bytes[place] = static_cast<char>(rng.index(256));
            break;
        case 2:
            bytes.resize(place);
            break;
        case 3:
            bytes.insert(place, 1 + static_cast<std::size_t>(rng.index(9)),
                         static_cast<char>(rng.index(256)));
            break;
        case 4:
            bytes.erase(place, 1 + static_cast<std::size_t>(rng.index(9)));
            break;
        case 5:
            bytes.replace(place, static_cast<std::size_t>(rng.index(4)), hostile_text(rng));
            break;
        default:
            bytes.insert(place, bytes.substr(place_in(bytes, rng), 1 + rng.index(80)));
    }
}

/// Damages the file as a whole, its header with the length made to fit, or the tensors' bytes.
std::string damaged(const std::string& file, Rng& rng) {
    std::uint64_t length = 0;
    std::memcpy(&length, file.data(), sizeof length);
    std::string header = file.substr(8, static_cast<std::size_t>(length));
    std::string data = file.substr(8 + header.size());
    std::string whole = file;
    const std::uint64_t part = rng.index(6);
    std::string& target = part == 0 ? whole : part == 1 ? data : header;
    for (std::uint64_t fault = rng.index(3) + 1; fault > 0; --fault) damage(target, rng);
    if (part == 0) return whole;
    length = header.size();
    return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data;
}

struct Outcomes {
    int loaded = 0;
    int refused = 0;
};

void read_damaged(const std::string& original, int count, Rng rng, Outcomes& outcomes,
                  const std::function<void(const fs::path&)>& load) {
    const test::ScratchFolder folder;
    const fs::path path = folder / "damaged.safetensors";
    for (int i = 0; i < count; ++i) {
        const std::string bytes = damaged(original, rng);
        fs::remove(path);  // some file systems wait for the disk when a file is replaced in place
        std::ofstream(path, std::ios::binary) << bytes;
        try {
            load(path);
            ++outcomes.loaded;
        } catch (const Error& error) {
            ++outcomes.refused;
            const std::string message = error.what();
            ASSERT_NE(message.find("damaged.safetensors"), std::string::npos) << message;
            ASSERT_LT(message.size(), 2000U) << message;
        } catch (const std::exception& error) {
            FAIL() << "variant " << i << " ends with another exception: " << error.what() << "\n" << bytes;
        }
    }
}

TEST(DamagedSafetensors, LoadAsNetworkOrThrowAnEckartError) {
    std::vector<fs::path> files;
    for (const auto& entry :
         fs::directory_iterator(fs::path(ECKART_SOURCE_DIR) / "tests/corpus/safetensors/accepted")) {
        if (entry.path().filename().string().starts_with("network_")) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    ASSERT_FALSE(files.empty());
    Outcomes outcomes;
    for (const fs::path& file : files) {
        read_damaged(read_file(file, 1 << 20), 400, Rng(1).fork(file.filename().string()), outcomes,
                     [](const fs::path& path) { (void)load_network(path); });
    }
    EXPECT_GT(outcomes.loaded, 100);
    EXPECT_GT(outcomes.refused, 1000);
}

TEST(DamagedSafetensors, LoadAsCheckpointOrThrowAnEckartError) {
    const test::ScratchFolder folder;
    const auto network = test::half_factored_network(kFuzzed, 1, Rng(2));
    std::vector<MatrixF> moments;
    for (const auto* parameter : network.parameters()) moments.push_back(parameter->value);
    save_checkpoint(network, moments, moments, {{"step", 17}, {"history", {{{"loss", 0.5}}}}},
                    folder / "checkpoint");
    Outcomes outcomes;
    read_damaged(read_file(folder / "checkpoint", 1 << 20), 1000, Rng(3), outcomes,
                 [](const fs::path& path) { (void)load_checkpoint(path); });
    EXPECT_GT(outcomes.loaded, 20);
    EXPECT_GT(outcomes.refused, 200);
}

}  // namespace
}  // namespace eckart::io
