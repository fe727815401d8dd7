"""From the same weights, eckart and PyTorch descend along the same losses.

With all images in one batch their order does not matter, and a learning rate of 1e-12 leaves the initial
weights as they are; so both sides can start and go alike through options that every user has.
"""

import peer
import torch
from safetensors.torch import load_file
from torch.nn import functional

EPOCHS, RATE, IMAGES = 20, 1e-3, 600


class TrainingCurve(peer.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.train("initial.safetensors", "--epochs", 1, "--learning-rate", 1e-12)
        cls.history = cls.train("net.safetensors", "--epochs", EPOCHS, "--learning-rate", RATE)["epochs"]

    @classmethod
    def train(cls, output, *options):
        sizes = ("--hidden", 16, "--batch", IMAGES, "--seed", 9)
        return cls.eckart_json("train", "--data", "data", "-o", output, *sizes, *options)

    def initial_network(self):
        network = peer.Network(hidden=16)
        network.load_state_dict(load_file(self.folder / "initial.safetensors"), strict=True)
        return network.double()

    def losses(self, network, rate):
        """Training loss before and test loss after every step of Adam on all training images."""
        images, labels = peer.load_train_set(self.folder / "data")
        self.assertEqual(len(labels), IMAGES)
        optimizer = torch.optim.Adam(network.parameters(), lr=rate)
        for _ in range(EPOCHS):
            optimizer.zero_grad()
            loss = functional.cross_entropy(network(images.double()), labels)
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                test_loss = functional.cross_entropy(network(self.images.double()), self.labels)
            yield loss.item(), test_loss.item()

    def largest_difference(self, network, rate):
        expected = self.losses(network, rate)
        return max(
            max(abs(epoch["train_loss"] - train), abs(epoch["test_loss"] - test))
            for epoch, (train, test) in zip(self.history, expected, strict=True)
        )

    def test_losses_and_final_weights_follow_pytorch(self):
        network = self.initial_network()
        self.assertLess(self.history[-1]["train_loss"], 0.9 * self.history[0]["train_loss"])
        self.assertLess(self.largest_difference(network, RATE), 1e-5)
        trained = load_file(self.folder / "net.safetensors")
        for name, weight in network.state_dict().items():
            # Adam moves an entry by about RATE per step, whatever the size of its gradient.
            difference = (trained[name].double() - weight).abs().max().item()
            self.assertLess(difference, 0.02 * RATE * EPOCHS, name)

    def test_another_learning_rate_does_not_follow(self):
        self.assertGreater(self.largest_difference(self.initial_network(), 1.05 * RATE), 1e-3)


if __name__ == "__main__":
    peer.main()
