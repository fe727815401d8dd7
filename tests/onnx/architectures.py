"""Whole architectures with random weights, in plain torch.nn, as PyTorch's two exporters write them to ONNX.

    python3 tests/onnx/architectures.py DIR      writes them all

Every weight has singular values that decay, so that a low rank keeps most of it.
"""

import dataclasses
import io
import logging
import sys
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

WIDTH, HEADS, LAYERS, TOKENS, WORDS, BATCH = 64, 4, 2, 12, 96, 2
RANK = 8


class Attention(nn.Module):
    """Of several heads; `causal`: to what came before alone."""

    def __init__(self, causal: bool):
        super().__init__()
        self.causal = causal
        self.query, self.key, self.value, self.project = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        batch, tokens, _ = x.shape
        q, k, v = (layer(x).view(batch, tokens, HEADS, -1).transpose(1, 2) for layer in (self.query, self.key, self.value))
        scores = q @ k.transpose(-2, -1) / (WIDTH // HEADS) ** 0.5
        if self.causal:
            scores = scores.masked_fill(torch.ones(tokens, tokens, dtype=torch.bool).triu(1), float("-inf"))
        return self.project((scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, tokens, WIDTH))


class TransformerBlock(nn.Module):
    def __init__(self, causal: bool):
        super().__init__()
        self.attention = Attention(causal)
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.fc1, self.fc2 = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.attention(self.norm1(x))
        return x + self.fc2(functional.gelu(self.fc1(self.norm2(x))))


class Encoder(nn.Module):
    """Like BERT: words in, a class out of the first word's place."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(TOKENS, WIDTH)
        self.layers = nn.Sequential(*(TransformerBlock(False) for _ in range(LAYERS)))
        self.pooler, self.classifier = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.layers(self.words(ids) + self.places.weight)
        return self.classifier(torch.tanh(self.pooler(x[:, 0])))


class Decoder(nn.Module):
    """Like GPT: the scores of the next word come from the table of words itself."""

    def __init__(self):
        super().__init__()
        self.words, self.places = nn.Embedding(WORDS, WIDTH), nn.Embedding(TOKENS, WIDTH)
        self.layers = nn.Sequential(*(TransformerBlock(True) for _ in range(LAYERS)))
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, WORDS, bias=False)
        self.head.weight = self.words.weight

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.norm(self.layers(self.words(ids) + self.places.weight)))


class StandardEncoder(nn.Module):
    """PyTorch's own layers, whose attention keeps three matrices in one."""

    def __init__(self):
        super().__init__()
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 2 * WIDTH, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.head = nn.Linear(WIDTH, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.encoder(x).mean(1))


class VisionTransformer(nn.Module):
    """Patches of an image by a convolution, then an encoder."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 4, stride=4)
        self.first, self.places = nn.Parameter(torch.randn(1, 1, WIDTH)), nn.Parameter(torch.randn(1, 17, WIDTH))
        self.layers = nn.Sequential(*(TransformerBlock(False) for _ in range(LAYERS)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.patches(image).flatten(2).transpose(1, 2)
        x = torch.cat([self.first.expand(x.shape[0], -1, -1), x], 1) + self.places
        return self.head(self.norm(self.layers(x))[:, 0])


class MixerBlock(nn.Module):
    def __init__(self, places: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.tokens1, self.tokens2 = nn.Linear(places, 48), nn.Linear(48, places)
        self.channels1, self.channels2 = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x + self.tokens2(functional.gelu(self.tokens1(self.norm1(x).transpose(1, 2)))).transpose(1, 2)
        return x + self.channels2(functional.gelu(self.channels1(self.norm2(x))))


class Mixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, 4, stride=4)
        self.layers = nn.Sequential(*(MixerBlock(16) for _ in range(LAYERS)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = self.layers(self.patches(image).flatten(2).transpose(1, 2))
        return self.head(self.norm(x).mean(1))


class Recurrent(nn.Module):
    """`cell`: nn.LSTM or nn.GRU, whose own matrices are no layers of the graph."""

    def __init__(self, cell: type[nn.RNNBase]):
        super().__init__()
        self.embed = nn.Linear(20, WIDTH)
        self.cell = cell(WIDTH, WIDTH, 2, batch_first=True)
        self.head = nn.Linear(WIDTH, 24)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(self.cell(functional.relu(self.embed(x)))[0])


class Convolutional(nn.Module):
    """Residual blocks with convolutions of size 1 around one of size 3, which stays."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, WIDTH, 3, padding=1)
        self.squeeze, self.inner = nn.Conv2d(WIDTH, 32, 1, bias=False), nn.Conv2d(32, 32, 3, padding=1, groups=32)
        self.norm, self.widen = nn.BatchNorm2d(32), nn.Conv2d(32, WIDTH, 1, stride=2)
        self.short, self.head = nn.Conv2d(WIDTH, WIDTH, 1, stride=2), nn.Linear(WIDTH, 10)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        x = functional.relu(self.stem(image))
        x = self.widen(functional.relu(self.norm(self.inner(self.squeeze(x))))) + self.short(x)
        return self.head(functional.relu(x).mean((2, 3)))


def mlp() -> nn.Module:
    return nn.Sequential(nn.Linear(48, 128), nn.ReLU(), nn.Linear(128, 96), nn.Tanh(), nn.Linear(96, 10))


@dataclasses.dataclass
class Architecture:
    name: str
    network: nn.Module
    example: torch.Tensor
    layers: int  # how many weights the graph has that eckart can factorize
    dynamic: bool = False


def decay(network: nn.Module) -> nn.Module:
    """Gives every matrix singular values that fall by a fifth from each to the next."""
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim >= 2:
                matrix = torch.randn(parameter.flatten(1).shape, dtype=torch.float64)
                u, s, vt = torch.linalg.svd(matrix, full_matrices=False)
                falling = 2 * 0.8 ** torch.arange(len(s), dtype=torch.float64)
                parameter.copy_((u * falling @ vt).view(parameter.shape))
            elif parameter.ndim == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return network.eval()


def architectures() -> list[Architecture]:
    torch.manual_seed(1)
    ids = torch.randint(0, WORDS, (BATCH, TOKENS))
    image, sequence = torch.randn(BATCH, 3, 16, 16), torch.randn(BATCH, TOKENS, WIDTH)
    made = [
        Architecture("encoder", Encoder(), ids, 6 * LAYERS + 2, dynamic=True),
        # The exporters keep a transposed copy of the table for the head, unless they are told not to.
        Architecture("decoder", Decoder(), ids, 6 * LAYERS + 1),
        Architecture("standard_encoder", StandardEncoder(), sequence, 4 * LAYERS + 1),
        Architecture("vision_transformer", VisionTransformer(), image, 6 * LAYERS + 1),
        Architecture("mixer", Mixer(), image, 4 * LAYERS + 1),
        Architecture("lstm", Recurrent(nn.LSTM), torch.randn(BATCH, 7, 20), 2),
        Architecture("gru", Recurrent(nn.GRU), torch.randn(BATCH, 7, 20), 2, dynamic=True),
        Architecture("convolutional", Convolutional(), image, 4),
        Architecture("mlp", mlp(), torch.randn(BATCH, 48), 3, dynamic=True),
    ]
    for architecture in made:
        decay(architecture.network)
    return made


def export(architecture: Architecture, file: Path, dynamo: bool, **more) -> Path:
    """Writes the ONNX file; its input is called "x", its output "y", its first dimension may be free."""
    logging.disable(logging.WARNING)
    if architecture.dynamic:
        if dynamo:
            more["dynamic_shapes"] = ({0: torch.export.Dim("batch")},)
        else:
            more["dynamic_axes"] = {"x": {0: "batch"}, "y": {0: "batch"}}
    stdout, sys.stdout = sys.stdout, io.StringIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(architecture.network, (architecture.example,), str(file), input_names=["x"], output_names=["y"],
                              dynamo=dynamo, **more)
    finally:
        sys.stdout = stdout
    return file


def main() -> None:
    root = Path(sys.argv[1])
    root.mkdir(parents=True, exist_ok=True)
    for architecture in architectures():
        for dynamo in (False, True):
            export(architecture, root / f"{architecture.name}_{'dynamo' if dynamo else 'script'}.onnx", dynamo)


if __name__ == "__main__":
    main()
