#include "report/findings.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "report/analysis.hpp"
#include "report/format.hpp"
#include "report/plots.hpp"

namespace eckart::report {
namespace {

// U+00A0, the no-break space before a unit.
#define NBSP "\u00a0"

LayerSpectrum layer(const char* name, std::int64_t out, std::int64_t in, std::vector<double> values) {
    return {name, out, in, static_cast<double>(out * in) / static_cast<double>(out + in), std::move(values)};
}

SweepPoint point(std::int64_t rank, std::int64_t parameters, double accuracy) {
    return {rank, {parameters, 4 * parameters, parameters}, accuracy, {}};
}

/// Four ranks of a network of 1000 parameters and 60 % accuracy.
RunData small_run() {
    RunData run;
    Sweep sweep;
    sweep.dense = {1000, 4000, 1000};
    sweep.dense_accuracy = 0.6;
    sweep.points = {point(1, 50, 0.2), point(2, 100, 0.45), point(3, 150, 0.595), point(4, 200, 0.601)};
    run.sweep = sweep;
    run.data = DataSet{};
    run.data->classes = {"a", "b", "c", "d", "e"};
    run.spectra = Spectra{{layer("first", 8, 8, {4, 2, 2, 1, 0, 0, 0, 0}), layer("last", 2, 8, {3, 1})}, {}};
    return run;
}

void add_latency(SweepPoint& point, std::int64_t batch, double seconds, double dense_seconds) {
    point.latency.push_back(
        {batch, {seconds, seconds, seconds}, {dense_seconds, dense_seconds, dense_seconds}});
}

std::string joined(const Finding& finding) {
    std::string text;
    for (const std::string& sentence : finding.sentences) text += sentence + "\n";
    return text;
}

testing::AssertionResult says(const Finding& finding, const std::string& words) {
    if (joined(finding).find(words) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "'" << words << "' is not in:\n" << joined(finding);
}

TEST(Analysis, EnergyIsTheShareOfSquares) {
    const LayerSpectrum spectrum = layer("x", 4, 4, {4, 2, 2, 1});
    EXPECT_DOUBLE_EQ(retained_energy(spectrum, 0), 0);
    EXPECT_DOUBLE_EQ(retained_energy(spectrum, 1), 16.0 / 25);
    EXPECT_DOUBLE_EQ(retained_energy(spectrum, 3), 24.0 / 25);
    EXPECT_DOUBLE_EQ(retained_energy(spectrum, 9), 1);
    EXPECT_DOUBLE_EQ(retained_energy(layer("zero", 2, 2, {0, 0}), 1), 1);
    EXPECT_EQ(rank_for_energy(spectrum, 0.5), 1);
    EXPECT_EQ(rank_for_energy(spectrum, 0.8), 2);
    EXPECT_EQ(rank_for_energy(spectrum, 1), 4);
}

TEST(Analysis, BreakEvenOfOneLayerIsTheFormula) {
    EXPECT_NEAR(*break_even_rank({layer("x", 1000, 3072, {})}), 1000.0 * 3072 / 4072, 1e-3);
    EXPECT_FALSE(break_even_rank({}));
}

TEST(Analysis, BreakEvenOfTheNetworkCapsNarrowLayers) {
    // The last layer's rank stops at 10, where it has 10 x 1010 weights; the rest must make up for 10,000 -
    // 10,100.
    const double expected = (3072000.0 + 4000000 + 10000 - 10100) / (4072 + 4 * 2000);
    EXPECT_NEAR(*break_even_rank({layer("fc1", 1000, 3072, {}), layer("a", 1000, 1000, {}),
                                  layer("b", 1000, 1000, {}), layer("c", 1000, 1000, {}),
                                  layer("d", 1000, 1000, {}), layer("fc2", 10, 1000, {})}),
                expected, 1e-3);
}

TEST(Analysis, InitialWeightsMarkIsTheMarchenkoPasturEdge) {
    EXPECT_NEAR(initial_largest_singular_value(1000, 1000), 2 / std::sqrt(3.0), 1e-12);
    EXPECT_EQ(values_above_initial(layer("x", 1000, 1000, {3, 1.2, 1.1, 0.5})), 2);
}

TEST(Analysis, LowestRankWithinToleranceIgnoresALuckyOneBelowABadOne) {
    Sweep sweep;
    sweep.dense_accuracy = 0.5;
    sweep.dense.parameters = 100;
    sweep.points = {point(1, 10, 0.5), point(2, 20, 0.4), point(3, 30, 0.495), point(4, 140, 0.5)};
    EXPECT_EQ(lowest_rank_within_tolerance(sweep)->rank, 3);
    EXPECT_EQ(best_trade_off(sweep)->rank, 1);
    sweep.points.pop_back();
    sweep.points.pop_back();
    EXPECT_EQ(lowest_rank_within_tolerance(sweep), nullptr);
}

TEST(Analysis, BestFineTuningIsTheSmallestNearDenseElseTheMostAccurate) {
    RunData run;
    EXPECT_EQ(best_fine_tuning(run), nullptr);
    FineTuning small;
    small.rank = 5;
    small.parameters = 10;
    small.dense_accuracy = 0.5;
    small.compressed_accuracy = 0.3;
    small.epochs = {{1, 1, 1, 0.42, 1}};
    FineTuning large = small;
    large.rank = 9;
    large.parameters = 20;
    large.epochs = {{1, 1, 1, 0.46, 1}};
    run.fine_tunings = {small, large};
    EXPECT_EQ(best_fine_tuning(run)->rank, 9);
    run.fine_tunings[0].epochs = {{1, 1, 1, 0.495, 1}};
    run.fine_tunings[1].epochs = {{1, 1, 1, 0.51, 1}};
    EXPECT_EQ(best_fine_tuning(run)->rank, 5);
}

TEST(Findings, AccuracyNamesTheRankAndWhatIsLostBelow) {
    const Finding finding = accuracy_finding(small_run());
    EXPECT_TRUE(
        says(finding,
             "From rank 3 upward every network measured stays within one point of the dense network's "
             "60.0" NBSP "%; rank 3 itself classifies 59.5" NBSP "% correctly with 15" NBSP
             "% of the parameters."));
    EXPECT_TRUE(says(finding, "rank 2 loses 15.0" NBSP "points, and rank 1 is left with 20.0" NBSP
                              "%, where guessing among 5 classes gives 20" NBSP "%."));
}

TEST(Findings, AccuracyReadsTheSpectrumOfTruncatedLayersOnly) {
    const Finding finding = accuracy_finding(small_run());
    // Rank 3 cuts only "first": 24 of 25 are kept, and the fourth singular value is half of the third.
    EXPECT_TRUE(says(finding, "rank 3 keeps 96" NBSP "% (first)."));
    EXPECT_TRUE(says(finding, "The cut falls into a gap in first: singular value 4 has only 50" NBSP
                              "% of the size of "
                              "number 3."));
    // 2 / sqrt(3) = 1.155 for a square layer: three values lie above, which rank 3 keeps and rank 2 does not.
    EXPECT_TRUE(says(finding, "about 1.15 in the shape of first"));
    EXPECT_TRUE(says(finding, "have 3 (first) singular values above"));
    EXPECT_TRUE(says(finding, "Rank 3 keeps all of them, rank 2 no longer does."));
}

TEST(Findings, AccuracySeesNoGapInASmoothSpectrum) {
    RunData run = small_run();
    run.spectra->layers = {layer("first", 8, 8, {4, 3.9, 3.8, 3.6, 3.5, 3, 3, 2})};
    EXPECT_TRUE(says(accuracy_finding(run),
                     "There is no gap to cut at: in every layer, singular value 4 has at least "
                     "94" NBSP "% of the size of number 3"));
}

TEST(Findings, AccuracyAdmitsWhenNoRankIsGoodEnough) {
    RunData run = small_run();
    run.sweep->points.resize(2);
    EXPECT_TRUE(says(accuracy_finding(run),
                     "not even the largest rank measured stays within one point of the dense "
                     "network's 60.0" NBSP "%; the highest accuracy, 45.0" NBSP "%, is at rank 2."));
    EXPECT_TRUE(accuracy_finding(RunData{}).sentences.empty());
}

TEST(Findings, TimeInterpolatesTheCrossing) {
    RunData run = small_run();
    for (std::size_t i = 0; i < 4; ++i) {
        // Relative times 0.4, 0.8, 1.2, 1.6: equal halfway between ranks 2 and 3.
        add_latency(run.sweep->points[i], 100, 0.004 * static_cast<double>(i + 1), 0.01);
        add_latency(run.sweep->points[i], 1, 0.001, 0.002);
        add_latency(run.sweep->points[i], 1000, 0.03, 0.02);
    }
    EXPECT_NEAR(*crossing(*run.sweep, 100).rank, 2.5, 1e-12);
    const Finding finding = time_finding(run);
    EXPECT_TRUE(says(finding,
                     "In batches of 100, the factors are faster up to rank 2 (1.25×) and slower from rank 3 "
                     "(0.83×): equal at about rank 2."));
    EXPECT_TRUE(
        says(finding,
             "One image at a time, the factors are faster than the dense network at every rank measured "
             "(still 2.0× at rank 4)."));
    EXPECT_TRUE(
        says(finding,
             "In batches of 1,000, the factors are slower than the dense network at every rank measured "
             "(0.67× at rank 1)."));
}

TEST(Findings, TimesThatCrossMoreThanOnceAreListed) {
    RunData run = small_run();
    run.sweep->points.push_back(point(5, 250, 0.601));
    const double speedups[] = {1.5, 0.5, 0.6, 0.4, 1.01};
    const double rising[] = {0.8, 0.9, 1.1, 1.2, 1.3};
    for (std::size_t i = 0; i < 5; ++i) {
        add_latency(run.sweep->points[i], 10, 0.01 / rising[i], 0.01);
        add_latency(run.sweep->points[i], 100, 0.01 / speedups[i], 0.01);
    }
    const Finding finding = time_finding(run);
    EXPECT_TRUE(
        says(finding,
             "In batches of 100, the factors are faster at ranks 1 and 5 and slower at ranks 2, 3 and "
             "4: the times cross more than once, so noise or overhead decides."));
    EXPECT_TRUE(says(finding,
                     "In batches of 10, the factors are faster at ranks 3, 4 and 5 and slower at ranks 1 and "
                     "2: the larger ranks are the faster ones, so noise or overhead decides."));
    EXPECT_EQ(joined(finding).find("than the counts"), std::string::npos) << joined(finding);
    EXPECT_EQ(joined(finding).find("every rank"), std::string::npos) << joined(finding);
    EXPECT_FALSE(crossing(*run.sweep, 100).rank);
    EXPECT_EQ(make_plots(run).times[1].caption,
              "Faster than dense at ranks 1 and 5, slower at ranks 2, 3 and 4.");
}

TEST(Findings, TimeExplainsTheCrossingByTheRates) {
    RunData run = small_run();
    run.sweep->dense.macs = 1000000;
    for (SweepPoint& p : run.sweep->points) p.size.macs = p.rank * 300000;
    // Dense: 2 x 1e6 x 100 / 0.01 s = 20 GFLOP/s; rank 3, the nearest by count: 2 x 9e5 x 100 / 0.012 s = 15.
    for (SweepPoint& p : run.sweep->points) add_latency(p, 100, 0.004 * static_cast<double>(p.rank), 0.01);
    Finding finding = time_finding(run);
    EXPECT_TRUE(says(finding, "runs at 20.0 GFLOP/s, the factors of rank 3 at 15.0"));
    EXPECT_TRUE(says(finding, "at a lower rank than the counts"));
    EXPECT_TRUE(says(finding, "4.00 for first (8 × 8), 1.60 for last (2 × 8)"));
    EXPECT_TRUE(says(finding, "rank 3 has 1.11× fewer multiply-adds and is 0.83× as fast as"));
    for (SweepPoint& p : run.sweep->points) p.latency.front().factored.median /= 2;
    finding = time_finding(run);
    EXPECT_TRUE(says(finding, "the factors of rank 3 at 30.0"));
    EXPECT_TRUE(says(finding, "at a higher rank than the counts"));
}

TEST(Findings, SingleImagesAreExplainedByBytes) {
    RunData run = small_run();
    run.sweep->dense.bytes = 30000000;
    for (SweepPoint& p : run.sweep->points) add_latency(p, 1, 0.001, 0.002);
    EXPECT_TRUE(
        says(time_finding(run), "the dense network's 30.0" NBSP "MB in 2.00" NBSP "ms are 15.0 GB/s"));
}

TEST(Findings, FineTuningSaysWhatComesBack) {
    RunData run = small_run();
    FineTuning tuning;
    tuning.rank = 2;
    tuning.parameters = 100;
    tuning.dense_accuracy = 0.6;
    tuning.compressed_accuracy = 0.4;
    tuning.epochs = {{1, 1, 1, 0.5, 1}, {2, 1, 1, 0.55, 1}};
    tuning.moved = {{"a", 0.3}, {"b", 0.1}, {"c", 0.2}};
    run.fine_tunings = {tuning};
    EXPECT_TRUE(says(fine_tuning_finding(run),
                     "Rank 2: 40.0" NBSP "% after compression, 55.0" NBSP "% after 2" NBSP "epochs. 75" NBSP
                     "% of the accuracy lost is back; it ends 5.0" NBSP "points below the dense network."));
    EXPECT_TRUE(says(fine_tuning_finding(run), "changed by 10.0" NBSP "% (b) to 30.0" NBSP "% (a)"));
    EXPECT_EQ(summary(run),
              "Truncated to rank 3, the network keeps 59.5" NBSP "% of its 60.0" NBSP
              "% accuracy with 15" NBSP "% of the parameters; fine-tuned, at rank 2 it reaches 55.0" NBSP
              "% with 10" NBSP "% of the parameters.");
    run.fine_tunings.front().epochs.back().test_accuracy = 0.62;
    EXPECT_TRUE(says(fine_tuning_finding(run),
                     "All that was lost is back; it ends 2.0" NBSP "points above the dense"));
    EXPECT_TRUE(fine_tuning_finding(RunData{}).sentences.empty());
}

TEST(Findings, FineTuningThatHardlyMovedOrStartedFromZero) {
    RunData run = small_run();
    FineTuning tuning;
    tuning.rank = 2;
    tuning.moved = {{"a", 0.0001}, {"b", 0.0}};
    run.fine_tunings = {tuning};
    EXPECT_TRUE(says(fine_tuning_finding(run),
                     "At rank 2 the factors hardly moved: no tensor changed by as much as 0.1" NBSP
                     "% of its norm.\n"));
    run.fine_tunings[0].moved = {{"a", 0.3}};
    EXPECT_TRUE(says(fine_tuning_finding(run), "tensors changed by 30.0" NBSP "%.\n"));
    run.fine_tunings[0].moved = {{"a", std::nan("")}};
    EXPECT_TRUE(says(fine_tuning_finding(run), "At rank 2 every tensor started from zero.\n"));
}

TEST(Findings, SummaryOfANetworkThatGetsBetterIsASentence) {
    RunData run = small_run();
    run.sweep->dense_accuracy = 0.07;
    run.sweep->points.resize(1);
    EXPECT_EQ(summary(run), "Truncated to rank 1, the network has an accuracy of 20.0" NBSP
                            "% (the dense network: 7.0" NBSP "%) with 5.0" NBSP "% of the parameters.");
}

TEST(Findings, SpectraOfZerosSayNothing) {
    RunData run = small_run();
    run.spectra->layers = {layer("first", 8, 8, std::vector<double>(8, 0)), layer("last", 2, 8, {0, 0})};
    EXPECT_EQ(joined(accuracy_finding(run)).find("gap"), std::string::npos);
    EXPECT_EQ(joined(accuracy_finding(run)).find("energy"), std::string::npos);
    run.spectra->layers = {layer("first", 8, 8, {0.1, 0.1, 0, 0, 0, 0, 0, 0})};
    EXPECT_TRUE(says(accuracy_finding(run),
                     "Nothing is lost: from singular value 3 on, all of these layers have only zeros."));
    EXPECT_TRUE(says(accuracy_finding(run), "No layer has a singular value above the mark of its shape now"));
}

TEST(Format, WritesNumbersForReaders) {
    EXPECT_EQ(whole(7087010), "7,087,010");
    EXPECT_EQ(whole(-1000), "-1,000");
    EXPECT_EQ(short_count(7087010), "7.09" NBSP "M");
    EXPECT_EQ(short_count(999), "999");
    EXPECT_EQ(bytes(28348040), "28.3" NBSP "MB");
    EXPECT_EQ(bytes(12), "12" NBSP "B");
    EXPECT_EQ(seconds(0.0000123), "12.3" NBSP "µs");
    EXPECT_EQ(seconds(0.00123), "1.23" NBSP "ms");
    EXPECT_EQ(seconds(113), "1" NBSP "min 53" NBSP "s");
    EXPECT_EQ(times(1.04), "1.04×");
    EXPECT_EQ(times(9.87), "9.9×");
    EXPECT_EQ(times(0.7), "0.70×");
    EXPECT_EQ(significant(0.04567, 2), "0.046");
    EXPECT_EQ(significant(12345, 3), "12345");
    EXPECT_EQ(points(-0.01), "1.0" NBSP "point");
}

TEST(Format, EncodesBase64AsRfc4648Does) {
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace eckart::report
