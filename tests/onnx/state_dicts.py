"""What the tests of state dicts share: a network of many kinds of layers, its file, its compressed twin."""

import copy
import json
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

import checks

INDEX = ".safetensors.index.json"
# Relative error of a product with factors of this type, as a share of the largest entry.
TOLERANCES = {torch.float32: 1e-5, torch.float16: 5e-3, torch.bfloat16: 4e-2, torch.float64: 1e-12}
RANK = 6


class Block(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 3 * width), nn.ReLU(), nn.Linear(3 * width, width, bias=False))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.mlp(self.norm(x))


class Network(nn.Module):
    """Words in, scores out; with a convolution, statistics, a table of integers, a mask, a single number."""

    def __init__(self, width: int = 40):
        super().__init__()
        self.embed_tokens = nn.Embedding(50, width)
        self.conv = nn.Conv1d(width, width, 3, padding=1)
        self.bn = nn.BatchNorm1d(width)
        self.layers = nn.ModuleList(Block(width) for _ in range(11))
        self.head = nn.Linear(width, 30)
        self.small = nn.Linear(30, 2)
        self.scale = nn.Parameter(torch.tensor(1.5))
        self.register_buffer("table", torch.arange(12).view(3, 4))
        self.register_buffer("mask", torch.tensor([True, False, True]))
        self.register_buffer("nothing", torch.zeros(0, 4))

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.embed_tokens(ids)
        x = self.bn(self.conv(x.transpose(1, 2))).transpose(1, 2)
        for layer in self.layers:
            x = layer(x)
        return self.small(functional.relu(self.head(x * self.scale)))


# What `eckart compress` must factorize of Network at a low rank.
LAYERS = [f"layers.{i}.mlp.{j}" for i in range(11) for j in (0, 2)] + ["head"]


def network(dtype: torch.dtype = torch.float32) -> Network:
    """Its matrices have singular values that decay; only floating numbers get the type."""
    torch.manual_seed(3)
    made = Network()
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.ndim == 2:
                u, s, vt = torch.linalg.svd(torch.randn(parameter.shape, dtype=torch.float64), full_matrices=False)
                parameter.copy_(u * (1.5 * 0.7 ** torch.arange(len(s), dtype=torch.float64)) @ vt)
            elif parameter.ndim == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return made.to(dtype).eval()


def ids() -> torch.Tensor:
    return torch.arange(24).view(3, 8) * 7 % 50


def truncated(dense: nn.Module, names: list[str], rank: int) -> nn.Module:
    """The oracle: the nearest matrices of the rank, in double."""
    made = copy.deepcopy(dense).double()
    with torch.no_grad():
        for name in names:
            weight = made.get_submodule(name).weight
            u, s, vt = torch.linalg.svd(weight, full_matrices=False)
            weight.copy_(u[:, :rank] * s[:rank] @ vt[:rank])
    return made


def factorized(dense: nn.Module, names: list[str], rank: int) -> nn.Module:
    """The network with pairs of layers for the factors."""
    made = copy.deepcopy(dense)
    for name in names:
        layer = made.get_submodule(name)
        inner = min(rank, layer.in_features, layer.out_features)
        pair = nn.Sequential(nn.Linear(layer.in_features, inner, bias=False),
                             nn.Linear(inner, layer.out_features, bias=layer.bias is not None))
        parent, _, child = name.rpartition(".")
        setattr(made.get_submodule(parent), child, pair.to(layer.weight.dtype))
    return made


class Case(checks.Case):
    def save(self, file: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str] | None = None) -> Path:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, file, metadata)
        return file

    def save_sharded(self, folder: Path, tensors: dict[str, torch.Tensor], shards: int = 3) -> Path:
        """As Hugging Face's tools do; the tensors in turn, so that a layer's weight and bias are apart."""
        folder.mkdir()
        weight_map = {}
        for shard in range(shards):
            name = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
            part = dict(list(tensors.items())[shard::shards])
            self.save(folder / name, part, {"format": "pt"})
            weight_map |= dict.fromkeys(part, name)
        size = sum(tensor.nbytes for tensor in tensors.values())
        index = {"metadata": {"total_size": size}, "weight_map": weight_map}
        (folder / f"model{INDEX}").write_text(json.dumps(index, indent=2))
        return folder / f"model{INDEX}"

    def load_sharded(self, index: Path) -> dict[str, torch.Tensor]:
        """All tensors; every shard has what the index says, no more, and the size is right."""
        told = json.loads(index.read_text())
        tensors = {}
        for shard in sorted(set(told["weight_map"].values())):
            part = load_file(index.parent / shard)
            self.assertEqual(set(part), {name for name, place in told["weight_map"].items() if place == shard})
            tensors |= part
        self.assertEqual(told["metadata"]["total_size"], sum(tensor.nbytes for tensor in tensors.values()))
        return tensors

    def assert_compressed(self, dense: nn.Module, found: dict[str, torch.Tensor], names: list[str], rank: int, x=None):
        """`found` is the state dict of `dense` with factors of the rank for these layers."""
        dtype = next(dense.parameters()).dtype
        old = dense.state_dict()
        for name, tensor in old.items():
            layer, _, parameter = name.rpartition(".")
            if layer in names:
                self.assertNotIn(name, found)
                continue
            self.assertEqual(found[name].dtype, tensor.dtype)
            self.assertTrue(torch.equal(found[name], tensor), f"{name} has changed")
        twin = factorized(dense, names, rank)
        self.assertEqual({name: (t.dtype, t.shape) for name, t in twin.state_dict().items()},
                         {name: (t.dtype, t.shape) for name, t in found.items()})
        twin.load_state_dict(found, strict=True)
        x = ids() if x is None else x
        with torch.no_grad():
            made = twin.double()(x.double() if x.is_floating_point() else x)
            expected = truncated(dense, names, rank)(x.double() if x.is_floating_point() else x)
        tolerance = TOLERANCES[dtype]
        self.assert_close([made.numpy()], [expected.numpy()], tolerance, str(names))

    @staticmethod
    def metadata(file: Path) -> dict[str, str]:
        with safe_open(file, framework="pt") as opened:
            return opened.metadata() or {}
