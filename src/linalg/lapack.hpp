#pragma once

namespace eckart::linalg::lapack {

// LAPACK's drivers for column-major storage, float and double. Each allocates its workspace, and returns
// LAPACK's info. Leading dimensions equal the number of rows.

/// SVD of a (rows, cols), which is destroyed: u (rows, k), s (k), vt (k, cols). Divide and conquer.
int gesdd(int rows, int cols, float* a, float* s, float* u, float* vt);
int gesdd(int rows, int cols, double* a, double* s, double* u, double* vt);
/// Of gesdd() the singular values alone.
int gesdd_values(int rows, int cols, float* a, float* s);
int gesdd_values(int rows, int cols, double* a, double* s);
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
/// QR factorization of a (rows, cols) in place, rows >= cols: R on and above the diagonal, reflectors below,
/// tau (cols).
int geqrf(int rows, int cols, float* a, float* tau);
int geqrf(int rows, int cols, double* a, double* tau);
/// The first `cols` columns of the Q that geqrf left in a (rows, cols), in place.
int orgqr(int rows, int cols, float* a, const float* tau);
int orgqr(int rows, int cols, double* a, const double* tau);

/// Eigenvalues w (n, ascending) and eigenvectors (columns, in place of a) of the symmetric a (n, n), of which
/// the upper triangle is read. Divide and conquer.
int syevd(int n, float* a, float* w);
int syevd(int n, double* a, double* w);
/// Eigenvalues w (n, ascending) of the symmetric a (n, n), of which the upper triangle is read and destroyed.
int eigenvalues(int n, double* a, double* w);
/// Eigenvectors z (n, count; columns) of the `count` largest eigenvalues w (n; the first `count` are set),
/// the largest last, of the symmetric a (n, n), of which the upper triangle is read and destroyed.
/// Tridiagonal form, then relatively robust representations (sytrd, stemr, ormtr): sytrd's 4/3 n^3 flops, and
/// 2 n^2 count.
int leading_eigenvectors(int n, int count, double* a, double* w, double* z);

/// U D Ut factorization (Bunch and Kaufman) of the symmetric a (n, n) in place, of which the upper triangle
/// is read and written; pivots (n) as LAPACK numbers them. info > 0: a pivot is exactly zero, the factors are
/// complete all the same.
int sytrf(int n, float* a, int* pivots);
int sytrf(int n, double* a, int* pivots);
/// Solves A X = B in place of b (n, cols) with the factors that sytrf left.
int sytrs(int n, int cols, const float* a, const int* pivots, float* b);
int sytrs(int n, int cols, const double* a, const int* pivots, double* b);

/// P L U factorization of a (n, n) in place; pivots (n) as LAPACK numbers them. info > 0: U is singular.
int getrf(int n, float* a, int* pivots);
int getrf(int n, double* a, int* pivots);
/// Solves A X = B in place of b (n, cols) with the factors that getrf left; At X = B with `transpose`.
int getrs(int n, int cols, bool transpose, const float* a, const int* pivots, float* b);
int getrs(int n, int cols, bool transpose, const double* a, const int* pivots, double* b);
/// One call of Higham's estimator of |A|_1 by reverse communication: kase is 0 at first; after each call x
/// becomes A x where kase is 1, At x where it is 2, and `estimate` is ready where it is 0. v and x have n
/// entries, sign n and state 3.
int lacn2(int n, float* v, float* x, int* sign, float* estimate, int* kase, int* state);
int lacn2(int n, double* v, double* x, int* sign, double* estimate, int* kase, int* state);

}  // namespace eckart::linalg::lapack
