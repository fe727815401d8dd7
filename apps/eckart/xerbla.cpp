// LAPACK and BLAS report a wrong argument by calling xerbla_, whose default prints on stdout, where results
// go. The code that LAPACK returns as well is checked where it is called.

// NOLINTNEXTLINE(readability-identifier-naming): the name that LAPACK calls
extern "C" void xerbla_(const char*, const int*, int) {}
