"""What the small ONNX models are made with: a model and what is to become of it, and a builder of graphs."""

import dataclasses
import zlib
from collections.abc import Iterator
from pathlib import Path

import ml_dtypes
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

IN, OUT, BATCH = 24, 16, 5
RANK = 4  # of what is compressed: smaller than the dense layer in parameters, also where those have 8 bits
NEWEST_OPSET = onnx.defs.onnx_opset_version()
OPSETS = sorted({7, 9, 11, 13, 15, 17, 18, 19, 20, 21, 22, 23, NEWEST_OPSET})
USUAL_OPSET = 17
DTYPES = {
    "float32": (TensorProto.FLOAT, numpy.float32),
    "float16": (TensorProto.FLOAT16, numpy.float16),
    "bfloat16": (TensorProto.BFLOAT16, ml_dtypes.bfloat16),
    "double": (TensorProto.DOUBLE, numpy.float64),
    "int64": (TensorProto.INT64, numpy.int64),
    "bool": (TensorProto.BOOL, numpy.bool_),
}
FLOATS = ("float32", "float16", "bfloat16", "double")


@dataclasses.dataclass
class Model:
    """A model and what is to become of it.

    factored: the tensor of each weight to factorize -> the layer's name (None: any)
    left: tensors that look like weights and must stay
    runner: what can run it, "runtime" (ONNX Runtime) or "reference" (the onnx package); "": only its structure is compared
    external: tensor -> (file, offset) of those stored outside
    dense: nothing is factorized, because it would get no smaller
    """

    name: str
    group: str
    proto: onnx.ModelProto
    inputs: dict[str, tuple[str, tuple[int, ...]]]
    dtype: str = "float32"
    factored: dict[str, str | None] = dataclasses.field(default_factory=dict)
    left: set[str] = dataclasses.field(default_factory=set)
    runner: str = "runtime"
    external: dict[str, tuple[str, int]] = dataclasses.field(default_factory=dict)
    rank: int = RANK
    dense: bool = False

    def feeds(self) -> dict[str, numpy.ndarray]:
        """The same random inputs every time."""
        rng = numpy.random.default_rng(zlib.crc32(self.name.encode()))
        feeds = {}
        for name, (dtype, shape) in self.inputs.items():
            if dtype == "int64":
                feeds[name] = rng.integers(0, 8, shape)
            elif dtype == "bool":
                feeds[name] = numpy.array(True)
            else:
                feeds[name] = rng.standard_normal(shape).astype(DTYPES[dtype][1])
        return feeds

    def save(self, file: Path) -> Path:
        """Writes the model and the files of its external tensors, which are named relative to it."""
        proto = onnx.ModelProto()
        proto.CopyFrom(self.proto)
        contents: dict[str, bytearray] = {}
        for tensor in all_tensors(proto.graph):
            if tensor.name not in self.external:
                continue
            location, offset = self.external[tensor.name]
            content = contents.setdefault(location, bytearray())
            data = numpy_helper.to_array(tensor).tobytes()
            content.extend(bytes(max(0, offset + len(data) - len(content))))
            content[offset : offset + len(data)] = data
            for field in ("raw_data", "float_data", "int32_data", "double_data", "int64_data"):
                tensor.ClearField(field)
            tensor.data_location = TensorProto.EXTERNAL
            entries = {"location": location, "offset": str(offset), "length": str(len(data))}
            if offset == 0 and sum(place == location for place, _ in self.external.values()) == 1:
                entries = {"location": location}  # offset and length may be left out
            for key, value in entries.items():
                tensor.external_data.add(key=key, value=value)
        for location, content in contents.items():
            (file.parent / location).parent.mkdir(parents=True, exist_ok=True)
            (file.parent / location).write_bytes(content)
        file.write_bytes(proto.SerializeToString(deterministic=True))
        return file


def all_tensors(graph: onnx.GraphProto) -> Iterator[onnx.TensorProto]:
    """The initializers and the values of Constant nodes, which are named after their outputs here."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t


def decaying(rng: numpy.random.Generator, rows: int, columns: int, decay: float = 0.7) -> numpy.ndarray:
    """A random matrix with the singular values 1, 0.7, 0.49, ..., float64."""
    count = min(rows, columns)
    left = numpy.linalg.qr(rng.standard_normal((rows, count)))[0]
    right = numpy.linalg.qr(rng.standard_normal((columns, count)))[0]
    return (left * decay ** numpy.arange(count)) @ right.T * 2


class Builder:
    """Collects the parts of a model. Weights and inputs are random, seeded by the model's name."""

    def __init__(self, name: str, opset: int = USUAL_OPSET, dtype: str = "float32", ir: int | None = None):
        self.name, self.opset, self.dtype = name, opset, dtype
        self.ir = ir or (3 if opset < 9 else helper.find_min_ir_version_for([helper.make_opsetid("", opset)]))
        self.rng = numpy.random.default_rng(zlib.crc32(name.encode()))
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []
        self.feeds: dict[str, tuple[str, tuple[int, ...]]] = {}
        self.domains: dict[str, int] = {}

    def input(self, name: str, *shape: int, dtype: str | None = None, declared: list | None = None) -> str:
        dtype = dtype or self.dtype
        self.inputs.append(helper.make_tensor_value_info(name, DTYPES[dtype][0], declared or list(shape)))
        self.feeds[name] = (dtype, shape)
        return name

    def output(self, name: str, *shape, dtype: str | None = None) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, DTYPES[dtype or self.dtype][0], list(shape)))

    def matrix(self, rows: int, columns: int) -> numpy.ndarray:
        return decaying(self.rng, rows, columns)

    def tensor(self, name: str, values, dtype: str | None = None) -> onnx.TensorProto:
        values = numpy.asarray(values)
        if not (dtype is None and values.dtype.kind in "iub"):
            values = values.astype(DTYPES[dtype or self.dtype][1])
        return numpy_helper.from_array(values, name)

    def constant(self, name: str, values, dtype: str | None = None) -> str:
        """An initializer."""
        self.initializers.append(self.tensor(name, values, dtype))
        return name

    def vector(self, name: str, *shape: int) -> str:
        return self.constant(name, self.rng.standard_normal(shape))

    def weight(self, name: str, rows: int, columns: int) -> str:
        return self.constant(name, self.matrix(rows, columns))

    def constant_node(self, name: str, values, dtype: str | None = None) -> str:
        return self.node("Constant", [], name, value=self.tensor(name, values, dtype))

    def node(self, op: str, inputs: list[str], output: str, name: str | None = None, domain: str = "",
             overload: str | None = None, **attributes) -> str:
        label = f"{op}_{len(self.nodes)}" if name is None else name
        self.nodes.append(helper.make_node(op, inputs, [output], label, domain=domain, overload=overload, **attributes))
        return output

    def graph(self) -> onnx.GraphProto:
        inputs = list(self.inputs)
        if self.ir < 4:
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.initializers]
        return helper.make_graph(self.nodes, self.name, inputs, self.outputs, self.initializers)

    def finish(self, group: str, factored: dict[str, str | None], left: set[str] = frozenset(), **more) -> Model:
        opsets = [helper.make_opsetid("", self.opset)]
        opsets += [helper.make_opsetid(domain, version) for domain, version in self.domains.items()]
        proto = helper.make_model(self.graph(), opset_imports=opsets, ir_version=self.ir, producer_name="make_models")
        unknown_to_runtime = self.dtype == "bfloat16" or (self.dtype == "double" and self.nodes[0].op_type == "Conv")
        more.setdefault("runner", "reference" if unknown_to_runtime else "runtime")
        return Model(self.name, group, proto, dict(self.feeds), self.dtype, dict(factored), set(left), **more)


def plain(b: Builder, x: str = "x", y: str = "y", layer: str = "fc", size_in: int = IN, size_out: int = OUT) -> str:
    """y = Gemm(x, layer.weight, layer.bias)"""
    inputs = [x, b.weight(f"{layer}.weight", size_out, size_in), b.vector(f"{layer}.bias", size_out)]
    return b.node("Gemm", inputs, y, f"/{layer}/Gemm", transB=1)


FC = {"fc.weight": "fc"}  # the usual weight and the name of its layer
