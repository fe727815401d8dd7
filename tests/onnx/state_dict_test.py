"""State dicts of PyTorch in a safetensors file: compressed, loaded into pairs of layers, run."""

import torch
from safetensors.torch import load_file
from torch import nn

import checks
import state_dicts
from state_dicts import LAYERS, RANK


class Test(state_dicts.Case):
    def compress_network(self, dense: nn.Module, rank: int, *more: str) -> tuple[dict[str, torch.Tensor], dict]:
        file = self.save(self.folder / "model.safetensors", dense.state_dict(), {"format": "pt", "author": "nobody"})
        report = self.compress(file, self.folder / "out.safetensors", rank, *more)
        kept = self.metadata(self.folder / "out.safetensors")
        self.assertLessEqual({"format": "pt", "author": "nobody"}.items(), kept.items())
        return load_file(self.folder / "out.safetensors"), report

    def factored(self, report: dict) -> list[str]:
        return [layer["name"] for layer in report["layers"] if layer["factored"]]

    def check_dtype(self, dtype: torch.dtype):
        dense = state_dicts.network(dtype)
        found, report = self.compress_network(dense, RANK)
        self.assertEqual(self.factored(report), sorted(LAYERS, key=self.natural))
        self.assert_compressed(dense, found, LAYERS, RANK)
        self.assertLess(sum(t.numel() for t in found.values()), sum(t.numel() for t in dense.state_dict().values()))

    @staticmethod
    def natural(name: str) -> list[tuple[int, str]]:
        return [(int(part), "") if part.isdigit() else (-1, part) for part in name.split(".")]

    def test_float32(self):
        self.check_dtype(torch.float32)

    def test_float16(self):
        self.check_dtype(torch.float16)

    def test_bfloat16(self):
        self.check_dtype(torch.bfloat16)

    def test_float64(self):
        self.check_dtype(torch.float64)

    def test_full_rank_is_the_network_itself(self):
        dense = state_dicts.network()
        found, report = self.compress_network(dense, 10**6, "--allow-larger")
        self.assertEqual(len(self.factored(report)), len(LAYERS) + 1)
        self.assert_compressed(dense, found, [*LAYERS, "small"], 10**6)

    def test_embeddings_stay_and_say_why(self):
        _, report = self.compress_network(state_dicts.network(), RANK)
        told = {entry["name"]: entry["why"] for entry in report["skipped"]}
        told |= {layer["name"]: layer["why"] for layer in report["layers"] if not layer["factored"]}
        for name in ("embed_tokens", "small"):
            why = next((text for key, text in told.items() if key.removesuffix(".weight") == name), "")
            self.assertTrue(why, f"no reason for {name}: {report}")

    def test_exclude(self):
        dense = state_dicts.network()
        found, report = self.compress_network(dense, RANK, "--exclude", "layers.*.mlp.0", "--exclude", "head")
        names = [name for name in LAYERS if name.endswith(".mlp.2")]
        self.assertEqual(self.factored(report), sorted(names, key=self.natural))
        self.assert_compressed(dense, found, names, RANK)

    def test_include(self):
        dense = state_dicts.network()
        found, report = self.compress_network(dense, RANK, "--include", "layers.1*.mlp.*")
        names = [name for name in LAYERS if name.split(".")[1:2] in (["1"], ["10"])]
        self.assertEqual(self.factored(report), sorted(names, key=self.natural))
        self.assert_compressed(dense, found, names, RANK)

    def test_compressed_again(self):
        """Factors become smaller ones: W of rank 12, then of rank 6, is W of rank 6."""
        dense = state_dicts.network()
        file = self.save(self.folder / "model.safetensors", dense.state_dict())
        self.compress(file, self.folder / "first.safetensors", 12)
        report = self.compress(self.folder / "first.safetensors", self.folder / "out.safetensors", RANK)
        self.assertEqual(len(self.factored(report)), len(LAYERS))
        self.assert_compressed(dense, load_file(self.folder / "out.safetensors"), LAYERS, RANK)

    def test_same_numbers_twice(self):
        """The metadata tell when and how the file was made; the tensors have the same bits."""
        file = self.save(self.folder / "model.safetensors", state_dicts.network().state_dict())
        found = []
        for name in ("a.safetensors", "b.safetensors"):
            self.compress(file, self.folder / name, RANK)
            found.append({key: tensor.numpy().tobytes() for key, tensor in load_file(self.folder / name).items()})
        self.assertEqual(*found)

    def test_one_layer_alone(self):
        """The layer has no name: its tensors are weight and bias."""
        dense = nn.Sequential(nn.Linear(30, 20))
        layer = dense[0].state_dict()
        self.save(self.folder / "model.safetensors", layer)
        self.compress(self.folder / "model.safetensors", self.folder / "out.safetensors", RANK)
        found = {f"0.{name}": tensor for name, tensor in load_file(self.folder / "out.safetensors").items()}
        self.assert_compressed(dense.eval(), found, ["0"], RANK, torch.randn(4, 30))

    def test_names_that_are_taken(self):
        """A module "fc" beside one whose tensors are named like fc's factors."""
        dense = {"fc.weight": torch.randn(20, 30), "fc.0.weight": torch.randn(4, 4), "fc2.weight": torch.randn(20, 30)}
        self.save(self.folder / "model.safetensors", dense)
        report = self.compress(self.folder / "model.safetensors", self.folder / "out.safetensors", RANK)
        found = load_file(self.folder / "out.safetensors")
        self.assertEqual(self.factored(report), ["fc2"])
        for name in ("fc.weight", "fc.0.weight"):
            self.assertTrue(torch.equal(found[name], dense[name]))

    def test_weights_that_are_not_finite(self):
        for value in (float("nan"), float("inf"), float("-inf")):
            weight = torch.randn(20, 30)
            weight[3, 4] = value
            self.save(self.folder / "model.safetensors", {"fc.weight": weight})
            done = self.try_eckart("compress", "model.safetensors", "-o", "out.safetensors", "--rank", 3)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertRegex(done.stderr, r"\Aeckart: [ -~]*fc\.weight[ -~]*\n\Z")
            self.assertFalse((self.folder / "out.safetensors").exists())

    def test_nothing_to_factorize(self):
        self.save(self.folder / "model.safetensors", {"norm.weight": torch.randn(30), "conv.weight": torch.randn(4, 4, 3, 3)})
        done = self.try_eckart("compress", "model.safetensors", "-o", "out.safetensors", "--rank", 3)
        self.assertEqual(done.returncode, 4)
        self.assertRegex(done.stderr, r"\Aeckart: [ -~]*\n\Z")
        self.assertFalse((self.folder / "out.safetensors").exists())


if __name__ == "__main__":
    checks.main()
