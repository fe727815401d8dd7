"""Writes models of several safetensors files with an index, as Hugging Face's tools save large ones.

    python3 tests/corpus/make_safetensors_index_corpus.py tests/corpus/safetensors_index

malformed/   folders whose model.safetensors.index.json the reader refuses, or the files that it names
accepted/    unusual ones that must be compressed

Each folder breaks one rule, which its name tells. Python's standard library only; the same bytes on every run.
"""

import json
import struct
import sys
from pathlib import Path

INDEX = "model.safetensors.index.json"
A, B = "a.weight", "b.weight"


def shard(**tensors):
    """A safetensors file of float tensors (2, 3); __ in their names stands for a dot."""
    header, data = {}, b""
    for name in tensors:
        begin = len(data)
        data += struct.pack("<6f", *((i + 1) / 8 for i in range(6)))
        header[name.replace("__", ".")] = {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, len(data)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


FIRST, SECOND = shard(a__weight=1), shard(b__weight=1)
SHARDS = {"one.safetensors": FIRST, "two.safetensors": SECOND}


def index(weight_map=None, **members):
    usual = {A: "one.safetensors", B: "two.safetensors"}
    return json.dumps({"metadata": {"total_size": 48}, "weight_map": usual if weight_map is None else weight_map, **members})


def of(text, files=None):
    """A folder: the index and the files beside it."""
    return {INDEX: text if isinstance(text, bytes) else text.encode(), **(SHARDS if files is None else files)}


def moved(second, files=None):
    """The second tensor is said to be in another file."""
    return of(index({A: "one.safetensors", B: second}), files)


def malformed():
    pair = '"a.weight": "one.safetensors"'
    return {
        "shard_in_the_parent_folder": moved("../two.safetensors"),
        "shard_by_way_of_the_parent_folder": moved("../shard_missing/two.safetensors"),
        "shard_absolute": moved("/etc/two.safetensors"),
        "shard_in_a_folder": moved("in/two.safetensors", {**SHARDS, "in/two.safetensors": SECOND}),
        "shard_with_a_nul": moved("two.safetensors\0.safetensors"),
        "shard_hidden": moved(".two.safetensors", {**SHARDS, ".two.safetensors": SECOND}),
        "shard_of_another_name": moved("two.bin", {"one.safetensors": FIRST, "two.bin": SECOND}),
        "shard_is_the_index": moved(INDEX),
        "shard_name_empty": moved(""),
        "shard_name_is_a_dot": moved("."),
        "shard_name_hostile": moved("a\nb\x1b[2J\r\u2028c"),
        "shard_name_with_a_control_character": moved("two\x01.safetensors", {**SHARDS, "two\x01.safetensors": SECOND}),
        "shard_is_a_link_out_of_the_folder": moved("link.safetensors", {
            "one.safetensors": FIRST, "link.safetensors": Path("../tensor_in_the_other_shard/two.safetensors")}),
        "shard_missing": of(index(), {"one.safetensors": FIRST}),
        "shard_empty": of(index(), {**SHARDS, "two.safetensors": b""}),
        "shard_cut_by_one_byte": of(index(), {**SHARDS, "two.safetensors": SECOND[:-1]}),
        "shard_is_a_pickle": of(index(), {**SHARDS, "two.safetensors": b"\x80\x02}q\x00."}),
        "tensor_not_in_its_shard": of(index({A: "one.safetensors", B: "two.safetensors", "c.weight": "one.safetensors"})),
        "tensor_in_the_other_shard": of(index({A: "two.safetensors", B: "one.safetensors"})),
        "tensor_in_two_shards": of(index(), {"one.safetensors": FIRST, "two.safetensors": shard(a__weight=1, b__weight=1)}),
        "tensor_not_in_the_index": of(index(), {"one.safetensors": FIRST,
                                                "two.safetensors": shard(b__weight=1, c__weight=1)}),
        "no_weight_map": of(json.dumps({"metadata": {"total_size": 48}})),
        "weight_map_empty": of(index({})),
        "weight_map_is_an_array": of(index([A, B])),
        "weight_map_is_a_text": of(index("one.safetensors")),
        "weight_map_is_null": of('{"weight_map": null}'),
        "weight_map_of_numbers": of(index({A: 1, B: 2})),
        "weight_map_of_arrays": of(index({A: ["one.safetensors"]})),
        "weight_map_of_objects": of(index({A: {"file": "one.safetensors"}})),
        "weight_map_twice": of("{" + '"weight_map": {%s}, "weight_map": {%s}' % (pair, pair) + "}"),
        "tensor_twice": of('{"weight_map": {%s, %s, "b.weight": "two.safetensors"}}' % (pair, pair)),
        "metadata_is_a_text": of(index(metadata="text")),
        "metadata_twice": of('{"metadata": {}, "metadata": {}, "weight_map": {%s}}' % pair),
        "metadata_key_twice": of('{"metadata": {"a": 1, "a": 2}, "weight_map": {%s}}' % pair),
        "metadata_nested_deeply": of('{"metadata": {"a": ' + "[" * 300 + "]" * 300 + '}, "weight_map": {%s}}' % pair),
        "member_unknown": of(index(extra=1)),
        "top_level_is_an_array": of("[" + index() + "]"),
        "top_level_is_nested_deeply": of('{"weight_map": ' + '{"a": ' * 400),
        "not_json": of("{this is no JSON}\n"),
        "cut_off": of(index()[:-1]),
        "followed_by_garbage": of(index() + "x"),
        "empty": of(""),
        "byte_order_mark": of("\ufeff" + index()),
        "name_is_not_utf8": of(index().encode().replace(b"a.weight", b"\xff.weight")),
        "nul_at_the_end": of(index() + "\0"),
        "many_shards": of(index({f"{i}.weight": f"{i}.safetensors" for i in range(2000)})),
    }


def accepted():
    return {
        "usual": of(index()),
        "without_metadata": of(json.dumps({"weight_map": {A: "one.safetensors", B: "two.safetensors"}})),
        "metadata_of_several_kinds": of(index(metadata={"total_size": 48.0, "format": "pt", "x": None, "y": True, "z": [1]})),
        "one_shard": of(index({A: "one.safetensors"}), {"one.safetensors": FIRST}),
        "both_in_one_shard": of(index({A: "one.safetensors", B: "one.safetensors"}),
                                {"one.safetensors": shard(a__weight=1, b__weight=1)}),
        "shard_is_a_link_in_the_folder": moved("link.safetensors", {
            "one.safetensors": FIRST, "two.safetensors": SECOND, "link.safetensors": Path("two.safetensors")}),
        "other_files_beside": of(index(), {**SHARDS, "three.safetensors": b"not read", "config.json": b"{}"}),
        "white_space": of(json.dumps(json.loads(index()), indent=4) + "\n\n"),
    }


def main():
    root = Path(sys.argv[1])
    for folder, made in {"malformed": malformed(), "accepted": accepted()}.items():
        for name, files in made.items():
            for file, content in files.items():
                path = root / folder / name / file
                path.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(content, Path):
                    path.unlink(missing_ok=True)
                    path.symlink_to(content)
                else:
                    path.write_bytes(content)


main()
