"""Models whose weights are constants of other kinds, or made of others."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy
from onnx import TensorProto, helper

from model_builder import BATCH, FC, IN, NEWEST_OPSET, OUT, USUAL_OPSET, Builder, Model, all_tensors


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


def not_understood() -> Iterator[Model]:
    """Quantized weights that stay as they are."""
    left = {"fc.weight_quantized"}
    b = Builder("from_int8_with_two_scales")
    x = b.input("x", BATCH, 48)
    first = quantized(b, dtype="int8", rows=48, columns=40)
    inputs = ["fc.weight_quantized", b.constant("other_scale", 0.5), "fc.weight_zero_point"]
    second = b.node("DequantizeLinear", inputs, "other", "/other/DequantizeLinear")
    for name, weight in (("y", first), ("z", second)):
        b.node("MatMul", [x, weight], name, f"/{name}/MatMul")
        b.output(name, BATCH, 40)
    yield b.finish("sources", {}, left)
    b = Builder("from_int8_with_a_scale_that_callers_replace")
    b.node("MatMul", [b.input("x", BATCH, 48), quantized(b, dtype="int8", rows=48, columns=40)], "y", "/fc/MatMul")
    b.output("y", BATCH, 40)
    b.inputs.append(helper.make_tensor_value_info("fc.weight_scale", TensorProto.FLOAT, []))
    yield b.finish("sources", {}, left)
    b = Builder("from_int8_to_another_type_than_the_scales", 23, "float16")
    b.input("x", BATCH, 48)
    b.constant("fc.weight_quantized", b.rng.integers(-128, 128, (48, 40)).astype("int8"))
    b.node("DequantizeLinear", ["fc.weight_quantized", b.constant("scale", 0.01, "float32")], "w",
           output_dtype=TensorProto.FLOAT16)
    b.node("MatMul", ["x", "w"], "y", "/fc/MatMul")
    b.output("y", BATCH, 40)
    yield b.finish("sources", {}, left)


def sources() -> Iterator[Model]:
    yield from not_understood()

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
    yield from_chain("gemm_from_cast_of_half_of_opset_9", 9, cast("float16"), gemm=True)
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
