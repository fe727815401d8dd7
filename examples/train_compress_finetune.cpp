// The study in one page: train a small network, replace its matrices by factors of rank 8, get accuracy back.
//
//   cmake --preset user -DECKART_BUILD_EXAMPLES=ON && cmake --build --preset user
//   build/user/examples/train_compress_finetune
#include <cstdio>
#include <exception>

#include "eckart/compress/balance.hpp"
#include "eckart/compress/compress.hpp"
#include "eckart/data/synthetic.hpp"
#include "eckart/evaluate/accuracy.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "eckart/train/finetune.hpp"
#include "eckart/train/train.hpp"

namespace {

using namespace eckart;

/// Trains to the end of `options` and returns the network.
model::Network<float> trained(model::Network<float> network, const data::DatasetPair& data,
                              const train::TrainOptions& options, ops::Backend<float>& backend) {
    train::TrainState state = train::start_training(std::move(network));
    train::train(state, data, options, backend, {});
    return std::move(state.network);
}

void report(const char* what, const model::Network<float>& network, const data::DatasetPair& data,
            ops::Backend<float>& backend) {
    const double accuracy = evaluate::evaluate<float>(network, backend, data.test).accuracy();
    std::printf("%-12s %9lld parameters   accuracy %5.1f %%\n", what,
                static_cast<long long>(network.size().parameters), 100 * accuracy);
}

void study() {
    const auto backend = ops::make_onednn_backend();
    data::SyntheticOptions images;
    images.train_count = 5000;
    images.test_count = 500;
    const data::DatasetPair data = data::make_synthetic(images);

    const model::MlpArchitecture sizes{static_cast<std::int64_t>(data.train.shape.size()), 128, 1, 10};
    train::TrainOptions training;
    training.epochs = 8;
    const auto dense = trained(model::make_initialized(sizes, Rng(0)), data, training, *backend);
    report("dense", dense, data, *backend);

    ProgressObserver silent;
    const auto decomposition = compress::decompose(dense, silent, {});
    compress::CompressOptions cut;
    cut.rank = 8;
    auto small = compress::compress_network(dense, decomposition, cut).network;
    report("rank 8", small, data, *backend);

    compress::balance_factors(small);  // what compress_network() returns is balanced; a file may not be
    report("fine-tuned", trained(std::move(small), data, train::finetune_defaults(), *backend), data,
           *backend);
}

}  // namespace

int main() {
    try {
        study();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
