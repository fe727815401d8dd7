"""What `eckart compress` saves loads into PyTorch's Sequential(Linear, Linear) and is the truncated SVD."""

import peer
import torch
from safetensors import safe_open
from safetensors.torch import load_file

RANK = 5


class CompressedNetwork(peer.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_eckart("train", "--data", "data", "-o", "net.safetensors", "--hidden", 16, "--epochs", 2)
        cls.run_eckart("compress", "net.safetensors", "--rank", RANK, "-o", "small.safetensors")
        cls.dense = load_file(cls.folder / "net.safetensors")
        cls.small = load_file(cls.folder / "small.safetensors")
        cls.factored = [key.removesuffix(".0.weight") for key in cls.small if key.endswith(".0.weight")]

    def test_factors_the_layers_that_get_smaller(self):
        self.assertEqual(
            sorted(self.factored), ["fc1", "fc2", "res1.layer1", "res1.layer2", "res2.layer1", "res2.layer2"]
        )
        for name in self.factored:
            self.assertEqual(self.small[name + ".0.weight"].shape[0], RANK)

    def test_loads_strictly_and_agrees_with_eckart(self):
        network = peer.factorize(peer.Network(hidden=16), self.small)
        network.load_state_dict(self.small, strict=True)
        self.assert_agrees(network, "small.safetensors")

    def test_stays_partly_dense_where_factors_are_larger(self):
        self.run_eckart("compress", "net.safetensors", "--rank", 7, "-o", "partly.safetensors")
        tensors = load_file(self.folder / "partly.safetensors")
        self.assertIn("fc2.weight", tensors)
        self.assertIn("fc1.0.weight", tensors)
        network = peer.factorize(peer.Network(hidden=16), tensors)
        network.load_state_dict(tensors, strict=True)
        self.assert_agrees(network, "partly.safetensors")

    def truncations(self):
        """Name, W, U, s, Vt of each factored layer in float64, and the product of its factors."""
        for name in self.factored:
            weight = self.dense[name + ".weight"].double()
            product = self.small[name + ".1.weight"].double() @ self.small[name + ".0.weight"].double()
            yield name, weight, *torch.linalg.svd(weight, full_matrices=False), product

    def test_factors_multiply_to_the_truncated_svd_of_pytorch(self):
        for name, _, u, s, vt, product in self.truncations():
            expected = u[:, :RANK] * s[:RANK] @ vt[:RANK]
            error = torch.linalg.norm(product - expected) / torch.linalg.norm(expected)
            # Rounding turns the kept subspace by eps s1 / gap (Davis and Kahan); 1.5 times that was seen.
            gap = (s[RANK - 1] - s[RANK]) / s[0]
            self.assertLess(error.item(), 8 * torch.finfo(torch.float32).eps / gap.item(), name)

    def test_no_product_of_this_rank_is_nearer_to_the_weights(self):
        for name, weight, u, s, vt, product in self.truncations():
            distance = torch.linalg.norm(weight - product) / torch.linalg.norm(s[RANK:])
            self.assertAlmostEqual(distance.item(), 1, delta=1e-9, msg=name)
            smaller = u[:, : RANK - 1] * s[: RANK - 1] @ vt[: RANK - 1]
            distance = torch.linalg.norm(weight - smaller) / torch.linalg.norm(s[RANK:])
            self.assertGreater(distance.item(), 1.001, name)

    def test_biases_are_the_dense_ones(self):
        for name in self.factored:
            self.assertTrue(torch.equal(self.small[name + ".1.bias"], self.dense[name + ".bias"]), name)

    def test_singular_values_are_those_of_pytorch(self):
        layers = self.eckart_json("inspect", "net.safetensors")["layers"]
        self.assertEqual(len(layers), 6)
        for layer in layers:
            expected = torch.linalg.svdvals(self.dense[layer["name"] + ".weight"].double())
            found = torch.tensor(layer["singular_values"], dtype=torch.float64)
            self.assertEqual(found.shape, expected.shape)
            self.assertLess(((found - expected).abs().max() / expected[0]).item(), 1e-5, layer["name"])

    def test_format_is_pt(self):
        with safe_open(self.folder / "small.safetensors", framework="pt") as file:
            self.assertEqual(file.metadata()["format"], "pt")


if __name__ == "__main__":
    peer.main()
