#include "eckart/probe/external_program.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "error_message.hpp"
#include "scratch_folder.hpp"

namespace eckart::probe {
namespace {

using eckart::test::expect_words;
using eckart::test::message_of;
using Words = std::vector<std::string>;

ExternalProgramOptions options(const Words& words, Eigen::Index dim = 3) {
    ExternalProgramOptions result;
    result.command = {ECKART_SIMULATOR};
    result.command.insert(result.command.end(), words.begin(), words.end());
    result.dim = dim;
    return result;
}

ExternalProgramOptions impatient(const Words& words, Eigen::Index dim = 3) {
    ExternalProgramOptions result = options(words, dim);
    result.timeout = 0.2;
    return result;
}

MatrixD random_points(Eigen::Index count, Eigen::Index dim) {
    Rng rng(7);
    return MatrixD::NullaryExpr(count, dim, [&] { return rng.uniform(-1, 1); });
}

VectorD weighted_sums(const MatrixD& points) {
    const VectorD weights = VectorD::LinSpaced(points.cols(), 1, static_cast<double>(points.cols()));
    return points * weights;
}

VectorD three() {
    return VectorD::LinSpaced(3, 1, 3);
}

/// What a program says that fails at its first question.
template <class Exception>
std::string failure(const ExternalProgramOptions& how) {
    return message_of<Exception>([&] { ExternalProgram(how).value(VectorD::LinSpaced(how.dim, 1, 3)); });
}

void expect_no_children() {
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

/// Until the process is gone or a zombie, whose parent has yet to wait for it.
void wait_until_dead(pid_t process) {
    for (;;) {
        std::ifstream file("/proc/" + std::to_string(process) + "/stat");
        std::string text;
        if (!std::getline(file, text)) return;
        if (text.at(text.rfind(')') + 2) == 'Z') return;
    }
}

pid_t number_in(const std::filesystem::path& file) {
    pid_t number = 0;
    while (!(std::ifstream(file) >> number)) {
    }
    return number;
}

/// Descriptors that every program started from here gets: the streams, and what this one was given.
int inheritable_files() {
    int count = 0;
    for (int number = 0; number < 1024; ++number) {
        const int flags = fcntl(number, F_GETFD);
        count += flags >= 0 && (flags & FD_CLOEXEC) == 0 ? 1 : 0;
    }
    return count;
}

TEST(ExternalProgram, AnswersInOrderWithTheSameBitsForAnyNumberOfCopies) {
    const MatrixD points = random_points(200, 5);
    ExternalProgram alone(options({"sum"}, 5));
    const VectorD expected = alone.values(points);
    EXPECT_LT((expected - weighted_sums(points)).cwiseAbs().maxCoeff(), 1e-12);
    for (const int jobs : {2, 3, 7}) {
        ExternalProgramOptions how = options({"sum"}, 5);
        how.jobs = jobs;
        ExternalProgram program(how);
        EXPECT_EQ(program.values(points), expected) << jobs;
        EXPECT_EQ(program.values(points.topRows(1)), expected.head(1));
        EXPECT_EQ(program.restarts(), 0);
        program.finish();
    }
    EXPECT_EQ(alone.values(MatrixD(0, 5)).size(), 0);
    EXPECT_EQ(alone.dim(), 5);
}

TEST(ExternalProgram, NumbersArriveBitByBit) {
    ExternalProgram program(options({"first"}, 1));
    const double most = std::numeric_limits<double>::max();
    for (const double x : {0.1, -1.0 / 3, 1e-300, 5e-324, most, -most, 0.0, 123456789.0, 1e22, 1e23}) {
        EXPECT_EQ(program.value(VectorD::Constant(1, x)), x);
    }
    EXPECT_TRUE(std::signbit(program.value(VectorD::Constant(1, -0.0))));
}

TEST(ExternalProgram, CopiesRunAtTheSameTime) {
    const eckart::test::ScratchFolder folder;
    ExternalProgramOptions how = options({"meet", "3", folder.path().string()});
    how.jobs = 3;
    ExternalProgram program(how);
    EXPECT_LT((program.values(random_points(3, 3)) - weighted_sums(random_points(3, 3))).norm(), 1e-12);
}

TEST(ExternalProgram, AcceptsNumbersAsProgramsWriteThem) {
    for (const auto& [text, value] :
         std::vector<std::pair<std::string, double>>{{"1\n", 1},
                                                     {"  -2.5e-3\t\r\n", -2.5e-3},
                                                     {"+4\n", 4},
                                                     {".5\n", 0.5},
                                                     {"5.\n", 5},
                                                     {"1E+02\n", 100},
                                                     {"-1e-400\n", 0},
                                                     {"0." + std::string(400, '0') + "1\n", 0}}) {
        EXPECT_EQ(ExternalProgram(options({"text", text})).value(three()), value) << text;
    }
}

TEST(ExternalProgram, RefusesWhatIsNotOneFiniteNumber) {
    for (const auto& [text, words] : std::vector<std::pair<std::string, std::string>>{
             {"hello\n", "answered 'hello', which is not a number"},
             {"\n", "answered with an empty line"},
             {" \t\n", "answered with an empty line"},
             {"nan\n", "answered 'nan', which is not finite"},
             {"-inf\n", "answered '-inf', which is not finite"},
             {"1e999\n", "beyond the range of a double"},
             {"-1" + std::string(400, '0') + "\n", "beyond the range of a double"},
             {"1 2\n", "answered '1 2', which is more than one number"},
             {"1,2\n", "more than one number"},
             {"1.5x\n", "answered '1.5x', which is not a number"},
             {"0x10\n", "not a number"},
             {"+-1\n", "not a number"},
             {"1\033[31m\n", "answered '1?[31m'"},
             {"1\n2\n", "wrote '2' after its answer to call 1, which was not asked for"}}) {
        const std::string message = failure<FormatError>(options({"text", text}));
        expect_words(message, {words});
    }
    expect_words(failure<FormatError>(options({"text", "x\n"})),
                 {"call 1 of '", "eckart_simulator' at (1, 2, 3): it"});
    expect_words(failure<FormatError>(options({"text", "x\n"}, 30)),
                 {"at (1, 1.06897, 1.13793, 1.2069, ... 30 numbers)"});
    expect_no_children();
}

TEST(ExternalProgram, RefusesALineWithoutEnd) {
    expect_words(failure<FormatError>(options({"endless"})),
                 {"call 1", "a line of more than 4096 bytes", "'777"});
    expect_no_children();
}

TEST(ExternalProgram, NoticesALineTooManyAtTheEnd) {
    ExternalProgram program(options({"last-word"}));
    program.value(three());
    program.value(three());
    expect_words(message_of<FormatError>([&] { program.finish(); }),
                 {"wrote '0' after its answer to call 2"});
    expect_no_children();
}

TEST(ExternalProgram, ReportsAProgramThatEnds) {
    expect_words(failure<IoError>(options({"exit"})),
                 {"call 1", "it ended with exit status 3 when asked for the second time",
                  "the last line on its stderr: 'no file mesh.dat'"});
    expect_words(failure<IoError>(options({"abort"})), {"was ended by signal 6 (Aborted)"});
    expect_words(failure<IoError>(options({"part"})), {"ended with exit status 0 amid its answer '1.5'"});
    expect_words(failure<IoError>(options({"close"})), {"closed its stdout when asked for the second time"});
    expect_no_children();
}

TEST(ExternalProgram, AsksTheSameOnceMoreAfterACrash) {
    const eckart::test::ScratchFolder folder;
    ExternalProgram program(options({"crash-at", "3", (folder / "crashed").string()}));
    const MatrixD points = random_points(6, 3);
    EXPECT_LT((program.values(points) - weighted_sums(points)).norm(), 1e-12);
    EXPECT_EQ(program.restarts(), 1);
}

TEST(ExternalProgram, ServesAProgramThatEndsAfterAFewAnswersUntilThereAreTooManyRestarts) {
    ExternalProgramOptions how = options({"after", "2", "0"});
    how.max_restarts = 4;
    ExternalProgram program(how);
    const MatrixD points = random_points(10, 3);
    EXPECT_LT((program.values(points) - weighted_sums(points)).norm(), 1e-12);
    EXPECT_EQ(program.restarts(), 4);
    const std::string message = message_of<IoError>([&] { program.values(points); });
    expect_words(message, {"call 11 of", "started again 4 times already", "allow more restarts"});
}

TEST(ExternalProgram, EndsAProgramThatHangs) {
    for (const char* mode : {"hang", "stubborn", "deaf", "no-stdin"}) {
        expect_words(
            failure<IoError>(impatient({mode})),
            {"call 1", "gave no answer within 0.2 s when asked for the second time", "flush its output"});
    }
    // More than a pipe holds.
    expect_words(failure<IoError>(impatient({"deaf"}, 20'000)), {"gave no answer within 0.2 s"});
    expect_no_children();
    const eckart::test::ScratchFolder folder;
    ExternalProgramOptions how = options({"hang-once", (folder / "hung").string()});
    how.timeout = 2;  // enough for the second start
    ExternalProgram program(how);
    EXPECT_EQ(program.value(three()), 14);
    EXPECT_EQ(program.restarts(), 1);
}

TEST(ExternalProgram, ReadsQuestionsLargerThanAPipe) {
    ExternalProgramOptions how = options({"sum"}, 20'000);
    how.jobs = 2;
    const MatrixD points = random_points(4, 20'000);
    EXPECT_LT((ExternalProgram(how).values(points) - weighted_sums(points)).norm(), 1e-6);
}

TEST(ExternalProgram, IsNotHeldUpByAFullStderr) {
    ExternalProgram program(options({"flood"}));
    EXPECT_EQ(program.value(three()), 14);
    EXPECT_EQ(program.value(three()), 14);
    program.finish();
    expect_no_children();
}

TEST(ExternalProgram, EndsWhatTheProgramHasStarted) {
    const eckart::test::ScratchFolder folder;
    {
        ExternalProgram program(options({"orphan", (folder / "a").string()}));
        EXPECT_EQ(program.value(three()), 14);
        EXPECT_EQ(kill(number_in(folder / "a"), 0), 0);
    }
    wait_until_dead(number_in(folder / "a"));
    // Its stdout stays open when it ends itself.
    expect_words(failure<IoError>(options({"orphan-exit", (folder / "b").string()})),
                 {"ended with exit status 0"});
    wait_until_dead(number_in(folder / "b"));
    expect_no_children();
}

TEST(ExternalProgram, StopsWhenAskedAndGoesOnAfterwards) {
    const eckart::test::ScratchFolder folder;
    int looks = 0;
    ExternalProgramOptions how = options({"hang-once", (folder / "hung").string()});
    how.stop = [&] { return ++looks == 5; };
    ExternalProgram program(how);
    EXPECT_THROW(program.value(three()), Interrupted);
    expect_no_children();
    EXPECT_EQ(program.value(three()), 14);
}

TEST(ExternalProgram, ReportsAnswersOfABatchThatFails) {
    const eckart::test::ScratchFolder folder;
    ExternalProgramOptions how = options({"after", "4", "1"});
    how.max_restarts = 0;
    ExternalProgram program(how);
    std::vector<Eigen::Index> rows;
    const MatrixD points = random_points(6, 3);
    const auto take = [&](Eigen::Index row, double) { rows.push_back(row); };
    const std::string message = message_of<IoError>([&] {
        program.answers(points, {11, 12, 13, 14, 15, 16}, take);
    });
    expect_words(message, {"call 15 of"});
    EXPECT_EQ(rows, (std::vector<Eigen::Index>{0, 1, 2, 3}));
}

TEST(ExternalProgram, GivesItNothingOfOurs) {
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigset_t before;
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    EXPECT_EQ(ExternalProgram(options({"signals"})).value(three()), 0);
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    EXPECT_EQ(ExternalProgram(options({"locale"})).value(three()), 1);
    unsetenv("LC_ALL");
    ExternalProgramOptions how = options({"files"});
    how.jobs = 3;
    // And the folder that is being read.
    EXPECT_EQ(ExternalProgram(how).values(random_points(9, 3)),
              VectorD::Constant(9, inheritable_files() + 1));
    EXPECT_EQ(ExternalProgram(options({"group"})).value(three()), 1);
}

TEST(ExternalProgram, LivesWithoutAHandlerForSigpipe) {
    std::signal(SIGPIPE, SIG_DFL);
    ExternalProgramOptions how = options({"after", "1", "0"}, 20'000);
    ExternalProgram program(how);
    program.value(VectorD::Ones(20'000));
    EXPECT_EQ(program.value(VectorD::Zero(20'000)), 0);
    sigset_t pending;
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(ExternalProgram, RefusesWhatCannotBeRun) {
    const eckart::test::ScratchFolder folder;
    const auto file = [&](const std::string& name, const std::string& text, std::filesystem::perms rights) {
        write_file(folder / name, text, Overwrite::kRefuse);
        std::filesystem::permissions(folder / name, rights);
        return (folder / name).string();
    };
    const auto refusal = [](const std::string& program) {
        ExternalProgramOptions how = options({});
        how.command = {program};
        return message_of<IoError>([&] { ExternalProgram{how}; });
    };
    constexpr auto kAll = std::filesystem::perms::owner_all;
    expect_words(refusal("no-such-program"),
                 {"there is no program 'no-such-program' in PATH", "'./no-such-program'"});
    expect_words(refusal("./no-such-program"), {"cannot run './no-such-program': No such file"});
    expect_words(refusal(folder.path().string()), {"Is a directory"});
    expect_words(refusal(file("plain", "#!/bin/sh\n", std::filesystem::perms::owner_read)), {"chmod +x"});
    expect_words(refusal(file("headless", "echo 1\n", kAll)), {"a script needs a first line"});
    expect_words(refusal(file("foreign", "#!/no/such/shell\n", kAll)),
                 {"No such file", "its first line names"});
    expect_no_children();
}

TEST(ExternalProgram, RefusesOptionsAndPointsOutOfRange) {
    const auto refused = [](auto change) {
        ExternalProgramOptions how = options({"sum"});
        change(how);
        return message_of<InvalidArgument>([&] { ExternalProgram{how}; });
    };
    expect_words(refused([](auto& how) { how.dim = 0; }), {"dimension is 0"});
    expect_words(refused([](auto& how) { how.timeout = 0; }), {"timeout is 0 s"});
    expect_words(refused([](auto& how) { how.timeout = std::nan(""); }), {"timeout is nan s"});
    expect_words(refused([](auto& how) { how.jobs = 0; }), {"0 copies"});
    expect_words(refused([](auto& how) { how.max_restarts = -1; }), {"max_restarts is negative"});
    expect_words(refused([](auto& how) { how.command.clear(); }), {"is empty"});
    ExternalProgram program(options({"sum"}));
    EXPECT_THROW(program.value(VectorD::Zero(2)), InvalidArgument);
    EXPECT_THROW(program.value(VectorD::Constant(3, std::nan(""))), InvalidArgument);
    EXPECT_THROW(program.answers(MatrixD::Zero(2, 3), {1}, {}), InvalidArgument);
}

}  // namespace
}  // namespace eckart::probe
