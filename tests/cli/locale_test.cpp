// Numbers have a decimal point, whatever the user's locale writes.
#include <gtest/gtest.h>

#include "bad_call.hpp"
#include "child_process.hpp"
#include "materials.hpp"
#include "scratch_folder.hpp"

namespace eckart::test {
namespace {

class GermanLocale : public testing::Test {
  protected:
    void SetUp() override {
        const Start make{{"-i", "de_DE", "-f", "UTF-8", (locales_ / "de_DE.UTF-8").string()},
                         locales_.path()};
        try {
            const Ended made = run_program("localedef", make);
            if (made.code != 0) GTEST_SKIP() << "localedef cannot make de_DE.UTF-8: " << made.err;
        } catch (const std::runtime_error& error) {
            GTEST_SKIP() << error.what();
        }
    }

    [[nodiscard]] Words environment() const {
        // Where LOCPATH is set, the C library keeps 40 bytes of it for good: no leak of ours.
        return {"LOCPATH=" + locales_.path().string(), "LC_ALL=de_DE.UTF-8", "ASAN_OPTIONS=detect_leaks=0"};
    }

    ScratchFolder locales_;
};

TEST_F(GermanLocale, TakesADecimalPointAndRefusesAComma) {
    const Words train{"train", "--data", "data", "-o", "out", "--hidden", "4", "--epochs", "1"};
    BadCall comma{"Comma", train + Words{"--learning-rate", "0,5"}, 2, "--learning-rate must be "};
    comma.environment = environment();
    expect_refusal(comma);

    const ScratchFolder folder;
    lay_out(folder.path());
    const Ended point = run_eckart({train + Words{"--learning-rate", "0.001"}, folder.path(), environment()});
    EXPECT_EQ(point.code, 0) << point.err;
    EXPECT_TRUE(std::filesystem::exists(folder / "out"));
}

TEST_F(GermanLocale, WritesNumbersWithADecimalPoint) {
    const ScratchFolder folder;
    lay_out(folder.path());
    const Words eval{"eval", "net.safetensors", "--data", "data"};
    const Ended german = run_eckart({eval, folder.path(), environment()});
    const Ended plain = run_eckart({eval, folder.path(), {"LC_ALL=C"}});
    EXPECT_EQ(german.code, 0) << german.err;
    EXPECT_EQ(german.out, plain.out);
}

}  // namespace
}  // namespace eckart::test
