#include "eckart/data/cifar10.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>

#include "contains.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/load.hpp"
#include "eckart/data/synthetic.hpp"
#include "scratch_folder.hpp"

namespace eckart::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRecord = 3073;

// A record with the given label and pixels that all have the given value.
std::string record(int label, char value = 'x') {
    std::string bytes(kRecord, value);
    bytes[0] = static_cast<char>(label);
    return bytes;
}

void put(const fs::path& file, const std::string& bytes) {
    write_file(file, bytes, Overwrite::kReplace);
}

// A small complete set, for one of its files to be spoilt.
void write_small_set(const fs::path& folder) {
    for (int number = 1; number <= 5; ++number) {
        put(folder / ("data_batch_" + std::to_string(number) + ".bin"), record(number) + record(number - 1));
    }
    put(folder / "test_batch.bin", record(9));
}

template <class Failure>
std::string message_of_loading(const fs::path& folder) {
    try {
        load_dataset(folder);
    } catch (const Failure& failure) {
        return failure.what();
    }
    ADD_FAILURE() << "nothing, or something else, was thrown";
    return "";
}

TEST(LoadCifar10, ReadsLabelsAndPixelsInTheOrderOfTheBatches) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    const DatasetPair data = load_dataset(folder.path());
    EXPECT_EQ(data.train.labels, (std::vector<std::uint8_t>{1, 0, 2, 1, 3, 2, 4, 3, 5, 4}));
    EXPECT_EQ(data.test.labels, (std::vector<std::uint8_t>{9}));
    EXPECT_EQ(data.train.shape, (ImageShape{3, 32, 32}));
    EXPECT_EQ(data.train.pixels, std::vector<std::uint8_t>(10 * (kRecord - 1), 'x'));
    EXPECT_EQ(data.train.class_names[9], "truck");
    EXPECT_EQ(data.name, "CIFAR-10");
    EXPECT_EQ(data.location, folder.path().string());
}

TEST(LoadCifar10, LooksIntoTheSubfolderOfTheArchive) {
    const test::ScratchFolder folder;
    fs::create_directory(folder / "cifar-10-batches-bin");
    write_small_set(folder / "cifar-10-batches-bin");
    EXPECT_EQ(load_dataset(folder.path()).train.count(), 10U);
}

TEST(LoadCifar10, RefusesACutBatch) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    put(folder / "data_batch_3.bin", record(1).substr(0, kRecord - 1));
    const std::string message = message_of_loading<FormatError>(folder.path());
    EXPECT_TRUE(test::contains(message, "data_batch_3.bin") && test::contains(message, "3072") &&
                test::contains(message, "3073"))
        << message;
}

TEST(LoadCifar10, RefusesAnEmptyBatch) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    put(folder / "test_batch.bin", "");
    EXPECT_TRUE(test::contains(message_of_loading<FormatError>(folder.path()), "test_batch.bin"));
}

TEST(LoadCifar10, RefusesTheLabelTen) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    put(folder / "data_batch_2.bin", record(9) + record(10));
    const std::string message = message_of_loading<FormatError>(folder.path());
    EXPECT_TRUE(test::contains(message, "data_batch_2.bin") &&
                test::contains(message, "image 1 has the label 10"))
        << message;
}

TEST(LoadCifar10, RefusesADirectoryInPlaceOfABatch) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    fs::remove(folder / "data_batch_4.bin");
    fs::create_directory(folder / "data_batch_4.bin");
    EXPECT_TRUE(test::contains(message_of_loading<IoError>(folder.path()), "it is a directory"));
}

TEST(LoadCifar10, NamesAMissingBatch) {
    for (const char* name : {"data_batch_1.bin", "data_batch_3.bin", "test_batch.bin"}) {
        const test::ScratchFolder folder;
        write_small_set(folder.path());
        fs::remove(folder / name);
        EXPECT_TRUE(test::contains(message_of_loading<IoError>(folder.path()), name)) << name;
    }
}

TEST(LoadCifar10, RefusesAWrongNumberOfNames) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    put(folder / "batches.meta.txt", "airplane\nautomobile\n");
    EXPECT_TRUE(test::contains(message_of_loading<FormatError>(folder.path()), "names 2 classes"));
}

TEST(LoadDataset, SaysWhatItLookedFor) {
    const test::ScratchFolder folder;
    EXPECT_TRUE(test::contains(message_of_loading<FormatError>(folder.path()), "data_batch_1.bin"));
    EXPECT_TRUE(test::contains(message_of_loading<IoError>(folder / "absent"), "does not exist"));
    put(folder / "file", "x");
    EXPECT_TRUE(test::contains(message_of_loading<IoError>(folder / "file"), "not a folder"));
}

TEST(WriteCifar10, WhatIsWrittenIsReadBack) {
    // Fewer images than batches, as many, and numbers that five does not divide.
    for (const std::int64_t count : {1, 2, 3, 5, 7, 41}) {
        const DatasetPair data = make_synthetic({count, count + 1, 3});
        const test::ScratchFolder folder;
        write_cifar10(data, folder / "set", Overwrite::kRefuse);
        const DatasetPair read = load_dataset(folder / "set");
        EXPECT_EQ(read.train.labels, data.train.labels);
        EXPECT_EQ(read.train.pixels, data.train.pixels);
        EXPECT_EQ(read.test.labels, data.test.labels);
        EXPECT_EQ(read.test.pixels, data.test.pixels);
        EXPECT_EQ(read.train.class_names, data.train.class_names);
        EXPECT_EQ(read.checksum, data.checksum);
    }
}

TEST(WriteCifar10, ASmallerSetReplacesALargerOneCompletely) {
    const test::ScratchFolder folder;
    write_cifar10(make_synthetic({20, 5, 0}), folder.path(), Overwrite::kRefuse);
    write_cifar10(make_synthetic({2, 1, 0}), folder.path(), Overwrite::kReplace);
    EXPECT_EQ(load_dataset(folder.path()).train.count(), 2U);
}

TEST(WriteCifar10, RefusesToReplaceUnasked) {
    const test::ScratchFolder folder;
    const DatasetPair data = make_synthetic({5, 2, 0});
    write_cifar10(data, folder.path(), Overwrite::kRefuse);
    EXPECT_THROW(write_cifar10(data, folder.path(), Overwrite::kRefuse), IoError);
    EXPECT_THROW(require_writable_cifar10(folder.path(), Overwrite::kRefuse), IoError);
    EXPECT_EQ(load_dataset(folder.path()).train.count(), 5U);
}

TEST(WriteCifar10, AFullDiskLeavesWhatWasThere) {
    const test::ScratchFolder folder;
    write_cifar10(make_synthetic({20, 5, 0}), folder.path(), Overwrite::kRefuse);
    const std::string before = load_dataset(folder.path()).checksum;
    // A limit on the size of files stands for the disk: the test batch of the larger set goes beyond it.
    rlimit old{};
    getrlimit(RLIMIT_FSIZE, &old);
    rlimit small = old;
    small.rlim_cur = 100'000;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_THROW(write_cifar10(make_synthetic({20, 50, 1}), folder.path(), Overwrite::kReplace), IoError);
    EXPECT_THROW(write_cifar10(make_synthetic({20, 50, 1}), folder / "new", Overwrite::kRefuse), IoError);
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(load_dataset(folder.path()).checksum, before);
    EXPECT_FALSE(fs::exists(folder / "new"));
    EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 7);
}

TEST(WriteCifar10, RefusesWhatTheLayoutCannotHold) {
    const test::ScratchFolder folder;
    DatasetPair data = make_synthetic({2, 1, 0});
    data.test.labels.clear();
    data.test.pixels.clear();
    EXPECT_THROW(write_cifar10(data, folder / "set", Overwrite::kRefuse), InvalidArgument);
    data = make_synthetic({2, 1, 0});
    data.train.shape = {1, 32, 96};
    EXPECT_THROW(write_cifar10(data, folder / "set", Overwrite::kRefuse), InvalidArgument);
    data = make_synthetic({2, 1, 0});
    data.test.labels[0] = 10;
    EXPECT_THROW(write_cifar10(data, folder / "set", Overwrite::kRefuse), InvalidArgument);
    EXPECT_FALSE(fs::exists(folder / "set"));
}

TEST(MakeSynthetic, DependsOnTheSeedOnly) {
    const DatasetPair first = make_synthetic({30, 10, 1});
    EXPECT_EQ(make_synthetic({30, 10, 1}).checksum, first.checksum);
    EXPECT_NE(make_synthetic({30, 10, 2}).checksum, first.checksum);
    EXPECT_EQ(first.train.count(), 30U);
    EXPECT_EQ(first.test.count(), 10U);
    EXPECT_THROW(make_synthetic({0, 10, 1}), InvalidArgument);
}

}  // namespace
}  // namespace eckart::data
