"""What the interoperability tests share: the residual MLP in PyTorch, CIFAR-10's layout, runs of eckart.

A test is run as TEST.py ECKART and ends with peer.main().
"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

PIXELS = 3 * 32 * 32


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.layer1 = nn.Linear(size, size)
        self.layer2 = nn.Linear(size, size)

    def forward(self, x):
        return functional.relu(self.layer2(functional.relu(self.layer1(x))) + x)


class Network(nn.Module):
    def __init__(self, hidden, blocks=2, classes=10):
        super().__init__()
        self.blocks = blocks
        self.fc1 = nn.Linear(PIXELS, hidden)
        for block in range(blocks):
            self.add_module(f"res{block + 1}", Block(hidden))
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, x):
        x = functional.relu(self.fc1(x))
        for block in range(self.blocks):
            x = self.get_submodule(f"res{block + 1}")(x)
        return self.fc2(x)


def factorize(network, tensors):
    """Gives the layers that `tensors` has as two factors the shape for them."""
    for name in [key.removesuffix(".0.weight") for key in tensors if key.endswith(".0.weight")]:
        dense = network.get_submodule(name)
        rank = tensors[name + ".0.weight"].shape[0]
        pair = (nn.Linear(dense.in_features, rank, bias=False), nn.Linear(rank, dense.out_features))
        parent, _, child = name.rpartition(".")
        setattr(network.get_submodule(parent), child, nn.Sequential(*pair))
    return network


def load_images(*files):
    """Images (count, 3072) scaled to [-1, 1] and labels (count) of batches in CIFAR-10's binary layout."""
    content = b"".join(Path(file).read_bytes() for file in files)
    records = torch.frombuffer(bytearray(content), dtype=torch.uint8).view(-1, 1 + PIXELS)
    return (records[:, 1:].float() / 255 - 0.5) / 0.5, records[:, 0].long()


def load_train_set(folder):
    return load_images(*sorted(Path(folder).glob("data_batch_*.bin")))


def load_test_set(folder):
    return load_images(Path(folder) / "test_batch.bin")


class Case(unittest.TestCase):
    """A test with a folder of its own, the data set `data` in it and eckart to run there."""

    eckart = ""

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="eckart-interop-")
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.folder = Path(cls.scratch.name)
        cls.run_eckart("data", "synth", "data", "--train", 600, "--test", 300, "--seed", 5)
        cls.images, cls.labels = load_test_set(cls.folder / "data")

    @classmethod
    def try_eckart(cls, *arguments):
        """Runs eckart in the test's folder, whatever comes of it."""
        command = [cls.eckart, *map(str, arguments)]
        return subprocess.run(command, cwd=cls.folder, capture_output=True, text=True, check=False)

    @classmethod
    def run_eckart(cls, *arguments):
        """Runs eckart, which must succeed; its stdout."""
        done = cls.try_eckart(*arguments)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(done.args)} ends with {done.returncode}: {done.stderr}")
        return done.stdout

    @classmethod
    def eckart_json(cls, *arguments):
        return json.loads(cls.run_eckart(*arguments, "--json"))

    def assert_agrees(self, network, file):
        """`network` and eckart, with `file`, get the same loss on the test set and the same images right."""
        found = self.eckart_json("eval", file, "--data", "data")
        with torch.no_grad():
            logits = network.double()(self.images.double())
        loss = functional.cross_entropy(logits, self.labels).item()
        self.assertAlmostEqual(found["test_loss"], loss, delta=1e-5 * max(1, loss))
        # An image whose two best logits are closer than float32 can tell may count on either side.
        best = logits.topk(2).values
        ties = int((best[:, 0] - best[:, 1] < 1e-5 * best[:, 0].abs().clamp(min=1)).sum())
        correct = int((logits.argmax(dim=1) == self.labels).sum())
        self.assertLessEqual(abs(found["test_correct"] - correct), ties)
        self.assertEqual(found["test_count"], len(self.labels))


def main():
    Case.eckart = sys.argv.pop()
    unittest.main(verbosity=2)
