"""Small ONNX models, one for every way in which a fully-connected layer is written, and for what may stand around it.

    python3 tests/onnx/make_models.py DIR      writes them all, with inputs.json, which tells what to feed them

The tests take them from models(). A model tells which of its tensors are weights that `eckart compress` must factorize,
and under which names, and which tensors look like weights but must be left alone. Same bytes on every run.
"""

import dataclasses
import json
import sys
import zlib
from collections.abc import Callable, Iterator
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

    def node(self, op: str, inputs: list[str], output: str, name: str | None = None, domain: str = "", overload: str | None = None,
             **attributes) -> str:
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


FC = {"fc.weight": "fc"}
Make = Callable[[str, int, str], Model]


# ---- Layers: one function per way to write them, for any opset and number type ----


def gemm(name: str, opset: int = USUAL_OPSET, dtype: str = "float32", *, trans_a: int = 0, trans_b: int = 1,
         c: tuple[int, ...] | None = (OUT,), **attributes) -> Model:
    b = Builder(name, opset, dtype)
    x = b.input("x", *((IN, BATCH) if trans_a else (BATCH, IN)))
    inputs = [x, b.weight("fc.weight", *((OUT, IN) if trans_b else (IN, OUT)))]
    if c is not None:
        inputs.append(b.vector("fc.bias", *c))
    if trans_a:
        attributes["transA"] = 1
    if trans_b:
        attributes["transB"] = 1
    b.node("Gemm", inputs, "y", "/fc/Gemm", **attributes)
    b.output("y", BATCH, OUT)
    return b.finish("layers", FC)


def gemm_with_empty_c(name: str) -> Model:
    """The optional input is there, but empty."""
    b = Builder(name)
    b.node("Gemm", [b.input("x", BATCH, IN), b.weight("fc.weight", IN, OUT), ""], "y")
    b.output("y", BATCH, OUT)
    return b.finish("layers", FC)


def gemm_with_computed_c(name: str) -> Model:
    b = Builder(name)
    x = b.input("x", BATCH, IN)
    c = b.node("Neg", [b.input("c", BATCH, OUT)], "negative")
    b.node("Gemm", [x, b.weight("fc.weight", OUT, IN), c], "y", transB=1, beta=0.5)
    b.output("y", BATCH, OUT)
    return b.finish("layers", FC)


def gemm_constant_left(name: str) -> Model:
    b = Builder(name)
    w = b.weight("fc.weight", OUT, IN)
    b.node("Gemm", [w, b.input("x", IN, BATCH), b.vector("fc.bias", OUT, 1)], "y", "/fc/Gemm", alpha=0.5)
    b.output("y", OUT, BATCH)
    return b.finish("layers", FC)


def gemm_constant_left_trans_a(name: str) -> Model:
    b = Builder(name)
    w = b.weight("fc.weight", IN, OUT)
    b.node("Gemm", [w, b.input("x", BATCH, IN)], "y", "/fc/Gemm", transA=1, transB=1)
    b.output("y", OUT, BATCH)
    return b.finish("layers", FC)


def matmul(name: str, opset: int = USUAL_OPSET, dtype: str = "float32", *, lead: tuple[int, ...] = (BATCH,)) -> Model:
    b = Builder(name, opset, dtype)
    b.node("MatMul", [b.input("x", *lead, IN), b.weight("fc.weight", IN, OUT)], "y", "/fc/MatMul")
    b.output("y", *lead, OUT)
    return b.finish("layers", FC)


def matmul_left(name: str, *, lead: tuple[int, ...] = (), columns: int = 7) -> Model:
    b = Builder(name)
    b.node("MatMul", [b.weight("fc.weight", OUT, IN), b.input("x", *lead, IN, columns)], "y", "/fc/MatMul")
    b.output("y", *lead, OUT, columns)
    return b.finish("layers", FC)


def matmul_left_of_vector(name: str) -> Model:
    b = Builder(name)
    b.node("MatMul", [b.weight("fc.weight", OUT, IN), b.input("x", IN)], "y", "/fc/MatMul")
    b.output("y", OUT)
    return b.finish("layers", FC)


def matmul_left_add(name: str) -> Model:
    """W X + b with one entry of b per row."""
    b = Builder(name)
    b.node("MatMul", [b.weight("fc.weight", OUT, IN), b.input("x", 2, IN, 7)], "product", "/fc/MatMul")
    b.node("Add", ["product", b.vector("fc.bias", OUT, 1)], "y", "/fc/Add")
    b.output("y", 2, OUT, 7)
    return b.finish("layers", FC)


def matmul_add(name: str, opset: int = USUAL_OPSET, dtype: str = "float32", *, lead: tuple[int, ...] = (BATCH,),
               bias: tuple[int, ...] = (OUT,), bias_first: bool = False) -> Model:
    b = Builder(name, opset, dtype)
    b.node("MatMul", [b.input("x", *lead, IN), b.weight("fc.weight", IN, OUT)], "product", "/fc/MatMul")
    operands = ["product", b.vector("fc.bias", *bias)]
    b.node("Add", operands[::-1] if bias_first else operands, "y", "/fc/Add")
    b.output("y", *numpy.broadcast_shapes((*lead, OUT), bias))
    return b.finish("layers", FC)


def matmul_add_used_twice(name: str) -> Model:
    """The product without bias is needed as well."""
    b = Builder(name)
    b.node("MatMul", [b.input("x", BATCH, IN), b.weight("fc.weight", IN, OUT)], "product", "/fc/MatMul")
    b.node("Add", ["product", b.vector("fc.bias", OUT)], "sum", "/fc/Add")
    b.node("Mul", ["product", "sum"], "y")
    b.output("y", BATCH, OUT)
    return b.finish("layers", FC)


def matmul_add_product_is_output(name: str) -> Model:
    b = Builder(name)
    b.node("MatMul", [b.input("x", BATCH, IN), b.weight("fc.weight", IN, OUT)], "product", "/fc/MatMul")
    b.node("Add", ["product", b.vector("fc.bias", OUT)], "y", "/fc/Add")
    b.output("y", BATCH, OUT)
    b.output("product", BATCH, OUT)
    return b.finish("layers", FC)


def matmul_residual(name: str) -> Model:
    """The Add has no bias: it adds the input."""
    b = Builder(name)
    x = b.input("x", BATCH, IN)
    b.node("Add", [b.node("MatMul", [x, b.weight("fc.weight", IN, IN)], "product", "/fc/MatMul"), x], "y")
    b.output("y", BATCH, IN)
    return b.finish("layers", FC)


def matmul_doubled(name: str) -> Model:
    """Both operands of the Add are the product."""
    b = Builder(name)
    b.node("MatMul", [b.input("x", BATCH, IN), b.weight("fc.weight", IN, OUT)], "product", "/fc/MatMul")
    b.node("Add", ["product", "product"], "y")
    b.output("y", BATCH, OUT)
    return b.finish("layers", FC)


def conv(name: str, opset: int = USUAL_OPSET, dtype: str = "float32", *, size: tuple[int, ...] = (5, 6), bias: bool = True,
         shape: bool = True, **attributes) -> Model:
    """A convolution of size 1: a fully-connected layer of the channels at every place."""
    b = Builder(name, opset, dtype)
    kernel = [1] * len(size)
    inputs = [b.input("x", 2, IN, *size), b.constant("fc.weight", b.matrix(OUT, IN).reshape(OUT, IN, *kernel))]
    if bias:
        inputs.append(b.vector("fc.bias", OUT))
    if shape:
        attributes["kernel_shape"] = kernel
    b.node("Conv", inputs, "y", "/fc/Conv", **attributes)
    b.output("y", *[None] * (2 + len(size)))
    return b.finish("layers", FC)


def conv_left_alone(name: str, weight: tuple[int, ...], **attributes) -> Model:
    b = Builder(name)
    inputs = [b.input("x", 2, IN, 5, 6), b.vector("conv.weight", *weight), b.vector("conv.bias", weight[0])]
    b.node("Conv", inputs, "y", "/conv/Conv", **attributes)
    b.output("y", None, None, None, None)
    return b.finish("layers", {}, {"conv.weight"})


def matmul_of_three_dimensions(name: str, lead: int) -> Model:
    b = Builder(name)
    values = numpy.stack([b.matrix(IN, OUT) for _ in range(lead)])
    b.node("MatMul", [b.input("x", lead, BATCH, IN), b.constant("fc.weight", values)], "y", "/fc/MatMul")
    b.output("y", lead, BATCH, OUT)
    return b.finish("layers", {}, {"fc.weight"})


def matmul_of_a_vector_weight(name: str) -> Model:
    """The constant is a vector: a dot product, no layer."""
    b = Builder(name)
    b.node("MatMul", [b.input("x", BATCH, IN), b.vector("fc.weight", IN)], "y", "/fc/MatMul")
    b.output("y", BATCH)
    return b.finish("layers", {}, {"fc.weight"})


def special_weight(name: str, kind: str) -> Model:
    b = Builder(name)
    values = {
        "zero": numpy.zeros((OUT, IN)),
        "rank_1": numpy.outer(b.rng.standard_normal(OUT), b.rng.standard_normal(IN)),
        "tiny": b.matrix(OUT, IN) * 1e-30,
        "huge": b.matrix(OUT, IN) * 1e30,
        "one_row": b.matrix(1, IN),
        "one_column": b.matrix(OUT, 1),
    }[kind]
    rows, columns = values.shape
    b.node("Gemm", [b.input("x", BATCH, columns), b.constant("fc.weight", values)], "y", "/fc/Gemm", transB=1)
    b.output("y", BATCH, rows)
    small = min(rows, columns) == 1
    return b.finish("layers", {} if small else FC, {"fc.weight"} if small else set(), dense=small)


def layers() -> Iterator[Model]:
    yield gemm("gemm")
    yield gemm("gemm_plain", trans_b=0)
    yield gemm("gemm_trans_a", trans_a=1, trans_b=0)
    yield gemm("gemm_trans_a_trans_b", trans_a=1)
    yield gemm("gemm_alpha_beta", alpha=0.5, beta=2.0)
    yield gemm("gemm_alpha_beta_trans_a", trans_a=1, alpha=-1.5, beta=0.25, c=(BATCH, OUT))
    yield gemm("gemm_beta_0", beta=0.0)
    yield gemm("gemm_alpha_without_c", alpha=3.0, c=None)
    yield gemm("gemm_without_c", c=None)
    yield gemm("gemm_c_row", c=(1, OUT))
    yield gemm("gemm_c_column", c=(BATCH, 1))
    yield gemm("gemm_c_full", c=(BATCH, OUT))
    yield gemm("gemm_c_scalar", c=())
    yield gemm("gemm_c_one", c=(1,))
    yield gemm_with_empty_c("gemm_c_empty_name")
    yield gemm_with_computed_c("gemm_c_computed")
    yield gemm_constant_left("gemm_constant_left")
    yield gemm_constant_left_trans_a("gemm_constant_left_trans_a")
    for rank in (1, 2, 3, 4):
        yield matmul(f"matmul_rank_{rank}", lead=(3, 2, BATCH)[4 - rank :])
    yield matmul_left("matmul_left")
    yield matmul_left("matmul_left_rank_3", lead=(3,))
    yield matmul_left("matmul_left_rank_4", lead=(2, 3))
    yield matmul_left_of_vector("matmul_left_of_vector")
    yield matmul_left_add("matmul_left_add")
    yield matmul_add("matmul_add")
    yield matmul_add("matmul_add_rank_1", lead=())
    yield matmul_add("matmul_add_rank_3", lead=(2, BATCH))
    yield matmul_add("matmul_add_rank_4", lead=(2, 3, BATCH))
    yield matmul_add("matmul_add_bias_first", bias_first=True)
    yield matmul_add("matmul_add_bias_first_rank_3", lead=(2, BATCH), bias_first=True)
    yield matmul_add("matmul_add_row", bias=(1, OUT))
    yield matmul_add("matmul_add_scalar", bias=())
    yield matmul_add("matmul_add_one", bias=(1,))
    yield matmul_add("matmul_add_full", bias=(BATCH, OUT))
    yield matmul_add("matmul_add_of_more_dimensions", bias=(3, 1, OUT))
    yield matmul_add("matmul_add_rank_3_row", lead=(2, BATCH), bias=(1, 1, OUT))
    yield matmul_add_used_twice("matmul_add_used_twice")
    yield matmul_add_product_is_output("matmul_add_product_is_output")
    yield matmul_residual("matmul_residual")
    yield matmul_doubled("matmul_doubled")
    yield conv("conv")
    yield conv("conv_without_bias", bias=False)
    yield conv("conv_without_kernel_shape", shape=False)
    yield conv("conv_strides", strides=[2, 3])
    yield conv("conv_pads", pads=[1, 0, 2, 1])
    yield conv("conv_dilations", dilations=[2, 2])
    yield conv("conv_strides_pads_dilations", strides=[2, 1], pads=[0, 1, 1, 0], dilations=[3, 1], group=1)
    yield conv("conv_same_upper", auto_pad="SAME_UPPER", strides=[2, 2])
    yield conv("conv_valid", auto_pad="VALID")
    yield conv("conv_1d", size=(7,))
    yield conv("conv_1d_strides_pads", size=(7,), strides=[2], pads=[1, 1])
    yield conv("conv_3d", size=(3, 4, 2))
    yield conv("conv_3d_strides", size=(3, 4, 2), strides=[1, 2, 2], bias=False)
    yield conv_left_alone("conv_grouped", (OUT, IN // 2, 1, 1), group=2)
    yield conv_left_alone("conv_depthwise", (IN, 1, 3, 3), group=IN)
    yield conv_left_alone("conv_3x3", (OUT, IN, 3, 3), pads=[1, 1, 1, 1])
    yield conv_left_alone("conv_1x3", (OUT, IN, 1, 3))
    yield matmul_of_three_dimensions("matmul_of_three_dimensions", 3)
    yield matmul_of_three_dimensions("matmul_of_three_dimensions_the_first_1", 1)
    yield matmul_of_a_vector_weight("matmul_of_a_vector_weight")
    for kind in ("zero", "rank_1", "tiny", "huge", "one_row", "one_column"):
        yield special_weight(f"weight_{kind}", kind)


CORE: dict[str, Make] = {"gemm": gemm, "matmul": matmul, "matmul_add": matmul_add, "conv": conv}


def opsets() -> Iterator[Model]:
    for opset in OPSETS:
        for name, make in CORE.items():
            yield dataclasses.replace(make(f"opset_{opset}_{name}", opset, "float32"), group="opsets")


def types() -> Iterator[Model]:
    """bfloat16 belongs to Gemm, MatMul and Add from opset 13 on, to Conv from 22 on."""
    for dtype in FLOATS[1:]:
        for name, make in CORE.items():
            for opset in (USUAL_OPSET, NEWEST_OPSET):
                if (dtype, name, opset) != ("bfloat16", "conv", USUAL_OPSET):
                    yield dataclasses.replace(make(f"{dtype}_{name}_{opset}", opset, dtype), group="types")
    for dtype in FLOATS:
        for name, field in (("gemm", "typed"), ("matmul_add", "typed")):
            model = CORE[name](f"{dtype}_{name}_in_typed_fields", NEWEST_OPSET, dtype)
            for tensor in model.proto.graph.initializer:
                values = numpy_helper.to_array(tensor)
                if dtype in ("float16", "bfloat16"):
                    tensor.int32_data.extend(values.view(numpy.uint16).flatten().tolist())
                elif dtype == "double":
                    tensor.double_data.extend(values.flatten().tolist())
                else:
                    tensor.float_data.extend(values.flatten().tolist())
                tensor.ClearField("raw_data")
            yield dataclasses.replace(model, group="types")


# ---- Where a weight may come from ----


def from_chain(name: str, opset: int, chain: Callable[[Builder], tuple[str, str]], *, bias: bool = True, gemm: bool = False,
               layer: str | None = "fc") -> Model:
    """x W + b with the W (IN, OUT) that `chain` makes; it returns the names of the tensor at its root and of W."""
    b = Builder(name, opset)
    x = b.input("x", BATCH, IN)
    root, w = chain(b)
    if gemm:
        b.node("Gemm", [x, w] + ([b.vector("fc.bias", OUT)] if bias else []), "y", "/fc/Gemm")
    else:
        b.node("MatMul", [x, w], "product" if bias else "y", "/fc/MatMul")
        if bias:
            b.node("Add", ["product", b.vector("fc.bias", OUT)], "y", "/fc/Add")
    b.output("y", BATCH, OUT)
    # Factors are stored in the type of the weight at the root, whose precision is what can be had.
    model = b.finish("sources", {root: layer})
    stored = next(tensor.data_type for tensor in all_tensors(model.proto.graph) if tensor.name == root)
    return dataclasses.replace(model, dtype="float16" if stored == TensorProto.FLOAT16 else "float32")


def quantized(b: Builder, *, dtype: str, axis: int | None = None, zero_point: bool = True, rows: int = IN, columns: int = OUT,
              explicit_axis: int | None = None) -> str:
    """An initializer of 8-bit integers and the node that makes floats of it; the name of those."""
    values = b.matrix(rows, columns)
    scale = numpy.abs(values).max(axis=None if axis is None else 1 - axis) / 127
    shaped = scale if axis is None else numpy.expand_dims(scale, 1 - axis)
    integers = numpy.round(values / shaped)
    zero = numpy.zeros_like(scale)
    if zero_point:
        zero = b.rng.integers(-3, 4, numpy.shape(scale)) + (128 if dtype == "uint8" else 0)
    low, high = (0, 255) if dtype == "uint8" else (-128, 127)
    spread = zero if axis is None else numpy.expand_dims(zero, 1 - axis)
    b.constant("fc.weight_quantized", numpy.clip(integers + spread, low, high).astype(dtype))
    inputs = ["fc.weight_quantized", b.constant("fc.weight_scale", scale)]
    if zero_point:
        inputs.append(b.constant("fc.weight_zero_point", numpy.asarray(zero).astype(dtype)))
    attributes = {} if axis is None else {"axis": axis if explicit_axis is None else explicit_axis}
    return b.node("DequantizeLinear", inputs, "fc.weight_dequantized", "/fc/weight/DequantizeLinear", **attributes)


def dequantized(name: str, opset: int = USUAL_OPSET, *, transpose: bool = False, conv: bool = False, **how) -> Model:
    """A layer of 48 inputs and 40 outputs, so that its factors in float32 are smaller than its bytes."""
    b = Builder(name, opset)
    if transpose:
        w = b.node("Transpose", [quantized(b, rows=40, columns=48, **how)], "transposed", perm=[1, 0])
    else:
        w = quantized(b, rows=48, columns=40, **how)
    b.node("MatMul", [b.input("x", BATCH, 48), w], "product", "/fc/MatMul")
    b.node("Add", ["product", b.vector("fc.bias", 40)], "y", "/fc/Add")
    b.output("y", BATCH, 40)
    # ONNX Runtime is slower to follow new versions of this operator.
    return b.finish("sources", {"fc.weight_quantized": None}, runner="runtime" if opset < 23 else "reference")


def sources() -> Iterator[Model]:
    def constant(b: Builder) -> tuple[str, str]:
        w = b.constant_node("fc.weight", b.matrix(IN, OUT))
        return w, w

    def identities(count: int) -> Callable[[Builder], tuple[str, str]]:
        def chain(b: Builder) -> tuple[str, str]:
            value = root = b.weight("fc.weight", IN, OUT)
            for i in range(count):
                value = b.node("Identity", [value], f"same_{i}")
            return root, value

        return chain

    def transposed(perm: bool, node: bool = False, twice: bool = False) -> Callable[[Builder], tuple[str, str]]:
        def chain(b: Builder) -> tuple[str, str]:
            values = b.matrix(IN, OUT) if twice else b.matrix(OUT, IN)
            root = (b.constant_node if node else b.constant)("fc.weight", values)
            more = {"perm": [1, 0]} if perm else {}
            value = b.node("Transpose", [root], "transposed", **more)
            if twice:
                value = b.node("Transpose", [value], "transposed_again", **more)
            return root, value

        return chain

    def useless_transpose(b: Builder) -> tuple[str, str]:
        root = b.weight("fc.weight", IN, OUT)
        return root, b.node("Transpose", [root], "as_it_was", perm=[0, 1])

    def cast(dtype: str, *, transpose: bool = False) -> Callable[[Builder], tuple[str, str]]:
        def chain(b: Builder) -> tuple[str, str]:
            values = b.matrix(OUT, IN) if transpose else b.matrix(IN, OUT)
            root = b.constant("fc.weight", values, dtype)
            value = b.node("Cast", [root], "cast", to=TensorProto.FLOAT)
            return root, b.node("Transpose", [value], "transposed", perm=[1, 0]) if transpose else value

        return chain

    def everything(b: Builder) -> tuple[str, str]:
        root = b.constant_node("fc.weight", b.matrix(OUT, IN), "float16")
        value = b.node("Identity", [root], "same")
        value = b.node("Cast", [value], "cast", to=TensorProto.FLOAT)
        value = b.node("Transpose", [value], "transposed")
        return root, b.node("Identity", [value], "same_again")

    for gemm in (False, True):
        prefix = "gemm" if gemm else "matmul"
        yield from_chain(f"{prefix}_from_constant", USUAL_OPSET, constant, gemm=gemm)
        yield from_chain(f"{prefix}_from_identity", USUAL_OPSET, identities(1), gemm=gemm)
        yield from_chain(f"{prefix}_from_identities", USUAL_OPSET, identities(3), gemm=gemm)
        yield from_chain(f"{prefix}_from_transpose", USUAL_OPSET, transposed(True), gemm=gemm)
        yield from_chain(f"{prefix}_from_transpose_without_perm", USUAL_OPSET, transposed(False), gemm=gemm)
        yield from_chain(f"{prefix}_from_transpose_of_constant", USUAL_OPSET, transposed(True, node=True), gemm=gemm)
        yield from_chain(f"{prefix}_from_two_transposes", USUAL_OPSET, transposed(True, twice=True), gemm=gemm)
        yield from_chain(f"{prefix}_from_useless_transpose", USUAL_OPSET, useless_transpose, gemm=gemm)
        yield from_chain(f"{prefix}_from_cast_of_half", USUAL_OPSET, cast("float16"), gemm=gemm)
        yield from_chain(f"{prefix}_from_cast_of_double", USUAL_OPSET, cast("double", transpose=True), gemm=gemm)
        yield from_chain(f"{prefix}_from_everything", USUAL_OPSET, everything, gemm=gemm)
    for dtype in ("int8", "uint8"):
        yield dequantized(f"from_{dtype}", dtype=dtype)
        yield dequantized(f"from_{dtype}_of_opset_11", 11, dtype=dtype)
        yield dequantized(f"from_{dtype}_newest", NEWEST_OPSET, dtype=dtype)
        yield dequantized(f"from_{dtype}_axis_0", dtype=dtype, axis=0)
        yield dequantized(f"from_{dtype}_axis_1", dtype=dtype, axis=1)
        yield dequantized(f"from_{dtype}_transposed", dtype=dtype, axis=0, transpose=True)
    yield dequantized("from_int8_axis_minus_1", dtype="int8", axis=1, explicit_axis=-1)
    yield dequantized("from_int8_without_zero_point", dtype="int8", zero_point=False)
    yield dequantized("from_int8_axis_1_without_zero_point", dtype="int8", axis=1, zero_point=False)
    b = Builder("conv_from_constant")
    w = b.constant_node("fc.weight", b.matrix(OUT, IN).reshape(OUT, IN, 1, 1))
    b.node("Conv", [b.input("x", 2, IN, 3, 3), w, b.constant_node("fc.bias", b.rng.standard_normal(OUT))], "y", "/fc/Conv")
    b.output("y", 2, OUT, 3, 3)
    yield b.finish("sources", FC)
    b = Builder("gemm_with_bias_from_identity")
    bias = b.node("Identity", [b.vector("fc.bias", OUT)], "same_bias")
    b.node("Gemm", [b.input("x", BATCH, IN), b.weight("fc.weight", OUT, IN), bias], "y", "/fc/Gemm", transB=1)
    b.output("y", BATCH, OUT)
    yield b.finish("sources", FC)


# ---- What else may be in a graph ----


def plain(b: Builder, x: str = "x", y: str = "y", layer: str = "fc", size_in: int = IN, size_out: int = OUT) -> str:
    """y = Gemm(x, layer.weight, layer.bias)"""
    inputs = [x, b.weight(f"{layer}.weight", size_out, size_in), b.vector(f"{layer}.bias", size_out)]
    return b.node("Gemm", inputs, y, f"/{layer}/Gemm", transB=1)


def bias_shared(name: str) -> Model:
    b = Builder(name)
    x, bias = b.input("x", BATCH, IN), b.vector("shared.bias", OUT)
    for i in (1, 2):
        b.node("Gemm", [x, b.weight(f"fc{i}.weight", OUT, IN), bias], f"y{i}", f"/fc{i}/Gemm", transB=1)
        b.output(f"y{i}", BATCH, OUT)
    return b.finish("sharing", {"fc1.weight": "fc1", "fc2.weight": "fc2"})


def bias_used_elsewhere(name: str) -> Model:
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="product")
    b.node("Mul", ["product", "fc.bias"], "y")
    b.output("y", BATCH, OUT)
    return b.finish("sharing", FC)


def weight_shared(name: str) -> Model:
    """Two nodes use the weight in the same way, with different biases."""
    b = Builder(name)
    w = b.weight("fc.weight", OUT, IN)
    for i in (1, 2):
        b.node("Gemm", [b.input(f"x{i}", BATCH, IN), w, b.vector(f"bias{i}", OUT)], f"y{i}", transB=1)
        b.output(f"y{i}", BATCH, OUT)
    return b.finish("sharing", {w: None})


def weight_shared_by_matmuls(name: str) -> Model:
    b = Builder(name)
    w = b.weight("fc.weight", IN, IN)
    b.node("MatMul", [b.node("Tanh", [b.node("MatMul", [b.input("x", 2, BATCH, IN), w], "a")], "t"), w], "y")
    b.output("y", 2, BATCH, IN)
    return b.finish("sharing", {w: None})


def weight_in_both_orientations(name: str) -> Model:
    """An autoencoder with tied weights."""
    b = Builder(name)
    w = b.weight("fc.weight", OUT, IN)
    b.node("Gemm", [b.input("x", BATCH, IN), w, b.vector("bias1", OUT)], "code", "/encode/Gemm", transB=1)
    b.node("Gemm", ["code", w, b.vector("bias2", IN)], "y", "/decode/Gemm")
    b.output("y", BATCH, IN)
    return b.finish("sharing", {}, {w})


def weight_transposed_for_one(name: str) -> Model:
    b = Builder(name)
    w = b.weight("fc.weight", OUT, IN)
    t = b.node("Transpose", [w], "transposed", perm=[1, 0])
    b.node("MatMul", [b.input("x", BATCH, IN), t], "code", "/encode/MatMul")
    b.node("MatMul", ["code", w], "y", "/decode/MatMul")
    b.output("y", BATCH, IN)
    return b.finish("sharing", {}, {w})


def tied_embedding(name: str, gemm: bool) -> Model:
    b = Builder(name)
    table = b.weight("embed.weight", 32, IN)
    ids = b.input("ids", BATCH, dtype="int64")
    hidden = b.node("Gather", [table, ids], "hidden")
    plain(b, hidden, "inner", "fc", IN, IN)
    if gemm:
        b.node("Gemm", ["inner", table], "y", "/head/Gemm", transB=1)
    else:
        b.node("MatMul", ["inner", b.node("Transpose", [table], "transposed", perm=[1, 0])], "y", "/head/MatMul")
    b.output("y", BATCH, 32)
    return b.finish("sharing", FC, {table})


def weight_is_output(name: str) -> Model:
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", layer="fc1", size_out=IN)
    plain(b, x="h", layer="fc2")
    b.output("y", BATCH, OUT)
    b.output("fc1.weight", IN, IN)
    return b.finish("sharing", {"fc2.weight": "fc2"}, {"fc1.weight"})


def transposed_weight_is_output(name: str) -> Model:
    b = Builder(name)
    t = b.node("Transpose", [b.weight("fc1.weight", IN, IN)], "transposed", perm=[1, 0])
    b.node("MatMul", [b.input("x", BATCH, IN), t], "h", "/fc1/MatMul")
    plain(b, x="h", layer="fc2")
    b.output("y", BATCH, OUT)
    b.output("transposed", IN, IN)
    return b.finish("sharing", {"fc2.weight": "fc2"}, {"fc1.weight"})


def weight_has_other_use(name: str) -> Model:
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", layer="fc1", size_out=IN)
    plain(b, x="h", y="z", layer="fc2", size_out=IN)
    b.node("Mul", ["z", b.node("ReduceMax", ["fc1.weight"], "largest", keepdims=0)], "y")
    b.output("y", BATCH, IN)
    return b.finish("sharing", {"fc2.weight": "fc2"}, {"fc1.weight"})


def weight_is_also_its_bias(name: str) -> Model:
    """One tensor is the weight and what is added."""
    b = Builder(name)
    w = b.weight("fc.weight", IN, IN)
    b.node("MatMul", [b.input("x", IN, IN), w], "product", "/fc/MatMul")
    b.node("Add", ["product", w], "y", "/fc/Add")
    b.output("y", IN, IN)
    return b.finish("sharing", {}, {w})


def weight_squared(name: str) -> Model:
    """Both operands are constant: no layer, a constant to fold."""
    b = Builder(name)
    w = b.weight("square", IN, IN)
    b.node("MatMul", [w, w], "folded")
    b.node("Add", [plain(b, b.input("x", BATCH, IN), "h", "fc", IN, IN), b.node("ReduceMax", ["folded"], "m", keepdims=0)], "y")
    b.output("y", BATCH, IN)
    return b.finish("sharing", FC, {w})


def overridable(name: str, opset: int, ir: int) -> Model:
    """Initializers that are inputs as well, which a caller may replace (from IR version 4 on)."""
    b = Builder(name, opset, ir=ir)
    b.input("x", BATCH, IN)
    plain(b)
    b.output("y", BATCH, OUT)
    b.inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in b.initializers]
    return b.finish("sharing", {}, {"fc.weight"})


def one_overridable(name: str) -> Model:
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", layer="fc1", size_out=IN)
    plain(b, x="h", layer="fc2")
    b.inputs += [helper.make_tensor_value_info("fc1.weight", TensorProto.FLOAT, [IN, IN])]
    b.inputs += [helper.make_tensor_value_info("fc2.bias", TensorProto.FLOAT, [OUT])]
    b.output("y", BATCH, OUT)
    return b.finish("sharing", {"fc2.weight": "fc2"}, {"fc1.weight"})


def sharing() -> Iterator[Model]:
    yield bias_shared("bias_shared")
    yield bias_used_elsewhere("bias_used_elsewhere")
    yield weight_shared("weight_shared")
    yield weight_shared_by_matmuls("weight_shared_by_matmuls")
    yield weight_in_both_orientations("weight_in_both_orientations")
    yield weight_transposed_for_one("weight_transposed_for_one")
    yield tied_embedding("tied_embedding_gemm", True)
    yield tied_embedding("tied_embedding_matmul", False)
    yield weight_is_output("weight_is_output")
    yield transposed_weight_is_output("transposed_weight_is_output")
    yield weight_has_other_use("weight_has_other_use")
    yield weight_is_also_its_bias("weight_is_also_its_bias")
    yield weight_squared("weight_squared")
    yield overridable("overridable", USUAL_OPSET, 8)
    yield overridable("overridable_ir_4", 9, 4)
    yield one_overridable("one_overridable")


def branch(name: str, nodes: list[onnx.NodeProto], shape: list, initializers: list[onnx.TensorProto] = ()) -> onnx.GraphProto:
    outputs = [helper.make_tensor_value_info(nodes[-1].output[0], TensorProto.FLOAT, shape)]
    return helper.make_graph(nodes, name, [], outputs, initializers)


def in_branch(name: str, kind: str) -> Model:
    """fc1 and fc2 in the main graph, and an If that uses what `kind` tells."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    condition = b.input("condition", dtype="bool", declared=[])
    plain(b, y="h", layer="fc1", size_out=IN)
    make = helper.make_node
    other = branch("otherwise", [make("Neg", ["h"], ["otherwise_out"])], [BATCH, IN])
    inner: list[onnx.TensorProto] = []
    if kind == "weight":  # the weight of fc1 is used inside as well
        nodes = [make("Gemm", ["h", "fc1.weight"], ["then_out"], transB=1)]
    elif kind == "only":  # a weight of the main graph, used inside alone
        b.weight("inner.weight", IN, IN)
        nodes = [make("MatMul", ["h", "inner.weight"], ["then_out"])]
    elif kind == "own":  # a weight of the branch
        inner = [b.tensor("inner.weight", b.matrix(IN, IN))]
        nodes = [make("MatMul", ["h", "inner.weight"], ["then_out"], "/inner/MatMul")]
    elif kind == "bias":
        nodes = [make("Add", ["h", "fc1.bias"], ["then_out"])]
    elif kind == "value":  # what fc1 gives is used inside alone
        nodes = [make("Abs", ["h"], ["then_out"])]
    elif kind == "shadow":  # a value inside is named like what a factor will be
        nodes = [make("Abs", ["h"], ["fc1.0.weight"]), make("Neg", ["fc1.0.weight"], ["then_out"])]
    else:  # nested: the weight is used two levels down
        deep = branch("deep", [make("Gemm", ["h", "fc1.weight"], ["deep_out"], transB=1)], [BATCH, IN])
        flat = branch("flat", [make("Abs", ["h"], ["flat_out"])], [BATCH, IN])
        nodes = [make("If", ["condition"], ["then_out"], then_branch=deep, else_branch=flat)]
    then = branch("then", nodes, [BATCH, IN], inner)
    chosen = b.node("If", [condition], "chosen", then_branch=then, else_branch=other)
    plain(b, x=chosen, layer="fc2")
    b.output("y", BATCH, OUT)
    factored = {"fc1.weight": None if kind == "shadow" else "fc1", "fc2.weight": "fc2"}
    left = set()
    if kind in ("weight", "nested"):
        del factored["fc1.weight"]
        left = {"fc1.weight"}
    elif kind == "only":
        left = {"inner.weight"}
    return b.finish("graphs", factored, left)


def in_loop(name: str) -> Model:
    """A Loop whose body multiplies by a weight of the main graph; another layer behind it."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    b.weight("cell.weight", IN, IN)
    info, make = helper.make_tensor_value_info, helper.make_node
    body = helper.make_graph(
        [make("Identity", ["keep"], ["keep_on"]), make("MatMul", ["state", "cell.weight"], ["next"])], "body",
        [info("i", TensorProto.INT64, []), info("keep", TensorProto.BOOL, []), info("state", TensorProto.FLOAT, [BATCH, IN])],
        [info("keep_on", TensorProto.BOOL, []), info("next", TensorProto.FLOAT, [BATCH, IN])])
    b.constant("trips", numpy.array(3, numpy.int64))
    b.node("Loop", ["trips", "", "x"], "last", body=body)
    plain(b, x="last")
    b.output("y", BATCH, OUT)
    return b.finish("graphs", FC, {"cell.weight"})


def in_scan(name: str) -> Model:
    b = Builder(name)
    b.input("x", 3, IN)
    b.vector("start", IN)
    b.weight("cell.weight", IN, IN)
    info, make = helper.make_tensor_value_info, helper.make_node
    body = helper.make_graph(
        [make("MatMul", ["state", "cell.weight"], ["moved"]), make("Add", ["moved", "row"], ["next"]),
         make("Identity", ["next"], ["seen"])], "body",
        [info("state", TensorProto.FLOAT, [IN]), info("row", TensorProto.FLOAT, [IN])],
        [info("next", TensorProto.FLOAT, [IN]), info("seen", TensorProto.FLOAT, [IN])])
    b.nodes.append(make("Scan", ["start", "x"], ["last", "all"], "scan", body=body, num_scan_inputs=1))
    plain(b, x="all")
    b.output("y", 3, OUT)
    return b.finish("graphs", FC, {"cell.weight"})


def with_function(name: str) -> Model:
    """A function of the model multiplies by the weight it is given."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", size_out=IN)
    b.domains["local"] = 1
    b.node("Project", ["h", b.weight("project.weight", IN, OUT)], "y", domain="local")
    b.output("y", BATCH, OUT)
    model = b.finish("graphs", FC, {"project.weight"})
    make = helper.make_node
    model.proto.functions.append(helper.make_function(
        "local", "Project", ["a", "w"], ["p"], [make("MatMul", ["a", "w"], ["m"]), make("Relu", ["m"], ["p"])],
        [helper.make_opsetid("", USUAL_OPSET)]))
    return model


def with_unknown_operator(name: str) -> Model:
    """A side branch of an operator that nobody knows, with attributes of every kind."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", size_out=IN)
    b.domains["org.example.unknown"] = 3
    b.node("Mystery", ["h", b.weight("mystery.weight", IN, IN)], "side", domain="org.example.unknown", f=1.5, i=-7, s="text",
           fs=[1.0, 2.0], is_=[1, 2, 3], ss=["a", "b"], t=b.tensor("inner", [1.0, 2.0]))
    plain(b, x="h", layer="fc2")
    b.output("y", BATCH, OUT)
    b.output("side", BATCH, IN)
    return b.finish("graphs", {**FC, "fc2.weight": "fc2"}, {"mystery.weight"}, runner="")


def foreign_matmul(name: str) -> Model:
    """MatMul and Gemm of another domain are other operators."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", size_out=IN)
    b.domains["org.example"] = 1
    b.node("MatMul", ["h", b.weight("foreign.weight", IN, IN)], "foreign", domain="org.example")
    b.node("Gemm", ["foreign", b.weight("foreign2.weight", IN, IN)], "y", domain="org.example")
    b.output("y", BATCH, IN)
    return b.finish("graphs", FC, {"foreign.weight", "foreign2.weight"}, runner="")


def named_domain(name: str) -> Model:
    """"ai.onnx" is another name of the domain "": ONNX Runtime reads both."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    inputs = ["x", b.weight("fc.weight", OUT, IN), b.vector("fc.bias", OUT)]
    b.node("Gemm", inputs, "y", "/fc/Gemm", domain="ai.onnx", transB=1)
    b.output("y", BATCH, OUT)
    return b.finish("graphs", FC)


def fused_matmul(name: str) -> Model:
    """ONNX Runtime's own operator."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", size_out=IN)
    b.domains["com.microsoft"] = 1
    b.node("FusedMatMul", ["h", b.weight("fused.weight", OUT, IN)], "y", domain="com.microsoft", transB=1)
    b.output("y", BATCH, OUT)
    return b.finish("graphs", FC, {"fused.weight"})


def annotated(name: str) -> Model:
    """Metadata, texts, dynamic dimensions and shapes of values."""
    b = Builder(name)
    b.input("x", BATCH, IN, declared=["batch", IN])
    plain(b, y="h", layer="fc1", size_out=IN)
    plain(b, x=b.node("Relu", ["h"], "r"), layer="fc2")
    b.output("y", "batch", OUT)
    model = b.finish("graphs", {"fc1.weight": "fc1", "fc2.weight": "fc2"})
    proto = model.proto
    proto.doc_string, proto.domain, proto.model_version = "a text of\ntwo lines \u00e4", "org.example", 7
    proto.producer_version = "0.1"
    helper.set_model_props(proto, {"author": "nobody", "classes": '{"0": "cat"}'})
    proto.graph.doc_string = "of the graph"
    proto.graph.input[0].doc_string = "of the input"
    proto.graph.node[0].doc_string = "of a node"
    proto.graph.initializer[0].doc_string = "of a tensor"
    for value in ("h", "r"):
        proto.graph.value_info.append(helper.make_tensor_value_info(value, TensorProto.FLOAT, ["batch", IN]))
    annotation = proto.graph.quantization_annotation.add(tensor_name="h")
    annotation.quant_parameter_tensor_names.add(key="SCALE_TENSOR", value="fc1.bias")
    return model


def newest_fields(name: str) -> Model:
    """Fields that readers of 2022 do not know."""
    b = Builder(name, NEWEST_OPSET)
    b.input("x", BATCH, IN)
    plain(b, y="h", layer="fc1", size_out=IN)
    b.domains["local"] = 1
    b.node("Bend", ["h"], "r", domain="local", overload="smoothly")
    plain(b, x="r", layer="fc2")
    b.output("y", BATCH, OUT)
    model = b.finish("graphs", {"fc1.weight": "fc1", "fc2.weight": "fc2"})
    bend = helper.make_function("local", "Bend", ["a"], ["b"], [helper.make_node("Tanh", ["a"], ["b"])],
                                [helper.make_opsetid("", NEWEST_OPSET)], overload="smoothly")
    bend.metadata_props.add(key="of", value="the function")
    model.proto.functions.append(bend)
    graph = model.proto.graph
    graph.metadata_props.add(key="of", value="the graph")
    graph.input[0].metadata_props.add(key="of", value="the input")
    for node in graph.node[1:2]:
        node.metadata_props.add(key="of", value="the node")
    graph.initializer[1].metadata_props.add(key="of", value="the tensor")
    model.proto.configuration.add(name="two devices", num_devices=2)
    return model


def names(name: str, kind: str) -> Model:
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", layer="fc1", size_out=IN)
    plain(b, x="h", layer="fc2")
    b.output("y", BATCH, OUT)
    factored: dict[str, str | None] = {"fc1.weight": "fc1", "fc2.weight": "fc2"}
    if kind == "missing":
        for node in b.nodes:
            node.ClearField("name")
    elif kind == "duplicated":
        for node in b.nodes:
            node.name = "gemm"
    elif kind == "clash_with_tensor":
        b.vector("fc1.0.weight", IN)
        b.node("Add", ["h", "fc1.0.weight"], "shifted")
        b.nodes[1].input[0] = "shifted"
        b.nodes[1], b.nodes[2] = b.nodes[2], b.nodes[1]
        factored["fc1.weight"] = None
    elif kind == "clash_with_value":
        b.node("Relu", ["h"], "fc1.1.weight")
        b.nodes[1].input[0] = "fc1.1.weight"
        b.nodes[1], b.nodes[2] = b.nodes[2], b.nodes[1]
        factored["fc1.weight"] = None
    elif kind == "clash_with_input":
        b.input("fc2.1.bias", BATCH, OUT)
        b.node("Mul", ["y", "fc2.1.bias"], "z")
        b.output("z", BATCH, OUT)
        factored["fc2.weight"] = None
    elif kind == "clash_with_node":
        b.nodes[0].name = "/fc2/Gemm"
        b.nodes[1].name = "fc1.0.weight"
        factored["fc1.weight"] = None
    elif kind == "strange":
        for old, new in (("fc1.weight", "Sch\u00f6n / \u5c42 1.weight"), ("fc2.weight", ' "quoted" <b>')):
            for tensor in b.initializers:
                tensor.name = new if tensor.name == old else tensor.name
            for node in b.nodes:
                node.input[:] = [new if value == old else value for value in node.input]
        factored = {"Sch\u00f6n / \u5c42 1.weight": "Sch\u00f6n / \u5c42 1", ' "quoted" <b>': None}
    # ONNX Runtime wants the names of nodes to differ.
    return b.finish("graphs", factored, runner="reference" if kind == "duplicated" else "runtime")


def exported_names(name: str, bias: bool) -> Model:
    """As PyTorch's older exporter writes it: the weight's own name is lost, node and bias tell it."""
    b = Builder(name)
    b.node("MatMul", [b.input("x", 2, BATCH, IN), b.weight("onnx::MatMul_33", IN, OUT)], "/encoder/fc/MatMul_output_0",
           "/encoder/fc/MatMul" if not bias else "MatMul_5")
    if bias:
        b.node("Add", [b.vector("encoder.fc.bias", OUT), "/encoder/fc/MatMul_output_0"], "y", "Add_6")
    else:
        b.node("Relu", ["/encoder/fc/MatMul_output_0"], "y")
    b.output("y", 2, BATCH, OUT)
    return b.finish("graphs", {"onnx::MatMul_33": "encoder.fc"})


def too_small(name: str) -> Model:
    """fc2 would not get smaller."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", layer="fc1", size_out=IN)
    plain(b, x="h", layer="fc2", size_out=3)
    b.output("y", BATCH, 3)
    return b.finish("graphs", {"fc1.weight": "fc1"}, {"fc2.weight"})


def unused(name: str) -> Model:
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b)
    b.weight("unused.weight", IN, OUT)
    b.node("MatMul", ["x", b.weight("dead.weight", IN, OUT)], "dead")
    b.output("y", BATCH, OUT)
    return b.finish("graphs", {**FC, "dead.weight": None})


def sparse(name: str) -> Model:
    """A tensor that is stored sparsely passes through."""
    b = Builder(name)
    b.input("x", BATCH, IN)
    plain(b, y="h", size_out=IN)
    b.node("MatMul", ["h", "sparse.weight"], "y")
    b.output("y", BATCH, OUT)
    model = b.finish("graphs", FC)
    values = numpy_helper.from_array(numpy.array([1.0, 2.0, 3.0], numpy.float32), "sparse.weight")
    indices = numpy_helper.from_array(numpy.array([0, 17, IN * OUT - 1], numpy.int64), "indices")
    model.proto.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [IN, OUT]))
    return model


def only_other_layers_between(name: str) -> Model:
    """A network of several kinds: convolutions, pooling, normalization, two layers."""
    b = Builder(name)
    x = b.input("x", 2, 3, 8, 8)
    b.node("Conv", [x, b.vector("stem.weight", IN, 3, 3, 3), b.vector("stem.bias", IN)], "s", "/stem/Conv", pads=[1] * 4)
    b.node("Conv", ["s", b.constant("mix.weight", b.matrix(OUT, IN).reshape(OUT, IN, 1, 1))], "m", "/mix/Conv")
    ones, zeros = numpy.ones(OUT), numpy.zeros(OUT)
    stats = [b.constant(f"bn.{part}", v) for part, v in zip("swmv", (ones, zeros, zeros, ones), strict=True)]
    b.node("BatchNormalization", ["m", *stats], "n")
    b.node("Flatten", [b.node("GlobalAveragePool", ["n"], "p")], "f")
    plain(b, x="f", y="h", layer="fc1", size_in=OUT, size_out=OUT)
    plain(b, x="h", layer="fc2", size_in=OUT, size_out=IN)
    b.output("y", 2, IN)
    return b.finish("graphs", {"mix.weight": "mix", "fc1.weight": "fc1", "fc2.weight": "fc2"}, {"stem.weight"})


def graphs() -> Iterator[Model]:
    for kind in ("weight", "only", "own", "bias", "value", "shadow", "nested"):
        yield in_branch(f"branch_{kind}", kind)
    yield in_loop("loop")
    yield in_scan("scan")
    yield with_function("function")
    yield with_unknown_operator("unknown_operator")
    yield foreign_matmul("foreign_matmul")
    yield named_domain("named_domain")
    yield fused_matmul("fused_matmul")
    yield annotated("annotated")
    yield newest_fields("newest_fields")
    for kind in ("missing", "duplicated", "clash_with_tensor", "clash_with_value", "clash_with_input", "clash_with_node", "strange"):
        yield names(f"names_{kind}", kind)
    yield exported_names("exported_names_of_bias", True)
    yield exported_names("exported_names_of_node", False)
    yield too_small("too_small")
    yield unused("unused")
    yield sparse("sparse")
    yield only_other_layers_between("convolutional")


# ---- Tensors outside the file ----


def stored(name: str, external: dict[str, tuple[str, int]], *, node: bool = False, dtype: str = "float32") -> Model:
    b = Builder(name, dtype=dtype)
    b.input("x", BATCH, IN)
    plain(b, y="h", layer="fc1", size_out=IN)
    if node:
        b.node("MatMul", ["h", b.constant_node("fc2.weight", b.matrix(IN, OUT))], "y", "/fc2/MatMul")
    else:
        plain(b, x="h", layer="fc2")
    b.output("y", BATCH, OUT)
    return b.finish("external", {"fc1.weight": "fc1", "fc2.weight": "fc2"}, external=external)


def external() -> Iterator[Model]:
    weight1, bias1 = 4 * IN * IN, 4 * IN
    yield stored("external_one_tensor", {"fc1.weight": ("weight.bin", 0)})
    yield stored("external_one_file", {"fc1.weight": ("all.data", 0), "fc1.bias": ("all.data", weight1),
                                       "fc2.weight": ("all.data", weight1 + bias1)})
    yield stored("external_many_files", {"fc1.weight": ("fc1.weight", 0), "fc1.bias": ("fc1.bias", 0),
                                         "fc2.weight": ("fc2.weight", 0), "fc2.bias": ("fc2.bias", 0)})
    yield stored("external_two_in_one_file", {"fc2.weight": ("two.bin", 0), "fc1.weight": ("two.bin", 4096)})
    yield stored("external_aligned", {"fc1.weight": ("all.data", 4096), "fc2.weight": ("all.data", 65536)})
    yield stored("external_unaligned", {"fc1.weight": ("all.data", 13), "fc2.bias": ("all.data", 3)})
    yield stored("external_in_folder", {"fc1.weight": ("weights/fc1.bin", 0), "fc2.weight": ("weights/deep/fc2.bin", 8)})
    yield stored("external_in_node", {"fc2.weight": ("node.bin", 16)}, node=True)
    yield stored("external_bias_only", {"fc2.bias": ("bias.bin", 0)})
    yield stored("external_half", {"fc1.weight": ("half.bin", 2), "fc2.weight": ("half.bin", 4096)}, dtype="float16")


def models(*wanted: str) -> list[Model]:
    """The models of the groups (all of them without), each named once."""
    made = [model for make in (layers, opsets, types, sources, sharing, graphs, external) for model in make()]
    assert len({model.name for model in made}) == len(made)
    return [model for model in made if not wanted or model.group in wanted]


def main() -> None:
    root = Path(sys.argv[1])
    record = {}
    for model in models():
        folder = root / model.name if model.external else root
        folder.mkdir(parents=True, exist_ok=True)
        file = model.save(folder / f"{model.name}.onnx")
        record[str(file.relative_to(root))] = {
            "seed": zlib.crc32(model.name.encode()),
            "inputs": {name: {"dtype": dtype, "shape": shape} for name, (dtype, shape) in model.inputs.items()},
            "factored": model.factored,
            "left": sorted(model.left),
        }
    (root / "inputs.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
