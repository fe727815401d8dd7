#include "eckart/data/info.hpp"

#include <gtest/gtest.h>

#include "small_dataset.hpp"

namespace eckart::data {
namespace {

// Four images of 1 x 2 x 2 bytes, classes 0, 0, 1, 1; no two alike, none of a single color.
Dataset four_images(std::uint8_t first) {
    Dataset set{{1, 2, 2}, {"a", "b"}, {}, {0, 0, 1, 1}};
    for (int i = 0; i < 16; ++i) set.pixels.push_back(static_cast<std::uint8_t>(first + i));
    return set;
}

DatasetPair clean_pair() {
    return {four_images(0), four_images(100), "numbers", "memory", "sha256:0"};
}

std::string only_warning(const DatasetPair& data) {
    const Json warnings = describe(data)["warnings"];
    EXPECT_EQ(warnings.size(), 1U) << warnings;
    return warnings.empty() ? "" : warnings[0].get<std::string>();
}

TEST(Describe, HoldsWhatDataJsonPromises) {
    const Json json = describe(clean_pair());
    EXPECT_EQ(json["name"], "numbers");
    EXPECT_EQ(json["location"], "memory");
    EXPECT_EQ(json["checksum"], "sha256:0");
    EXPECT_EQ(json["image_shape"], Json({1, 2, 2}));
    EXPECT_EQ(json["classes"], Json({"a", "b"}));
    EXPECT_EQ(json["train"], Json({{"count", 4}, {"per_class", {2, 2}}}));
    EXPECT_EQ(json["test"], Json({{"count", 4}, {"per_class", {2, 2}}}));
    EXPECT_TRUE(json["warnings"].empty()) << json["warnings"];
}

TEST(Describe, CountsAddUp) {
    const DatasetPair data = test::small_dataset_pair();
    const Json json = describe(data);
    std::size_t sum = 0;
    for (const auto& count : json["train"]["per_class"]) sum += count.get<std::size_t>();
    EXPECT_EQ(sum, data.train.count());
    EXPECT_EQ(json["test"]["count"], data.test.count());
}

TEST(Describe, WarnsOfAMissingClass) {
    DatasetPair data = clean_pair();
    data.test.labels = {0, 0, 0, 0};
    EXPECT_EQ(only_warning(data), "the test set has no image of 'b'");
}

TEST(Describe, WarnsOfARareClass) {
    DatasetPair data = clean_pair();
    data.train.labels = {0, 0, 0, 1};
    EXPECT_EQ(only_warning(data), "the training set is unbalanced: 'b' has 1 image, the largest class 3");
}

TEST(Describe, WarnsOfLabelsThatNameNoClass) {
    DatasetPair data = clean_pair();
    data.train.labels = {0, 0, 1, 7};
    const Json warnings = describe(data)["warnings"];
    ASSERT_EQ(warnings.size(), 1U) << warnings;
    EXPECT_EQ(warnings[0], "the training set has 1 image whose label is not below 2, the number of classes");
}

TEST(Describe, WarnsOfImagesOfASingleColor) {
    DatasetPair data = clean_pair();
    std::fill_n(data.train.pixels.begin() + 4, 4, std::uint8_t{200});
    EXPECT_EQ(only_warning(data), "the training set has 1 image of a single color");
}

TEST(Describe, ColorIsJudgedOverAllChannels) {
    DatasetPair data = clean_pair();
    data.train = {{3, 1, 2}, {"a"}, {1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 4}, {0, 0}};
    data.test = {{3, 1, 2}, {"a"}, {1, 2, 2, 2, 3, 3}, {0}};
    EXPECT_EQ(only_warning(data), "the training set has 1 image of a single color");
}

TEST(Describe, WarnsOfTestImagesSeenInTraining) {
    DatasetPair data = clean_pair();
    std::copy_n(data.train.pixels.begin() + 8, 4, data.test.pixels.begin());
    EXPECT_EQ(only_warning(data),
              "1 image of the test set is in the training set as well, so the test accuracy is flattering");
}

TEST(Describe, NamesAllMissingClassesAtOnce) {
    DatasetPair data = clean_pair();
    data.train.class_names = data.test.class_names = {"a", "b", "c", "d"};
    EXPECT_EQ(describe(data)["warnings"],
              Json({"the training set has no image of 'c', 'd'", "the test set has no image of 'c', 'd'"}));
}

TEST(Describe, WarnsWhenCifar10IsIncomplete) {
    DatasetPair data = clean_pair();
    data.name = "CIFAR-10";
    EXPECT_EQ(
        only_warning(data),
        "CIFAR-10 has 50000 training and 10000 test images, here are 4 and 4: a batch is missing or cut");
}

TEST(Describe, WarnsOfAnEmptyPart) {
    DatasetPair data = clean_pair();
    data.test.labels.clear();
    data.test.pixels.clear();
    EXPECT_EQ(only_warning(data), "the test set is empty");
}

}  // namespace
}  // namespace eckart::data
