#include "eckart/data/idx.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <zlib.h>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/load.hpp"
#include "scratch_folder.hpp"

namespace eckart::data {
namespace {

namespace fs = std::filesystem;

std::string number(std::uint32_t value) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 0xFFU);
    return bytes;
}

std::string images_file(std::uint32_t count, std::uint32_t height, std::uint32_t width,
                        const std::string& pixels) {
    return number(0x803) + number(count) + number(height) + number(width) + pixels;
}

std::string labels_file(const std::string& labels) {
    return number(0x801) + number(static_cast<std::uint32_t>(labels.size())) + labels;
}

void put(const fs::path& file, const std::string& bytes) {
    write_file(file, bytes, Overwrite::kReplace);
}

std::string compressed(const std::string& bytes) {
    const test::ScratchFolder folder;
    const gzFile file = gzopen((folder / "x").c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return read_file(folder / "x", 1 << 24);
}

// Two training images and one test image of 2 x 3 pixels; its files one by one to be spoilt.
void write_small_set(const fs::path& folder) {
    put(folder / "train-images-idx3-ubyte", images_file(2, 2, 3, "abcdefghijkl"));
    put(folder / "train-labels-idx1-ubyte", labels_file({'\0', '\2'}));
    put(folder / "t10k-images-idx3-ubyte", images_file(1, 2, 3, "uvwxyz"));
    put(folder / "t10k-labels-idx1-ubyte", labels_file({'\1'}));
}

template <class Failure>
void expect_refusal(const fs::path& folder, const std::string& part) {
    try {
        load_dataset(folder);
        ADD_FAILURE() << "was accepted; expected: " << part;
    } catch (const Failure& failure) {
        EXPECT_NE(std::string(failure.what()).find(part), std::string::npos) << failure.what();
    }
}

TEST(LoadIdx, ReadsImagesAndLabels) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    const DatasetPair data = load_dataset(folder.path());
    EXPECT_EQ(data.train.shape, (ImageShape{1, 2, 3}));
    EXPECT_EQ(std::string(data.train.pixels.begin(), data.train.pixels.end()), "abcdefghijkl");
    EXPECT_EQ(std::string(data.test.pixels.begin(), data.test.pixels.end()), "uvwxyz");
    EXPECT_EQ(data.train.labels, (std::vector<std::uint8_t>{0, 2}));
    EXPECT_EQ(data.test.class_names, (std::vector<std::string>{"0", "1", "2"}));
    EXPECT_EQ(data.name, "images in IDX files");
}

TEST(LoadIdx, CompressedAndPlainFilesHoldTheSame) {
    const test::ScratchFolder folder;
    fs::create_directory(folder / "raw");
    write_small_set(folder / "raw");
    const std::string plain = load_dataset(folder.path()).checksum;
    for (const char* name : {"train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
        const fs::path file = folder.path() / "raw" / name;
        put(file.string() + ".gz", compressed(read_file(file, 1000)));
        fs::remove(file);
    }
    EXPECT_EQ(load_dataset(folder.path()).checksum, plain);
}

TEST(LoadIdx, RecognizesTheKnownSets) {
    const std::pair<std::string, std::string> sets[] = {{"MNIST", {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}},
                                                        {"Fashion-MNIST", {9, 0, 0, 3, 0, 2, 7, 2, 5, 5}}};
    for (const auto& [name, first] : sets) {
        const test::ScratchFolder folder;
        write_small_set(folder.path());
        put(folder / "train-images-idx3-ubyte", images_file(60000, 2, 3, std::string(360000, 'x')));
        put(folder / "train-labels-idx1-ubyte", labels_file(first + std::string(59990, '\3')));
        EXPECT_EQ(load_dataset(folder.path()).name, name);
        put(folder / "train-labels-idx1-ubyte",
            labels_file("\1" + first.substr(1) + std::string(59990, '\3')));
        EXPECT_EQ(load_dataset(folder.path()).name, "images in IDX files");
    }
}

TEST(LoadIdx, RefusesWrongMagicNumbers) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    put(folder / "train-images-idx3-ubyte", labels_file("abcdefghijklmnop"));
    expect_refusal<FormatError>(folder.path(), "starts with 0x00000801; an IDX file of images");
    write_small_set(folder.path());
    put(folder / "t10k-labels-idx1-ubyte", images_file(1, 1, 1, "x"));
    expect_refusal<FormatError>(folder.path(), "starts with 0x00000803; an IDX file of labels");
}

TEST(LoadIdx, RefusesSizesThatOverflow) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    const fs::path images = folder / "train-images-idx3-ubyte";
    put(images, images_file(0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, "x"));
    expect_refusal<FormatError>(folder.path(), "4294967295 x 4294967295 pixels");
    put(images, images_file(0x80000000, 2, 1, "x"));  // 2^32: 0 in 32 bits
    expect_refusal<FormatError>(folder.path(), "4294967296 bytes");
    put(images, images_file(2, 0, 3, ""));
    expect_refusal<FormatError>(folder.path(), "3 x 0 pixels");
    put(images, images_file(1 << 20, 32, 32, "x"));  // 1 GiB announced, one byte there
    expect_refusal<FormatError>(folder.path(), "ends after 17 bytes; 1073741823 are missing");
}

TEST(LoadIdx, RefusesFilesOfAnotherLength) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    const fs::path labels = folder / "train-labels-idx1-ubyte";
    put(labels, number(0x801) + number(3) + "ab");
    expect_refusal<FormatError>(folder.path(), "1 are missing");
    put(labels, labels_file("ab") + "c");
    expect_refusal<FormatError>(folder.path(), "goes on after the 10 bytes");
    put(labels, "");
    expect_refusal<FormatError>(folder.path(), "ends after 0 bytes");
    put(labels, labels_file(""));
    expect_refusal<FormatError>(folder.path(), "holds no labels");
    put(labels, labels_file("abc"));
    expect_refusal<FormatError>(folder.path(), "has 2 images, but");
}

TEST(LoadIdx, RefusesPartsOfUnequalShape) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    put(folder / "t10k-images-idx3-ubyte", images_file(1, 3, 2, "uvwxyz"));
    expect_refusal<FormatError>(folder.path(), "have 3 x 2 pixels, the test images 2 x 3");
}

TEST(LoadIdx, NamesAMissingOrUnreadableFile) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    fs::remove(folder / "t10k-images-idx3-ubyte");
    expect_refusal<IoError>(folder.path(), "t10k-images-idx3-ubyte");
    fs::create_directory(folder / "t10k-images-idx3-ubyte");
    expect_refusal<IoError>(folder.path(), "it is a directory");
}

TEST(LoadIdx, NoCutOrFlippedCompressedFileIsAccepted) {
    const test::ScratchFolder folder;
    write_small_set(folder.path());
    fs::remove(folder / "train-images-idx3-ubyte");
    const std::string good = compressed(images_file(2, 2, 3, "abcdefghijkl"));
    const fs::path file = folder / "train-images-idx3-ubyte.gz";
    put(file, good);
    const std::string checksum = load_dataset(folder.path()).checksum;
    for (std::size_t size = 0; size < good.size(); ++size) {
        put(file, good.substr(0, size));
        EXPECT_THROW(load_dataset(folder.path()), FormatError) << "cut to " << size;
    }
    // Either the damage is noticed, or it hit a part of gzip's header that does not matter (time, system).
    EXPECT_TRUE(rc::check([&] {
        std::string damaged = good;
        damaged[*rc::gen::inRange<std::size_t>(0, good.size())] ^=
            static_cast<char>(*rc::gen::inRange(1, 256));
        put(file, damaged);
        try {
            RC_ASSERT(load_dataset(folder.path()).checksum == checksum);
        } catch (const FormatError&) {
            RC_SUCCEED("refused");
        }
    }));
}

}  // namespace
}  // namespace eckart::data
