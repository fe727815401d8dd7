#include "linalg/lapack.hpp"

#include <lapacke.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace eckart::linalg::lapack {

namespace {

/// Calls `driver(work, size)` twice: with size -1, which leaves the best size in work[0], and with that
/// workspace.
template <class T, class Driver>
int with_workspace(Driver driver) {
    T wanted = 0;
    if (const int info = driver(&wanted, -1); info != 0) return info;
    // A float cannot hold every integer: round up.
    const double size = std::ceil(static_cast<double>(wanted) * (1 + std::numeric_limits<T>::epsilon()));
    std::vector<T> work(static_cast<std::size_t>(std::max(size, 1.0)));
    return driver(work.data(), static_cast<int>(work.size()));
}

}  // namespace

// T is a type: it takes no parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define ECKART_LAPACK(T, p)                                                                                 \
    int gesdd(int rows, int cols, T* a, T* s, T* u, T* vt) {                                                \
        const int k = std::min(rows, cols);                                                                 \
        std::vector<lapack_int> integers(8 * static_cast<std::size_t>(k));                                  \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##gesdd_work(LAPACK_COL_MAJOR, 'S', rows, cols, a, rows, s, u, rows, vt, k,   \
                                           work, size, integers.data());                                    \
        });                                                                                                 \
    }                                                                                                       \
    int gesdd_values(int rows, int cols, T* a, T* s) {                                                      \
        std::vector<lapack_int> integers(8 * static_cast<std::size_t>(std::min(rows, cols)));               \
        T none = 0;                                                                                         \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##gesdd_work(LAPACK_COL_MAJOR, 'N', rows, cols, a, rows, s, &none, 1, &none,  \
                                           1, work, size, integers.data());                                 \
        });                                                                                                 \
    }                                                                                                       \
    int gesvd(int rows, int cols, T* a, T* s, T* u, T* vt) {                                                \
        const int k = std::min(rows, cols);                                                                 \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##gesvd_work(LAPACK_COL_MAJOR, 'S', 'S', rows, cols, a, rows, s, u, rows, vt, \
                                           k, work, size);                                                  \
        });                                                                                                 \
    }                                                                                                       \
    int gelqf(int rows, int cols, T* a, T* tau) {                                                           \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##gelqf_work(LAPACK_COL_MAJOR, rows, cols, a, rows, tau, work, size);         \
        });                                                                                                 \
    }                                                                                                       \
    int orglq(int rows, int cols, int k, T* a, const T* tau) {                                              \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##orglq_work(LAPACK_COL_MAJOR, k, cols, k, a, rows, tau, work, size);         \
        });                                                                                                 \
    }                                                                                                       \
    int geqrf(int rows, int cols, T* a, T* tau) {                                                           \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##geqrf_work(LAPACK_COL_MAJOR, rows, cols, a, rows, tau, work, size);         \
        });                                                                                                 \
    }                                                                                                       \
    int orgqr(int rows, int cols, T* a, const T* tau) {                                                     \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##orgqr_work(LAPACK_COL_MAJOR, rows, cols, cols, a, rows, tau, work, size);   \
        });                                                                                                 \
    }                                                                                                       \
    int syevd(int n, T* a, T* w) {                                                                          \
        lapack_int wanted = 0;                                                                              \
        T ignored = 0;                                                                                      \
        const int info =                                                                                    \
            LAPACKE_##p##syevd_work(LAPACK_COL_MAJOR, 'V', 'U', n, a, n, w, &ignored, -1, &wanted, -1);     \
        if (info != 0) return info;                                                                         \
        std::vector<lapack_int> integers(static_cast<std::size_t>(wanted));                                 \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##syevd_work(LAPACK_COL_MAJOR, 'V', 'U', n, a, n, w, work, size,              \
                                           integers.data(), size < 0 ? -1 : wanted);                        \
        });                                                                                                 \
    }                                                                                                       \
    int sytrf(int n, T* a, int* pivots) {                                                                   \
        return with_workspace<T>([&](T* work, int size) {                                                   \
            return LAPACKE_##p##sytrf_work(LAPACK_COL_MAJOR, 'U', n, a, n, pivots, work, size);             \
        });                                                                                                 \
    }                                                                                                       \
    int sytrs(int n, int cols, const T* a, const int* pivots, T* b) {                                       \
        return LAPACKE_##p##sytrs_work(LAPACK_COL_MAJOR, 'U', n, cols, a, n, pivots, b, n);                 \
    }                                                                                                       \
    int getrf(int n, T* a, int* pivots) {                                                                   \
        return LAPACKE_##p##getrf_work(LAPACK_COL_MAJOR, n, n, a, n, pivots);                               \
    }                                                                                                       \
    int getrs(int n, int cols, bool transpose, const T* a, const int* pivots, T* b) {                       \
        return LAPACKE_##p##getrs_work(LAPACK_COL_MAJOR, transpose ? 'T' : 'N', n, cols, a, n, pivots, b,   \
                                       n);                                                                  \
    }                                                                                                       \
    int lacn2(int n, T* v, T* x, int* sign, T* estimate, int* kase, int* state) {                           \
        return LAPACKE_##p##lacn2_work(n, v, x, sign, estimate, kase, state);                               \
    }
ECKART_LAPACK(float, s)
ECKART_LAPACK(double, d)
#undef ECKART_LAPACK
// NOLINTEND(bugprone-macro-parentheses)

int eigenvalues(int n, double* a, double* w) {
    return with_workspace<double>([&](double* work, int size) {
        return LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'N', 'U', n, a, n, w, work, size);
    });
}

int leading_eigenvectors(int n, int count, double* a, double* w, double* z) {
    if (n == 0 || count == 0) return 0;
    const auto size = static_cast<std::size_t>(n);
    std::vector<double> diagonal(size);
    std::vector<double> beside(size);
    std::vector<double> tau(size);
    const auto reduce = [&](double* work, int length) {
        return LAPACKE_dsytrd_work(LAPACK_COL_MAJOR, 'U', n, a, n, diagonal.data(), beside.data(), tau.data(),
                                   work, length);
    };
    if (const int info = with_workspace<double>(reduce); info != 0) return info;
    std::vector<lapack_int> support(2 * size);
    std::vector<lapack_int> integers(10 * size);
    std::vector<double> work(18 * size);
    lapack_int found = 0;
    lapack_logical try_relative_accuracy = 1;
    const int info = LAPACKE_dstemr_work(
        LAPACK_COL_MAJOR, 'V', 'I', n, diagonal.data(), beside.data(), 0, 0, n - count + 1, n, &found, w, z,
        n, count, support.data(), &try_relative_accuracy, work.data(), static_cast<lapack_int>(work.size()),
        integers.data(), static_cast<lapack_int>(integers.size()));
    if (info != 0) return info;
    return with_workspace<double>([&](double* buffer, int length) {
        return LAPACKE_dormtr_work(LAPACK_COL_MAJOR, 'L', 'U', 'N', n, count, a, n, tau.data(), z, n, buffer,
                                   length);
    });
}

}  // namespace eckart::linalg::lapack
