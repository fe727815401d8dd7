"""One training step of the reference network in PyTorch, timed: python3 bench/pytorch_step.py THREADS STEPS

Prints the median and the fastest step in seconds, PyTorch's version and its BLAS.
"""

import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.layer1 = nn.Linear(size, size)
        self.layer2 = nn.Linear(size, size)

    def forward(self, x):
        return functional.relu(self.layer2(functional.relu(self.layer1(x))) + x)


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(3072, 1000), nn.ReLU(), Block(1000), Block(1000), nn.Linear(1000, 10), nn.LogSoftmax(dim=1)
    )
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, fused=True)
    x = torch.rand(100, 3072) * 2 - 1
    labels = torch.randint(0, 10, (100,))
    times = []
    for step in range(int(sys.argv[2]) + 5):
        start = time.perf_counter()
        optimizer.zero_grad()
        functional.nll_loss(network(x), labels).backward()
        optimizer.step()
        if step >= 5:
            times.append(time.perf_counter() - start)
    blas = "MKL" if torch.backends.mkl.is_available() else "OpenBLAS or other"
    print(statistics.median(times), min(times), torch.__version__.split("+")[0], blas, sep="\t")


main()
