// `eckart probe exec`: programs that misbehave, interruption, and what it leaves.
#include <csignal>
#include <fstream>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "eckart/core/atomic_file.hpp"
#include "eckart/core/json.hpp"
#include "error_message.hpp"
#include "full_disk.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kLimit = 1U << 24U;

const Words kExec{"probe", "exec", "--dim", "6", "-o", "study", "--no-plot-files"};
// Shorter than a busy machine needs to start a program, so only for those that never answer.
const Words kImpatient{"--timeout", "0.3"};

Words asking(const Words& program, const Words& options = {}) {
    return kExec + options + Words{"--", ECKART_SIMULATOR} + program;
}

class ProbeExec : public testing::Test {
  protected:
    [[nodiscard]] Ended run(const Words& words) const { return run_eckart({words, folder_.path()}); }
    [[nodiscard]] std::string text(const std::string& file) const {
        return read_file(folder_ / file, kLimit);
    }
    /// What was found, without when and how.
    [[nodiscard]] Json found(const std::string& study) const {
        Json json = Json::parse(text(study + "/probe.json"));
        json.erase("run_record");
        json.erase("program");
        return json;
    }
    /// Runs the command until the program hangs, sends it a signal and waits for its end.
    [[nodiscard]] Ended run_until(const std::string& signal, const Words& words,
                                  const std::string& hung) const {
        const std::string script =
            "\"$@\" & child=$!\n"
            "until [ -s " +
            hung +
            " ]; do\n"
            "  kill -0 $child 2>/dev/null || exit 99\n"
            "done\n"
            "kill -" +
            signal + " $child; wait $child";
        return run_program("bash", {Words{"-c", script, "bash", ECKART_BINARY} + words, folder_.path()});
    }
    void wait_until_dead(const std::string& file) const {
        pid_t process = 0;
        std::ifstream(folder_ / file) >> process;
        ASSERT_GT(process, 0);
        for (;;) {
            std::ifstream status("/proc/" + std::to_string(process) + "/stat");
            std::string line;
            if (!std::getline(status, line) || line.at(line.rfind(')') + 2) == 'Z') return;
        }
    }

    ScratchFolder folder_;
};

TEST_F(ProbeExec, FindsTheDirectionsOfAProgram) {
    const Ended ended = run(asking({"ridge"}));
    ASSERT_EQ(ended.code, 0) << ended.err;
    expect_words(ended.out, {"f varies in 2 of 6 directions", "noise floor", "y1 =", "study/probe.html\n"});
    EXPECT_EQ(ended.err, "");
    const Json json = Json::parse(text("study/probe.json"));
    EXPECT_EQ(json["schema"], "eckart.probe/1");
    EXPECT_EQ(json["outcome"], "determined");
    EXPECT_EQ(json["dimension"], 2);
    EXPECT_EQ(json["eigenvalues"].size(), 6U);
    EXPECT_EQ(json["basis"].size(), 6U);
    EXPECT_EQ(json["program"], (Json{ECKART_SIMULATOR, "ridge"}));
    EXPECT_FALSE(fs::exists(folder_ / "study/spectrum.svg"));
    const auto calls = json["calls"]["values"].get<std::ptrdiff_t>();
    const std::string journal = text("study/calls.tsv");
    EXPECT_EQ(std::count(journal.begin(), journal.end(), '\n'), calls + 2);
    expect_words(text("study/probe.html"), {"Effective dimension of"});
}

TEST_F(ProbeExec, PrintsOneObject) {
    const Ended ended = run(asking({"constant"}, {"--json"}));
    ASSERT_EQ(ended.code, 0) << ended.err;
    Json printed = Json::parse(ended.out);
    EXPECT_EQ(printed["outcome"], "constant");
    EXPECT_EQ(printed, Json::parse(text("study/probe.json")));
}

TEST_F(ProbeExec, GivesTheSameBitsForAnyNumberOfCopies) {
    ASSERT_EQ(run(asking({"ridge"})).code, 0);
    const Json alone = found("study");
    ASSERT_EQ(run(asking({"ridge"}, {"--jobs", "3", "--force"})).code, 0);
    EXPECT_EQ(found("study"), alone);
}

TEST_F(ProbeExec, PassesTheProgramsWordsAsTheyAre) {
    const Words words{"[a,b]", "",     "--", "--force", "it's",   "{}", "%%",
                      "a b",   "\xff", "=x", "game",    "--help", "-o"};
    const Ended ended = run(asking(Words{"words", "said"} + words));
    ASSERT_EQ(ended.code, 0) << ended.err;
    std::string expected;
    for (const std::string& word : words) expected += word + "\n";
    EXPECT_EQ(text("said"), expected);
}

TEST_F(ProbeExec, TakesBoundsFromAFile) {
    write_file(folder_ / "bounds", "# x\n0 1\n\n-2.5e1\t4\r\n", Overwrite::kRefuse);
    const Ended ended =
        run({"probe", "exec", "--bounds", "bounds", "-o", "study", "--", ECKART_SIMULATOR, "ridge"});
    ASSERT_EQ(ended.code, 0) << ended.err;
    const Json box = Json::parse(text("study/probe.json"))["box"];
    EXPECT_EQ(box["lower"], (Json{0.0, -25.0}));
    EXPECT_EQ(box["upper"], (Json{1.0, 4.0}));
}

TEST_F(ProbeExec, EndsWith4WhenUndecidedAndGoesOnWithMoreCalls) {
    // So much noise hides the second direction.
    const Words noisy{"--noise", "1", "--max-calls", "400"};
    const Ended ended = run(asking({"ridge"}, noisy));
    ASSERT_EQ(ended.code, 4) << ended.out << ended.err;
    expect_words(ended.out, {"Undecided after"});
    expect_words(ended.err, {"larger --max-calls than 400"});
    EXPECT_EQ(found("study")["outcome"], "undecided");
    const Ended more = run(asking({"ridge"}, {"--noise", "1", "--max-calls", "1000", "--resume"}));
    expect_words(more.err, {"resuming after"});
    EXPECT_GT(found("study")["calls"]["values"], 400);
}

TEST_F(ProbeExec, KeepsTheAnswersOfAProgramThatThenFails) {
    const Ended ended = run(asking({"after", "5", "7"}, {"--restarts", "0"}));
    EXPECT_EQ(ended.code, 5);
    expect_words(ended.err, {"call 6 of", "ended with exit status 7", "allow more restarts"});
    const std::string journal = text("study/calls.tsv");
    EXPECT_EQ(std::count(journal.begin(), journal.end(), '\n'), 7);
    EXPECT_FALSE(fs::exists(folder_ / "study/probe.json"));
}

TEST_F(ProbeExec, GoesOnAfterBeingKilledToTheSameBits) {
    const Words ask = asking({"hang-at", "60", "hung"});
    ASSERT_EQ(run_until("KILL", ask, "hung").code, 137);
    wait_until_dead("hung");
    // A line that was being written.
    std::ofstream(folder_ / "study/calls.tsv", std::ios::app) << "61\t0.12";
    const Ended ended = run(ask);
    EXPECT_EQ(ended.code, 5);
    expect_words(ended.err, {"add --resume"});
    const Ended again = run(asking({"hang-at", "60", "hung"}, {"--resume"}));
    ASSERT_EQ(again.code, 0) << again.err;
    expect_words(again.err, {"resuming after 59 calls"});
    const Json interrupted = found("study");
    const std::string journal = text("study/calls.tsv");
    ASSERT_EQ(run(asking({"hang-at", "60", "hung"}, {"--force"})).code, 0);
    EXPECT_EQ(found("study"), interrupted);
    EXPECT_EQ(text("study/calls.tsv"), journal);
}

TEST_F(ProbeExec, SaysHowToGoOnAfterAnInterruption) {
    const Words ask = asking({"hang-at", "60", "hung"}, {"--jobs", "2"});
    const Ended ended = run_until("INT", ask, "hung");
    EXPECT_EQ(ended.code, 130);
    expect_words(ended.err, {"interrupted; every answer so far is in 'study/calls.tsv'",
                             " --jobs 2 --resume -- " ECKART_SIMULATOR " hang-at 60 hung\n"});
    EXPECT_EQ(ended.out, "");
    wait_until_dead("hung");
    EXPECT_EQ(run(asking({"hang-at", "60", "hung"}, {"--resume"})).code, 0);
}

TEST_F(ProbeExec, LeavesNothingWhenInterruptedBeforeTheFirstAnswer) {
    const Words ask = asking({"hang-at", "1", "hung"});
    const Ended ended = run_until("TERM", ask, "hung");
    EXPECT_EQ(ended.code, 143);
    EXPECT_EQ(ended.err, "interrupted; nothing was written\n");
    EXPECT_FALSE(fs::exists(folder_ / "study"));
}

TEST_F(ProbeExec, GoesOnAfterTheDiskWasFull) {
    fs::create_directory(folder_ / "disk");
    const Words ask{"probe",           "exec", "--dim",          "30",   "-o", "disk/study",
                    "--no-plot-files", "--",   ECKART_SIMULATOR, "ridge"};
    {
        const FullDisk disk(folder_ / "disk");
        if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small disk";
        const Ended ended = run(ask);
        EXPECT_EQ(ended.code, 5);
        expect_words(ended.err, {"eckart: cannot write 'disk/study/calls.tsv'", "then go on with --resume"});
        EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
        fs::copy(folder_ / "disk/study", folder_ / "kept");
    }
    fs::copy(folder_ / "kept", folder_ / "disk/study");
    const Ended ended = run(Words{"probe", "exec", "--resume"} + Words(ask.begin() + 2, ask.end()));
    EXPECT_EQ(ended.code, 0) << ended.err;
    expect_words(ended.err, {"resuming after"});
}

TEST_F(ProbeExec, NamesTheProgramWhoseExtraLineComesAtTheEnd) {
    const Ended ended = run(asking({"last-word"}));
    EXPECT_EQ(ended.code, 3);
    expect_words(ended.err, {"wrote '0' after its answer to call"});
}

void put_plain_file(const fs::path& folder) {
    write_file(folder / "plain", "#!/bin/sh\n", Overwrite::kRefuse);
}

void put_study(const fs::path& folder) {
    fs::create_directory(folder / "study");
    write_file(folder / "study/calls.tsv",
               "# {\"schema\":\"eckart.calls/1\",\"dim\":6,\"program\":[\"x\"]}\n", Overwrite::kRefuse);
}

void put_foreign_file(const fs::path& folder) {
    fs::create_directory(folder / "study");
    write_file(folder / "study/calls.tsv", "mine\n", Overwrite::kRefuse);
}

void put_page(const fs::path& folder) {
    fs::create_directory(folder / "study");
    write_file(folder / "study/probe.html", "mine\n", Overwrite::kRefuse);
}

void put_file_for_folder(const fs::path& folder) {
    write_file(folder / "study", "mine\n", Overwrite::kRefuse);
}

std::function<void(const fs::path&)> bounds(const std::string& text) {
    return [text](const fs::path& folder) { write_file(folder / "bounds", text, Overwrite::kRefuse); };
}

std::vector<BadCall> bad_programs() {
    return {
        {"PrintsGarbage", asking({"text", "hello\n"}), 3, "answered 'hello', which is not a number"},
        {"PrintsAnEmptyLine", asking({"text", "\n"}), 3, "answered with an empty line"},
        {"PrintsNan", asking({"text", "nan\n"}), 3, "answered 'nan', which is not finite"},
        {"PrintsInf", asking({"text", "inf\n"}), 3, "not finite"},
        {"PrintsTwoNumbers", asking({"text", "1 2\n"}), 3, "more than one number"},
        {"PrintsTwoLines", asking({"text", "1\n2\n"}), 3, "not asked for"},
        {"PrintsWithoutEnd", asking({"endless"}), 3, "more than 4096 bytes"},
        {"ExitsAtOnce", asking({"exit"}), 5, "call 1 of"},
        {"Aborts", asking({"abort"}), 5, "signal 6"},
        {"Hangs", asking({"hang"}, kImpatient), 5, "no answer within 0.3 s"},
        {"IgnoresSigterm", asking({"stubborn"}, kImpatient), 5, "no answer within 0.3 s"},
        {"ClosesStdout", asking({"close"}), 5, "closed its stdout"},
        {"ClosesStdin", asking({"no-stdin"}, kImpatient), 5, "no answer within 0.3 s"},
        {"LeavesAChild", asking({"orphan-exit", "/dev/null"}), 5, "ended with exit status 0"},
        {"IsMissing", kExec + Words{"--", "./missing"}, 5, "cannot run './missing'"},
        {"IsNotInPath", kExec + Words{"--", "no-such-program"}, 5, "no program 'no-such-program' in PATH"},
        {"IsNotExecutable", kExec + Words{"--", "./plain"}, 5, "chmod +x", put_plain_file},
        {"IsAFolder", kExec + Words{"--", "./"}, 5, "Is a directory"},
    };
}

std::vector<BadCall> bad_options() {
    const Words program{"--", ECKART_SIMULATOR, "sum"};
    const Words exec{"probe", "exec", "-o", "study"};
    const auto with = [&](const Words& options) { return exec + options + program; };
    return {
        {"NoProgram", kExec, 2, "name it after '--'"},
        {"NoProgramAfterTheDashes", kExec + Words{"--"}, 2, "name it after '--'"},
        {"NoDashes", kExec + Words{"./simulate"}, 2, "write '--' before the program"},
        {"Misspelled", kExec + Words{"--job", "3"} + program, 2, "did you mean '--jobs'?"},
        {"HiddenOption", kExec + Words{"--program-words=x"}, 2, "unknown option '--program-words'"},
        {"NoDimension", with({}), 2, "--dim or --bounds"},
        {"DimensionZero", with({"--dim", "0"}), 2, "--dim"},
        {"DimensionNegative", with({"--dim", "-3"}), 2, "--dim"},
        {"EmptyBox", with({"--dim", "2", "--low", "1"}), 2, "--low 1 is not below --high 1"},
        {"TwoBoxes", with({"--low", "0", "--bounds", "bounds"}), 2, "contradict", bounds("0 1\n")},
        {"OtherDimension", with({"--dim", "3", "--bounds", "bounds"}), 2, "bounds for 2 variables",
         bounds("0 1\n0 1\n")},
        {"BoundsMissing", with({"--bounds", "bounds"}), 5, "bounds"},
        {"BoundsEmpty", with({"--bounds", "bounds"}), 3, "holds no bounds", bounds("# none\n\n")},
        {"BoundsOneNumber", with({"--bounds", "bounds"}), 3, "line 2 of 'bounds'", bounds("0 1\n4\n")},
        {"BoundsThreeNumbers", with({"--bounds", "bounds"}), 3, "it has 3 words", bounds("0 1 2\n")},
        {"BoundsNoNumber", with({"--bounds", "bounds"}), 3, "line 1 of 'bounds'", bounds("low high\n")},
        {"BoundsNan", with({"--bounds", "bounds"}), 3, "line 1 of 'bounds'", bounds("nan 1\n")},
        {"BoundsReversed", with({"--bounds", "bounds"}), 3, "not below", bounds("0 1\n1 1\n")},
        {"BoundsBinary", with({"--bounds", "bounds"}), 3, "line 1 of 'bounds'",
         bounds(std::string("\0\xff", 2))},
        {"TooFewCalls", asking({"sum"}, {"--max-calls", "10"}), 2, "takes at least"},
        {"JobsZero", asking({"sum"}, {"--jobs", "0"}), 2, "--jobs"},
        {"TimeoutZero", asking({"sum"}, {"--timeout", "0"}), 2, "--timeout"},
        {"StudyThere", asking({"sum"}), 5, "add --resume to go on", put_study},
        {"StudyOfAnother", asking({"sum"}, {"--resume"}), 2, "'program' is [\"x\"] there", put_study},
        {"NoStudy", asking({"sum"}, {"--resume"}), 3, "does not begin like a file of calls",
         put_foreign_file},
        {"PageThere", asking({"sum"}), 5, "add --force", put_page},
        {"FolderIsAFile", asking({"sum"}), 5, "study", put_file_for_folder},
        {"FailsWithForce", asking({"exit"}, {"--force"}), 5, "call 1 of", put_study},
    };
}

ECKART_BAD_CALLS(BadProbePrograms, bad_programs());
ECKART_BAD_CALLS(BadProbeOptions, bad_options());

}  // namespace
}  // namespace eckart::test
