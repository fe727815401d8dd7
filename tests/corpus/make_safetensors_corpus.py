"""Writes the safetensors files that the tests of Eckart's reader open: one for every rule it enforces.

    python3 tests/corpus/make_safetensors_corpus.py tests/corpus/safetensors

malformed/      no safetensors files: SafetensorsReader refuses them
wrong_network/  safetensors files that are no residual MLP Eckart can run: load_network() refuses them
accepted/       unusual files that must be read; those named network_* are residual MLPs

Each file breaks one rule, which its name tells. Python's standard library only; the same bytes on every run.
"""

import json
import struct
import sys
from pathlib import Path

SIZES = {"input": 3, "hidden": 2, "blocks": 1, "classes": 2}
NETWORK = {
    "fc1.bias": [2],
    "fc1.weight": [2, 3],
    "fc2.bias": [2],
    "fc2.weight": [2, 2],
    "res1.layer1.bias": [2],
    "res1.layer1.weight": [2, 2],
    "res1.layer2.bias": [2],
    "res1.layer2.weight": [2, 2],
}
CODES = {"F16": "<e", "F32": "<f", "F64": "<d", "I64": "<q"}
NAN, INFINITY = float("nan"), float("inf")


def count(shape):
    product = 1
    for dimension in shape:
        product *= dimension
    return product


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def assemble(header, data=b"", length=None):
    """The file of a header (text, bytes, or what JSON makes of it); `length` is what it claims to have."""
    text = header if isinstance(header, (bytes, str)) else compact(header)
    text = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def tensor(shape, begin, end, dtype="F32"):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def one(**changes):
    """A file with the tensor 'w' of two floats, its description changed; None removes a member."""
    description = {**tensor([2], 0, 8), **changes}
    return assemble({"w": {key: value for key, value in description.items() if value is not None}}, bytes(8))


def two(first, second, data_size):
    return assemble({"a": tensor(*first), "b": tensor(*second)}, bytes(data_size))


def encode(value, dtype):
    if dtype == "BF16":
        return struct.pack("<f", value)[2:]
    return struct.pack(CODES[dtype], int(value) if dtype == "I64" else value)


def describe(shapes, values=None, dtypes=None):
    """Header entries and bytes of tensors; entry i of a tensor is i / 8 unless `values` has (name, i)."""
    header, data = {}, b""
    for name, shape in shapes.items():
        dtype = (dtypes or {}).get(name, "F32")
        begin = len(data)
        for i in range(count(shape)):
            data += encode((values or {}).get((name, i), i / 8), dtype)
        header[name] = tensor(shape, begin, len(data), dtype)
    return header, data


def network(shapes=None, metadata=None, values=None, dtypes=None):
    """A residual MLP; without `metadata` it tells its architecture."""
    tensors, data = describe(shapes or NETWORK, values, dtypes)
    if metadata is None:
        metadata = {"eckart.architecture": architecture()}
    return assemble({"__metadata__": metadata, **tensors} if metadata else tensors, data)


def architecture(**changes):
    fields = {"architecture": "residual-mlp", **SIZES, **changes}
    return compact({key: value for key, value in fields.items() if value is not None})


def without(*names):
    return {name: shape for name, shape in NETWORK.items() if name not in names}


def factored(**changes):
    """fc1 as a pair of factors of rank 1; `changes` replaces shapes, __ standing for a dot."""
    shapes = {"fc1.0.weight": [1, 3], "fc1.1.bias": [2], "fc1.1.weight": [2, 1]}
    shapes.update(without("fc1.weight", "fc1.bias"))
    shapes.update({name.replace("__", "."): shape for name, shape in changes.items()})
    return {name: shape for name, shape in shapes.items() if shape is not None}


def reordered():
    """A network whose tensors are stored in the reverse order of its header."""
    stored, data = describe(dict(reversed(NETWORK.items())))
    return assemble({name: stored[name] for name in NETWORK}, data)


def header_of_length(length):
    """A network whose header is padded to `length` bytes."""
    tensors, data = describe(NETWORK)
    text = compact(tensors)
    return assemble(text + " " * (length - len(text)), data)


def framing():
    whole = one()
    good = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    return {
        "empty": b"",
        "shorter_than_8_bytes": whole[:7],
        "only_a_length": struct.pack("<Q", 54),
        "header_over_the_cap": assemble("{}", length=100_000_001),
        "header_of_2_to_the_63": assemble("{}", length=2**63),
        "header_of_2_to_the_64_less_1": assemble("{}", length=2**64 - 1),
        "header_longer_than_the_file": assemble("{}", length=3),
        "header_empty": assemble(""),
        "header_begins_with_a_space": assemble(" " + good, bytes(8)),
        "header_begins_with_a_byte_order_mark": assemble(b"\xef\xbb\xbf" + good.encode(), bytes(8)),
        "header_with_a_nul_byte": assemble(good + "\0", bytes(8)),
        "header_with_a_comment": assemble("{/**/" + good[1:], bytes(8)),
        "header_cut_off": assemble(good[:-1], bytes(8)),
        "header_followed_by_garbage": assemble(good + "x", bytes(8)),
        "header_followed_by_another": assemble(good + good, bytes(8)),
        "name_is_not_utf8": assemble(good.encode().replace(b'"w"', b'"\xff"'), bytes(8)),
        "name_is_a_lone_surrogate": assemble(good.replace('"w"', '"\\ud800"'), bytes(8)),
        "top_level_is_an_array": assemble("[" + good + "]", bytes(8)),
        "nested_deeply": assemble('{"w":{"shape":' + "[" * 900),
        "cut_by_one_byte": whole[:-1],
        "one_byte_too_many": whole + b"\0",
    }


def members():
    good = '"dtype":"F32","shape":[2],"data_offsets":[0,8]'
    return {
        "tensor_twice": assemble('{"w":{%s},"w":{%s}}' % (good, good), bytes(8)),
        "dtype_twice": assemble('{"w":{"dtype":"F32",%s}}' % good, bytes(8)),
        "metadata_twice": assemble('{"__metadata__":{},"__metadata__":{},"w":{%s}}' % good, bytes(8)),
        "metadata_key_twice": assemble('{"__metadata__":{"a":"1","a":"2"},"w":{%s}}' % good, bytes(8)),
        "metadata_is_a_text": assemble({"__metadata__": "pt"}),
        "metadata_is_null": assemble({"__metadata__": None}),
        "metadata_with_a_number": assemble({"__metadata__": {"epoch": 7}}),
        "metadata_with_a_negative_number": assemble({"__metadata__": {"epoch": -7}}),
        "metadata_with_null": assemble({"__metadata__": {"epoch": None}}),
        "metadata_with_a_boolean": assemble({"__metadata__": {"epoch": True}}),
        "metadata_nested": assemble({"__metadata__": {"inner": {}}}),
        "metadata_with_an_array": assemble({"__metadata__": {"inner": []}}),
        "tensor_is_a_number": assemble({"w": 1}),
        "tensor_is_an_array": assemble({"w": []}),
        "unknown_member": one(strides=[1]),
        "member_is_an_object": one(shape={}),
        "no_dtype": one(dtype=None),
        "no_shape": one(shape=None),
        "no_data_offsets": one(data_offsets=None),
    }


def values():
    good = compact({"w": tensor([2], 0, 8)})
    return {
        "dtype_unknown": one(dtype="F31"),
        "dtype_in_lower_case": one(dtype="f32"),
        "dtype_is_a_number": one(dtype=32),
        "dtype_is_an_array": one(dtype=["F32"]),
        "shape_is_a_number": one(shape=2),
        "shape_is_a_text": one(shape="2"),
        "shape_with_a_negative_number": one(shape=[-2]),
        "shape_with_a_float": one(shape=[2.0]),
        "shape_with_a_text": one(shape=["2"]),
        "shape_with_null": one(shape=[None]),
        "shape_with_an_array": one(shape=[[2]]),
        "shape_with_an_exponent": assemble(good.replace("[2]", "[2e0]"), bytes(8)),
        "shape_with_2_to_the_64": one(shape=[2**64]),
        "shape_with_33_dimensions": one(shape=[1] * 32 + [2]),
        "shape_product_overflows": one(shape=[2**32, 2**31, 2]),
        "shape_bytes_overflow": one(shape=[2**62 + 2]),
        "shape_smaller_than_bytes": one(shape=[1]),
        "shape_larger_than_bytes": one(shape=[3]),
        "offsets_one": one(data_offsets=[8]),
        "offsets_three": one(data_offsets=[0, 4, 8]),
        "offsets_none": one(data_offsets=[]),
        "offsets_negative": one(data_offsets=[-8, 0]),
        "offsets_reversed": one(data_offsets=[8, 0]),
        "offsets_beyond_the_buffer": one(data_offsets=[8, 16]),
        "offsets_of_2_to_the_64_less_1": one(data_offsets=[0, 2**64 - 1]),
        "offsets_with_a_float": one(data_offsets=[0.0, 8.0]),
        "offsets_are_a_text": one(data_offsets="0,8"),
        "hole_at_the_start": assemble({"w": tensor([2], 4, 12)}, bytes(12)),
        "hole_between_tensors": two(([1], 0, 4), ([1], 8, 12), 12),
        "overlap": two(([2], 0, 8), ([2], 4, 12), 12),
        "same_bytes_twice": two(([2], 0, 8), ([2], 0, 8), 8),
        "bytes_after_the_last_tensor": two(([1], 0, 4), ([1], 4, 8), 12),
    }


def wrong_networks():
    def told(**changes):
        return network(metadata={"eckart.architecture": architecture(**changes)})

    def told_as(text):
        return network(metadata={"eckart.architecture": text})

    return {
        "no_tensors": assemble({}),
        "tensor_missing": network(without("res1.layer2.weight")),
        "bias_missing": network(without("fc2.bias")),
        "tensor_surplus": network({**NETWORK, "zzz.weight": [1]}),
        "surplus_with_control_characters": network({**NETWORK, "zzz\x1b[2J": [1]}),
        "weight_of_integers": network(dtypes={"fc2.weight": "I64"}),
        "weight_is_a_vector": network({**NETWORK, "fc1.weight": [6]}),
        "weight_of_three_dimensions": network({**NETWORK, "fc1.weight": [1, 2, 3]}),
        "bias_is_a_matrix": network({**NETWORK, "fc1.bias": [1, 2]}),
        "weight_transposed": network({**NETWORK, "fc1.weight": [3, 2]}),
        "inferred_widths_differ": network({**NETWORK, "fc2.weight": [2, 3]}, {}),
        "inferred_width_of_zero": network({**NETWORK, "fc1.weight": [2, 0]}, {}),
        "inferred_width_of_2_to_the_63": network({**NETWORK, "fc1.weight": [0, 2**63]}, {}),
        "first_layer_missing": network(without("fc1.weight"), {}),
        "factors_do_not_fit": network(factored(fc1__1__weight=[2, 2])),
        "factors_of_rank_0": network(factored(fc1__0__weight=[0, 3], fc1__1__weight=[2, 0])),
        "factor_missing": network(factored(fc1__1__weight=None)),
        "factored_bias_missing": network(factored(fc1__1__bias=None)),
        "dense_and_factored": network({**factored(), "fc1.weight": [2, 3]}),
        "weight_is_nan": network(values={("res1.layer1.weight", 3): NAN}),
        "weight_is_infinite": network(values={("res1.layer1.weight", 0): INFINITY}),
        "bias_is_infinite_as_half": network(values={("fc1.bias", 1): -INFINITY}, dtypes={"fc1.bias": "F16"}),
        "double_beyond_float": network(values={("fc1.bias", 1): 1e39}, dtypes={"fc1.bias": "F64"}),
        "architecture_is_not_json": told_as("residual-mlp"),
        "architecture_is_an_array": told_as("[]"),
        "architecture_is_nested_deeply": told_as("[" * 900),
        "architecture_is_long": told_as(architecture(note="x" * 1000)),
        "architecture_of_another_kind": told(architecture="transformer"),
        "architecture_without_hidden": told(hidden=None),
        "architecture_with_a_float": told(hidden=2.0),
        "architecture_with_a_text": told(hidden="2"),
        "architecture_too_wide": told(hidden=10**9),
        "architecture_of_2_to_the_64_less_1": told(hidden=2**64 - 1),
        "architecture_too_deep": told(blocks=1001),
        "architecture_wider_than_its_tensors": told(hidden=1_000_000),
        "architecture_deeper_than_its_tensors": told(blocks=1000),
        "architecture_less_deep_than_its_tensors": told(blocks=0),
    }


def every_dtype():
    """Eight entries of each, so that those shorter than a byte fill the last one."""
    bits = {"BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
            "I16": 16, "U16": 16, "F16": 16, "BF16": 16, "I32": 32, "U32": 32, "F32": 32, "C64": 64, "F64": 64, "I64": 64,
            "U64": 64}
    header, end = {}, 0
    for name in sorted(bits):
        begin, end = end, end + bits[name]
        header[name.lower()] = tensor([8], begin, end, name)
    return assemble(header, bytes(end))


def accepted():
    text = compact({"w": tensor([2], 0, 8)})
    noted = {"eckart.architecture": architecture(note="x")}
    mixed = {"fc1.bias": "F16", "fc1.weight": "F64", "fc2.weight": "BF16"}
    return {
        "no_tensors": assemble({}),
        "metadata_only": assemble({"__metadata__": {"format": "pt"}}),
        "empty_tensor": two(([0], 0, 0), ([1], 0, 4), 4),
        "empty_tensor_of_huge_shape": assemble({"w": tensor([2**63, 0, 2**63], 0, 0)}),
        "empty_tensor_at_the_end": two(([1], 0, 4), ([0], 4, 4), 4),
        "every_dtype": every_dtype(),
        "scalar": assemble({"w": tensor([], 0, 4)}, bytes(4)),
        "name_is_empty": assemble({"": tensor([1], 0, 4)}, bytes(4)),
        "white_space_in_the_header": assemble("{ \n\t" + text[1:] + "\r\n ", bytes(8)),
        "network_inferred": network(metadata={}),
        "network_without_blocks": network({k: v for k, v in NETWORK.items() if k.startswith("fc")}, {}),
        "network_factored": network(factored()),
        "network_factored_inferred": network(factored(), {}),
        "network_with_unknown_metadata": network(metadata={"format": "pt", "author": "\u00e9\u0000"}),
        "network_with_unknown_architecture_field": network(metadata=noted),
        "network_with_broken_run_record": network(metadata={"eckart.run_record": "{"}),
        "network_with_deep_run_record": network(metadata={"eckart.run_record": "[" * 500 + "]" * 500}),
        "network_of_halves": network(dtypes=dict.fromkeys(NETWORK, "F16")),
        "network_of_bfloat16": network(dtypes=dict.fromkeys(NETWORK, "BF16")),
        "network_of_doubles": network(dtypes=dict.fromkeys(NETWORK, "F64")),
        "network_of_mixed_dtypes": network(dtypes=mixed),
        "network_with_unaligned_header": header_of_length(601),
        "network_padded_with_spaces": header_of_length(1000),
        "network_that_begins_like_a_pickle": header_of_length(0x0280),
        "network_that_begins_like_a_newer_pickle": header_of_length(0x0480),
        "network_stored_in_another_order": reordered(),
    }


def main():
    root = Path(sys.argv[1])
    malformed = {**framing(), **members(), **values()}
    folders = {"malformed": malformed, "wrong_network": wrong_networks(), "accepted": accepted()}
    for folder, files in folders.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (root / folder / f"{name}.safetensors").write_bytes(content)


main()
