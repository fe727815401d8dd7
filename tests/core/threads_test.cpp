#include "eckart/core/threads.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include "eckart/core/error.hpp"

namespace eckart {

TEST(ThreadScope, SetsAndRestores) {
    const int before = omp_get_max_threads();
    {
        const ThreadScope scope(1);
        EXPECT_EQ(scope.count(), 1);
        EXPECT_EQ(omp_get_max_threads(), 1);
    }
    EXPECT_EQ(omp_get_max_threads(), before);
}

TEST(ThreadScope, ZeroTakesAllAndNegativeIsRefused) {
    EXPECT_EQ(ThreadScope(0).count(), available_threads());
    EXPECT_GE(available_threads(), 1);
    EXPECT_THROW(ThreadScope(-1), InvalidArgument);
}

}  // namespace eckart
