"""Small ONNX models, one for every way in which a fully-connected layer is written, and for what may stand around it.

    python3 tests/onnx/make_models.py DIR      writes them all, with inputs.json, which tells what to feed them

The tests take them from models(). A model tells which of its tensors are weights that `eckart compress` must factorize,
and under which names, and which tensors look like weights but must be left alone. Same bytes on every run.
"""

import json
import sys
import zlib
from pathlib import Path

from external_models import external
from graph_models import graphs
from layer_models import layers, opsets, types
from model_builder import Model
from sharing_models import sharing
from source_models import sources

MAKERS = (layers, opsets, types, sources, sharing, graphs, external)


def models(*wanted: str) -> list[Model]:
    """The models of the groups (all of them without), each named once."""
    made = [model for make in MAKERS for model in make()]
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
