"""F = 1/2 |X - U V|_F^2 by automatic differentiation, timed: python3 bench/pytorch_low_rank.py THREADS N K

Prints the median seconds of value and gradient, and of a Hessian-vector product, in float64.
"""

import sys

import torch

from peer_timing import median_seconds


def main():
    torch.set_num_threads(int(sys.argv[1]))
    torch.manual_seed(0)
    n, k = int(sys.argv[2]), int(sys.argv[3])
    x = torch.randn(n, n, dtype=torch.float64)
    u = torch.randn(n, k, dtype=torch.float64, requires_grad=True)
    v = torch.randn(k, n, dtype=torch.float64, requires_grad=True)
    p, q = torch.randn_like(u), torch.randn_like(v)

    def objective():
        return 0.5 * (x - u @ v).square().sum()

    def gradient():
        return torch.autograd.grad(objective(), (u, v))

    # The graph of the gradient is kept, as Newton's method would for many products at one point.
    graph = torch.autograd.grad(objective(), (u, v), create_graph=True)

    def hessian_vector():
        return torch.autograd.grad(graph, (u, v), grad_outputs=(p, q), retain_graph=True)

    print(median_seconds(gradient), median_seconds(hessian_vector), torch.__version__, sep="\t")


main()
