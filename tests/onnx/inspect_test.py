"""`eckart inspect` of every small ONNX model: layers, shapes, singular values as NumPy finds them, reasons."""

import json

import numpy
import onnx

import checks
import make_models
from model_builder import Model


class Test(checks.Case):
    def check_model(self, model: Model):
        before = onnx.load(model.save(self.folder / "model.onnx"))
        done = self.try_eckart("inspect", "model.onnx", "--json")
        if not model.factored and not model.dense:
            self.assertEqual(done.returncode, 4)
            self.assertRegex(done.stderr, r"\Aeckart: [ -~]*\n\Z")
            return
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        constants = checks.Constants(before)
        matrices = {}
        for index, place, root in checks.linear_uses(before):
            values = constants.evaluate(before.graph.node[index].input[place]).astype(numpy.float64)
            matrices[root] = values.reshape(values.shape[0], -1)
        layers = {layer["name"]: layer for layer in report["layers"]}
        names = {name for name in model.factored.values() if name is not None}
        self.assertLessEqual(names, set(layers))
        for root, name in model.factored.items():
            if name is not None:
                layer, found = layers[name], matrices[root]
                self.assertEqual(sorted((layer["out"], layer["in"])), sorted(found.shape))
                s = numpy.linalg.svd(found, compute_uv=False)
                distance = numpy.abs(numpy.array(layer["singular_values"]) - s).max()
                self.assertLessEqual(distance, 1e-5 * max(s[0], 1e-300))
        for entry in report["skipped"]:
            self.assertTrue(entry["why"], entry)
        numbers = sum(int(numpy.prod(tensor.dims, dtype=object)) for tensor in before.graph.initializer)
        stored = {tensor.name for tensor in before.graph.initializer}
        numbers += sum(matrices[root].size for root in model.factored if root not in stored)
        self.assertEqual(report["model"]["parameters"], numbers)
        # What looks like a weight and stays has a reason, unless it would merely get no smaller.
        told = {entry["name"] for entry in report["skipped"]} | set(layers) | {f"{name}.weight" for name in layers}
        for root in model.left:
            two_dimensional = root in matrices and min(matrices[root].shape) > 1
            if two_dimensional and root != "square":
                self.assertIn(root, told, done.stdout)
        text = self.try_eckart("inspect", "model.onnx")
        self.assertEqual(text.returncode, 0, text.stderr)


for made in make_models.models("layers", "sources", "sharing", "graphs", "external", "types"):
    setattr(Test, f"test_{made.name}", lambda self, made=made: self.check_model(made))

if __name__ == "__main__":
    checks.main()
