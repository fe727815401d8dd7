#include "eckart/probe/journal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "eckart/core/atomic_file.hpp"
#include "eckart/core/error.hpp"
#include "eckart/core/rng.hpp"
#include "error_message.hpp"
#include "scratch_folder.hpp"

namespace eckart::probe {
namespace {

namespace fs = std::filesystem;
using eckart::test::expect_words;
using eckart::test::message_of;
using Existing = Journal::Existing;

constexpr std::size_t kLimit = 1U << 20U;

/// Answers with random numbers, backwards, and fails at the call of number `fails_at`.
class RandomOracle final : public NumberedOracle {
  public:
    [[nodiscard]] Eigen::Index dim() const override { return 2; }
    double value(const VectorD& x) override { return answers(x.transpose(), {1}, {})[0]; }
    VectorD answers(const MatrixD& points, const std::vector<std::int64_t>& calls,
                    const OnAnswer& on_answer) override {
        VectorD results(points.rows());
        for (Eigen::Index row = points.rows() - 1; row >= 0; --row) {
            const std::int64_t call = calls[static_cast<std::size_t>(row)];
            if (call == fails_at) throw Interrupted();
            results[row] = points(row, 0) + rng_.normal();
            if (on_answer) on_answer(row, results[row]);
            asked.push_back(call);
        }
        return results;
    }
    std::int64_t fails_at = 0;
    std::vector<std::int64_t> asked;

  private:
    Rng rng_{11};
};

class JournalTest : public testing::Test {
  protected:
    [[nodiscard]] fs::path file() const { return folder_ / "calls.tsv"; }
    [[nodiscard]] std::string text() const { return read_file(file(), kLimit); }
    void replace(const std::string& text) const { write_file(file(), text, Overwrite::kReplace); }
    /// Two batches of three calls.
    static VectorD ask(Journal& journal) {
        VectorD results(6);
        results.head(3) = journal.values(points().topRows(3));
        results.tail(3) = journal.values(points().bottomRows(3));
        return results;
    }
    static MatrixD points() {
        Rng rng(5);
        MatrixD result = MatrixD::NullaryExpr(6, 2, [&] { return rng.normal() / 3; });
        result(4, 1) = -0.0;
        result(5, 0) = std::numeric_limits<double>::denorm_min();
        return result;
    }
    [[nodiscard]] VectorD first_study() {
        Journal journal(oracle_, file(), study_, Existing::kRefuse);
        return ask(journal);
    }
    /// What a study says that shall go on with the file.
    template <class Exception>
    [[nodiscard]] std::string refusal() {
        return message_of<Exception>([&] { Journal(oracle_, file(), study_, Existing::kResume); });
    }

    eckart::test::ScratchFolder folder_;
    RandomOracle oracle_;
    Json study_{{"seed", 3}, {"command", {"./simulate", "a b"}}};
};

TEST_F(JournalTest, HasALinePerCall) {
    const VectorD values = first_study();
    const std::string all = text();
    EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 8);
    expect_words(
        all, {"# {\"schema\":\"eckart.calls/1\",\"dim\":2,\"seed\":3,\"command\":[\"./simulate\",\"a b\"]}\n"
              "call\tvalue\tx1\tx2\n3\t",
              "\t-0\n", "\t5e-324\t"});
}

TEST_F(JournalTest, GoesOnToTheSameBits) {
    const VectorD values = first_study();
    oracle_.asked.clear();
    Journal journal(oracle_, file(), study_, Existing::kResume);
    EXPECT_EQ(journal.recorded(), 6);
    EXPECT_EQ(ask(journal), values);
    EXPECT_TRUE(oracle_.asked.empty());
    EXPECT_EQ(journal.replayed(), 6);
    EXPECT_EQ(journal.calls(), 6);
    journal.value(VectorD::Zero(2));
    EXPECT_EQ(oracle_.asked, (std::vector<std::int64_t>{7}));
}

TEST_F(JournalTest, KeepsTheAnswersOfABatchThatFails) {
    oracle_.fails_at = 5;
    EXPECT_THROW((void)first_study(), Interrupted);
    oracle_.fails_at = 0;
    oracle_.asked.clear();
    VectorD values;
    {
        Journal journal(oracle_, file(), study_, Existing::kResume);
        EXPECT_EQ(journal.recorded(), 4);
        values = ask(journal);
    }
    EXPECT_EQ(oracle_.asked, (std::vector<std::int64_t>{5, 4}));
    Journal journal(oracle_, file(), study_, Existing::kResume);
    EXPECT_EQ(ask(journal), values);
}

TEST_F(JournalTest, EveryCutOfTheFileIsAPlaceToGoOnFrom) {
    const VectorD values = first_study();
    const std::string all = text();
    const std::size_t header = all.find("\tx2\n") + 4;
    for (std::size_t size = header; size <= all.size(); size += 3) {
        replace(all.substr(0, size));
        const auto complete = std::count(all.begin() + static_cast<std::ptrdiff_t>(header),
                                         all.begin() + static_cast<std::ptrdiff_t>(size), '\n');
        VectorD again;
        {
            Journal journal(oracle_, file(), study_, Existing::kResume);
            ASSERT_EQ(journal.recorded(), complete) << size;
            again = ask(journal);
        }
        Journal journal(oracle_, file(), study_, Existing::kResume);
        ASSERT_EQ(journal.recorded(), 6) << size;
        ASSERT_EQ(ask(journal), again) << size;
    }
}

TEST_F(JournalTest, WritesABatchOfAPlainOracleAsAWhole) {
    ValueOracle<double>& plain = oracle_;
    VectorD values;
    {
        Journal journal(plain, file(), study_, Existing::kRefuse);
        values = ask(journal);
    }
    Journal journal(plain, file(), study_, Existing::kResume);
    EXPECT_EQ(ask(journal), values);
}

TEST_F(JournalTest, AsksAgainWhatWasNotFinite) {
    class Once final : public ValueOracle<double> {
      public:
        [[nodiscard]] Eigen::Index dim() const override { return 2; }
        double value(const VectorD& x) override { return ++calls == 2 ? std::nan("") : x[0]; }
        int calls = 0;
    } oracle;
    {
        Journal journal(oracle, file(), study_, Existing::kRefuse);
        EXPECT_TRUE(std::isnan(ask(journal)[1]));
    }
    Journal journal(oracle, file(), study_, Existing::kResume);
    EXPECT_EQ(journal.recorded(), 5);
    EXPECT_EQ(ask(journal), points().col(0));
    EXPECT_EQ(oracle.calls, 7);
}

TEST_F(JournalTest, BeginsWhereThereIsNoFile) {
    Journal journal(oracle_, file(), study_, Existing::kResume);
    EXPECT_EQ(journal.recorded(), 0);
    EXPECT_EQ(journal.dim(), 2);
    oracle_.fails_at = 1;
    EXPECT_THROW(journal.value(VectorD::Zero(2)), Interrupted);
    EXPECT_FALSE(fs::exists(file()));
}

TEST_F(JournalTest, KeepsOrReplacesAsTold) {
    EXPECT_EQ(first_study().size(), 6);
    const std::string before = text();
    EXPECT_THROW(Journal(oracle_, file(), study_, Existing::kRefuse), IoError);
    EXPECT_EQ(text(), before);
    Journal journal(oracle_, file(), study_, Existing::kReplace);
    EXPECT_EQ(text(), before) << "until there is an answer";
    journal.value(VectorD::Zero(2));
    EXPECT_LT(text().size(), before.size());
}

TEST_F(JournalTest, RefusesAnotherStudy) {
    EXPECT_EQ(first_study().size(), 6);
    study_["seed"] = 4;
    expect_words(refusal<InvalidArgument>(), {"'seed' is 3 there, 4 here", "--force"});
    study_.erase("seed");
    study_["command"] = Json::array({"./other"});
    expect_words(refusal<InvalidArgument>(), {"'command' is [\"./simulate\",\"a b\"] there"});
    study_["extra"] = 1;
    study_.erase("command");
    expect_words(refusal<InvalidArgument>(), {"'extra' is missing there"});
}

TEST_F(JournalTest, UsesWhatItCanInAnotherOrder) {
    const VectorD values = first_study();
    oracle_.asked.clear();
    Journal journal(oracle_, file(), study_, Existing::kResume);
    MatrixD other = points().colwise().reverse();
    other(1, 1) = std::nextafter(other(1, 1), 1.0);
    VectorD expected = values.reverse();
    const VectorD found = journal.values(other);
    EXPECT_EQ(oracle_.asked, (std::vector<std::int64_t>{2}));
    expected[1] = found[1];
    EXPECT_EQ(found, expected);
    EXPECT_EQ(journal.replayed(), 5);
}

TEST_F(JournalTest, RepeatsNoiseAtOnePointInOrder) {
    const MatrixD same = MatrixD::Ones(5, 2);
    VectorD values;
    {
        Journal journal(oracle_, file(), study_, Existing::kRefuse);
        values = journal.values(same);
    }
    EXPECT_NE(values[0], values[1]);
    Journal journal(oracle_, file(), study_, Existing::kResume);
    for (const double value : values) EXPECT_EQ(journal.value(VectorD::Ones(2)), value);
}

TEST_F(JournalTest, RefusesTwoStudiesAtOnce) {
    EXPECT_EQ(first_study().size(), 6);
    const Journal journal(oracle_, file(), study_, Existing::kResume);
    expect_words(refusal<IoError>(), {"is in use by another study"});
    EXPECT_THROW(Journal(oracle_, file(), study_, Existing::kReplace), IoError);
}

TEST_F(JournalTest, RefusesWhatIsNoJournal) {
    EXPECT_EQ(first_study().size(), 6);
    const std::string all = text();
    const std::size_t header = all.find("\tx2\n") + 4;
    for (const auto& [bad, words] : std::vector<std::pair<std::string, std::string>>{
             {"", "does not begin like a file of calls; start over with --force"},
             {"call\tvalue\n", "does not begin"},
             {"# [1]\n", "does not begin"},
             {"# {\"schema\":\"eckart.calls/1\",\"dim\":" + std::string(250'000, '[') +
                  std::string(250'000, ']') + "}\n",
              "does not begin"},
             {"# {\"schema\":\"eckart.sweep/1\"}\n", "does not begin"},
             {all.substr(0, header - 2), "line 2"},
             {all.substr(0, header) + "one\t2\t3\t4\n", "line 3 of"},
             {all.substr(0, header) + "0\t2\t3\t4\n", "line 3 of"},
             {all.substr(0, header) + "1\tnan\t3\t4\n", "line 3 of"},
             {all.substr(0, header) + "1\t2\n", "line 3 of"},
             {all.substr(0, header) + "\n", "line 3 of"}}) {
        replace(bad);
        expect_words(refusal<FormatError>(), {words});
        EXPECT_EQ(text(), bad);
    }
}

TEST_F(JournalTest, RefusesAFolderAndALink) {
    fs::create_directory(file());
    EXPECT_NE(refusal<IoError>(), "no exception of this type");
    fs::remove(file());
    fs::create_symlink(folder_ / "elsewhere", file());
    EXPECT_NE(refusal<IoError>(), "no exception of this type");
}

}  // namespace
}  // namespace eckart::probe
