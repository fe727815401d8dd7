#include "eckart/data/fetch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "cifar10_archive.hpp"
#include "contains.hpp"
#include "data/checksum.hpp"
#include "eckart/core/error.hpp"
#include "eckart/data/load.hpp"
#include "loopback_server.hpp"
#include "scratch_folder.hpp"

namespace eckart::data {
namespace {

namespace fs = std::filesystem;
using test::LoopbackServer;
using test::Reply;

using Requests = std::vector<std::string>;

// 300,000 bytes that do not repeat soon, and their MD5.
std::string long_body() {
    std::string body;
    for (std::uint32_t i = 0; body.size() < 300'000; ++i) body += std::to_string(i * 2654435761U);
    return body.substr(0, 300'000);
}

class Download : public testing::Test {
  protected:
    Download() : body(long_body()), target(folder / "target") {
        setenv("no_proxy", "127.0.0.1", 1);
        write_file(folder / "body", body, Overwrite::kRefuse);
        options.checksums = {md5_of_file(folder / "body")};
    }
    DownloadOutcome get(const std::vector<std::string>& paths) {
        std::vector<std::string> urls;
        urls.reserve(paths.size());
        for (const std::string& path : paths) urls.push_back(server.url(path));
        return download(urls, target, options);
    }
    std::string error_of(const std::vector<std::string>& paths) {
        try {
            get(paths);
        } catch (const NetworkError& error) {
            EXPECT_FALSE(fs::exists(target));
            return error.what();
        }
        ADD_FAILURE() << "the download worked";
        return "";
    }
    std::string content() { return read_file(target, 1 << 20); }
    bool clean() {  // nothing but the target and the test's own file
        return std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 2;
    }

    test::ScratchFolder folder;
    std::string body;
    fs::path target;
    LoopbackServer server;
    DownloadOptions options;
};

// Expects reports that grow, out of all 300,000 bytes.
struct WholeObserver : ProgressObserver {
    void on_progress(const Progress& progress) override {
        EXPECT_EQ(progress.total, 300'000U);
        EXPECT_GE(progress.done, last);
        last = progress.done;
    }
    std::uint64_t last = 0;
};

TEST_F(Download, WritesWhatTheServerSends) {
    server.serve("/a.gz", {{body}});
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_TRUE(clean());
}

TEST_F(Download, DoesNotAskForWhatIsThere) {
    server.serve("/a.gz", {{body}});
    get({"/a.gz"});
    get({"/a.gz"});
    EXPECT_EQ(server.requests(), Requests({"/a.gz"}));
}

TEST_F(Download, ReportsProgress) {
    WholeObserver observer;
    options.observer = &observer;
    server.serve("/a.gz", {{body}});
    get({"/a.gz"});
    EXPECT_EQ(observer.last, 300'000U);
}

TEST_F(Download, ContinuesAfterABrokenConnection) {
    server.serve("/a.gz", {{body, 200, true, 100'000}, {body, 200, true, 50'000}, {body}});
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_EQ(server.requests(), Requests({"/a.gz", "/a.gz from 100000", "/a.gz from 150000"}));
}

TEST_F(Download, ContinuesWhatAnEarlierCallLeft) {
    write_file(folder / "a.gz.part", body.substr(0, 123'456), Overwrite::kRefuse);
    server.serve("/files/a.gz?x=/y", {{body}});
    WholeObserver observer;
    options.observer = &observer;
    EXPECT_EQ(get({"/files/a.gz?x=/y#z"}), DownloadOutcome::kComplete) << "the query is no part of the name";
    EXPECT_EQ(observer.last, 300'000U);
    EXPECT_EQ(content(), body);
    EXPECT_TRUE(clean());
}

TEST_F(Download, KeepsWhatCameForTheNextCall) {
    server.serve("/a.gz", {{body, 200, true, 100'000}, {"", 503}});
    const std::string error = error_of({"/a.gz"});
    EXPECT_TRUE(test::contains(error, "503") && test::contains(error, "100000 bytes are kept")) << error;
    EXPECT_EQ(fs::file_size(folder / "a.gz.part"), 100'000U);
    server.serve("/a.gz", {{body}});
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_EQ(server.requests().back(), "/a.gz from 100000");
}

TEST_F(Download, BeginsAnewWhereTheServerKnowsNoRanges) {
    write_file(folder / "a.gz.part", body.substr(0, 1000), Overwrite::kRefuse);
    server.serve("/a.gz", {{body, 200, false}});
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
}

TEST_F(Download, BeginsAnewWhenThePartWasOfAnotherFile) {
    write_file(folder / "a.gz.part", std::string(1000, 'z'), Overwrite::kRefuse);
    server.serve("/a.gz", {{body}});
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_EQ(server.requests(), Requests({"/a.gz from 1000", "/a.gz"}));
}

TEST_F(Download, TakesAPartThatIsTheWholeAlready) {
    write_file(folder / "a.gz.part", body, Overwrite::kRefuse);
    server.serve("/a.gz", {{body}});
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_EQ(server.requests(), Requests({"/a.gz from 300000"}));
}

TEST_F(Download, GivesUpOnAServerThatBreaksAndKnowsNoRanges) {
    server.serve("/a.gz", {{body, 200, false, 1000}});
    error_of({"/a.gz"});
    EXPECT_LE(server.requests().size(), 4U);
}

TEST_F(Download, GivesUpOnAServerThatSendsNothing) {
    server.serve("/a.gz", {{body, 200, true, 0}});
    error_of({"/a.gz"});
    EXPECT_EQ(server.requests().size(), 1U);
    EXPECT_FALSE(fs::exists(folder / "a.gz.part"));
}

TEST_F(Download, RefusesAWrongChecksum) {
    server.serve("/a.gz", {{"something else"}});
    const std::string error = error_of({"/a.gz"});
    EXPECT_TRUE(test::contains(
        error, "its MD5 is 6c7ba9c5a141421e1c03cb9807c97c74, expected " + options.checksums[0]))
        << error;
    EXPECT_FALSE(fs::exists(folder / "a.gz.part"));
}

TEST_F(Download, TriesTheNextAddress) {
    server.serve("/wrong.gz", {{"something else"}});
    server.serve("/right.gz", {{body}});
    EXPECT_EQ(get({"/absent.gz", "/wrong.gz", "/right.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_EQ(server.requests(), Requests({"/absent.gz", "/wrong.gz", "/right.gz"}));
    EXPECT_TRUE(clean());
}

TEST_F(Download, OneMirrorContinuesWhatAnotherBegan) {
    server.serve("/slow/a.gz", {{body, 200, true, 1000}, {"", 503}});
    server.serve("/fast/a.gz", {{body}});
    EXPECT_EQ(get({"/slow/a.gz", "/fast/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_EQ(server.requests().back(), "/fast/a.gz from 1000");
}

TEST_F(Download, NamesEveryAddressThatFailed) {
    server.serve("/b.gz", {{"", 500}});
    const std::string error = error_of({"/a.gz", "/b.gz"});
    EXPECT_TRUE(test::contains(error, "/a.gz': ") && test::contains(error, "404") &&
                test::contains(error, "/b.gz': ") && test::contains(error, "500"))
        << error;
}

TEST_F(Download, RefusesMoreThanTheLimit) {
    options.largest = 299'999;
    server.serve("/a.gz", {{body}});
    EXPECT_TRUE(test::contains(error_of({"/a.gz"}), "more than 299999 bytes"));
}

TEST_F(Download, FollowsRedirectionsToTheWebOnly) {
    server.serve("/there.gz", {{body}});
    server.serve("/here.gz", {{"", 302, true, std::string::npos, server.url("/there.gz")}});
    EXPECT_EQ(get({"/here.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    fs::remove(target);
    server.serve("/here.gz", {{"", 302, true, std::string::npos, "file://" + (folder / "body").string()}});
    error_of({"/here.gz"});
    server.serve("/circle.gz", {{"", 302, true, std::string::npos, server.url("/circle.gz")}});
    error_of({"/circle.gz"});
}

TEST_F(Download, StopsWhenAskedAndContinuesLater) {
    server.serve("/a.gz", {{body}});
    options.stop = [] { return true; };
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kInterrupted);
    EXPECT_FALSE(fs::exists(target));
    options.stop = {};
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
}

TEST_F(Download, WithoutAChecksumNothingIsContinued) {
    options.checksums.clear();
    write_file(folder / "a.gz.part", "left over", Overwrite::kRefuse);
    server.serve("/a.gz", {{body}});
    EXPECT_EQ(get({"/a.gz"}), DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_EQ(server.requests(), Requests({"/a.gz"}));
}

TEST_F(Download, ReadsFilesAndRefusesOtherAddresses) {
    EXPECT_EQ(download({"file://" + (folder / "body").string()}, target, options),
              DownloadOutcome::kComplete);
    EXPECT_EQ(content(), body);
    EXPECT_THROW(download({"ftp://127.0.0.1/a"}, target, options), InvalidArgument);
    EXPECT_THROW(download({"a.gz"}, target, options), InvalidArgument);
    EXPECT_THROW(download({}, target, options), InvalidArgument);
    EXPECT_THROW(download({server.url("/a")}, folder / "absent/target", options), IoError);
}

TEST_F(Download, NamesNoFileByWhatTheAddressSays) {
    server.serve("/x/..%2F..", {{body}});
    EXPECT_EQ(get({"/x/..%2F.."}), DownloadOutcome::kComplete);
    EXPECT_TRUE(clean());
}

FetchOptions fetch_options(const fs::path& archive, const std::vector<std::string>& urls) {
    setenv("no_proxy", "127.0.0.1", 1);
    FetchOptions options;
    options.urls = urls;
    options.checksums = {md5_of_file(archive)};
    return options;
}

TEST(FetchCifar10, DownloadsChecksAndWritesTheBatches) {
    const test::ScratchFolder folder;
    const fs::path archive = folder / "made.tar.gz";
    test::write_archive(archive, test::python_members("python2"));
    LoopbackServer server;
    server.serve("/cifar-10-python.tar.gz",
                 {{read_file(archive, 1 << 20), 200, true, 1000}, {read_file(archive, 1 << 20)}});
    const FetchOptions options = fetch_options(archive, {server.url("/cifar-10-python.tar.gz")});
    const auto data = fetch_cifar10(folder / "set", options);
    ASSERT_TRUE(data.has_value());
    EXPECT_EQ(load_dataset(folder / "set").checksum, data->checksum);
    EXPECT_EQ(data->train.count(), 10U);
    EXPECT_FALSE(fs::exists(folder / "set/cifar-10.tar.gz")) << "the archive is not needed any more";
    EXPECT_THROW(fetch_cifar10(folder / "set", options), IoError) << "nothing is replaced unasked";
    EXPECT_EQ(server.requests().size(), 2U);
}

TEST(FetchCifar10, AMemberThatPointsOutOfTheFolderIsNotWritten) {
    const test::ScratchFolder folder;
    const fs::path archive = folder / "made.tar.gz";
    std::vector<test::Member> members = test::binary_members();
    members.push_back({"../evil.bin", "x"});
    members[0].path = "cifar-10-batches-bin/../../data_batch_1.bin";
    test::write_archive(archive, members);
    LoopbackServer server;
    server.serve("/a.tar.gz", {{read_file(archive, 1 << 20)}});
    EXPECT_THROW(fetch_cifar10(folder / "sub/set", fetch_options(archive, {server.url("/a.tar.gz")})),
                 FormatError);
    EXPECT_FALSE(fs::exists(folder / "sub")) << "and nothing is left";
    EXPECT_FALSE(fs::exists(folder / "evil.bin"));
    EXPECT_FALSE(fs::exists(folder / "data_batch_1.bin"));
}

TEST(FetchCifar10, LeavesNothingWhenNoAddressWorks) {
    const test::ScratchFolder folder;
    LoopbackServer server;
    FetchOptions options;
    options.urls = {server.url("/a.tar.gz")};
    setenv("no_proxy", "127.0.0.1", 1);
    EXPECT_THROW(fetch_cifar10(folder / "sub/set", options), NetworkError);
    EXPECT_FALSE(fs::exists(folder / "sub"));
}

TEST(FetchCifar10, StopsWhenAsked) {
    const test::ScratchFolder folder;
    LoopbackServer server;
    server.serve("/a.tar.gz", {{std::string(100'000, 'x')}});
    FetchOptions options;
    options.urls = {server.url("/a.tar.gz")};
    options.stop = [] { return true; };
    setenv("no_proxy", "127.0.0.1", 1);
    EXPECT_FALSE(fetch_cifar10(folder / "set", options).has_value());
}

}  // namespace
}  // namespace eckart::data
