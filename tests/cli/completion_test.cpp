// Completion of the command line, as the shells themselves do it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/created_folders.hpp"
#include "help_listing.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

const std::string kHere = ECKART_SOURCE_DIR "/tests/cli";

Words sorted(Words words) {
    std::ranges::sort(words);
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

bool contains(const Words& words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

bool installed(const std::string& shell) {
    return run_program("sh", {{"-c", "command -v " + shell}, "/"}).code == 0;
}

/// zsh completes in a terminal only; a bare container may have none to give.
bool pseudo_terminals() {
    int master = -1;
    int slave = -1;
    if (openpty(&master, &slave, nullptr, nullptr, nullptr) != 0) return false;
    close(slave);
    close(master);
    return true;
}

std::string script_for(const std::string& shell) {
    return run_eckart({{"generate", "completion", shell}, "/"}).out;
}

/// A folder with files to complete, and beside it the script of one shell.
class Shell {
  public:
    explicit Shell(const std::string& name) : Shell(name, script_for(name)) {}
    Shell(const std::string& name, const std::string& script) : name_(name) {
        create_folder(files());
        create_folder(scripts());
        // zsh finds a function by the name of its file.
        write_file(scripts() / (name == "zsh" ? "_eckart" : "script"), script, Overwrite::kRefuse);
        for (const char* file : {"net.safetensors", "small.safetensors", "other.onnx", "notes.txt"}) {
            write_file(files() / file, "", Overwrite::kRefuse);
        }
        create_folder(files() / "data");
    }

    /// What is offered for the last of the words after "eckart", sorted.
    [[nodiscard]] Words offers(const Words& words) const {
        const Words line = Words{"eckart"} + words;
        const std::string text = fmt::format("{}", fmt::join(line, " "));
        Words arguments;
        if (name_ == "bash") {
            arguments = Words{"--norc", kHere + "/complete.bash", (scripts() / "script").string()} + line;
        } else if (name_ == "zsh") {
            arguments = {"-f", kHere + "/complete.zsh", scripts().string(), text};
        } else {
            arguments = {"--no-config", kHere + "/complete.fish", (scripts() / "script").string(), text};
        }
        const Ended ended = run_program(name_, {arguments, files(), {"HOME=" + files().string()}});
        EXPECT_EQ(ended.err, "") << text;
        Words offered;
        std::istringstream lines(ended.out);
        for (std::string offer; std::getline(lines, offer);) {
            if (offer.ends_with('/')) offer.pop_back();  // a folder in fish
            // fish 4 also offers words that have the letters with others between them.
            if (name_ == "fish" && !offer.starts_with(words.back())) continue;
            offered.push_back(offer);
        }
        return sorted(offered);
    }

  private:
    [[nodiscard]] std::filesystem::path files() const { return folder_ / "files"; }
    [[nodiscard]] std::filesystem::path scripts() const { return folder_ / "scripts"; }

    std::string name_;
    ScratchFolder folder_;
};

class Completion : public testing::TestWithParam<std::string> {
  protected:
    void SetUp() override {
        if (!installed(GetParam())) GTEST_SKIP() << GetParam() << " is not installed";
        if (GetParam() == "zsh" && !pseudo_terminals()) GTEST_SKIP() << "there are no pseudo terminals here";
    }
};

TEST_P(Completion, OffersTheCommandsAndOptionsThatHelpLists) {
    const Shell shell(GetParam());
    for (const HelpListing& help : all_help_listings()) {
        SCOPED_TRACE(fmt::format("eckart {}", fmt::join(help.words, " ")));
        EXPECT_EQ(shell.offers(help.words + Words{"-"}), help.options);
        if (help.commands.empty()) continue;
        EXPECT_EQ(shell.offers(help.words + Words{""}), help.commands);
    }
}

TEST_P(Completion, ComparisonWithHelpNoticesAMissingOption) {
    std::string script = script_for(GetParam());
    // Each shell's script says what an option is in one line.
    const std::size_t at = script.find(GetParam() == "fish" ? "-l allow-larger" : "--allow-larger");
    ASSERT_NE(at, std::string::npos);
    const std::size_t begin = script.rfind('\n', at);
    script.erase(begin, script.find('\n', at) - begin);
    const Words offered = Shell(GetParam(), script).offers({"compress", "-"});
    EXPECT_TRUE(contains(offered, "--rank"));
    EXPECT_FALSE(contains(offered, "--allow-larger"));
}

TEST_P(Completion, CompletesBeginnings) {
    const Shell shell(GetParam());
    EXPECT_EQ(shell.offers({"co"}), Words{"compress"});
    EXPECT_EQ(shell.offers({"data", "pre"}), Words{"preview"});
    EXPECT_EQ(shell.offers({"compress", "--ra"}), Words{"--rank"});
    EXPECT_EQ(shell.offers({"zzz"}), Words{});
}

TEST_P(Completion, KnowsTheWordsOfAChoice) {
    const Shell shell(GetParam());
    EXPECT_EQ(shell.offers({"train", "--schedule", ""}), (Words{"constant", "cosine"}));
    EXPECT_EQ(shell.offers({"train", "--schedule", "cos"}), Words{"cosine"});
    EXPECT_EQ(shell.offers({"probe", "game", "--dtype", "float3"}), Words{"float32"});
    EXPECT_EQ(shell.offers({"data", "fetch", ""}), Words{"cifar10"});
    EXPECT_EQ(shell.offers({"generate", "completion", ""}), (Words{"bash", "fish", "zsh"}));
    EXPECT_EQ(shell.offers({"train", "--epochs", ""}), Words{}) << "a number";
}

TEST_P(Completion, OffersNetworksWhereANetworkIsAsked) {
    const Shell shell(GetParam());
    const Words networks = shell.offers({"eval", ""});
    for (const char* name : {"net.safetensors", "small.safetensors", "other.onnx", "data"}) {
        EXPECT_TRUE(contains(networks, name)) << name;
    }
    // fish shows other files after them.
    EXPECT_EQ(contains(networks, "notes.txt"), GetParam() == "fish");
    EXPECT_TRUE(contains(shell.offers({"train", "--json", "-o", "ne"}), "net.safetensors"));
    EXPECT_EQ(shell.offers({"eval", "notes"}), Words{"notes.txt"}) << "nothing ends as networks do";
}

TEST_P(Completion, OffersFoldersAndFilesWhereTheyAreAsked) {
    const Shell shell(GetParam());
    EXPECT_EQ(shell.offers({"eval", "net.safetensors", "--data", ""}), Words{"data"});
    EXPECT_EQ(shell.offers({"data", "fetch", "cifar10", ""}), Words{"data"});
    EXPECT_EQ(shell.offers({"train", "--log", "n"}), (Words{"net.safetensors", "notes.txt"}));
}

TEST_P(Completion, OffersAnOptionOnceUnlessItMayBeRepeated) {
    const Shell shell(GetParam());
    EXPECT_EQ(shell.offers({"train", "--json", "--js"}), Words{});
    EXPECT_EQ(shell.offers({"train", "--epochs", "3", "--ep"}), Words{});
    EXPECT_EQ(shell.offers({"train", "-o", "net.safetensors", "--out"}), Words{});
    EXPECT_EQ(shell.offers({"data", "fetch", "--url", "a", "--ur"}), Words{"--url"});
}

TEST_P(Completion, TakesTheValueOfAnOptionForNoArgument) {
    const Shell shell(GetParam());
    EXPECT_EQ(shell.offers({"data", "fetch", "--seed", "3", ""}), Words{"cifar10"});
    EXPECT_EQ(shell.offers({"data", "fetch", "--json", "cifar10", "--seed", "3", ""}), Words{"data"});
}

TEST_P(Completion, CompletesTheProgramAfterTwoDashes) {
    const Shell shell(GetParam());
    const Words exec{"probe", "exec", "-o", "out"};
    EXPECT_TRUE(contains(shell.offers(exec + Words{"--", "mkdi"}), "mkdir"));
    EXPECT_EQ(shell.offers(exec + Words{"--", "cat", "note"}), Words{"notes.txt"});
    EXPECT_EQ(shell.offers(exec + Words{"--di"}), Words{"--dim"});
    EXPECT_FALSE(contains(shell.offers(exec + Words{"--", "cat", "--di"}), "--dim"));
}

INSTANTIATE_TEST_SUITE_P(Shells, Completion, testing::Values("bash", "fish", "zsh"),
                         [](const auto& shell) { return shell.param; });

TEST(BashCompletion, JoinsWhatBashSplits) {
    const Shell shell("bash");
    EXPECT_EQ(shell.offers({"train", "--schedule", "="}), (Words{"constant", "cosine"}));
    EXPECT_EQ(shell.offers({"train", "--schedule", "=", "co"}), (Words{"constant", "cosine"}));
    EXPECT_EQ(shell.offers({"train", "--schedule", "=", "cosine", "--sched"}), Words{});
    EXPECT_EQ(shell.offers({"data", "fetch", "--url", "http", ":", "//host", ""}), Words{"cifar10"});
    EXPECT_EQ(shell.offers({"data", "fetch", "--url", "http", ":", "//ho"}), Words{});
}

TEST(BashCompletion, WorksUnderSettingsOfItsUser) {
    for (const char* setting : {"IFS=:", "IFS=$'\\n'", "shopt -s failglob", "shopt -s nullglob", "set -u"}) {
        SCOPED_TRACE(setting);
        const Shell shell("bash", fmt::format("{}\n{}", setting, script_for("bash")));
        EXPECT_EQ(shell.offers({"data", "pre"}), Words{"preview"});
        EXPECT_EQ(shell.offers({"train", "--schedule", ""}), (Words{"constant", "cosine"}));
        EXPECT_EQ(shell.offers({"data", "fetch", "--url", "a", "--ur"}), Words{"--url"});
        EXPECT_EQ(shell.offers({"train", "-o", "net.safetensors", "--out"}), Words{});
        EXPECT_EQ(shell.offers({"eval", "net.safetensors", "--data", ""}), Words{"data"});
    }
}

TEST(BashCompletion, PassesShellcheck) {
    if (!installed("shellcheck")) GTEST_SKIP() << "shellcheck is not installed";
    const ScratchFolder folder;
    write_file(folder / "eckart.bash", script_for("bash"), Overwrite::kRefuse);
    const Ended ended = run_program("shellcheck", {{"eckart.bash"}, folder.path()});
    EXPECT_EQ(ended.code, 0) << ended.out;
}

}  // namespace
}  // namespace eckart::test
