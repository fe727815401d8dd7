"""Models that hold more than layers: subgraphs, functions, unknown operators, texts, names."""

from collections.abc import Iterator

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from model_builder import BATCH, FC, IN, NEWEST_OPSET, OUT, USUAL_OPSET, Builder, Model, plain


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
    for kind in ("missing", "duplicated", "clash_with_tensor", "clash_with_value", "clash_with_input", "clash_with_node",
                 "strange"):
        yield names(f"names_{kind}", kind)
    yield exported_names("exported_names_of_bias", True)
    yield exported_names("exported_names_of_node", False)
    yield too_small("too_small")
    yield unused("unused")
    yield sparse("sparse")
    yield only_other_layers_between("convolutional")
