"""Checks a sweep against NumPy in float64: python3 bench/float64_sweep.py NET.safetensors DATA_DIR SWEEP.json

For every rank of SWEEP.json (made by `eckart sweep --run` from NET.safetensors, all layers factorized) the weight
matrices are decomposed by NumPy, cut at the rank, multiplied out and run in float64 on the test set. Prints both
accuracies and fails when one differs by more than 0.1 points. Needs NumPy and safetensors (tools/peers has them).
"""

import json
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

ALLOWED_POINTS = 0.1


def load_test_set(folder):
    records = np.fromfile(Path(folder) / "test_batch.bin", dtype=np.uint8).reshape(-1, 3073)
    return (records[:, 1:].astype(np.float64) / 255 - 0.5) / 0.5, records[:, 0]


def logits(weights, biases, x):
    layers = list(weights)
    x = np.maximum(x @ weights[layers[0]].T + biases[layers[0]], 0)
    for first, second in zip(layers[1:-1:2], layers[2:-1:2]):
        inner = np.maximum(x @ weights[first].T + biases[first], 0)
        x = np.maximum(inner @ weights[second].T + biases[second] + x, 0)
    return x @ weights[layers[-1]].T + biases[layers[-1]]


def main():
    tensors = load_file(sys.argv[1])
    pixels, labels = load_test_set(sys.argv[2])
    points = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))["points"]
    blocks = sorted({name.split(".")[0] for name in tensors if name.startswith("res")}, key=lambda name: int(name[3:]))
    names = ["fc1", *(f"{block}.{layer}" for block in blocks for layer in ("layer1", "layer2")), "fc2"]
    biases = {name: tensors[f"{name}.bias"].astype(np.float64) for name in names}
    svds = {name: np.linalg.svd(tensors[f"{name}.weight"].astype(np.float64), full_matrices=False) for name in names}
    worst = 0
    print("rank  eckart, factors, float32  NumPy, rebuilt, float64")
    for point in points:
        rank = point["rank"]
        cut = {name: (u[:, :rank] * s[:rank]) @ vt[:rank] for name, (u, s, vt) in svds.items()}
        correct = int(np.sum(logits(cut, biases, pixels).argmax(axis=1) == labels))
        ours, theirs = 100 * point["test_correct"] / point["test_count"], 100 * correct / len(labels)
        worst = max(worst, abs(ours - theirs))
        print(f"{rank:4}  {ours:22.2f} %  {theirs:21.2f} %")
    print(f"largest difference: {worst:.2f} points (allowed: {ALLOWED_POINTS})")
    sys.exit(0 if worst <= ALLOWED_POINTS else 1)


main()
