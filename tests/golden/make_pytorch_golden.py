"""Writes pytorch_residual_mlp.json: what PyTorch computes for a small residual MLP, in double precision.

    python3 tests/golden/make_pytorch_golden.py > tests/golden/pytorch_residual_mlp.json

Contents: initial weights; one batch with its logits, loss and gradients; the weights after each of five Adam steps on
given gradients; the losses of one epoch of training. Everything is drawn from a fixed seed.
"""

import json
import sys

import torch
from torch import nn
from torch.nn import functional

SIZES = {"architecture": "residual-mlp", "input": 12, "hidden": 7, "blocks": 2, "classes": 5}
SAMPLES, BATCH, RATE = 60, 8, 1e-3


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.layer1 = nn.Linear(size, size)
        self.layer2 = nn.Linear(size, size)

    def forward(self, x):
        return functional.relu(self.layer2(functional.relu(self.layer1(x))) + x)


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(SIZES["input"], SIZES["hidden"])
        self.res1 = Block(SIZES["hidden"])
        self.res2 = Block(SIZES["hidden"])
        self.fc2 = nn.Linear(SIZES["hidden"], SIZES["classes"])

    def forward(self, x):
        x = functional.relu(self.fc1(x))
        return functional.log_softmax(self.fc2(self.res2(self.res1(x))), dim=1)


def tensors(items):
    return {name: {"shape": list(value.shape), "data": value.detach().flatten().tolist()} for name, value in items}


def scaled(pixels):
    return (pixels.double() / 255 - 0.5) / 0.5


def one_batch(network, pixels, labels):
    log_probabilities = network(scaled(pixels))
    loss = functional.nll_loss(log_probabilities, labels)
    loss.backward()
    return {
        "log_probabilities": log_probabilities.detach().flatten().tolist(),
        "loss": loss.item(),
        "gradients": tensors((name, p.grad) for name, p in network.named_parameters()),
    }


def adam_steps():
    weight = nn.Parameter(torch.randn(9))
    optimizer = torch.optim.Adam([weight], lr=RATE)
    start, gradients, weights = weight.detach().tolist(), [], []
    for step in range(5):
        # Sizes from 1e-9 to 10, so that epsilon matters in some entries.
        gradient = torch.randn(9) * 10.0 ** torch.linspace(-9, 1, 9)
        weight.grad = gradient.clone()
        optimizer.step()
        gradients.append(gradient.tolist())
        weights.append(weight.detach().tolist())
    return {"learning_rate": RATE, "start": start, "gradients": gradients, "weights": weights}


def one_epoch(network, pixels, labels):
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    losses = []
    for start in range(0, SAMPLES, BATCH):
        optimizer.zero_grad()
        loss = functional.nll_loss(network(scaled(pixels[start : start + BATCH])), labels[start : start + BATCH])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"batch": BATCH, "learning_rate": RATE, "batch_losses": losses, "weights": tensors(network.named_parameters())}


def main():
    torch.manual_seed(3)
    torch.set_default_dtype(torch.float64)
    pixels = torch.randint(0, 256, (SAMPLES, SIZES["input"]))
    labels = torch.randint(0, SIZES["classes"], (SAMPLES,))
    network = Network()
    json.dump(
        {
            "provenance": f"tests/golden/make_pytorch_golden.py, PyTorch {torch.__version__.split('+')[0]}, float64",
            "model": SIZES,
            "pixels": pixels.flatten().tolist(),
            "labels": labels.tolist(),
            "initial": tensors(network.named_parameters()),
            "first_batch": {"size": BATCH, **one_batch(network, pixels[:BATCH], labels[:BATCH])},
            "adam": adam_steps(),
            "epoch": one_epoch(network, pixels, labels),
        },
        sys.stdout,
    )
    print()


main()
