"""Models whose weights and biases several nodes use, or that must stay as they are."""

from collections.abc import Iterator

from onnx import TensorProto, helper

from model_builder import BATCH, FC, IN, OUT, USUAL_OPSET, Builder, Model, plain


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
    h = plain(b, b.input("x", BATCH, IN), "h", "fc", IN, IN)
    b.node("Add", [h, b.node("ReduceMax", ["folded"], "m", keepdims=0)], "y")
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
