"""Negative controls: the comparisons of the tests beside this one notice a small fault of every kind."""

import numpy
import onnx
from onnx import helper, numpy_helper

import checks
import make_models
import model_builder
from model_builder import RANK


class Test(checks.Case):
    def setUp(self):
        super().setUp()
        model = next(model for model in make_models.models("graphs") if model.name == "annotated")
        self.before = onnx.load(model.save(self.folder / "model.onnx"))
        self.compress(self.folder / "model.onnx", self.folder / "out.onnx", RANK)
        self.after = onnx.load(self.folder / "out.onnx")
        self.roots = set(model.factored)
        self.feeds = model.feeds()

    def compare(self):
        self.assert_same_surroundings(self.before, self.after, self.roots)

    def assert_noticed(self):
        with self.assertRaises(AssertionError):
            self.compare()

    def node(self, op: str) -> onnx.NodeProto:
        return next(node for node in self.after.graph.node if node.op_type == op)

    def test_the_right_result_passes(self):
        self.compare()

    def test_notices_a_node_that_is_gone(self):
        self.after.graph.node.remove(self.node("Relu"))
        self.assert_noticed()

    def test_notices_a_node_that_differs(self):
        self.node("Relu").doc_string = "changed"
        self.assert_noticed()

    def test_notices_a_node_too_many(self):
        self.after.graph.node.append(helper.make_node("Relu", ["x"], ["surplus"]))
        self.assert_noticed()

    def test_notices_nodes_out_of_order(self):
        nodes = list(reversed(self.after.graph.node))
        del self.after.graph.node[:]
        self.after.graph.node.extend(nodes)
        self.assert_noticed()

    def test_notices_a_name_given_twice(self):
        first, second = [node for node in self.after.graph.node if node.op_type == "Gemm"][:2]
        second.name = first.name
        self.assert_noticed()

    def test_notices_a_tensor_too_many(self):
        self.after.graph.initializer.append(numpy_helper.from_array(numpy.zeros(3, numpy.float32), "surplus"))
        self.assert_noticed()

    def test_notices_other_metadata(self):
        self.after.metadata_props[0].value = "somebody"
        self.assert_noticed()

    def test_notices_another_opset(self):
        self.after.opset_import[0].version += 1
        self.assert_noticed()

    def test_notices_a_dimension_that_is_no_longer_free(self):
        self.after.graph.output[0].type.tensor_type.shape.dim[0].dim_value = 5
        self.assert_noticed()

    def test_notices_that_an_input_is_gone(self):
        del self.after.graph.input[:]
        self.assert_noticed()

    def test_notices_the_shape_of_a_value_that_is_gone(self):
        del self.after.graph.value_info[:]
        self.assert_noticed()

    def test_notices_one_entry_of_a_factor(self):
        """A change of a factor by a thousandth of its largest entry."""
        expected = checks.run_model(checks.oracle(self.before, self.roots, RANK), self.feeds)
        self.assert_close(checks.run_model(self.after, self.feeds), expected, checks.TOLERANCES["float32"], "right")
        tensor = next(tensor for tensor in self.after.graph.initializer if tensor.name == "fc1.0.weight")
        values = numpy_helper.to_array(tensor).copy()
        values[0, 0] += 1e-3 * numpy.abs(values).max()
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
        with self.assertRaises(AssertionError):
            self.assert_close(checks.run_model(self.after, self.feeds), expected, checks.TOLERANCES["float32"], "wrong")

    def test_the_oracle_is_the_nearest_matrix(self):
        values = model_builder.decaying(numpy.random.default_rng(1), 20, 30)
        s = numpy.linalg.svd(values, compute_uv=False)
        distance = numpy.linalg.norm(values - checks.of_rank(values, RANK))
        self.assertAlmostEqual(distance, numpy.linalg.norm(s[RANK:]), delta=1e-12)
        self.assertEqual(numpy.linalg.matrix_rank(checks.of_rank(values, RANK)), RANK)


if __name__ == "__main__":
    checks.main()
