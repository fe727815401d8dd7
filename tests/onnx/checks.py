"""What the tests of ONNX files share: runs of eckart and the comparison of two files.

A test is run as TEST.py ECKART and ends with checks.main().
"""

import collections
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy
import onnx
from onnx import helper, numpy_helper

from model_builder import RANK, Model
from reference import (CHAIN, Constants, error_of_rank, free_weights, is_own, linear_uses, names_used, of_rank, oracle,
                       parameters, run_model, subgraphs)

# Of the largest output. Half of the last bit of every factor, and what sums of dozens of products add to it.
TOLERANCES = {"float32": 1e-5, "float16": 5e-3, "bfloat16": 4e-2, "double": 1e-12}
__all__ = ["Constants", "free_weights", "linear_uses", "of_rank", "oracle", "parameters", "run_model"]


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    eckart = ""
    maxDiff = 2000

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="eckart-onnx-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def try_eckart(self, *arguments) -> subprocess.CompletedProcess:
        command = [self.eckart, *map(str, arguments)]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=120)

    def compress(self, model: Path, output: Path, rank: int, *more: str) -> dict:
        """What eckart compress tells; it must succeed."""
        done = self.try_eckart("compress", model, "-o", output, "--rank", rank, "--json", *more)
        self.assertEqual(done.returncode, 0, f"{' '.join(done.args)}: {done.stderr}")
        return json.loads(done.stdout)

    def assert_close(self, found: list[numpy.ndarray], expected: list[numpy.ndarray], tolerance: float, what: str):
        self.assertEqual([output.shape for output in found], [output.shape for output in expected], what)
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            scale = numpy.abs(other).max(initial=0)
            self.assertTrue(numpy.isfinite(one).all(), f"{what}: output {i} is not finite")
            distance = numpy.abs(one - other).max(initial=0)
            limit = tolerance * max(scale, 1e-30)
            self.assertLessEqual(distance, limit, f"{what}: output {i}, whose largest entry is {scale}")

    # ---- two files ----

    def assert_same_surroundings(self, before: onnx.ModelProto, after: onnx.ModelProto, roots: set[str]):
        """Nothing but the factorized layers differs."""
        for model in (before, after):
            self.assert_sorted_and_unique(model.graph, set())
        shells = []
        for model in (before, after):
            shell = onnx.ModelProto()
            shell.CopyFrom(model)
            for field in ("node", "initializer", "value_info", "input"):
                shell.graph.ClearField(field)
            if model is after:  # the record of the factors
                others = [entry for entry in shell.metadata_props if not entry.key.startswith("eckart.")]
                del shell.metadata_props[:]
                shell.metadata_props.extend(others)
            shells.append(shell)
        self.assertEqual(shells[0], shells[1], "the model around nodes and tensors has changed")
        self.assert_same_inputs(before, after)
        self.assert_same_nodes(before, after, roots)
        self.assert_same_tensors(before, after, roots)
        values = {value for node in after.graph.node for value in node.output} | {t.name for t in after.graph.initializer}
        for info in before.graph.value_info:
            if info.name in values:
                self.assertIn(info, after.graph.value_info)

    def assert_same_inputs(self, before: onnx.ModelProto, after: onnx.ModelProto):
        """Before IR version 4 the initializers are inputs too; those of the factors then are among them."""
        kept = []
        for model in (before, after):
            tensors = {tensor.name for tensor in model.graph.initializer} if model.ir_version < 4 else set()
            kept.append([value for value in model.graph.input if value.name not in tensors])
            self.assertLessEqual(tensors, {value.name for value in model.graph.input})
        self.assertEqual(*kept)

    def assert_same_nodes(self, before: onnx.ModelProto, after: onnx.ModelProto, roots: set[str]):
        def texts(model: onnx.ModelProto) -> list[bytes]:
            return [node.SerializeToString(deterministic=True) for node in model.graph.node]

        old, new = texts(before), texts(after)
        in_old, in_new = collections.Counter(old), collections.Counter(new)
        kept = in_old & in_new
        self.assertEqual([text for text in old if text in kept], [text for text in new if text in kept], "order of nodes")
        constants = Constants(before)
        layers = {index for index, _, root in linear_uses(before) if root in roots}
        products = {value for index in layers for value in before.graph.node[index].output}
        for index, node in enumerate(before.graph.node):
            if old[index] in kept:
                continue
            of_chain = is_own(node, "Constant", *CHAIN) and constants.root(node.output[0]) is not None
            of_bias = is_own(node, "Add") and not products.isdisjoint(node.input)
            self.assertTrue(index in layers or of_chain or of_bias, f"this node is gone or differs: {node}")
        added = [node for node, text in zip(after.graph.node, new, strict=True) if text not in kept]
        products_added = [node for node in added if is_own(node, "Gemm", "MatMul", "Conv")]
        self.assertLessEqual(len(products_added), 2 * len(layers))
        for node in added:
            allowed = is_own(node, "Gemm", "MatMul", "Conv", "Add", "Mul", "Identity", "Cast", "Transpose", "Constant")
            self.assertTrue(allowed, f"what for? {node}")
        for node in added:
            same_name = [other for other in after.graph.node if node.name and other.name == node.name]
            self.assertLessEqual(len(same_name), 1, f"there are two nodes {node.name}")

    def assert_same_tensors(self, before: onnx.ModelProto, after: onnx.ModelProto, roots: set[str]):
        """What is gone was used by factorized layers, and all that stays is as it was."""
        found = {tensor.name: tensor for tensor in after.graph.initializer}
        constants = Constants(before)
        uses = [(before.graph.node[index], place) for index, place, root in linear_uses(before) if root in roots]
        of_layers = {name for node, place in uses for chain in constants.chain(node.input[place]) for name in chain.input}
        of_layers |= {name for node, _ in uses for name in node.input}
        products = {node.output[0] for node, _ in uses}
        of_layers |= {name for node in before.graph.node if is_own(node, "Add") and not products.isdisjoint(node.input)
                      for name in node.input}
        needed = {name for node in after.graph.node for name in names_used(node)}
        for tensor in before.graph.initializer:
            if tensor.name in found:
                self.assertEqual(found[tensor.name].dims, tensor.dims)
                self.assertEqual(found[tensor.name].data_type, tensor.data_type)
                same = numpy_helper.to_array(found[tensor.name]).tobytes() == numpy_helper.to_array(tensor).tobytes()
                self.assertTrue(same, f"tensor {tensor.name} has changed")
            else:
                self.assertIn(tensor.name, of_layers, f"tensor {tensor.name} is gone")
                self.assertNotIn(tensor.name, needed)
        old = {tensor.name for tensor in before.graph.initializer}
        for name in found.keys() - old:
            self.assertIn(name, needed, f"the new tensor {name} is not used")

    def assert_sorted_and_unique(self, graph: onnx.GraphProto, outer: set[str]):
        tensors = [tensor.name for tensor in graph.initializer] + [t.values.name for t in graph.sparse_initializer]
        made = collections.Counter(tensors)
        made.update({value.name for value in graph.input} - set(tensors))
        for node in graph.node:
            missing = names_used(node) - set(made) - outer
            self.assertFalse(missing, f"{node.op_type} '{node.name}' uses {missing}, which nothing before it makes")
            for inner in subgraphs(node):
                self.assert_sorted_and_unique(inner, outer | set(made))
            made.update(value for value in node.output if value)
        self.assertEqual([name for name, times in made.items() if times > 1], [], "made twice")
        self.assertLessEqual({value.name for value in graph.output}, set(made) | outer)

    def assert_factors(self, before: onnx.ModelProto, after: onnx.ModelProto, layer: dict, root: str | None):
        """The factors of a layer of the report: names, shapes, number type."""
        tensors = {tensor.name: tensor for tensor in after.graph.initializer}
        first, second = (tensors.get(f"{layer['name']}.{i}.weight") for i in (0, 1))
        self.assertIsNotNone(first, f"no tensor {layer['name']}.0.weight among {sorted(tensors)}")
        self.assertIsNotNone(second, f"no tensor {layer['name']}.1.weight among {sorted(tensors)}")
        rank, size_out, size_in = layer["rank"], layer["out"], layer["in"]
        self.assertEqual(sorted(first.dims[:2]), sorted((rank, size_in)))
        self.assertEqual(sorted(second.dims[:2]), sorted((size_out, rank)))
        self.assertTrue(all(size == 1 for tensor in (first, second) for size in tensor.dims[2:]))
        if root is not None:
            constants = Constants(before)
            stored = constants.evaluate(root).dtype
            if stored.kind in "iu":  # quantized: the type of what it stands for
                index, place = next((index, place) for index, place, tensor in linear_uses(before) if tensor == root)
                stored = constants.evaluate(before.graph.node[index].input[place]).dtype
            types = {first.data_type, second.data_type}
            self.assertEqual(types, {helper.np_dtype_to_tensor_dtype(stored)}, "number type of the factors")


def check_nothing_to_do(case: Case, file: Path):
    """A model without a layer to factorize: the goal cannot be reached, and nothing is written."""
    done = case.try_eckart("compress", file, "-o", case.folder / "out.onnx", "--rank", RANK)
    case.assertEqual(done.returncode, 4, done.stderr)
    case.assertRegex(done.stderr, r"\Aeckart: [ -~]*\n\Z")
    case.assertEqual(sorted(path.name for path in case.folder.iterdir()), ["model.onnx"])


def check_dense(case: Case, file: Path):
    """A model whose layers would get no smaller: it is written as it is."""
    report = case.compress(file, case.folder / "out.onnx", RANK)
    case.assertEqual([layer["factored"] for layer in report["layers"]], [False] * len(report["layers"]))
    before, after = onnx.load(file), onnx.load(case.folder / "out.onnx")
    case.assert_same_surroundings(before, after, set())
    case.assertEqual(before.graph, after.graph)


def check_errors(case: Case, before: onnx.ModelProto, layer: dict, root: str, tolerance: float):
    """What the report says of a layer's error is what NumPy finds."""
    constants = Constants(before)
    index, place = next((index, place) for index, place, tensor in linear_uses(before) if tensor == root)
    expected = error_of_rank(constants.evaluate(before.graph.node[index].input[place]), layer["rank"])
    case.assertAlmostEqual(layer["predicted_error"], expected, delta=1e-4)
    case.assertAlmostEqual(layer["measured_error"], expected, delta=max(1e-4, tolerance))


def checker_says(file: Path) -> str:
    """What onnx.checker complains about; "" for a valid model."""
    try:
        onnx.checker.check_model(str(file), full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        return str(error)
    return ""


def check_model(case: Case, model: Model):
    """Everything that must hold for one of the small models."""
    file = model.save(case.folder / "model.onnx")
    valid = checker_says(file) == ""
    before = onnx.load(file)
    runs = {
        "full": ([10**6, "--allow-larger"], 10**6),
        "low": ([model.rank], model.rank),
    }
    expected = set(model.factored)
    found = {root for _, _, root in linear_uses(before)}
    case.assertLessEqual(expected, found, "the oracle sees less")
    if not expected:
        if model.dense:
            check_dense(case, file)
        else:
            check_nothing_to_do(case, file)
        return
    for kind, (arguments, rank) in runs.items():
        with case.subTest(kind):
            output = case.folder / kind / "out.onnx"
            output.parent.mkdir()
            report = case.compress(file, output, *arguments)
            after = onnx.load(output)
            factored = [layer for layer in report["layers"] if layer["factored"]]
            names = {name for name in model.factored.values() if name is not None}
            case.assertLessEqual(names, {layer["name"] for layer in factored}, report)
            if kind == "low" or not model.left:
                case.assertEqual(len(factored), len(expected), report)
            # At full rank layers that are too small count as well.
            roots = set(expected)
            if len(factored) > len(expected):
                roots |= {root for _, _, root in linear_uses(before)} & model.left
            case.assert_same_surroundings(before, after, roots)
            for layer in factored:
                root = next((root for root, name in model.factored.items() if name == layer["name"]), None)
                case.assert_factors(before, after, layer, root)
                if root is not None:
                    check_errors(case, before, layer, root, TOLERANCES[model.dtype])
            if kind == "low":
                case.assertLess(parameters(after) if model.group != "sources" else 0, parameters(before))
            if valid:
                case.assertEqual(checker_says(output), "")
            if model.runner:
                wanted = before if kind == "full" else oracle(before, expected, rank)
                tolerance = TOLERANCES[model.dtype]
                feeds = model.feeds()
                found = run_model(output, feeds, model.runner)
                case.assert_close(found, run_model(wanted, feeds, model.runner), tolerance, kind)
                if kind == "low" and tolerance <= 1e-5 and not model.name.startswith("weight_"):
                    # The comparison sees a difference: the dense model is another one.
                    dense = run_model(file, feeds, model.runner)
                    with case.assertRaises(AssertionError):
                        case.assert_close(found, dense, tolerance, kind)


def add_tests(case: type[Case], models: list[Model]):
    """One test per model, so that each is named where it fails."""
    for model in models:
        setattr(case, f"test_{model.name}", lambda self, model=model: check_model(self, model))


def main():
    Case.eckart = sys.argv.pop()
    unittest.main(verbosity=1)
