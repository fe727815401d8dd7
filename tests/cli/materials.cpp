#include "materials.hpp"

#include <fmt/core.h>

#include <fstream>

#include "eckart/compress/balance.hpp"
#include "eckart/compress/compress.hpp"
#include "eckart/core/progress.hpp"
#include "eckart/data/load.hpp"
#include "eckart/data/synthetic.hpp"
#include "eckart/io/network_file.hpp"
#include "eckart/train/checkpoint.hpp"
#include "eckart/train/finetune.hpp"
#include "scratch_folder.hpp"
#include "small_networks.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

const model::MlpArchitecture kArchitecture{3072, 16, 2, 10};

/// Everything of lay_out(), made once per process.
struct Originals {
    data::DatasetPair data = data::make_synthetic({40, 20, 0});
    model::Network<float> dense = model::make_initialized(kArchitecture, Rng(0));
    ScratchFolder files;

    Originals() {
        save(dense, files / "net.safetensors");
        save(half_factored_network(kArchitecture, 4, Rng(1)), files / "small.safetensors");
    }
};

const Originals& originals() {
    static const Originals made;
    return made;
}

/// Images [begin, end) as a batch. Not through AtomicFile: its waiting for the disk would take most of the
/// time of hundreds of tests.
void write_batch(const data::Dataset& set, std::size_t begin, std::size_t end, const fs::path& path) {
    std::ofstream file(path, std::ios::binary);
    for (std::size_t i = begin; i < end; ++i) {
        file.put(static_cast<char>(set.labels[i]));
        const auto image = set.image(i);
        file.write(reinterpret_cast<const char*>(image.data()), static_cast<std::streamsize>(image.size()));
    }
}

}  // namespace

void write_data(const data::DatasetPair& data, const fs::path& folder) {
    fs::create_directory(folder);
    const std::size_t each = data.train.count() / 5;
    for (std::size_t i = 0; i < 5; ++i) {
        write_batch(data.train, i * each, (i + 1) * each, folder / fmt::format("data_batch_{}.bin", i + 1));
    }
    write_batch(data.test, 0, data.test.count(), folder / "test_batch.bin");
}

model::Network<float> dense_network() {
    return originals().dense;
}

model::Network<float> network_of_other_size() {
    return model::make_initialized({784, 16, 2, 10}, Rng(0));
}

void save(const model::Network<float>& network, const std::filesystem::path& file) {
    io::save_network(network, capture_run_record("test", 0, 1), file, Overwrite::kReplace);
}

void lay_out(const std::filesystem::path& folder) {
    write_data(originals().data, folder / "data");
    fs::copy_file(originals().files / "net.safetensors", folder / "net.safetensors");
    fs::copy_file(originals().files / "small.safetensors", folder / "small.safetensors");
}

void lay_out_checkpoint(const std::filesystem::path& folder) {
    train::TrainState state = train::start_training(dense_network());
    const train::Origin origin{data::load_dataset(folder / "data").checksum,
                               train::fingerprint(dense_network())};
    train::save_state(state, {}, origin, folder / "trained.safetensors.checkpoint");
}

namespace {

void lay_out_finetune_checkpoint_of(train::FactorUpdate factors, const fs::path& folder) {
    const model::Network<float> small = io::load_network(folder / "small.safetensors").network;
    model::Network<float> balanced = small;
    compress::balance_factors(balanced);
    const train::Origin origin{data::load_dataset(folder / "data").checksum, train::fingerprint(small)};
    train::TrainOptions options = train::finetune_defaults();
    options.factors = factors;
    train::save_state(train::start_training(balanced, factors), options, origin,
                      folder / "tuned.safetensors.checkpoint");
}

}  // namespace

void lay_out_finetune_checkpoint(const std::filesystem::path& folder) {
    lay_out_finetune_checkpoint_of(train::FactorUpdate::kFree, folder);
}

void lay_out_orthogonal_checkpoint(const std::filesystem::path& folder) {
    lay_out_finetune_checkpoint_of(train::FactorUpdate::kOrthogonal, folder);
}

}  // namespace eckart::test
