"""Writes two batches in the format of CIFAR-10's Python version, and its file of names, with Python's own pickle.

    python3 tests/golden/make_cifar10_python_golden.py tests/golden

cifar10_python2_batch: as Python 2 wrote the official files (protocol 2, text and bytes are byte strings).
cifar10_python3_batch: the same values as Python 3 writes protocol 2 (text is Unicode, bytes go through _codecs).
cifar10_python2_meta: the names of the classes, as Python 2.
Image i has the label (3, 9)[i]; byte k of its pixels is (7 i + k) mod 251. Needs NumPy.
"""

import pickle
import struct
import sys
from pathlib import Path

import numpy

NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


class Python2Pickler(pickle._Pickler):
    """Python's pickler in Python, with byte strings as Python 2 wrote them and NumPy's name of that time."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_byte_string(self, text):
        data = text.encode("ascii") if isinstance(text, str) else text
        if len(data) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(data)]) + data)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(text)

    dispatch[str] = save_byte_string
    dispatch[bytes] = save_byte_string

    def save_global(self, value, name=None):
        if getattr(value, "__name__", "") == "_reconstruct":
            self.write(b"cnumpy.core.multiarray\n_reconstruct\n")
            self.memoize(value)
        else:
            super().save_global(value, name)

    dispatch[type(numpy.zeros(0).__reduce__()[0])] = save_global
    dispatch[type] = save_global


def main():
    folder = Path(sys.argv[1])
    pixels = (7 * numpy.arange(2)[:, None] + numpy.arange(3072)[None, :]) % 251
    batch = {
        "batch_label": "training batch 1 of 5",
        "labels": [3, 9],
        "data": pixels.astype(numpy.uint8),
        "filenames": ["cat_0.png", "truck_1.png"],
    }
    with open(folder / "cifar10_python2_batch", "wb") as file:
        Python2Pickler(file, protocol=2).dump(batch)
    with open(folder / "cifar10_python2_meta", "wb") as file:
        Python2Pickler(file, protocol=2).dump({"num_cases_per_batch": 2, "label_names": NAMES, "num_vis": 3072})
    with open(folder / "cifar10_python3_batch", "wb") as file:
        pickle.dump(batch, file, protocol=2)


main()
