#include "eckart/sweep/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "eckart/compress/compress.hpp"
#include "eckart/core/error.hpp"
#include "eckart/model/residual_mlp.hpp"
#include "eckart/train/train.hpp"
#include "small_dataset.hpp"

namespace eckart::sweep {
namespace {

class Sweep : public testing::Test {
  protected:
    Sweep() {
        options_.ranks = {1, 2, 4, 8, 16};
        options_.batches = {1, 7, 200};
        options_.latency = {1, 3, 3, 0};
        train::TrainOptions training;
        training.epochs = 5;
        training.batch = 20;
        train::TrainState state = train::start_training(model::make_initialized({12, 16, 2, 3}, Rng(1)));
        train::train(state, data_, training, *backend_, {});
        network_ = std::move(state.network);
        decomposition_ = compress::decompose(network_, silent_, {});
    }

    std::vector<SweepPoint> run(const std::vector<SweepPoint>& done = {}, const StopRequested& stop = {}) {
        std::vector<SweepPoint> points;
        run_sweep(network_, decomposition_, data_.test, options_, done, *backend_, silent_, stop,
                  [&](const SweepPoint& point) { points.push_back(point); });
        return points;
    }

    data::DatasetPair data_ = test::small_dataset_pair(230, 120);
    std::unique_ptr<ops::Backend<float>> backend_ = ops::make_onednn_backend();
    model::Network<float> network_ = model::make_initialized({12, 16, 2, 3}, Rng(1));
    ProgressObserver silent_;
    std::vector<compress::LayerDecomposition> decomposition_;
    SweepOptions options_;
};

TEST_F(Sweep, AccuracyIsThatOfTheRebuiltMatricesInDouble) {
    const auto oracle = ops::make_reference_backend<double>();
    for (const SweepPoint& point : run()) {
        compress::CompressOptions options;
        options.rank = point.rank;
        options.allow_larger = true;
        const auto cut = compress::compress_network(network_, decomposition_, options);
        const auto rebuilt = model::rebuild_dense(cut.network);
        const auto expected = evaluate::evaluate<double>(rebuilt, *oracle, data_.test);
        EXPECT_EQ(point.test.correct, expected.correct) << point.rank;
        EXPECT_NEAR(point.test.mean_loss, expected.mean_loss, 1e-5) << point.rank;
        EXPECT_EQ(point.size.parameters, cut.network.size().parameters);
        EXPECT_EQ(point.layers_factored, 6);
    }
}

TEST_F(Sweep, FullRankIsTheDenseNetwork) {
    const auto dense = evaluate::evaluate<float>(network_, *backend_, data_.test);
    EXPECT_EQ(run().back().test.correct, dense.correct);
    EXPECT_NEAR(run().back().test.mean_loss, dense.mean_loss, 1e-5);
}

TEST_F(Sweep, TimesEveryBatchSizeAgainstDense) {
    for (const SweepPoint& point : run()) {
        ASSERT_EQ(point.latency.size(), 3U);
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(point.latency[i].batch, options_.batches[i]);
            EXPECT_EQ(point.latency[i].factored.repetitions, 3);
            EXPECT_GT(point.latency[i].factored.seconds.median, 0);
            EXPECT_GT(point.latency[i].dense.seconds.median, 0);
        }
    }
}

TEST_F(Sweep, LeavesOutWhatIsDoneAndStopsBetweenPoints) {
    const std::vector<SweepPoint> all = run();
    const std::vector<SweepPoint> rest = run({all[0], all[3]});
    ASSERT_EQ(rest.size(), 3U);
    EXPECT_EQ(rest[0].rank, 2);
    EXPECT_EQ(rest[1].rank, 4);
    EXPECT_EQ(rest[2].rank, 16);
    int asked = 0;
    EXPECT_EQ(run({}, [&] { return asked++ == 2; }).size(), 2U);
}

TEST_F(Sweep, WithoutAllowLargerTheNetworkNeverGrows) {
    options_.allow_larger = false;
    for (const SweepPoint& point : run()) EXPECT_LE(point.size.parameters, network_.size().parameters);
    EXPECT_EQ(run().back().layers_factored, 0);
}

TEST_F(Sweep, PointsSurviveJson) {
    for (const SweepPoint& point : run()) {
        const Json json = to_json(point);
        const SweepPoint read = point_from_json(Json::parse(json.dump()));
        EXPECT_EQ(to_json(read), json);
    }
    Json damaged = to_json(run().front());
    damaged.erase("macs");
    EXPECT_THROW((void)point_from_json(damaged), FormatError);
}

TEST_F(Sweep, CsvHasALinePerRankAndBatch) {
    const std::string csv = to_csv(run());
    EXPECT_EQ(std::ranges::count(csv, '\n'), 1 + 5 * 3);
    EXPECT_EQ(csv.substr(0, 16), "rank,parameters,");
    const std::string line = csv.substr(csv.find('\n') + 1, 2);
    EXPECT_EQ(line, "1,");
}

TEST_F(Sweep, RefusesBadOptions) {
    for (const std::vector<std::int64_t>& ranks :
         {std::vector<std::int64_t>{}, std::vector<std::int64_t>{0}, std::vector<std::int64_t>{2, 2},
          std::vector<std::int64_t>{3, 1}}) {
        options_.ranks = ranks;
        EXPECT_THROW(run(), InvalidArgument);
    }
    options_.ranks = {1};
    options_.batches = {0};
    EXPECT_THROW(run(), InvalidArgument);
}

TEST(DefaultRanks, GoFromOneToFull) {
    const std::vector<std::int64_t> expected{1, 2, 5, 10, 20, 30, 50, 75, 100, 150, 200, 300, 400, 500, 1000};
    EXPECT_EQ(default_ranks(model::residual_mlp()), expected);
    EXPECT_EQ(default_ranks(model::residual_mlp({5, 3, 0, 2})), (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(default_ranks(model::residual_mlp({1, 1, 0, 1})), (std::vector<std::int64_t>{1}));
}

}  // namespace
}  // namespace eckart::sweep
