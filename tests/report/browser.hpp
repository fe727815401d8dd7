#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "scratch_folder.hpp"

namespace eckart::report::test {

/// The most bytes of a page that are read.
inline constexpr std::size_t kPageLimit = 64U << 20U;

/// Opens pages in headless Chromium; the tests are skipped where that is not installed.
class Browser : public testing::Test {
  protected:
    void SetUp() override;
    /// Shows a page, with checks built into it, in a window of "WIDTH,HEIGHT".
    void show_page(std::string page, const std::string& window, const std::vector<std::string>& flags = {});
    /// The value of the root element's attribute `data-NAME` after a page was shown.
    [[nodiscard]] std::string seen(const std::string& name) const;
    /// No error, no blank plot or image, nothing wider than the window, and so many plots.
    void expect_clean(const std::string& canvases) const;

    eckart::test::ScratchFolder folder_;
    std::string dom_;
};

}  // namespace eckart::report::test
