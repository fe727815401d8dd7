"""An ONNX graph seen with Python: its constants, its layers, its outputs, and the oracle of the tests.

The oracle is made from the original file with the singular value decomposition of NumPy, in double, and knows nothing of
how eckart writes factors.
"""

import collections
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

OWN_DOMAINS = ("", "ai.onnx")
CHAIN = ("Identity", "Transpose", "Cast", "DequantizeLinear")


def is_own(node: onnx.NodeProto, *ops: str) -> bool:
    return node.domain in OWN_DOMAINS and node.op_type in ops


def attribute(node: onnx.NodeProto, name: str, default):
    return next((helper.get_attribute_value(a) for a in node.attribute if a.name == name), default)


class Constants:
    """The values of a graph that follow from constants by Identity, Transpose, Cast and DequantizeLinear alone."""

    def __init__(self, model: onnx.ModelProto):
        self.model = model
        self.initializers = {tensor.name: tensor for tensor in model.graph.initializer}
        self.producers = {value: node for node in model.graph.node for value in node.output}

    def root(self, value: str) -> str | None:
        """The name of the tensor that `value` comes from."""
        if value in self.initializers:
            return value
        node = self.producers.get(value)
        if node is not None and is_own(node, "Constant"):
            return value
        return self.root(node.input[0]) if node is not None and is_own(node, *CHAIN) else None

    def chain(self, value: str) -> list[onnx.NodeProto]:
        """The nodes that make `value` of its tensor, sorted."""
        node = self.producers.get(value)
        if node is None:
            return []
        return [before for name in node.input for before in self.chain(name)] + [node]

    def evaluate(self, value: str) -> numpy.ndarray:
        if value in self.initializers:
            return numpy_helper.to_array(self.initializers[value])
        node = self.producers[value]
        if node.op_type == "Constant":
            return numpy_helper.to_array(attribute(node, "value", None))
        inputs = [self.evaluate(name) for name in node.input]
        if node.op_type == "Transpose":
            return numpy.transpose(inputs[0], attribute(node, "perm", None))
        if node.op_type == "Cast":
            return inputs[0].astype(helper.tensor_dtype_to_np_dtype(attribute(node, "to", 0)))
        if node.op_type == "DequantizeLinear":
            axis = attribute(node, "axis", 1)
            vectors = [*inputs[1:], numpy.array(0)][:2]
            scale, zero = [numpy.expand_dims(v, 1 - axis % 2) if v.ndim == 1 else v for v in vectors]
            return ((inputs[0].astype(numpy.int32) - zero.astype(numpy.int32)) * scale).astype(scale.dtype)
        return inputs[0]


def linear_uses(model: onnx.ModelProto) -> Iterator[tuple[int, int, str]]:
    """Index of a node of the main graph, index of its input, and the tensor there, where that is a layer's weight."""
    constants = Constants(model)
    for index, node in enumerate(model.graph.node):
        if is_own(node, "Gemm", "MatMul"):
            roots = [constants.root(value) for value in node.input[:2]]
            if None in roots and roots != [None, None]:
                place = 0 if roots[0] is not None else 1
                if constants.evaluate(node.input[place]).ndim == 2:
                    yield index, place, roots[place]
        elif is_own(node, "Conv") and constants.root(node.input[1]) is not None:
            shape = constants.evaluate(node.input[1]).shape
            if attribute(node, "group", 1) == 1 and all(size == 1 for size in shape[2:]):
                yield index, 1, constants.root(node.input[1])


def free_weights(model: onnx.ModelProto) -> dict[str, tuple[int, int]]:
    """The weights of a graph that nothing but layers uses -> rows and columns."""
    constants = Constants(model)
    shapes, uses = {}, collections.Counter()
    for index, place, root in linear_uses(model):
        values = constants.evaluate(model.graph.node[index].input[place])
        shapes[root] = (values.shape[0], values.size // values.shape[0])
        uses[index, root] += 1
    taken = {value.name for value in model.graph.output} | {value.name for value in model.graph.input}
    for index, node in enumerate(model.graph.node):
        if not is_own(node, *CHAIN):
            for value in names_used(node):
                root = constants.root(value)
                if root in shapes and (index, root) not in uses:
                    taken.add(root)
    return {root: shape for root, shape in shapes.items() if root not in taken}


def of_rank(values: numpy.ndarray, rank: int) -> numpy.ndarray:
    """The nearest matrix of that rank, computed in double; a kernel of size 1 is a matrix."""
    u, s, vt = numpy.linalg.svd(values.astype(numpy.float64).reshape(values.shape[0], -1), full_matrices=False)
    return ((u[:, :rank] * s[:rank]) @ vt[:rank]).reshape(values.shape).astype(values.dtype)


def oracle(model: onnx.ModelProto, roots: set[str], rank: int) -> onnx.ModelProto:
    """The model with every use of these weights replaced by the nearest matrix of the rank."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    constants = Constants(model)
    for index, place, root in linear_uses(model):
        if root in roots:
            name = f"oracle_{index}"
            tensor = numpy_helper.from_array(of_rank(constants.evaluate(model.graph.node[index].input[place]), rank), name)
            made.graph.node[index].input[place] = name
            made.graph.initializer.append(tensor)
            if model.ir_version < 4:
                made.graph.input.append(helper.make_tensor_value_info(name, tensor.data_type, tensor.dims))
    return made


def run_model(model: onnx.ModelProto | Path, feeds: Mapping[str, numpy.ndarray],
              runner: str = "runtime") -> list[numpy.ndarray]:
    """The outputs in double, of the operators as they are: optimized, ONNX Runtime quantizes inputs in places.

    runner: "runtime", "optimized" (the same as users run it), or "reference" (the onnx package)
    """
    if runner != "reference":
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        if runner == "runtime":
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        source = str(model) if isinstance(model, Path) else model.SerializeToString()
        outputs = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"]).run(None, dict(feeds))
    else:
        outputs = ReferenceEvaluator(str(model) if isinstance(model, Path) else model).run(None, dict(feeds))
    return [numpy.asarray(output).astype(numpy.float64) for output in outputs]


def subgraphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for a in node.attribute:
        if a.HasField("g"):
            yield a.g
        yield from a.graphs


def names_used(node: onnx.NodeProto) -> set[str]:
    """The values that a node uses, also in its subgraphs."""
    used = {value for value in node.input if value}
    for graph in subgraphs(node):
        inner = {name for deeper in graph.node for name in names_used(deeper)} | {o.name for o in graph.output}
        made = {value for deeper in graph.node for value in deeper.output} | {v.name for v in graph.input}
        used |= inner - made - {tensor.name for tensor in graph.initializer}
    return used


def parameters(model: onnx.ModelProto) -> int:
    """How many numbers the tensors of the main graph have."""
    nodes = [a.t for node in model.graph.node if is_own(node, "Constant") for a in node.attribute if a.HasField("t")]
    return sum(int(numpy.prod(tensor.dims, dtype=object)) for tensor in [*model.graph.initializer, *nodes])


def error_of_rank(values: numpy.ndarray, rank: int) -> float:
    """|W - W_r|_F / |W|_F"""
    s = numpy.linalg.svd(values.astype(numpy.float64).reshape(values.shape[0], -1), compute_uv=False)
    return float(numpy.linalg.norm(s[rank:]) / max(numpy.linalg.norm(s), 1e-300))
