"""LOBPCG of SciPy and of PyTorch: python3 bench/eigensolver_peers.py THREADS MATRIX COUNT TOLERANCE SIDE REPEATS

For the dense float64 matrix (n, n) in the file MATRIX, its COUNT largest eigenpairs; for the five-point
Laplacian on SIDE x SIDE points, its COUNT smallest. A pair has converged at a residual of TOLERANCE |A|_2.
Prints a line of problem, peer, median seconds, median CPU seconds, and the largest residual over |A|_2 for each.
"""

import os
import statistics
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[1]
import numpy

threads, count, side, repeats = int(sys.argv[1]), int(sys.argv[3]), int(sys.argv[5]), int(sys.argv[6])
tolerance = float(sys.argv[4])
block = count + 2  # what Eckart's LOBPCG iterates


def report(problem, name, solve, apply, norm):
    seconds, cpu = [], []
    for _ in range(repeats):
        start, cpu_start = time.perf_counter(), time.process_time()
        values, vectors = solve()
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - cpu_start)
    order = numpy.argsort(values)
    wanted = order[-count:] if problem == "dense" else order[:count]
    values, vectors = values[wanted], vectors[:, wanted]
    residual = numpy.linalg.norm(apply(vectors) - vectors * values, axis=0).max() / norm
    print(problem, name, statistics.median(seconds), statistics.median(cpu), residual, sep="\t")


def with_scipy(a, laplacian, norm):
    import scipy
    from scipy.linalg import eigh
    from scipy.sparse.linalg import lobpcg

    name = "SciPy " + scipy.__version__
    random = numpy.random.default_rng(0)
    n = a.shape[0]
    report("dense", name + " eigh, subset", lambda: eigh(a, subset_by_index=[n - count, n - 1]), a.dot, norm)
    start = random.standard_normal((n, block))
    report("dense", name + " lobpcg",
           lambda: lobpcg(a, start, tol=tolerance * norm, maxiter=1000, largest=True), a.dot, norm)
    start = random.standard_normal((side * side, block))
    report("laplacian", name + " lobpcg",
           lambda: lobpcg(laplacian, start, tol=tolerance * 8, maxiter=1000, largest=False), laplacian.dot, 8)


def with_torch(a, norm):
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    wide = torch.from_numpy(a)
    start = torch.randn(a.shape[0], block, dtype=torch.float64)

    def solve():
        values, vectors = torch.lobpcg(wide, k=block, X=start, tol=tolerance, niter=1000, largest=True)
        return values.numpy(), vectors.numpy()

    report("dense", "PyTorch " + torch.__version__.split("+")[0] + " lobpcg", solve, a.dot, norm)


def main():
    a = numpy.fromfile(sys.argv[2], dtype=numpy.float64)
    n = round(a.size**0.5)
    a = a.reshape(n, n)
    norm = numpy.linalg.norm(a, 2)
    try:
        import scipy.sparse

        line = scipy.sparse.diags([-1.0, 2.0, -1.0], [-1, 0, 1], shape=(side, side))
        unit = scipy.sparse.identity(side)
        with_scipy(a, (scipy.sparse.kron(line, unit) + scipy.sparse.kron(unit, line)).tocsr(), norm)
    except ImportError:
        pass
    try:
        with_torch(a, norm)
    except ImportError:
        pass


main()
