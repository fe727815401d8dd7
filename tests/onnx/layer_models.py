"""Models of one layer: every way to write one, in every opset and number type, and what looks like one."""

import dataclasses
from collections.abc import Callable, Iterator

import numpy
from onnx import numpy_helper

from model_builder import BATCH, FC, FLOATS, IN, NEWEST_OPSET, OPSETS, OUT, USUAL_OPSET, Builder, Model


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


Make = Callable[[str, int, str], Model]
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
