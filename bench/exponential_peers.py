"""The matrix exponential of SciPy and PyTorch, whichever this Python has.

    python3 exponential_peers.py accuracy GOLDEN.json      one line per library: its name, relative errors by case
    python3 exponential_peers.py time THREADS N SCALE      one line per library: its name, median seconds

The matrix to time has normal entries times SCALE / sqrt(N).
"""

import json
import os
import sys
import time

if sys.argv[1] == "time":
    os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[2]

import numpy as np  # noqa: E402  (after the number of threads)


def libraries():
    try:
        import scipy
        from scipy.linalg import expm

        yield f"SciPy-{scipy.__version__}", expm
    except ImportError:
        pass
    try:
        import torch

        if sys.argv[1] == "time":
            torch.set_num_threads(int(sys.argv[2]))
        yield f"PyTorch-{torch.__version__}", lambda a: torch.matrix_exp(torch.from_numpy(a)).numpy()
    except ImportError:
        pass


def accuracy(path):
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    for name, expm in libraries():
        errors = []
        for case in cases:
            expected = np.array(case["exponential"])
            difference = expm(np.array(case["matrix"], dtype=np.float64)) - expected
            errors.append(np.linalg.norm(difference) / np.linalg.norm(expected))
        print(name, *errors)


def median_time(n, scale):
    a = np.random.default_rng(1).standard_normal((n, n)) * (scale / np.sqrt(n))
    for name, expm in libraries():
        expm(a)
        samples = []
        begin = time.perf_counter()
        while len(samples) < 5 or time.perf_counter() - begin < 0.2:
            start = time.perf_counter()
            expm(a)
            samples.append(time.perf_counter() - start)
        print(name, sorted(samples)[len(samples) // 2])


if sys.argv[1] == "accuracy":
    accuracy(sys.argv[2])
else:
    median_time(int(sys.argv[3]), float(sys.argv[4]))
