"""The leading singular values and vectors by NumPy and PyTorch, whichever this Python has.

    python3 truncated_svd_peers.py THREADS FILE.f32 M N RANK full|leading

FILE holds M x N float32 numbers by rows. One line per method: its name, a tab, seconds, CPU seconds, relative error. With
"leading", complete SVDs are left out.
"""

import os
import sys
import time

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = sys.argv[1]

import numpy as np  # noqa: E402  (after the number of threads)

rows, columns, rank = (int(argument) for argument in sys.argv[3:6])
a = np.fromfile(sys.argv[2], dtype=np.float32).reshape(rows, columns)


def measure(name, method):
    start, cpu_start = time.perf_counter(), time.process_time()
    u, s, vt = method()
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu_start
    error = np.linalg.norm(a - (u[:, :rank] * s[:rank]) @ vt[:rank]) / np.linalg.norm(a)
    print(f"{name}\t{wall} {cpu} {error}")


if sys.argv[6] == "full":
    measure(f"NumPy {np.__version__}, linalg.svd", lambda: np.linalg.svd(a, full_matrices=False))
try:
    import torch
except ImportError:
    sys.exit()
torch.set_num_threads(int(sys.argv[1]))


def lowrank(steps):
    torch.manual_seed(0)
    u, s, v = torch.svd_lowrank(torch.from_numpy(a), q=min(rank + max(16, rank // 4), rows, columns), niter=steps)
    return u.numpy(), s.numpy(), v.numpy().T


lowrank(0)
for steps in (2, 6):
    measure(f"PyTorch, svd_lowrank, niter={steps}", lambda steps=steps: lowrank(steps))
