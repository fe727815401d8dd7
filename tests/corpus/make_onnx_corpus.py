"""Writes the ONNX files that the tests of Eckart's reader open: one for every rule it enforces.

    python3 tests/corpus/make_onnx_corpus.py tests/corpus/onnx

malformed/      no ONNX models, or models that cannot mean anything: open_model() refuses them, exit code 3
wrong_values/   models that open, but whose weights cannot be factorized: `eckart compress` refuses them, exit code 3
left_alone/     models without a layer to factorize: `eckart compress` ends with exit code 4 and says why
accepted/       unusual models that must be compressed, exit code 0

Each file breaks one rule, which its name tells; those with external data are folders with model.onnx and what lies beside
it. Python's standard library only; the same bytes on every run. Messages are written by an encoder of Protocol Buffers of
a few lines, since the real ones refuse to write what is wrong. The numbers of fields are those of onnx.proto.
"""

import struct
import sys
import zlib
from pathlib import Path

FLOAT, UINT8, INT8, STRING, FLOAT16, DOUBLE, BFLOAT16 = 1, 2, 3, 8, 10, 11, 16
NAN, INFINITY = float("nan"), float("inf")
HOSTILE = b"a\nb\x1b[2Jc\x7f\xff"


# ---- Protocol Buffers ----


def varint(number):
    number &= 2**64 - 1
    out = b""
    while number >= 128:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    """A field: an int is a varint, a float is 32 bits, text and bytes have a length, a list is the field repeated."""
    if isinstance(value, (list, tuple)):
        return b"".join(field(number, one) for one in value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(numbers, given):
    """The fields of a message by name, in the order given; None leaves one out, "extra" is bytes as they are."""
    out = b""
    for name, value in given.items():
        if name == "extra":
            out += value
        elif value is not None:
            out += field(numbers[name], value)
    return out


MODEL = {"ir_version": 1, "producer_name": 2, "doc_string": 6, "graph": 7, "opset_import": 8, "metadata_props": 14,
         "functions": 25}
GRAPH = {"node": 1, "name": 2, "initializer": 5, "input": 11, "output": 12, "value_info": 13, "sparse_initializer": 15}
NODE = {"input": 1, "output": 2, "name": 3, "op_type": 4, "attribute": 5, "domain": 7}
ATTRIBUTE = {"name": 1, "f": 2, "i": 3, "s": 4, "t": 5, "g": 6, "floats": 7, "ints": 8, "graphs": 11, "type": 20}
TENSOR = {"dims": 1, "data_type": 2, "float_data": 4, "int32_data": 5, "string_data": 6, "int64_data": 7, "name": 8,
          "raw_data": 9, "double_data": 10, "external_data": 13, "data_location": 14}
FUNCTION = {"name": 1, "input": 4, "output": 5, "node": 7, "opset_import": 9, "domain": 10}
KINDS = {"f": 1, "i": 2, "s": 3, "t": 4, "g": 5, "floats": 6, "ints": 7, "graphs": 10}


def opset(version, domain=None):
    return message({"domain": 1, "version": 2}, {"domain": domain, "version": version})


def entry(key, value):
    return field(1, key) + field(2, value)


def value_info(name, dims, elem_type=FLOAT):
    shape = b"".join(field(1, field(1, dim) if isinstance(dim, int) else field(2, dim)) for dim in dims)
    return field(1, name) + field(2, field(1, field(1, elem_type) + field(2, shape)))


def attribute(name, **value):
    kind = next(iter(value))
    return message(ATTRIBUTE, {"name": name, **value, "type": KINDS[kind]})


def node(op, inputs, outputs, name=None, attributes=(), **more):
    return message(NODE, {"input": list(inputs), "output": list(outputs), "name": name, "op_type": op,
                          "attribute": list(attributes), **more})


def pack(values, dtype=FLOAT):
    if dtype == BFLOAT16:
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    code = {FLOAT: "f", FLOAT16: "e", DOUBLE: "d", UINT8: "B", INT8: "b"}[dtype]
    return struct.pack(f"<{len(values)}{code}", *values)


def gzipped(data):
    """As gzip stores it without compressing, which is the same with every version of Python and zlib."""
    stored = zlib.compressobj(0, zlib.DEFLATED, -15)
    header = b"\x1f\x8b\x08\0" + bytes(5) + b"\xff"
    return header + stored.compress(data) + stored.flush() + struct.pack("<II", zlib.crc32(data), len(data))


def numbers(count):
    """1/8, 2/8, ...: never all the same, exact in every type."""
    return [(i + 1) / 8 for i in range(count)]


def count(dims):
    product = 1
    for dim in dims:
        product *= dim
    return product


def tensor(name, dims, dtype=FLOAT, values=None, **changes):
    """An initializer with raw data; `changes` replaces fields."""
    given = {"dims": list(dims), "data_type": dtype, "name": name}
    if "raw_data" not in changes:
        given["raw_data"] = pack(numbers(count(dims)) if values is None else values, dtype)
    return message(TENSOR, {**given, **changes})


def graph(nodes, initializers, inputs=None, outputs=None, **more):
    return message(GRAPH, {"node": nodes, "name": "g", "initializer": initializers,
                           "input": [value_info("x", [2, 3])] if inputs is None else inputs,
                           "output": [value_info("y", [2, 2])] if outputs is None else outputs, **more})


def model(content, **changes):
    return message(MODEL, {"ir_version": 8, "graph": content, "opset_import": [opset(17)], **changes})


TRANS_B = attribute("transB", i=1)
GEMM = node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], "fc", [TRANS_B])
WEIGHT, BIAS = tensor("fc.weight", [2, 3]), tensor("fc.bias", [2])


def layer(weight=WEIGHT, bias=BIAS, nodes=None, **more):
    """y = Gemm(x, fc.weight, fc.bias), the smallest model that can be compressed, with parts of it replaced."""
    initializers = [part for part in (weight, bias) if part is not None]
    return model(graph([GEMM] if nodes is None else nodes, initializers, **more))


def weight(**changes):
    """The model whose weight is stored in another way; it has no raw data unless `changes` gives some."""
    changes.setdefault("raw_data", None)
    return layer(tensor("fc.weight", changes.pop("dims", [2, 3]), changes.pop("dtype", FLOAT), **changes))


def nested(depth):
    """If nodes in branches of If nodes."""
    inner = node("Identity", ["x"], ["r0"])
    for i in range(depth):
        deep = graph([inner], [], [], [value_info(f"r{i}", [2, 3])])
        flat = graph([node("Neg", ["x"], [f"s{i}"])], [], [], [value_info(f"s{i}", [2, 3])])
        inner = node("If", ["c"], [f"r{i + 1}"], None, [attribute("then_branch", g=deep), attribute("else_branch", g=flat)])
    return inner


def chained(*nodes, bias=BIAS, extra=(), **more):
    """A model of these nodes, with the weight transposed to (3, 2) beside the usual one."""
    given = [part for part in (WEIGHT, bias) if part is not None]
    return model(graph(list(nodes), [*given, tensor("w", [3, 2]), *extra], **more))


def convolution(dims, *attributes, bias_dims=(2,)):
    initializers = [tensor("fc.weight", dims), tensor("fc.bias", bias_dims)]
    return model(graph([node("Conv", ["x", "fc.weight", "fc.bias"], ["y"], "fc", list(attributes))], initializers,
                       [value_info("x", [1, 3, 4, 4])], [value_info("y", [1, "c", "h", "w"])]))


def gemm_of(*attributes, weight_dims=(2, 3), bias_dims=(2,)):
    return model(graph([node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], "fc", list(attributes))],
                       [tensor("fc.weight", weight_dims), tensor("fc.bias", bias_dims)]))


def quantized(scale, zero=None, dtype=INT8, dims=(3, 2), axis=None, inputs=None):
    """x W + b with 8-bit integers for W."""
    given = ["q", "s"] + (["z"] if zero is not None else [])
    attributes = [] if axis is None else [attribute("axis", i=axis)]
    return chained(
        node("DequantizeLinear", given if inputs is None else inputs, ["w8"], "dequantize", attributes),
        node("MatMul", ["x", "w8"], ["y"], "fc"),
        extra=[tensor("q", dims, dtype, values=[i % 97 for i in range(1, count(dims) + 1)]), scale,
               *([] if zero is None else [zero])],
        inputs=[value_info("x", [2, dims[0]])], outputs=[value_info("y", [2, dims[1]])])


# ---- malformed/ ----


def framing():
    whole = layer()
    begin_of_graph = whole.index(field(7, b"")[:1])
    return {
        "empty": b"",
        "one_byte": whole[:1],
        "one_zero": b"\0",
        "cut_in_the_graph": whole[: begin_of_graph + 40],
        "cut_in_a_length": whole[: begin_of_graph + 2],
        "cut_in_raw_data": whole[: whole.index(pack(numbers(6))) + 9],
        "cut_by_one_byte": whole[:-1],
        "one_byte_too_many": whole + b"\0",
        "group_without_end": whole + varint(99 << 3 | 3),
        "end_of_a_group_alone": whole + varint(99 << 3 | 4),
        "wire_type_6": whole + varint(99 << 3 | 6) + b"\0",
        "wire_type_7": whole + varint(99 << 3 | 7) + b"\0",
        "field_number_0": whole + b"\0\1",
        "field_number_too_large": whole + b"\xff\xff\xff\xff\x7f\1",
        "varint_too_long": field(1, 8)[:1] + b"\xff" * 11 + whole[2:],
        "length_too_long": whole + varint(2 << 3 | 2) + b"\xff" * 10 + b"\1",
        "length_beyond_the_end": whole + varint(2 << 3 | 2) + varint(1000) + b"text",
        "length_of_2_to_the_31": whole + varint(2 << 3 | 2) + varint(2**31) + b"text",
        "length_of_2_to_the_63": whole + varint(2 << 3 | 2) + varint(2**63) + b"text",
        "inner_length_beyond_the_outer": model(graph([GEMM], [WEIGHT, BIAS]) + varint(2 << 3 | 2) + varint(60) + b"g"),
        "graph_is_a_number": model(None, extra=field(7, 5)),
        "ir_version_is_a_text": field(1, "8") + model(graph([GEMM], [WEIGHT, BIAS]), ir_version=None),
        "raw_data_is_a_number": layer(tensor("fc.weight", [2, 3], raw_data=7)),
        "dims_are_floats": layer(tensor("fc.weight", [2.0, 3.0], raw_data=pack(numbers(6)))),
        "packed_dims_cut_off": layer(tensor("fc.weight", [b"\2\x83"], raw_data=pack(numbers(6)))),
        "packed_floats_cut_off": weight(float_data=pack(numbers(6))[:-1]),
        "nested_200_graphs": layer(nodes=[GEMM, nested(200)]),
        "pickle": b"\x80\x02}q\x00X\x06\x00\x00\x00weightq\x01K\x01s.",
        "zip_of_pytorch": b"PK\x03\x04\x00\x00\x08\x08" + bytes(22) + b"archive/data.pkl",
        "gzip": gzipped(whole),
        "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(24),
        "numpy": b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".ljust(128) + bytes(24),
        "text": b"This is not a model.\n",
        "json": b'{"ir_version": 8, "graph": {}}',
    }


def models():
    usual = graph([GEMM], [WEIGHT, BIAS])
    return {
        "no_graph": model(None),
        "graph_is_empty": model(b""),
        "no_ir_version": model(usual, ir_version=None),
        "ir_version_0": model(usual, ir_version=0),
        "ir_version_negative": model(usual, ir_version=-1),
        "ir_version_huge": model(usual, ir_version=2**62),
        "no_opset": model(usual, opset_import=None),
        "opset_of_another_domain_alone": model(usual, opset_import=[opset(1, "org.example")]),
        "opset_0": model(usual, opset_import=[opset(0)]),
        "opset_negative": model(usual, opset_import=[opset(-17)]),
        "opset_twice": model(usual, opset_import=[opset(17), opset(13)]),
    }


def graphs():
    relu = node("Relu", ["h"], ["y"], "relu")
    first = node("Gemm", ["x", "fc.weight", "fc.bias"], ["h"], "fc", [TRANS_B])
    function = {"name": "F", "domain": "local", "input": ["a"], "opset_import": [opset(17)]}
    local = {"opset_import": [opset(17), opset(1, "local")]}
    return {
        "nodes_not_sorted": layer(nodes=[relu, first]),
        "cycle": layer(nodes=[node("Add", ["x", "b"], ["a"]), node("Relu", ["a"], ["b"]), GEMM]),
        "cycle_of_one_node": layer(nodes=[node("Add", ["x", "a"], ["a"]), GEMM]),
        "input_of_a_node_unknown": layer(nodes=[GEMM, node("Relu", ["nowhere"], ["z"])]),
        "weight_missing": layer(None),
        "bias_missing": layer(bias=None),
        "output_of_the_graph_unknown": layer(outputs=[value_info("y", [2, 2]), value_info("nowhere", [1])]),
        "output_of_the_graph_twice": layer(outputs=[value_info("y", [2, 2]), value_info("y", [2, 2])]),
        "input_of_the_graph_twice": layer(inputs=[value_info("x", [2, 3]), value_info("x", [2, 3])]),
        "input_without_a_name": layer(inputs=[value_info("x", [2, 3]), value_info("", [2, 3])]),
        "initializer_twice": model(graph([GEMM], [WEIGHT, BIAS, tensor("fc.bias", [2], values=[5, 6])])),
        "initializer_without_a_name": model(graph([GEMM], [WEIGHT, BIAS, tensor("", [2])])),
        "value_made_twice": layer(nodes=[GEMM, node("Relu", ["x"], ["y"])]),
        "value_made_twice_by_a_node": layer(nodes=[GEMM, node("Split", ["x"], ["z", "z"])]),
        "value_named_like_the_input": layer(nodes=[GEMM, node("Relu", ["y"], ["x"])]),
        "value_named_like_an_initializer": layer(nodes=[GEMM, node("Relu", ["x"], ["fc.bias"])]),
        "node_without_operator": layer(nodes=[GEMM, node(None, ["x"], ["z"])]),
        "node_without_outputs": layer(nodes=[node("Gemm", ["x", "fc.weight"], [], "fc", [TRANS_B]),
                                             node("Relu", ["x"], ["y"])]),
        "gemm_of_two_outputs": layer(nodes=[node("Gemm", ["x", "fc.weight", "fc.bias"], ["y", "g"], "fc", [TRANS_B])]),
        "transpose_of_two_outputs": model(graph([node("Transpose", ["fc.weight"], ["t", "u"], "turn"), node(
            "MatMul", ["x", "t"], ["y"], "fc")], [WEIGHT])),
        "gemm_without_inputs": layer(nodes=[node("Gemm", [], ["y"], "fc")]),
        "gemm_with_one_input": layer(nodes=[node("Gemm", ["x"], ["y"], "fc")]),
        "gemm_with_four_inputs": layer(nodes=[node("Gemm", ["x", "fc.weight", "fc.bias", "x"], ["y"], "fc", [TRANS_B])]),
        "attribute_twice": layer(nodes=[node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], "fc", [TRANS_B, TRANS_B])]),
        "branch_without_a_graph": layer(nodes=[GEMM, node("If", ["x"], ["z"], None, [
            message(ATTRIBUTE, {"name": "then_branch", "type": KINDS["g"]})])]),
        "branch_uses_what_nothing_makes": layer(nodes=[GEMM, node("If", ["x"], ["z"], None, [attribute("then_branch", g=graph(
            [node("Relu", ["nowhere"], ["r"])], [], [], [value_info("r", [1])]))])]),
        "branch_promises_what_nothing_makes": layer(nodes=[GEMM, node("If", ["x"], ["z"], None, [attribute(
            "then_branch", g=graph([], [], [], [value_info("nowhere", [1])]))])]),
        "branch_uses_what_comes_later": layer(nodes=[node("If", ["x"], ["z"], None, [attribute("then_branch", g=graph(
            [node("Relu", ["y"], ["r"])], [], [], [value_info("r", [1])]))]), GEMM]),
        "function_uses_what_nothing_makes": model(graph([GEMM], [WEIGHT, BIAS]), **local, functions=[message(
            FUNCTION, {**function, "output": ["b"], "node": [node("Relu", ["nowhere"], ["b"])]})]),
        "function_promises_what_nothing_makes": model(graph([GEMM], [WEIGHT, BIAS]), **local, functions=[message(
            FUNCTION, {**function, "output": ["nowhere"], "node": [node("Relu", ["a"], ["b"])]})]),
        "hostile_name_of_a_missing_input": layer(nodes=[GEMM, node("Relu", [HOSTILE], [b"z\r\n"], HOSTILE)]),
        "hostile_name_of_an_initializer_twice": model(graph([GEMM], [WEIGHT, BIAS, tensor(HOSTILE, [1]),
                                                                     tensor(HOSTILE, [1])])),
        "hostile_operator": layer(nodes=[GEMM, node(HOSTILE, ["x", "nowhere"], ["z"])]),
    }


def tensors():
    floats = numbers(6)
    return {
        "dim_negative": weight(dims=[2, -3], raw_data=pack(floats)),
        "dim_of_2_to_the_62": weight(dims=[2**62, 3], raw_data=pack(floats)),
        "dims_overflow": weight(dims=[2**32, 2**32], raw_data=pack(floats)),
        "dims_overflow_to_6": weight(dims=[2**63 + 3, 2], raw_data=pack(floats)),
        "dims_huge_beside_zero": weight(dims=[2**62, 2**62, 2], raw_data=b""),
        "raw_data_one_short": weight(raw_data=pack(floats)[:-1]),
        "raw_data_one_long": weight(raw_data=pack(floats) + b"\0"),
        "raw_data_missing": weight(),
        "raw_data_empty": weight(raw_data=b""),
        "raw_data_and_float_data": weight(raw_data=pack(floats), float_data=pack(floats)),
        "float_data_one_short": weight(float_data=pack(floats[:5])),
        "float_data_one_long": weight(float_data=pack([*floats, 7])),
        "float_data_of_doubles": weight(dtype=DOUBLE, float_data=pack(floats)),
        "double_data_of_floats": weight(double_data=pack(floats, DOUBLE)),
        "int32_data_of_floats": weight(int32_data=list(range(6))),
        "int64_data_of_floats": weight(int64_data=list(range(6))),
        "half_one_short": weight(dtype=FLOAT16, raw_data=pack(floats, FLOAT16)[:-1]),
        "bias_one_short": layer(bias=tensor("fc.bias", [2], raw_data=pack([1.0]))),
        "other_tensor_one_short": model(graph([GEMM], [WEIGHT, BIAS, tensor("other", [3], raw_data=pack([1.0]))])),
        "tensor_of_a_node_one_short": layer(nodes=[node("Constant", [], ["c"], "c", [
            attribute("value", t=tensor("", [3], raw_data=pack([1.0])))]), GEMM]),
        "tensor_of_a_branch_one_short": layer(nodes=[GEMM, node("If", ["x"], ["z"], None, [attribute("then_branch", g=graph(
            [node("Relu", ["t"], ["r"])], [tensor("t", [3], raw_data=b"")], [], [value_info("r", [3])]))])]),
        "data_type_0": weight(dtype=0, raw_data=pack(floats)),
        "data_type_missing": weight(dtype=None, raw_data=pack(floats)),
        "data_type_negative": weight(dtype=-1, raw_data=pack(floats)),
        "texts_as_raw_data": weight(dtype=STRING, raw_data=b"abcdef"),
        "texts_one_short": weight(dtype=STRING, string_data=["a"] * 5),
        "own_reference_to_data": weight(external_data=[entry("eckart.reference", "0")]),
        "own_reference_beyond": weight(external_data=[entry("eckart.reference", "99")], data_location=1),
        "hostile_name_of_a_broken_tensor": model(graph([GEMM], [WEIGHT, BIAS, tensor(HOSTILE, [3], raw_data=b"")])),
    }


def layers():
    def gemm(*attributes, inputs=("x", "fc.weight", "fc.bias")):
        return layer(nodes=[node("Gemm", inputs, ["y"], "fc", list(attributes))])

    def transposed(*perm):
        return chained(node("Transpose", ["fc.weight"], ["t"], "turn", [attribute("perm", ints=list(perm))]),
                       node("MatMul", ["x", "t"], ["y"], "fc"))

    constant = attribute("value", t=tensor("", [3, 2]))
    return {
        "trans_b_is_a_float": gemm(attribute("transB", f=1.0)),
        "trans_b_is_a_text": gemm(attribute("transB", s="1")),
        "alpha_is_an_integer": gemm(TRANS_B, attribute("alpha", i=2)),
        "alpha_is_nan": gemm(TRANS_B, attribute("alpha", f=NAN)),
        "gemm_of_a_three_dimensional_weight": gemm_of(TRANS_B, weight_dims=(1, 2, 3)),
        "gemm_of_a_wrong_bias": gemm_of(TRANS_B, bias_dims=(3,)),
        "trans_b_is_7": gemm_of(attribute("transB", i=7)),
        "convolution_of_a_vector": convolution([2]),
        "convolution_of_a_matrix": convolution([2, 3]),
        "convolution_whose_kernel_shape_differs": convolution([2, 3, 1, 1], attribute("kernel_shape", ints=[3, 3])),
        "convolution_of_a_wrong_bias": convolution([2, 3, 1, 1], bias_dims=(5,)),
        "quantized_zero_point_of_another_shape": quantized(tensor("s", [2]), tensor("z", [3], INT8, [0, 0, 0])),
        "quantized_zero_point_of_another_type": quantized(tensor("s", []), tensor("z", [], UINT8, [0])),
        "quantized_scale_of_another_shape": quantized(tensor("s", [5])),
        "quantized_axis_out_of_range": quantized(tensor("s", [2]), axis=2),
        "perm_of_one": transposed(0),
        "perm_of_three": transposed(0, 1, 2),
        "perm_twice_the_same": transposed(1, 1),
        "perm_out_of_range": transposed(2, 0),
        "perm_negative": transposed(-1, 0),
        "perm_is_a_text": chained(node("Transpose", ["fc.weight"], ["t"], "turn", [attribute("perm", s="10")]),
                                  node("MatMul", ["x", "t"], ["y"], "fc")),
        "constant_without_a_value": chained(node("Constant", [], ["c"], "c"), node("MatMul", ["x", "c"], ["y"], "fc")),
        "constant_with_two_values": chained(node("Constant", [], ["c"], "c", [constant, attribute("value_float", f=1.0)]),
                                            node("MatMul", ["x", "c"], ["y"], "fc")),
        "constant_whose_value_is_no_tensor": chained(node("Constant", [], ["c"], "c", [attribute("value", f=1.0)]),
                                                     node("MatMul", ["x", "c"], ["y"], "fc")),
    }


def external_model(**entries):
    """The model whose weight is outside; a list gives an entry more than once."""
    pairs = []
    for key, value in entries.items():
        pairs += [entry(key, one) for one in (value if isinstance(value, list) else [value])]
    return weight(external_data=pairs, data_location=1)


def external():
    data = {"weight.bin": pack(numbers(6))}

    def folder(files=None, **entries):
        return {"model.onnx": external_model(**entries), **(data if files is None else files)}

    inside = {"model.onnx": external_model(location="../weight.bin")}
    return {
        "external_in_the_parent_folder": {**inside, **data},
        "external_by_way_of_the_parent_folder": folder(location="../external_missing/weight.bin"),
        "external_inner_parent_folder": folder({"in/weight.bin": data["weight.bin"], **data}, location="in/../weight.bin"),
        "external_absolute": folder(location="/etc/hostname"),
        "external_symlink": folder({"real.bin": data["weight.bin"], "link.bin": Path("real.bin")}, location="link.bin"),
        "external_symlink_to_a_folder": folder({"real/weight.bin": data["weight.bin"], "link": Path("real")},
                                               location="link/weight.bin"),
        "external_is_a_folder": folder({"folder/weight.bin": data["weight.bin"]}, location="folder"),
        "external_is_the_folder_itself": folder(location="."),
        "external_missing": folder({}, location="weight.bin"),
        "external_location_empty": folder(location=""),
        "external_without_location": folder(offset="0"),
        "external_without_entries": folder(),
        "external_location_twice": folder(location=["weight.bin", "weight.bin"]),
        "external_location_with_a_nul": folder(location=b"weight.bin\0.txt"),
        "external_location_hostile": folder(location=HOSTILE),
        "external_location_of_5000_characters": folder(location="a" * 5000),
        "external_location_in_a_file": folder(location="weight.bin/weight.bin"),
        "external_offset_beyond_the_end": folder(location="weight.bin", offset="1000"),
        "external_offset_one_too_far": folder(location="weight.bin", offset="1"),
        "external_offset_negative": folder(location="weight.bin", offset="-4"),
        "external_offset_a_text": folder(location="weight.bin", offset="zero"),
        "external_offset_empty": folder(location="weight.bin", offset=""),
        "external_offset_hexadecimal": folder(location="weight.bin", offset="0x0"),
        "external_offset_with_a_space": folder(location="weight.bin", offset=" 0"),
        "external_offset_of_2_to_the_64": folder(location="weight.bin", offset=str(2**64)),
        "external_offset_that_overflows": folder(location="weight.bin", offset=str(2**64 - 8), length="24"),
        "external_offset_twice": folder(location="weight.bin", offset=["0", "0"]),
        "external_length_beyond_the_end": folder(location="weight.bin", length="1000"),
        "external_length_of_another_shape": folder(location="weight.bin", length="20"),
        "external_length_0": folder(location="weight.bin", length="0"),
        "external_length_negative": folder(location="weight.bin", length="-1"),
        "external_length_of_2_to_the_64_less_1": folder(location="weight.bin", length=str(2**64 - 1)),
        "external_file_empty": folder({"weight.bin": b""}, location="weight.bin"),
        "external_file_one_short": folder({"weight.bin": data["weight.bin"][:-1]}, location="weight.bin"),
        "external_and_raw_data": {"model.onnx": weight(raw_data=pack(numbers(6)), data_location=1,
                                                       external_data=[entry("location", "weight.bin")]), **data},
        "external_of_texts": {"model.onnx": weight(dtype=STRING, data_location=1,
                                                   external_data=[entry("location", "weight.bin")]), **data},
        "external_of_an_unknown_type": {"model.onnx": weight(dtype=99, data_location=1,
                                                             external_data=[entry("location", "weight.bin")]), **data},
    }


# ---- wrong_values/ ----


def wrong_values():
    made = {}
    for name, dtype in (("float", FLOAT), ("half", FLOAT16), ("bfloat16", BFLOAT16), ("double", DOUBLE)):
        for kind, value in (("nan", NAN), ("infinite", INFINITY), ("minus_infinite", -INFINITY)):
            values = [*numbers(4), value, 1.0]
            made[f"{name}_{kind}"] = model(graph(
                [GEMM], [tensor("fc.weight", [2, 3], dtype, values), tensor("fc.bias", [2], dtype)],
                [value_info("x", [2, 3], dtype)], [value_info("y", [2, 2], dtype)]))
    made["nan_in_a_typed_field"] = weight(float_data=pack([*numbers(5), NAN]))
    made["nan_outside"] = {"model.onnx": external_model(location="weight.bin"), "weight.bin": pack([*numbers(5), NAN])}
    made["nan_in_a_constant"] = chained(
        node("Constant", [], ["c"], "c", [attribute("value", t=tensor("", [3, 2], values=[*numbers(5), NAN]))]),
        node("MatMul", ["x", "c"], ["y"], "fc"))
    for kind, value in (("nan", NAN), ("infinite", INFINITY)):
        # Larger, so that its factors take fewer bytes: else nobody looks at the scale.
        made[f"quantized_scale_{kind}"] = quantized(tensor("s", [], values=[value]), dims=(12, 12))
    return made


# ---- left_alone/ ----


def left_alone():
    relu = model(graph([node("Relu", ["x"], ["y"])], [], outputs=[value_info("y", [2, 3])]))
    matmul = node("MatMul", ["x", "v"], ["y"], "fc")
    bias, out3 = tensor("fc.bias", [2]), [value_info("y", ["a", "b", "c"])]

    def with_weight(*dims):
        return model(graph([node("MatMul", ["x", "v"], ["y"], "fc")], [tensor("v", dims)], outputs=out3))

    return {
        "no_layer": relu,
        "no_nodes": model(graph([], [], outputs=[value_info("x", [2, 3])])),
        "opset_6": model(graph([GEMM], [WEIGHT, BIAS]), opset_import=[opset(6)]),
        "opset_1": model(graph([GEMM], [WEIGHT, BIAS]), opset_import=[opset(1)], ir_version=3),
        "weight_with_a_size_of_0": model(graph([matmul], [tensor("v", [0, 2])], [value_info("x", [2, 0])])),
        "weight_with_sizes_of_0": model(graph([matmul], [tensor("v", [0, 0])], [value_info("x", [2, 0])])),
        "weight_with_huge_size_beside_0": model(graph([matmul], [tensor("v", [0, 2**40], raw_data=b"")],
                                                      [value_info("x", [2, 0])])),
        "weight_of_a_vector": with_weight(3),
        "weight_of_a_scalar": with_weight(),
        "weight_of_three_dimensions": with_weight(1, 3, 2),
        "weight_of_integers": model(graph([matmul], [tensor("v", [3, 2], INT8, [1, 2, 3, 4, 5, 6])],
                                          [value_info("x", [2, 3], INT8)])),
        "weight_of_texts": weight(dtype=STRING, string_data=["a"] * 6),
        "weight_of_an_unknown_type": weight(dtype=99, raw_data=pack(numbers(6))),
        "weight_is_an_output": layer(outputs=[value_info("y", [2, 2]), value_info("fc.weight", [2, 3])]),
        "weight_is_an_input": layer(inputs=[value_info("x", [2, 3]), value_info("fc.weight", [2, 3])]),
        "weight_used_elsewhere": layer(nodes=[GEMM, node("Relu", ["fc.weight"], ["z"])]),
        "convolution_of_3x3": convolution([2, 3, 3, 3]),
        "convolution_in_groups": convolution([2, 1, 1, 1], attribute("group", i=3)),
        "quantized_without_scale": quantized(tensor("s", []), inputs=["q"]),
        "quantized_scale_not_constant": quantized(tensor("s", []), inputs=["q", "x"]),
        "operator_of_another_domain": model(graph([node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], "fc", [TRANS_B],
                                                        domain="org.example")], [WEIGHT, BIAS]),
                                            opset_import=[opset(17), opset(1, "org.example")]),
        "layer_in_a_function": model(
            graph([node("F", ["x", "fc.weight"], ["y"], domain="local")], [tensor("fc.weight", [3, 2]), bias]),
            opset_import=[opset(17), opset(1, "local")], functions=[message(FUNCTION, {
                "name": "F", "domain": "local", "input": ["a", "w"], "output": ["m"], "opset_import": [opset(17)],
                "node": [node("MatMul", ["a", "w"], ["m"])]})]),
    }


# ---- accepted/ ----


def accepted():
    unknown = field(9999, 1) + field(9998, "text") + varint(9997 << 3 | 1) + bytes(8)
    usual = graph([GEMM], [WEIGHT, BIAS])
    data = {"weight.bin": pack(numbers(6))}

    def typed(dtype):
        return {"inputs": [value_info("x", [2, 3], dtype)], "outputs": [value_info("y", [2, 2], dtype)]}

    def renamed(name):
        return model(graph([node("Gemm", ["x", name, "fc.bias"], ["y"], name, [TRANS_B])], [tensor(name, [2, 3]), BIAS]))

    return {
        "usual": layer(),
        "fields_in_another_order": model(None, ir_version=None, opset_import=[opset(17)],
                                         extra=field(7, usual) + field(1, 8)),
        "opset_last_but_one_of_many": model(usual, opset_import=[opset(1, "a"), opset(17), opset(2, "b")]),
        "opset_by_its_other_name": model(usual, opset_import=[opset(17, "ai.onnx")]),
        "opset_7": model(usual, opset_import=[opset(7)]),
        "opset_999": model(usual, opset_import=[opset(999)], ir_version=99),
        "ir_version_3": model(graph([GEMM], [WEIGHT, BIAS], [value_info("x", [2, 3]), value_info("fc.weight", [2, 3]),
                                                             value_info("fc.bias", [2])]),
                              ir_version=3, opset_import=[opset(8)]),
        "unknown_fields": model(graph([GEMM + unknown], [WEIGHT + unknown, BIAS]) + unknown, extra=unknown),
        "group_of_unknown_fields": model(usual, extra=varint(99 << 3 | 3) + field(1, 5) + varint(99 << 3 | 4)),
        "graph_in_two_parts": model(graph([GEMM], [WEIGHT]), extra=field(7, message(GRAPH, {"initializer": [BIAS]}))),
        "varint_longer_than_needed": b"\x08\x88\x80\x80\x00" + model(usual, ir_version=None),
        "dims_packed": layer(tensor("fc.weight", [b"\2\3"], raw_data=pack(numbers(6)))),
        "float_data_packed": weight(float_data=pack(numbers(6))),
        "float_data_not_packed": weight(float_data=numbers(6)),
        "double_data": layer(tensor("fc.weight", [2, 3], DOUBLE, raw_data=None, double_data=pack(numbers(6), DOUBLE)),
                             tensor("fc.bias", [2], DOUBLE), **typed(DOUBLE)),
        "half_as_integers": layer(tensor("fc.weight", [2, 3], FLOAT16, raw_data=None,
                                         int32_data=list(struct.unpack("<6H", pack(numbers(6), FLOAT16)))),
                                  tensor("fc.bias", [2], FLOAT16), **typed(FLOAT16)),
        "no_names_of_nodes": layer(nodes=[node("Gemm", ["x", "fc.weight", "fc.bias"], ["y"], None, [TRANS_B])]),
        "no_name_of_the_graph": model(graph([GEMM], [WEIGHT, BIAS], name=None)),
        "no_inputs_declared_with_shapes": layer(inputs=[field(1, "x")], outputs=[field(1, "y")]),
        "names_with_control_characters": renamed(b"fc\n\x1b[2J\x07.weight"),
        "names_of_markup": renamed('<b>"fc"&\'\\.weight'),
        "name_of_200_characters": renamed("n" * 200 + ".weight"),
        "name_is_a_dot": renamed("."),
        "name_like_a_path": renamed("../../fc/weight"),
        "unknown_attribute": gemm_of(TRANS_B, attribute("broadcast", i=1)),
        "weight_empty_beside": model(graph([GEMM], [WEIGHT, BIAS, tensor("nothing", [0, 3])])),
        "tensor_of_texts_beside": model(graph([GEMM], [WEIGHT, BIAS, tensor("texts", [2], STRING, raw_data=None,
                                                                            string_data=["a", "b"])])),
        "tensor_of_an_unknown_type_beside": model(graph([GEMM], [WEIGHT, BIAS, tensor("odd", [2], 99, raw_data=b"abc")])),
        "unused_layer": chained(GEMM, node("MatMul", ["x", "w"], ["z"], "unused")),
        "all_weights_zero": layer(tensor("fc.weight", [2, 3], values=[0.0] * 6)),
        "weights_not_normal": layer(tensor("fc.weight", [2, 3], values=[1e-45, 1e-40, 0.0, 0.0, -1e-42, 1e-38])),
        "weights_large": layer(tensor("fc.weight", [2, 3], values=[1e38, -1e38, 1e38, 1.0, 0.0, 1e38])),
        "bias_is_nan": layer(bias=tensor("fc.bias", [2], values=[NAN, 1.0])),
        "branches_20_deep": layer(inputs=[value_info("x", [2, 3]), value_info("c", [], 9)], nodes=[GEMM, nested(20)]),
        "quantized": quantized(tensor("s", []), tensor("z", [], INT8, [1])),
        "quantized_per_axis": quantized(tensor("s", [2]), tensor("z", [2], INT8, [1, 2]), axis=-1),
        "external": {"model.onnx": external_model(location="weight.bin"), **data},
        "external_with_unknown_key": {"model.onnx": external_model(location="weight.bin", checksum="0123", zzz=""), **data},
        "external_longer_than_needed": {"model.onnx": external_model(location="weight.bin", offset="4", length="24"),
                                        "weight.bin": bytes(4) + data["weight.bin"] + bytes(9)},
        "external_in_a_folder": {"model.onnx": external_model(location="in/weight.bin"), "in/weight.bin": data["weight.bin"]},
        "external_here": {"model.onnx": external_model(location="./weight.bin"), **data},
    }


def write(folder, name, content):
    """One file, or a folder of files and links."""
    if isinstance(content, bytes):
        (folder / f"{name}.onnx").write_bytes(content)
        return
    for file, inner in content.items():
        path = folder / name / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(inner, Path):
            path.unlink(missing_ok=True)
            path.symlink_to(inner)
        else:
            path.write_bytes(inner)


def main():
    root = Path(sys.argv[1])
    malformed = {**framing(), **models(), **graphs(), **tensors(), **layers(), **external()}
    folders = {"malformed": malformed, "wrong_values": wrong_values(), "left_alone": left_alone(), "accepted": accepted()}
    for folder, files in folders.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write(root / folder, name, content)


main()
