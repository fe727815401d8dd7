// eckart generate: man pages and what it refuses. Completion is in completion_test.cpp.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "folder_listing.hpp"
#include "help_listing.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {
namespace fs = std::filesystem;

using Pages = std::map<std::string, std::string>;  ///< text by file name

Pages pages_in(const fs::path& folder) {
    Pages pages;
    for (const auto& entry : fs::directory_iterator(folder)) {
        pages[entry.path().filename().string()] = read_file(entry.path(), 1'000'000);
    }
    return pages;
}

Pages generated(const std::vector<std::string>& environment = {}) {
    const ScratchFolder folder;
    const Ended ended = run_eckart({{"generate", "man", "man/pages"}, folder.path(), environment});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return pages_in(folder / "man" / "pages");
}

std::string page_name(const HelpListing& help) {
    return fmt::format("{}.1", fmt::join(Words{"eckart"} + help.words, "-"));
}

/// Without fonts and escapes.
std::string plain(std::string text) {
    for (const char* font : {"\\fB", "\\fI", "\\fR"}) {
        for (std::size_t at = 0; (at = text.find(font, at)) != std::string::npos;) text.erase(at, 3);
    }
    std::erase(text, '\\');
    return text;
}

/// The names of all options that a page describes, sorted: "-o, --output FILE" below a .TP of its OPTIONS.
Words options_of(const std::string& page) {
    Words names;
    std::istringstream lines(page);
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(".SH")) inside = line == ".SH OPTIONS";
        if (!inside || line != ".TP" || !std::getline(lines, line)) continue;
        std::istringstream words(plain(line));
        for (std::string word; words >> word;) {
            if (word.ends_with(',')) word.pop_back();
            if (word.starts_with('-')) names.push_back(word);
        }
    }
    std::ranges::sort(names);
    return names;
}

TEST(ManPages, DescribeEveryCommandAndOptionThatHelpLists) {
    const Pages pages = generated();
    const std::vector<HelpListing> helps = all_help_listings();
    EXPECT_EQ(pages.size(), helps.size());
    for (const HelpListing& help : helps) {
        SCOPED_TRACE(page_name(help));
        ASSERT_TRUE(pages.contains(page_name(help)));
        EXPECT_EQ(options_of(pages.at(page_name(help))), help.options);
    }
}

TEST(ManPages, ComparisonWithHelpNoticesAMissingOption) {
    std::string page = generated().at("eckart-compress.1");
    const Words all = options_of(page);
    const std::size_t at = page.find(".TP\n\\fB\\-\\-rank");
    ASSERT_NE(at, std::string::npos);
    page.erase(at, page.find(".TP", at + 1) - at);
    EXPECT_EQ(options_of(page).size(), all.size() - 1);
}

TEST(ManPages, HaveTheUsualSections) {
    for (const auto& [name, page] : generated()) {
        for (const char* title :
             {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "SEE ALSO"}) {
            EXPECT_NE(page.find(fmt::format("\n.SH {}\n", title)), std::string::npos)
                << name << ": " << title;
        }
    }
}

TEST(ManPages, AreTheSameBytesEverywhere) {
    EXPECT_EQ(generated(),
              generated({"TZ=Asia/Tokyo", "LC_ALL=C.UTF-8", "SOURCE_DATE_EPOCH=1", "COLUMNS=40"}));
}

TEST(ManPages, AreCleanTroffAndShowExamplesLetterByLetter) {
    if (run_program("sh", {{"-c", "command -v groff"}, "/"}).code != 0)
        GTEST_SKIP() << "groff is not installed";
    const Pages pages = generated();
    const ScratchFolder folder;
    for (const HelpListing& help : all_help_listings()) {
        SCOPED_TRACE(page_name(help));
        write_file(folder / "page.1", pages.at(page_name(help)), Overwrite::kReplace);
        const Ended ended =
            run_program("groff", {{"-man", "-Tascii", "-ww", "-P-cbou", "page.1"}, folder.path()});
        EXPECT_EQ(ended.err, "");
        for (const std::string& example : help.examples) {
            EXPECT_NE(ended.out.find(example), std::string::npos) << example << "\n" << ended.out;
        }
    }
}

TEST(ManPages, PassMandocsLint) {
    if (run_program("sh", {{"-c", "command -v mandoc"}, "/"}).code != 0)
        GTEST_SKIP() << "mandoc is not installed";
    const ScratchFolder folder;
    for (const auto& [name, page] : generated()) {
        write_file(folder / "page.1", page, Overwrite::kReplace);
        std::istringstream lines(
            run_program("mandoc", {{"-T", "lint", "-W", "warning", "page.1"}, folder.path()}).out);
        for (std::string line; std::getline(lines, line);) {
            // Without a date, the same source gives the same page.
            EXPECT_NE(line.find("missing date"), std::string::npos) << name << ": " << line;
        }
    }
}

TEST(ManPages, ReplaceOlderOnesOnlyWhenForced) {
    const ScratchFolder folder;
    write_file(folder / "eckart-train.1", "older", Overwrite::kRefuse);
    const std::string before = listing(folder.path());
    const Ended refused = run_eckart({{"generate", "man", "."}, folder.path()});
    EXPECT_EQ(refused.code, 5);
    EXPECT_EQ(refused.out, "");
    EXPECT_NE(refused.err.find("eckart-train.1' exists already; add --force"), std::string::npos)
        << refused.err;
    EXPECT_EQ(listing(folder.path()), before);
    const Ended forced = run_eckart({{"generate", "man", ".", "--force"}, folder.path()});
    EXPECT_EQ(forced.code, 0) << forced.err;
    EXPECT_EQ(pages_in(folder.path()), generated());
}

std::vector<BadCall> calls() {
    return {
        {"NothingToGenerate", {"generate"}, 2, "see 'eckart generate --help'"},
        {"NoFolder", {"generate", "man"}, 2, "DIR is required"},
        {"EmptyFolder", {"generate", "man", ""}, 2, "DIR: its value is empty"},
        {"FolderIsAFile", {"generate", "man", "net.safetensors"}, 5, "net.safetensors"},
        {"NoShell", {"generate", "completion"}, 2, "SHELL is required"},
        {"UnknownShell", {"generate", "completion", "tcsh"}, 2, "'tcsh'; it must be bash, zsh or fish"},
        {"StdoutFull", {"generate", "completion", "bash"}, 5, "standard output", {}, false, "/dev/full"},
    };
}

ECKART_BAD_CALLS(BadGenerate, calls());

}  // namespace
}  // namespace eckart::test
