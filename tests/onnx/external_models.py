"""Models with tensors outside the file."""

from collections.abc import Iterator

from model_builder import BATCH, IN, OUT, Builder, Model, plain


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


def shared() -> Model:
    """Two tensors of the same bytes in the file."""
    b = Builder("external_shared")
    weight = b.matrix(IN, IN)
    b.node("MatMul", [b.input("x", BATCH, IN), b.constant("fc1.weight", weight)], "h", "/fc1/MatMul")
    b.node("MatMul", ["h", b.constant("fc2.weight", weight)], "y", "/fc2/MatMul")
    b.output("y", BATCH, IN)
    return b.finish("external", {"fc1.weight": "fc1", "fc2.weight": "fc2"},
                    external={"fc1.weight": ("one.bin", 0), "fc2.weight": ("one.bin", 0)})


def external() -> Iterator[Model]:
    yield shared()
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
