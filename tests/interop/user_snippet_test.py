"""The Python code in docs/formats/safetensors.md loads what eckart saves, as it stands there."""

import contextlib
import re
from pathlib import Path

import peer

PAGE = Path(__file__).parents[2] / "docs" / "formats" / "safetensors.md"


class UserSnippet(peer.Case):
    def test_loads_dense_and_compressed_networks(self):
        self.run_eckart("train", "--data", "data", "-o", "dense.safetensors", "--hidden", 16, "--epochs", 1)
        self.run_eckart("compress", "dense.safetensors", "--rank", 7, "-o", "small.safetensors")
        (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        for file in ("dense.safetensors", "small.safetensors"):
            variables = {}
            with contextlib.chdir(self.folder):
                exec(compile(code.replace("small.safetensors", file), str(PAGE), "exec"), variables)
            self.assert_agrees(variables["network"], file)


if __name__ == "__main__":
    peer.main()
