"""The Python code in docs/guide/pytorch.md loads what eckart makes of a model that it did not train."""

import json
import re
from pathlib import Path

import peer
import torch
from safetensors.torch import load_file, save_file
from torch import nn

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "pytorch.md"


class Network(nn.Module):
    """Layers of two dtypes, nested, with and without bias, beside an embedding."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 24)
        self.mlp = nn.Sequential(nn.Linear(24, 48), nn.GELU(), nn.Linear(48, 24, bias=False))
        self.norm = nn.LayerNorm(24)
        self.head = nn.Linear(24, 30).double()

    def forward(self, tokens):
        x = self.embed(tokens)
        return self.head(self.norm(x + self.mlp(x)).double())


def of_page(name):
    """The function that the page's code defines."""
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    variables = {}
    exec(compile("\n".join(blocks), str(PAGE), "exec"), variables)
    return variables[name]


def load_compressed(model, path):
    return of_page("load_compressed")(model, path)


class ForeignSnippet(peer.Case):
    def setUp(self):
        torch.manual_seed(0)
        self.dense = Network().eval()
        self.tokens = torch.randint(20, (7,))
        save_file(self.dense.state_dict(), self.folder / "model.safetensors")

    def compressed(self, *options):
        self.run_eckart("compress", "model.safetensors", *options, "-o", "out.safetensors", "--force")
        return load_compressed(Network().eval(), self.folder / "out.safetensors")

    def test_loads_layers_of_low_rank(self):
        model = self.compressed("--rank", 5)
        self.assertIsInstance(model.mlp[2], nn.Sequential)
        self.assertIsInstance(model.embed, nn.Embedding)
        tensors = load_file(self.folder / "out.safetensors")
        with torch.no_grad():
            for name in ("mlp.0", "mlp.2", "head"):
                layer = self.dense.get_submodule(name)
                layer.weight.copy_(tensors[name + ".1.weight"] @ tensors[name + ".0.weight"])
            expected = self.dense(self.tokens)
            self.assertLess((model(self.tokens) - expected).abs().max().item(), 1e-5)

    def test_loads_several_files(self):
        shards = {"a.safetensors": {}, "b.safetensors": {}}
        for i, (name, tensor) in enumerate(self.dense.state_dict().items()):
            shards[list(shards)[i % 2]][name] = tensor
        for file, tensors in shards.items():
            save_file(tensors, self.folder / file)
        weight_map = {name: file for file, tensors in shards.items() for name in tensors}
        index = self.folder / "model.safetensors.index.json"
        index.write_text(json.dumps({"metadata": {}, "weight_map": weight_map}), encoding="utf-8")
        self.run_eckart("compress", index.name, "--rank", 1000, "--allow-larger", "-o", "out.safetensors.index.json", "--force")
        model = of_page("load_sharded")(Network().eval(), self.folder / "out.safetensors.index.json")
        with torch.no_grad():
            difference = (model(self.tokens) - self.dense(self.tokens)).abs().max()
        self.assertLess(difference.item(), 1e-4)

    def test_leaves_attention_as_its_module_needs_it(self):
        save_file(nn.TransformerEncoderLayer(24, 2, 48).state_dict(), self.folder / "model.safetensors")
        self.run_eckart("compress", "model.safetensors", "--rank", 5, "-o", "out.safetensors", "--force")
        model = load_compressed(nn.TransformerEncoderLayer(24, 2, 48).eval(), self.folder / "out.safetensors")
        self.assertIsInstance(model.linear1, nn.Sequential)
        torch.backends.mha.set_fastpath_enabled(False)
        self.assertEqual(model(torch.zeros(3, 1, 24)).shape, (3, 1, 24))

    def test_full_rank_is_the_model_itself(self):
        model = self.compressed("--rank", 1000, "--allow-larger")
        with torch.no_grad():
            difference = (model(self.tokens) - self.dense(self.tokens)).abs().max()
        self.assertLess(difference.item(), 1e-4)


if __name__ == "__main__":
    peer.main()
