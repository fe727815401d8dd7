#pragma once

namespace eckart::linalg::lapack {

// LAPACK's drivers for column-major storage, float and double. Each allocates its workspace, and returns
// LAPACK's info. Leading dimensions equal the number of rows.

/// SVD of a (rows, cols), which is destroyed: u (rows, k), s (k), vt (k, cols). Divide and conquer.
int gesdd(int rows, int cols, float* a, float* s, float* u, float* vt);
int gesdd(int rows, int cols, double* a, double* s, double* u, double* vt);
/// The same by QR iteration: slower, and converges where gesdd may not.
int gesvd(int rows, int cols, float* a, float* s, float* u, float* vt);
int gesvd(int rows, int cols, double* a, double* s, double* u, double* vt);
/// LQ factorization of a (rows, cols) in place: L below and on the diagonal, reflectors above, tau (min(rows,
/// cols)).
int gelqf(int rows, int cols, float* a, float* tau);
int gelqf(int rows, int cols, double* a, double* tau);
/// The first `k` rows of the Q that gelqf left in a (rows, cols), in place.
int orglq(int rows, int cols, int k, float* a, const float* tau);
int orglq(int rows, int cols, int k, double* a, const double* tau);

}  // namespace eckart::linalg::lapack
