"""State dicts in several safetensors files with an index, as Hugging Face's tools save large ones."""

import json

import torch

import checks
import state_dicts
from state_dicts import INDEX, LAYERS, RANK


class Test(state_dicts.Case):
    def check_dtype(self, dtype: torch.dtype):
        dense = state_dicts.network(dtype)
        index = self.save_sharded(self.folder / "model", dense.state_dict())
        (self.folder / "out").mkdir()
        output = self.folder / "out" / f"small{INDEX}"
        report = self.compress(index, output, RANK)
        self.assertEqual(sum(layer["factored"] for layer in report["layers"]), len(LAYERS))
        self.assert_compressed(dense, self.load_sharded(output), LAYERS, RANK)
        shards = set(json.loads(output.read_text())["weight_map"].values())
        self.assertEqual({path.name for path in output.parent.iterdir()}, shards | {output.name})
        self.assertEqual(len(shards), 3)

    def test_float32(self):
        self.check_dtype(torch.float32)

    def test_bfloat16(self):
        self.check_dtype(torch.bfloat16)

    def test_float16(self):
        self.check_dtype(torch.float16)

    def test_factors_come_to_the_shard_of_the_weight(self):
        dense = state_dicts.network()
        index = self.save_sharded(self.folder / "model", dense.state_dict())
        output = self.folder / f"small{INDEX}"
        self.compress(index, output, RANK)
        number = {"model": json.loads(index.read_text())["weight_map"], "small": json.loads(output.read_text())["weight_map"]}
        for name in LAYERS:
            before = number["model"][f"{name}.weight"].removeprefix("model")
            for factor in (0, 1):
                self.assertEqual(number["small"][f"{name}.{factor}.weight"].removeprefix("small"), before)

    def test_compressed_again(self):
        dense = state_dicts.network()
        index = self.save_sharded(self.folder / "model", dense.state_dict())
        self.compress(index, self.folder / f"first{INDEX}", 12)
        self.compress(self.folder / f"first{INDEX}", self.folder / f"second{INDEX}", RANK)
        self.assert_compressed(dense, self.load_sharded(self.folder / f"second{INDEX}"), LAYERS, RANK)

    def test_existing_files_are_kept(self):
        """One of the shards to write is there: nothing is written without --force."""
        index = self.save_sharded(self.folder / "model", state_dicts.network().state_dict())
        (self.folder / "out").mkdir()
        there = self.folder / "out" / "small-00002-of-00003.safetensors"
        there.write_text("mine")
        done = self.try_eckart("compress", index, "-o", self.folder / "out" / f"small{INDEX}", "--rank", RANK)
        self.assertEqual(done.returncode, 5)
        self.assertRegex(done.stderr, r"\Aeckart: [ -~]*small-00002-of-00003\.safetensors[ -~]*\n\Z")
        self.assertEqual([path.name for path in (self.folder / "out").iterdir()], [there.name])
        self.assertEqual(there.read_text(), "mine")
        self.compress(index, self.folder / "out" / f"small{INDEX}", RANK, "--force")
        self.load_sharded(self.folder / "out" / f"small{INDEX}")


if __name__ == "__main__":
    checks.main()
