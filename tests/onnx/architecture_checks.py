"""What must hold for a whole architecture that PyTorch exported."""

import numpy
import onnx
import torch
from torch import nn

import architectures
import checks
from architectures import RANK, Architecture


def layer_names(network: nn.Module) -> set[str]:
    """The names that PyTorch has for what may be factorized."""
    kinds = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.MultiheadAttention)
    return {name for name, module in network.named_modules() if isinstance(module, kinds)}


def outputs(file, x: torch.Tensor) -> list[numpy.ndarray]:
    """Of the graph as users run it: its input may be called otherwise where it is the only one."""
    name = onnx.load(file, load_external_data=False).graph.input[0].name
    return checks.run_model(file, {name: x.numpy()})


class Case(checks.Case):
    def check(self, architecture: Architecture, dynamo: bool, copies: bool = True, **more):
        """`copies`: the exporter folds constants, so that every weight is a tensor of its own."""
        file = self.folder / "model.onnx"
        architectures.export(architecture, file, dynamo, **more)
        before = onnx.load(file)
        free = checks.free_weights(before)
        if copies:
            self.assertEqual(len(free), architecture.layers)
        with torch.no_grad():
            expected = [architecture.network(architecture.example).double().numpy()]
        self.assert_close(outputs(file, architecture.example), expected, 1e-5, "the exporter")
        smaller = {root for root, (rows, columns) in free.items() if RANK * (rows + columns) < rows * columns}
        for kind, arguments, roots in (("full", [10**6, "--allow-larger"], set(free)), ("low", [RANK], smaller)):
            output = self.folder / kind / "out.onnx"
            output.parent.mkdir()
            report = self.compress(file, output, *arguments)
            after = onnx.load(output)
            factored = [layer for layer in report["layers"] if layer["factored"]]
            self.assertEqual(len(factored), len(roots), report)
            self.assert_names(architecture, factored)
            self.assert_same_surroundings(before, after, roots)
            for layer in factored:
                self.assert_factors(before, after, layer, None)
            self.assertEqual(checks.checker_says(output), "")
            found = outputs(output, architecture.example)
            if kind == "full":
                self.assert_close(found, expected, 2e-5, kind)
                continue
            feeds = {before.graph.input[0].name: architecture.example.numpy()}
            wanted = checks.run_model(checks.oracle(before, roots, RANK), feeds)
            self.assert_close(found, wanted, 2e-5, kind)
            with self.assertRaises(AssertionError):
                self.assert_close(found, expected, 2e-5, kind)
            self.assertLess(checks.parameters(after), checks.parameters(before))
            if architecture.dynamic:
                x = architecture.example.repeat(3, *[1] * (architecture.example.ndim - 1))
                self.assert_close(outputs(output, x), [numpy.concatenate([wanted[0]] * 3)], 2e-5, "another batch")

    def assert_names(self, architecture: Architecture, factored: list[dict]):
        """Layers have the names of the network's modules, whatever the exporter called their weights."""
        names = layer_names(architecture.network)
        lost = [layer["name"] for layer in factored if layer["name"].removesuffix(".in_proj") not in names]
        self.assertEqual(lost, [], f"none of {sorted(names)}")
