"""What `eckart train` saves is a state_dict of PyTorch, and PyTorch computes the same with it."""

import json

import peer
import torch
from safetensors import safe_open
from safetensors.torch import load_file


class TrainedNetwork(peer.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_eckart("train", "--data", "data", "-o", "net.safetensors", "--hidden", 16, "--epochs", 1)
        cls.tensors = load_file(cls.folder / "net.safetensors")

    def test_loads_into_a_module_of_the_same_names(self):
        network = peer.Network(hidden=16)
        network.load_state_dict(self.tensors, strict=True)
        self.assertEqual({tensor.dtype for tensor in self.tensors.values()}, {torch.float32})

    def test_has_the_loss_and_accuracy_that_eckart_tells(self):
        network = peer.Network(hidden=16)
        network.load_state_dict(self.tensors, strict=True)
        self.assert_agrees(network, "net.safetensors")

    def test_a_damaged_network_does_not_agree(self):
        network = peer.Network(hidden=16)
        network.load_state_dict(self.tensors, strict=True)
        with torch.no_grad():
            network.fc2.bias[0] += 0.01
        with self.assertRaises(AssertionError):
            self.assert_agrees(network, "net.safetensors")

    def test_tells_its_architecture_and_origin_in_the_metadata(self):
        with safe_open(self.folder / "net.safetensors", framework="pt") as file:
            metadata = file.metadata()
        self.assertEqual(set(metadata), {"format", "eckart.architecture", "eckart.run_record", "eckart.factors"})
        self.assertEqual(metadata["format"], "pt")
        self.assertEqual(
            json.loads(metadata["eckart.architecture"]),
            {"architecture": "residual-mlp", "input": 3072, "hidden": 16, "blocks": 2, "classes": 10},
        )
        self.assertEqual(json.loads(metadata["eckart.run_record"])["seed"], 0)

    def test_narrow_and_shallow_networks_load_too(self):
        for hidden, blocks in ((1, 0), (3, 1)):
            file = f"net-{hidden}-{blocks}.safetensors"
            self.run_eckart(
                "train", "--data", "data", "-o", file, "--hidden", hidden, "--blocks", blocks, "--epochs", 1
            )
            network = peer.Network(hidden, blocks)
            network.load_state_dict(load_file(self.folder / file), strict=True)
            self.assert_agrees(network, file)


if __name__ == "__main__":
    peer.main()
