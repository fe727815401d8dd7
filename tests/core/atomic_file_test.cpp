#include "eckart/core/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <iterator>
#include <string>
#include <vector>

#include "eckart/core/error.hpp"
#include "scratch_folder.hpp"

namespace eckart {
namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, AppearsOnlyWhenCommitted) {
    test::ScratchFolder folder;
    const fs::path target = folder / "out.bin";
    {
        AtomicFile file(target, Overwrite::kRefuse);
        file.write("half");
        EXPECT_FALSE(fs::exists(target));
    }
    EXPECT_EQ(entries(folder.path()), 0u);
    write_file(target, "whole", Overwrite::kRefuse);
    EXPECT_EQ(read_file(target, 100), "whole");
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(AtomicFile, RefusesToReplaceUnlessTold) {
    test::ScratchFolder folder;
    const fs::path target = folder / "out.bin";
    write_file(target, "first", Overwrite::kRefuse);
    EXPECT_THROW(write_file(target, "second", Overwrite::kRefuse), IoError);
    EXPECT_EQ(read_file(target, 100), "first");
    write_file(target, "second", Overwrite::kReplace);
    EXPECT_EQ(read_file(target, 100), "second");
}

TEST(AtomicFile, KeepsAFileThatAppearedMeanwhile) {
    test::ScratchFolder folder;
    const fs::path target = folder / "out.bin";
    AtomicFile file(target, Overwrite::kRefuse);
    file.write("late");
    write_file(target, "early", Overwrite::kRefuse);
    EXPECT_THROW(file.commit(), IoError);
    EXPECT_EQ(read_file(target, 100), "early");
}

// A rename over /dev/null, which --force would otherwise ask for, removes the device from the system.
TEST(AtomicFile, NeverReplacesADeviceOrAPipe) {
    test::ScratchFolder folder;
    const fs::path pipe = folder / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    const fs::path link = folder / "link";
    fs::create_symlink("/dev/null", link);
    for (const fs::path& target : {pipe, link}) {
        for (const Overwrite overwrite : {Overwrite::kRefuse, Overwrite::kReplace}) {
            try {
                require_writable(target, overwrite);
                ADD_FAILURE() << target << " was accepted";
            } catch (const IoError& error) {
                EXPECT_NE(std::string(error.what()).find("not a regular file"), std::string::npos)
                    << error.what();
            }
        }
    }
    EXPECT_THROW(require_writable("/dev/stdout", Overwrite::kReplace), IoError);
    EXPECT_THROW(require_writable("/dev/surely-not-there", Overwrite::kReplace), IoError);
    EXPECT_TRUE(fs::is_fifo(pipe));
    EXPECT_TRUE(fs::is_symlink(link));
    EXPECT_EQ(entries(folder.path()), 2u);
    // A link to a regular file, or to nothing, is replaced as any file is.
    const fs::path harmless = folder / "harmless";
    fs::create_symlink(folder / "missing", harmless);
    write_file(harmless, "whole", Overwrite::kReplace);
    EXPECT_EQ(read_file(harmless, 100), "whole");
}

TEST(AtomicFile, NamesTheMissingFolder) {
    test::ScratchFolder folder;
    try {
        require_writable(folder / "no" / "out.bin", Overwrite::kRefuse);
        FAIL() << "must throw";
    } catch (const IoError& error) {
        EXPECT_NE(std::string(error.what()).find("does not exist"), std::string::npos) << error.what();
    }
    EXPECT_THROW(require_writable(folder.path(), Overwrite::kReplace), IoError);
    EXPECT_THROW(require_writable("", Overwrite::kReplace), IoError);
    EXPECT_EQ(entries(folder.path()), 0u);
}

TEST(ReadFile, RefusesWhatIsNotAFileOrTooLarge) {
    test::ScratchFolder folder;
    EXPECT_THROW(read_file(folder.path(), 10), IoError);
    EXPECT_THROW(read_file(folder / "missing", 10), IoError);
    write_file(folder / "eleven", "12345678901", Overwrite::kRefuse);
    EXPECT_THROW(read_file(folder / "eleven", 10), FormatError);
    EXPECT_EQ(read_file(folder / "eleven", 11).size(), 11u);
}

/// The number of a process that was and is no more.
pid_t ended_process() {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    return child;
}

TEST(AtomicFile, RemovesWhatKilledProcessesLeft) {
    test::ScratchFolder folder;
    const std::string left = ".model." + std::to_string(ended_process()) + "-0.tmp";
    const std::string of_another_target = ".other." + std::to_string(ended_process()) + "-0.tmp";
    const std::string not_yet_locked = ".model." + std::to_string(getpid()) + "-999.tmp";
    for (const std::string& name : {left, of_another_target, not_yet_locked}) {
        write_file(folder / name, "half a file", Overwrite::kRefuse);
    }
    AtomicFile living(folder / "model", Overwrite::kRefuse);
    EXPECT_FALSE(std::filesystem::exists(folder / left));
    EXPECT_TRUE(std::filesystem::exists(folder / of_another_target));
    EXPECT_TRUE(std::filesystem::exists(folder / not_yet_locked))
        << "its writer lives and is about to lock it";
    AtomicFile second(folder / "model", Overwrite::kRefuse);
    EXPECT_TRUE(std::filesystem::exists(living.temporary_path())) << "a living writer's file stays";
}

TEST(AtomicFile, WritersOfOneNameDoNotDisturbEachOther) {
    test::ScratchFolder folder;
    constexpr int kWriters = 3;
    constexpr int kFiles = 60;
    std::vector<pid_t> children;
    for (int i = 0; i < kWriters; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            try {
                for (int k = 0; k < kFiles; ++k) write_file(folder / "name", "text", Overwrite::kReplace);
                _exit(0);
            } catch (...) {
                _exit(1);
            }
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        waitpid(child, &status, 0);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    EXPECT_EQ(read_file(folder / "name", 100), "text");
    EXPECT_EQ(entries(folder.path()), 1u);
}

TEST(AtomicFile, KeepsThePermissionsOfWhatItReplaces) {
    test::ScratchFolder folder;
    write_file(folder / "private", "one", Overwrite::kRefuse);
    std::filesystem::permissions(folder / "private", std::filesystem::perms::owner_read);
    write_file(folder / "private", "two", Overwrite::kReplace);
    EXPECT_EQ(std::filesystem::status(folder / "private").permissions(), std::filesystem::perms::owner_read);
}

}  // namespace eckart
