"""Networks go to ONNX Runtime and come from PyTorch's exporters; both compute what eckart computes."""

import json
import warnings

import numpy as np
import onnx
import onnxruntime
import peer
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

# What the exporters have to say about themselves is no concern of these tests.
warnings.filterwarnings("ignore")


class Plain(nn.Module):
    """784-300-100-10 by another name: widths that differ, a layer without bias, dropout."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(
            nn.Flatten(),
            nn.Linear(peer.PIXELS, 30),
            nn.ReLU(),
            nn.Dropout(),
            nn.Linear(30, 20, bias=False),
            nn.ReLU(),
            nn.Linear(20, 10),
            nn.LogSoftmax(dim=1),
        )

    def forward(self, x):
        return self.net(x)


class Spans(nn.Module):
    """Two sums from one source, a ReLU before one and after the other, factors, a view by x.size(0)."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(peer.PIXELS, 24), nn.Linear(24, 24, bias=False)])
        self.pair = nn.Sequential(nn.Linear(24, 5, bias=False), nn.Linear(5, 24))
        self.head = nn.Linear(24, 10)

    def forward(self, x):
        x = functional.relu(self.layers[0](x.view(x.size(0), -1)))
        y = functional.relu(self.layers[1](x) + x)
        y = functional.relu(self.pair(y)) + x
        return self.head(y)


class Shortcut(nn.Module):
    """A linear layer beside the others, the input's sum with a layer's output, a softmax."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(peer.PIXELS, 16)
        self.second = nn.Linear(16, 16)
        self.beside = nn.Linear(peer.PIXELS, 16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = torch.flatten(x, 1)
        y = self.second(functional.relu(self.first(x))) + self.beside(x)
        return functional.softmax(self.head(functional.relu(y)), -1)


def export_by_script(network, file, dynamic):
    torch.onnx.export(
        network,
        torch.zeros(2, 3, 32, 32),
        file,
        dynamo=False,
        input_names=["x"],
        dynamic_axes={"x": {0: "batch"}} if dynamic else None,
        opset_version=17,
    )


def export_by_dynamo(network, file, dynamic):
    torch.onnx.export(
        network,
        (torch.zeros(2, 3, 32, 32),),
        file,
        dynamo=True,
        external_data=False,
        verbose=False,
        dynamic_shapes=({0: "batch"},) if dynamic else None,
    )


class OnnxNetwork(peer.Case):
    def run_onnx(self, file, images=None):
        """The outputs of a model in ONNX Runtime, all of whose checks it passes."""
        onnx.checker.check_model(str(self.folder / file), full_check=True)
        session = onnxruntime.InferenceSession(str(self.folder / file), providers=["CPUExecutionProvider"])
        [entry] = session.get_inputs()
        [output] = session.get_outputs()
        self.assertEqual((entry.name, output.name), ("input", "log_probabilities"))
        images = self.images if images is None else images
        return torch.from_numpy(session.run(None, {"input": images.numpy()})[0]).double()

    def assert_close(self, found, expected):
        scale = expected.abs().clamp(min=1)
        self.assertLessEqual(((found - expected).abs() / scale).max().item(), 1e-5)

    def log_probabilities(self, network):
        with torch.no_grad():
            return functional.log_softmax(network.double().eval()(self.images.double()), dim=1)

    def test_a_trained_network_runs_in_onnx_runtime(self):
        self.run_eckart("train", "--data", "data", "-o", "net.safetensors", "--hidden", 16, "--epochs", 1)
        self.run_eckart("export", "net.safetensors", "--onnx", "-o", "net.onnx")
        network = peer.Network(hidden=16)
        network.load_state_dict(load_file(self.folder / "net.safetensors"), strict=True)
        found = self.run_onnx("net.onnx")
        self.assert_close(found, self.log_probabilities(network))
        correct = int((found.argmax(dim=1) == self.labels).sum())
        self.assertEqual(correct, self.eckart_json("eval", "net.safetensors", "--data", "data")["test_correct"])
        for count in (1, 7):
            self.assert_close(self.run_onnx("net.onnx", self.images[:count]), found[:count])

    def test_a_compressed_network_keeps_its_factors(self):
        self.run_eckart("train", "--data", "data", "-o", "big.onnx", "--hidden", 32, "--epochs", 1)
        self.run_eckart("export", "big.onnx", "-o", "big.safetensors")
        self.run_eckart("compress", "big.safetensors", "--rank", 4, "-o", "small.safetensors")
        self.run_eckart("export", "small.safetensors", "-o", "small.onnx")
        tensors = load_file(self.folder / "small.safetensors")
        model = onnx.load(self.folder / "small.onnx")
        stored = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in model.graph.initializer}
        self.assertEqual(set(stored), set(tensors))
        for name, tensor in tensors.items():
            self.assertTrue(torch.equal(stored[name], tensor), name)
        network = peer.factorize(peer.Network(hidden=32), tensors)
        network.load_state_dict(tensors, strict=True)
        self.assert_close(self.run_onnx("small.onnx"), self.log_probabilities(network))
        self.run_eckart("finetune", "small.onnx", "--data", "data", "-o", "tuned.onnx", "--epochs", 1)
        self.run_onnx("tuned.onnx")
        self.run_eckart("finetune", "small.safetensors", "--data", "data", "-o", "tuned.safetensors", "--epochs", 1)
        for file in ("small", "tuned"):
            results = [self.eckart_json("eval", f"{file}.{form}", "--data", "data") for form in ("onnx", "safetensors")]
            self.assertEqual(results[0]["test_loss"], results[1]["test_loss"])
            self.assertEqual(results[0]["model"], results[1]["model"])

    def test_metadata_tell_architecture_and_origin(self):
        self.run_eckart("train", "--data", "data", "-o", "told.onnx", "--hidden", 8, "--epochs", 1)
        model = onnx.load(self.folder / "told.onnx")
        metadata = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
        self.assertEqual(metadata["eckart.architecture"]["hidden"], 8)
        self.assertEqual(metadata["eckart.run_record"]["seed"], 0)
        self.assertEqual((model.ir_version, model.opset_import[0].version), (8, 17))

    def test_what_pytorch_exports_computes_the_same(self):
        exporters = (("script", export_by_script), ("dynamo", export_by_dynamo))
        for kind in (Plain, Spans, Shortcut):
            for name, export in exporters:
                for dynamic in (False, True):
                    with self.subTest(network=kind.__name__, exporter=name, dynamic=dynamic):
                        torch.manual_seed(3)
                        network = kind().eval()
                        file = f"{kind.__name__}-{name}-{dynamic}.onnx"
                        export(network, str(self.folder / file), dynamic)
                        images = self.images.view(-1, 3, 32, 32).double()
                        with torch.no_grad():
                            outputs = network.double()(images)
                        if kind is Shortcut:
                            outputs = outputs.log()
                        self.run_eckart("export", file, "-o", "again.onnx", "--force")
                        self.assert_close(self.run_onnx("again.onnx"), functional.log_softmax(outputs, dim=1))
                        found = self.eckart_json("eval", file, "--data", "data")
                        loss = functional.nll_loss(functional.log_softmax(outputs, dim=1), self.labels).item()
                        self.assertAlmostEqual(found["test_loss"], loss, delta=1e-5 * max(1, loss))

    def test_layers_keep_their_names(self):
        for name, export in (("script", export_by_script), ("dynamo", export_by_dynamo)):
            export(Spans().eval(), str(self.folder / "named.onnx"), True)
            self.run_eckart("export", "named.onnx", "-o", "named.safetensors", "--force")
            names = set(load_file(self.folder / "named.safetensors"))
            expected = {"layers.0.weight", "layers.0.bias", "layers.1.weight", "head.weight", "head.bias"}
            expected |= {"pair.0.weight", "pair.1.weight", "pair.1.bias"}
            self.assertEqual(names, expected, name)

    def test_external_data_are_read_from_beside_the_model(self):
        torch.manual_seed(4)
        network = Plain().eval()
        file = str(self.folder / "apart.onnx")
        torch.onnx.export(network, (torch.zeros(1, 3, 32, 32),), file, dynamo=True, verbose=False)
        self.assertTrue((self.folder / "apart.onnx.data").exists())
        self.run_eckart("export", "apart.onnx", "-o", "together.onnx")
        with torch.no_grad():
            self.assert_close(self.run_onnx("together.onnx"), network.double()(self.images.double()))

    def test_a_damaged_network_does_not_agree(self):
        network = Spans().eval()
        export_by_script(network, str(self.folder / "good.onnx"), True)
        self.run_eckart("export", "good.onnx", "-o", "damaged.onnx")
        with torch.no_grad():
            network.head.bias[0] += 0.001
            expected = functional.log_softmax(network.double()(self.images.view(-1, 3, 32, 32).double()), dim=1)
        with self.assertRaises(AssertionError):
            self.assert_close(self.run_onnx("damaged.onnx"), expected)

    def test_training_goes_on_with_a_given_network(self):
        export_by_script(Plain().eval(), str(self.folder / "plain.onnx"), True)
        before = self.eckart_json("eval", "plain.onnx", "--data", "data")["test_loss"]
        trained = self.eckart_json(
            "train", "--from", "plain.onnx", "--data", "data", "-o", "better.onnx", "--epochs", 2, "--run", "run"
        )
        self.assertLess(trained["epochs"][-1]["test_loss"], before)
        after = self.eckart_json("eval", "better.onnx", "--data", "data")
        self.assertEqual(after["test_loss"], trained["epochs"][-1]["test_loss"])
        options = ("--ranks", "2,20", "--batches", "10", "--seconds", 0, "--run", "run")
        points = self.eckart_json("sweep", "better.onnx", "--data", "data", *options)["points"]
        self.assertEqual([point["rank"] for point in points], [2, 20])

    def model_of(self, nodes, initializers, shape=(None, peer.PIXELS), output="y", kind=TensorProto.FLOAT):
        graph = helper.make_graph(
            nodes,
            "graph",
            [helper.make_tensor_value_info("x", kind, ["batch", *shape[1:]])],
            [helper.make_tensor_value_info(output, kind, None)],
            [numpy_helper.from_array(value, name) for name, value in initializers.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, self.folder / "made.onnx")

    def made_outputs(self, kind=np.float32):
        """What ONNX Runtime and eckart, through its own export, make of made.onnx."""
        session = onnxruntime.InferenceSession(str(self.folder / "made.onnx"), providers=["CPUExecutionProvider"])
        images = self.images.numpy().astype(kind)
        expected = torch.from_numpy(session.run(None, {"x": images})[0].astype(np.float64))
        self.run_eckart("export", "made.onnx", "-o", "again.onnx", "--force")
        return self.run_onnx("again.onnx"), functional.log_softmax(expected, dim=1)

    def test_scaled_products_and_biases_in_every_place(self):
        rng = np.random.default_rng(1)

        def draw(*shape):
            return (rng.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32)

        values = {"w1": draw(peer.PIXELS, 20), "c1": draw(1, 20), "w2": draw(12, 20), "c2": draw(1), "w3": draw(12, 10)}
        values |= {"c3": draw(10), "c4": draw(10), "shape": np.array([0, -1], np.int64)}
        node = helper.make_node
        nodes = [
            node("Reshape", ["x", "shape"], ["x2"]),
            node("Gemm", ["x2", "w1", "c1"], ["a"], alpha=0.5, beta=-2.0),
            node("Identity", ["a"], ["a2"]),
            node("Relu", ["a2"], ["b"]),
            node("Transpose", ["w2"], ["w2t"], perm=[1, 0]),
            node("MatMul", ["b", "w2t"], ["c"]),
            node("Add", ["c2", "c"], ["d"]),
            node("Cast", ["d"], ["e"], to=TensorProto.FLOAT),
            node("MatMul", ["e", "w3"], ["f"]),
            node("Add", ["f", "c3"], ["g"]),
            node("Add", ["c4", "g"], ["y"]),
        ]
        self.model_of(nodes, values)
        self.assert_close(*self.made_outputs())

    def test_weights_of_other_types(self):
        rng = np.random.default_rng(2)
        weight = (rng.standard_normal((peer.PIXELS, 10)) / 55).astype(np.float32)
        for number, kind in ((TensorProto.DOUBLE, np.float64), (TensorProto.FLOAT16, np.float16)):
            self.model_of([helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": weight.astype(kind)}, kind=number)
            found, expected = self.made_outputs(kind)
            self.assertLess((found - expected).abs().max().item(), 1e-5 if kind is np.float64 else 2e-2)

    def assert_refused(self, *words, code=3):
        done = self.try_eckart("eval", "made.onnx", "--data", "data")
        self.assertEqual(done.returncode, code, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_other_graphs_are_refused_by_node_and_operator(self):
        node = helper.make_node
        weight = {"w": np.zeros((peer.PIXELS, 10), np.float32)}
        product = node("MatMul", ["x", "w"], ["a"], name="product")
        hint = "'eckart compress'"
        self.model_of([product, node("Tanh", ["a"], ["y"], name="bend")], weight)
        self.assert_refused("node 'bend' (Tanh) is not understood", "Gemm, MatMul, Add", hint)
        self.model_of([product, node("Softmax", ["a"], ["b"]), node("Relu", ["b"], ["y"], name="late")], weight)
        self.assert_refused("node 'late' (Relu) comes after a softmax")
        self.model_of([node("Add", ["x", "c"], ["a"], name="shift"), node("MatMul", ["a", "w"], ["y"])],
                      weight | {"c": np.zeros(peer.PIXELS, np.float32)})
        self.assert_refused("node 'shift' (Add) adds a constant to what is no layer's output")
        self.model_of([product, node("Relu", ["a"], ["b"]), node("Add", ["a", "b"], ["c"]),
                       node("MatMul", ["c", "v"], ["d"]), node("MatMul", ["d", "v"], ["y"], name="again")],
                      weight | {"v": np.zeros((10, 10), np.float32)})
        self.assert_refused("shares its weight with another node")
        self.model_of([node("MatMul", ["x", "w"], ["y"])], weight, shape=(None, 3, peer.PIXELS))
        self.assert_refused("(MatMul) works on a value of 3 dimensions; flatten it first")
        self.model_of([product, node("Add", ["a", "c"], ["y"])], weight | {"c": np.full(10, np.inf, np.float32)})
        self.assert_refused("holds 'c' with 10 entries that are NaN or infinite")

    def test_data_of_another_size_are_refused(self):
        node = helper.make_node
        self.model_of([node("MatMul", ["x", "w"], ["y"])], {"w": np.zeros((784, 10), np.float32)}, (None, 784))
        self.assert_refused("takes 784 inputs per sample", "3072", code=2)
        self.model_of([node("MatMul", ["x", "w"], ["y"])], {"w": np.zeros((peer.PIXELS, 5), np.float32)})
        self.assert_refused("tells 5 classes apart", "10", code=2)
        done = self.try_eckart("train", "--from", "made.onnx", "--data", "data", "-o", "new.onnx", "--epochs", 1)
        self.assertEqual(done.returncode, 2)
        self.assertFalse((self.folder / "new.onnx").exists())


if __name__ == "__main__":
    peer.main()
