"""Writes matrix_exponential.json: exponentials of small matrices that are hard in one way each, to 50 digits, as doubles.

    python3 tests/golden/make_matrix_exponential_golden.py > tests/golden/matrix_exponential.json

Needs mpmath. Each exponential is computed with 200 and with 300 digits; the script fails unless both agree to 50. For
every matrix: its exponential, the Frechet derivative in the direction of all ones, and the condition number in the
Frobenius norm, from the Frechet derivatives in all unit directions.
"""

import json
import sys

import mpmath
from mpmath import mp

CASES = {
    "zero": [[0, 0], [0, 0]],
    "shear 1e3": [[1, 1e3], [0, -1]],
    "shear 1e6": [[1, 1e6], [0, -1]],
    "shear 1e12": [[1, 1e12], [0, -1]],
    "shear 1e6 below the diagonal": [[1, 0], [1e6, -1]],
    "shear 1e6 not triangular": [[1, 1e6], [1e-7, -1]],
    "badly scaled rotation": [[0, 1e5], [-1e-5, 0]],
    "nearly defective": [[1 + 1e-7, 1], [0, 1 - 1e-7]],
    "Ward 1": [[4, 2, 0], [1, 4, 1], [1, 1, 4]],
    "Ward 2": [[29.87942128909879, 0.7815750847907159, -2.289519314033932],
               [0.7815750847907159, 25.72656945571064, 8.680737820540137],
               [-2.289519314033932, 8.680737820540137, 34.39400925519054]],
    "Ward 3": [[-131, 19, 18], [-390, 56, 54], [-387, 57, 52]],
    "Moler and Van Loan": [[-49, 24], [-64, 31]],
    "Jordan block": [[2, 1, 0, 0], [0, 2, 1, 0], [0, 0, 2, 1], [0, 0, 0, 2]],
    "graded triangle": [[1, 1e3, 1e6, 1e9], [0, -2, 1e3, 1e6], [0, 0, 0.5, 1e3], [0, 0, 0, -4]],
    "large norm": [[-200, 180, 40], [-150, -90, 75], [20, -60, -120]],
    "large norm growing": [[200, -150, 90], [160, 120, -80], [-30, 70, 60]],
    "Grcar 5": [[1, 1, 1, 1, 0], [-1, 1, 1, 1, 1], [0, -1, 1, 1, 1], [0, 0, -1, 1, 1], [0, 0, 0, -1, 1]],
    "tiny": [[1e-9, -3e-9], [2e-9, 4e-9]],
}


def exponential(matrix, digits):
    with mp.workdps(digits):
        return mp.expm(matrix)


def agreed(matrix):
    result, check = exponential(matrix, 200), exponential(matrix, 300)
    with mp.workdps(300):
        assert mp.mnorm(result - check, "f") <= mpmath.mpf(10) ** -50 * mp.mnorm(check, "f")
    return result


def frechet(matrix, direction):
    """The upper right block of exp([A E; 0 A])."""
    n = matrix.rows
    block = mp.zeros(2 * n)
    block[:n, :n] = matrix
    block[:n, n:] = direction
    block[n:, n:] = matrix
    return agreed(block)[:n, n:]


def condition(matrix, result):
    n = matrix.rows
    kronecker = mp.zeros(n * n)
    for k in range(n * n):
        direction = mp.zeros(n)
        direction[k // n, k % n] = 1
        derivative = frechet(matrix, direction)
        for i in range(n * n):
            kronecker[i, k] = derivative[i // n, i % n]
    largest = max(mp.svd_r(kronecker, compute_uv=False))
    return largest * mp.mnorm(matrix, "f") / mp.mnorm(result, "f")


def rows(matrix):
    return [[float(matrix[i, j]) for j in range(matrix.cols)] for i in range(matrix.rows)]


def main():
    mp.dps = 60
    cases = []
    for name, entries in CASES.items():
        matrix = mp.matrix(entries)
        result = agreed(matrix)
        cases.append({
            "name": name,
            "matrix": rows(matrix),
            "exponential": rows(result),
            "derivative": rows(frechet(matrix, mp.ones(matrix.rows))),
            "condition": float(condition(matrix, result)),
        })
    json.dump({"made_by": f"mpmath {mpmath.__version__}", "cases": cases}, sys.stdout, indent=1)
    sys.stdout.write("\n")


main()
