"""f = |sin(W2 cos(W1 x))|^2 and its gradient by automatic differentiation, timed.

Usage: python3 bench/pytorch_hidden_network.py THREADS N R DTYPE

Prints the median seconds of a value and of a gradient.
"""

import sys

import torch

from peer_timing import median_seconds


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    n, r = int(sys.argv[2]), int(sys.argv[3])
    dtype = getattr(torch, sys.argv[4])
    w1 = 100 * torch.rand(r, n, dtype=dtype)
    w2 = 100 * torch.rand(n, r, dtype=dtype)
    x = (2 * torch.rand(n, dtype=dtype) - 1).requires_grad_()

    def value():
        return torch.sin(w2 @ torch.cos(w1 @ x)).square().sum()

    def value_alone():
        with torch.no_grad():
            return value()

    print(median_seconds(value_alone), median_seconds(lambda: torch.autograd.grad(value(), x)), sep="\t")


main()
