"""Eckart reads the state_dicts that PyTorch saves, without metadata, in every floating dtype."""

import peer
import torch
from safetensors.torch import save_file

HIDDEN, BLOCKS = 12, 1
DTYPES = (torch.float64, torch.float32, torch.bfloat16, torch.float16)


def random_network(seed):
    torch.manual_seed(seed)
    return peer.Network(HIDDEN, BLOCKS)


class PytorchFile(peer.Case):
    def test_networks_of_every_dtype_agree(self):
        for dtype in DTYPES:
            with self.subTest(dtype=dtype):
                network = random_network(1).to(dtype)
                file = f"{dtype}.safetensors"
                save_file(network.state_dict(), self.folder / file)
                self.assert_agrees(network, file)

    def test_a_factored_network_agrees(self):
        network = random_network(2)
        ranks = {"fc1.0.weight": torch.empty(4, 0), "res1.layer2.0.weight": torch.empty(3, 0)}
        network = peer.factorize(network, ranks)
        save_file(network.state_dict(), self.folder / "factored.safetensors", metadata={"format": "pt"})
        self.assert_agrees(network, "factored.safetensors")

    def test_inspect_tells_sizes_and_spectra(self):
        network = random_network(3)
        save_file(network.state_dict(), self.folder / "net.safetensors")
        found = self.eckart_json("inspect", "net.safetensors")
        self.assertEqual(found["model"]["parameters"], sum(p.numel() for p in network.parameters()))
        self.assertEqual(
            [layer["name"] for layer in found["layers"]], ["fc1", "res1.layer1", "res1.layer2", "fc2"]
        )
        for layer in found["layers"]:
            weight = network.get_submodule(layer["name"]).weight.detach().double()
            self.assertEqual([layer["out"], layer["in"]], list(weight.shape))
            largest = torch.linalg.matrix_norm(weight, 2).item()
            self.assertAlmostEqual(layer["singular_values"][0], largest, delta=1e-5 * largest)

    def test_a_pickle_is_refused_and_explained(self):
        for zipped in (True, False):
            weights = random_network(4).state_dict()
            torch.save(weights, self.folder / "net.pt", _use_new_zipfile_serialization=zipped)
            done = self.try_eckart("inspect", "net.pt")
            self.assertEqual(done.returncode, 3)
            self.assertIn("safetensors.torch.save_file", done.stderr)


if __name__ == "__main__":
    peer.main()
