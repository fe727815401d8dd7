#include "eckart/data/import.hpp"

#include <gtest/gtest.h>

#include "cifar10_archive.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/load.hpp"
#include "scratch_folder.hpp"

namespace eckart::data {
namespace {

namespace fs = std::filesystem;
using test::binary_members;
using test::golden_bytes;
using test::Member;
using test::python_members;
using test::write_archive;

// Options for archives made by a test, whose checksum is none of the official ones.
ImportOptions any_archive() {
    ImportOptions options;
    options.checksums.clear();
    return options;
}

std::uint8_t golden_pixel(std::size_t image, std::size_t byte) {
    return static_cast<std::uint8_t>((7 * image + byte) % 251);
}

// Six batches of the golden file's two images.
void expect_golden(const DatasetPair& data) {
    ASSERT_EQ(data.train.labels, (std::vector<std::uint8_t>{3, 9, 3, 9, 3, 9, 3, 9, 3, 9}));
    ASSERT_EQ(data.test.labels, (std::vector<std::uint8_t>{3, 9}));
    for (std::size_t i = 0; i < 10; ++i) {
        for (std::size_t k = 0; k < 3072; ++k)
            ASSERT_EQ(data.train.image(i)[k], golden_pixel(i % 2, k)) << i << k;
    }
    EXPECT_EQ(data.name, "CIFAR-10");
    EXPECT_EQ(data.test.class_names[9], "truck");
}

template <class Failure>
void expect_refusal(const fs::path& source, const std::string& part,
                    const ImportOptions& options = any_archive()) {
    const test::ScratchFolder scratch;
    try {
        import_cifar10(source, scratch / "parent/set", options);
        ADD_FAILURE() << "was accepted; expected: " << part;
    } catch (const Failure& failure) {
        EXPECT_NE(std::string(failure.what()).find(part), std::string::npos) << failure.what();
    }
    EXPECT_FALSE(fs::exists(scratch / "parent")) << "something was left on disk";
}

TEST(Import, ReadsAnArchiveOfTheBinaryVersion) {
    const test::ScratchFolder folder;
    write_archive(folder / "a.tar.gz", binary_members());
    const DatasetPair data = import_cifar10(folder / "a.tar.gz", folder / "set", any_archive());
    EXPECT_EQ(data.train.labels, (std::vector<std::uint8_t>{1, 2, 3, 4, 5}));
    EXPECT_EQ(data.test.labels, (std::vector<std::uint8_t>{0}));
    EXPECT_EQ(data.location, (folder / "set").string());
    EXPECT_EQ(load_dataset(folder / "set").checksum, data.checksum);
}

TEST(Import, ReadsAnArchiveOfThePythonVersion) {
    for (const char* writer : {"python2", "python3"}) {
        const test::ScratchFolder folder;
        write_archive(folder / "a.tar.gz", python_members(writer));
        const DatasetPair data = import_cifar10(folder / "a.tar.gz", folder / "set", any_archive());
        expect_golden(data);
        EXPECT_EQ(load_dataset(folder / "set").checksum, data.checksum);
    }
}

TEST(Import, ReadsFoldersAsTheArchivesUnpackThem) {
    const test::ScratchFolder folder;
    for (const auto& members : {binary_members(), python_members("python2")}) {
        const test::ScratchFolder unpacked;
        for (const Member& member : members) {
            const fs::path file = unpacked / member.path;
            fs::create_directories(file.parent_path());
            write_file(file, member.content, Overwrite::kRefuse);
        }
        const DatasetPair outer = read_published_cifar10(unpacked.path(), {});
        const DatasetPair inner = read_published_cifar10((unpacked / members[0].path).parent_path(), {});
        EXPECT_EQ(outer.train.count(), members.size() == 6 ? 5U : 10U);
        EXPECT_EQ(outer.checksum, inner.checksum);
    }
}

TEST(Import, ReadsAPlainTarAndMembersInAnyOrder) {
    const test::ScratchFolder folder;
    std::vector<Member> members = binary_members();
    write_archive(folder / "a.tar.gz", members);
    std::reverse(members.begin(), members.end());
    members[0].path = "./" + members[0].path;
    write_archive(folder / "a.tar", members);
    EXPECT_EQ(read_published_cifar10(folder / "a.tar", any_archive()).checksum,
              read_published_cifar10(folder / "a.tar.gz", any_archive()).checksum);
}

TEST(Import, ChecksTheArchivesMd5) {
    const test::ScratchFolder folder;
    const fs::path archive = folder / "a.tar.gz";
    write_archive(archive, binary_members());
    expect_refusal<NetworkError>(archive,
                                 "c32a1d4ab5d03f1284b67883e8d87530 or c58f30108f718f92721af3b95e74349a", {});
    write_file(folder / "abc", "abc", Overwrite::kRefuse);
    ImportOptions options;
    options.checksums = {"900150983cd24fb0d6963f7d28e17f72"};  // of "abc", RFC 1321
    expect_refusal<FormatError>(folder / "abc", "neither .tar nor .tar.gz", options);
}

TEST(Import, NoMemberLeavesTheFolder) {
    const test::ScratchFolder folder;
    const fs::path archive = folder / "a.tar.gz";
    std::vector<Member> members = binary_members();
    for (const std::string path : {"../data_batch_1.bin", "/tmp/data_batch_1.bin", "x/data_batch_1.bin",
                                   "cifar-10-batches-bin/../../data_batch_1.bin"}) {
        members[0].path = path;
        write_archive(archive, members);
        expect_refusal<FormatError>(archive, "neither data_batch_1.bin");
    }
    EXPECT_FALSE(fs::exists(folder / "data_batch_1.bin"));
    EXPECT_FALSE(fs::exists(folder.path().parent_path() / "data_batch_1.bin"));
}

TEST(Import, PassesOverOtherMembers) {
    const test::ScratchFolder folder;
    std::vector<Member> members = binary_members();
    members.push_back({"../evil", "x"});
    members.push_back({"cifar-10-batches-bin/readme.html", std::string(100'000, 'x')});
    write_archive(folder / "a.tar.gz", members);
    import_cifar10(folder / "a.tar.gz", folder / "set", any_archive());
    EXPECT_FALSE(fs::exists(folder / "evil"));
    EXPECT_FALSE(fs::exists(folder / "set/readme.html"));
}

TEST(Import, RefusesLinksAndDoubles) {
    const test::ScratchFolder folder;
    std::vector<Member> members = binary_members();
    members[1] = {members[1].path, "", "/etc/passwd"};
    write_archive(folder / "link.tar.gz", members);
    expect_refusal<FormatError>(folder / "link.tar.gz", "'data_batch_2.bin' as something else than a file");
    members = binary_members();
    members.push_back(members[2]);
    write_archive(folder / "twice.tar.gz", members);
    expect_refusal<FormatError>(folder / "twice.tar.gz", "'data_batch_3.bin' twice");
}

TEST(Import, NamesWhatIsMissing) {
    const test::ScratchFolder folder;
    std::vector<Member> members = binary_members();
    members.erase(members.begin() + 3);
    write_archive(folder / "a.tar.gz", members);
    expect_refusal<FormatError>(folder / "a.tar.gz", "lacks data_batch_4.bin");
    expect_refusal<IoError>(folder / "absent.tar.gz", "No such file");
    fs::create_directory(folder / "empty");
    expect_refusal<FormatError>(folder / "empty", "neither data_batch_1.bin");
    write_file(folder / "nothing.tar.gz", "", Overwrite::kRefuse);
    expect_refusal<FormatError>(folder / "nothing.tar.gz", "archive");
}

TEST(Import, NoCutArchiveIsAccepted) {
    const test::ScratchFolder folder;
    write_archive(folder / "a.tar.gz", python_members("python2"));
    const std::string good = read_file(folder / "a.tar.gz", 1 << 20);
    for (std::size_t size = 0; size + 20 < good.size(); size += 97) {
        write_file(folder / "cut.tar.gz", good.substr(0, size), Overwrite::kReplace);
        EXPECT_THROW(read_published_cifar10(folder / "cut.tar.gz", any_archive()), FormatError) << size;
    }
}

TEST(Import, RefusesABatchThatIsMalformedInside) {
    const test::ScratchFolder folder;
    std::vector<Member> members = binary_members();
    members[4].content[0] = 10;
    write_archive(folder / "label.tar.gz", members);
    expect_refusal<FormatError>(folder / "label.tar.gz", "data_batch_5.bin': image 0 has the label 10");
    members = binary_members();
    members.push_back({"cifar-10-batches-bin/batches.meta.txt", "a\x1b[31m\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"});
    write_archive(folder / "names.tar.gz", members);
    expect_refusal<FormatError>(folder / "names.tar.gz", "the name of class 0 holds control characters");
    members = python_members("python2");
    members[0].content.replace(members[0].content.find("cnumpy\nndarray\n"), 15, "cposix\nsystem\n\n");
    write_archive(folder / "evil.tar.gz", members);
    expect_refusal<FormatError>(folder / "evil.tar.gz", "asks for Python's 'posix.system'");
}

TEST(Import, DoesNotReplaceUnasked) {
    const test::ScratchFolder folder;
    write_archive(folder / "a.tar.gz", binary_members());
    import_cifar10(folder / "a.tar.gz", folder / "set", any_archive());
    EXPECT_THROW(import_cifar10(folder / "a.tar.gz", folder / "set", any_archive()), IoError);
    ImportOptions options = any_archive();
    options.overwrite = Overwrite::kReplace;
    EXPECT_EQ(import_cifar10(folder / "a.tar.gz", folder / "set", options).train.count(), 5U);
}

}  // namespace
}  // namespace eckart::data
