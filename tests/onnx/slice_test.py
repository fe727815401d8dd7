"""`eckart slice`: the factors of a compressed model cut to a smaller rank are those of that rank."""

import onnx
from safetensors.torch import load_file

import checks
import make_models
import state_dicts
from model_builder import RANK
from state_dicts import INDEX, LAYERS

MODELS = {model.name: model for model in make_models.models()}


class Test(state_dicts.Case):
    def slice(self, model, output, rank: int) -> list[str]:
        done = self.try_eckart("slice", model, "-o", output, "--rank", rank)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def check_model(self, name: str):
        """Full rank cut to 6 and this to 4, and all else in the file as it was."""
        model = MODELS[name]
        full, six, four = (self.folder / f"{rank}.onnx" for rank in ("full", 6, 4))
        before = onnx.load(model.save(self.folder / "model.onnx"))
        self.compress(self.folder / "model.onnx", full, 10**6, "--allow-larger")
        self.slice(full, six, 6)
        self.slice(six, four, RANK)
        for file, rank in ((six, 6), (four, RANK)):
            after = onnx.load(file)
            self.assert_same_surroundings(before, after, set(model.factored))
            self.assertEqual(checks.checker_says(file), "")
            wanted = checks.run_model(checks.oracle(before, set(model.factored), rank), model.feeds(), model.runner)
            found = checks.run_model(file, model.feeds(), model.runner)
            self.assert_close(found, wanted, checks.TOLERANCES[model.dtype], f"rank {rank}")

    def test_state_dict(self):
        dense = state_dicts.network()
        self.save(self.folder / "model.safetensors", dense.state_dict())
        self.compress(self.folder / "model.safetensors", self.folder / "twelve.safetensors", 12)
        self.slice(self.folder / "twelve.safetensors", self.folder / "out.safetensors", state_dicts.RANK)
        self.assert_compressed(dense, load_file(self.folder / "out.safetensors"), LAYERS, state_dicts.RANK)

    def test_sharded_state_dict(self):
        dense = state_dicts.network()
        index = self.save_sharded(self.folder / "model", dense.state_dict())
        self.compress(index, self.folder / f"twelve{INDEX}", 12)
        self.slice(self.folder / f"twelve{INDEX}", self.folder / f"out{INDEX}", state_dicts.RANK)
        self.assert_compressed(dense, self.load_sharded(self.folder / f"out{INDEX}"), LAYERS, state_dicts.RANK)

    def test_a_larger_rank_changes_nothing(self):
        MODELS["gemm"].save(self.folder / "model.onnx")
        self.compress(self.folder / "model.onnx", self.folder / "four.onnx", RANK)
        self.slice(self.folder / "four.onnx", self.folder / "out.onnx", 9)
        graphs = [onnx.load(self.folder / name).graph for name in ("four.onnx", "out.onnx")]
        self.assertEqual(*graphs)

    def test_a_dense_model_has_nothing_to_slice(self):
        MODELS["gemm"].save(self.folder / "model.onnx")
        done = self.try_eckart("slice", "model.onnx", "-o", "out.onnx", "--rank", RANK)
        self.assertEqual(done.returncode, 4)
        self.assertRegex(done.stderr, r"\Aeckart: [ -~]*\n\Z")
        self.assertFalse((self.folder / "out.onnx").exists())


for chosen in ("gemm", "gemm_alpha_beta_trans_a", "gemm_constant_left", "matmul_rank_3", "matmul_left_add", "matmul_add",
               "conv_pads", "conv_1d", "float16_gemm_28", "bfloat16_matmul_28", "double_matmul_add_28", "opset_7_gemm",
               "gemm_from_cast_of_half", "from_int8_axis_0", "weight_shared", "bias_shared", "branch_value", "annotated",
               "newest_fields", "names_clash_with_tensor", "external_one_file", "external_in_node", "convolutional"):
    setattr(Test, f"test_{chosen}", lambda self, chosen=chosen: self.check_model(chosen))

if __name__ == "__main__":
    checks.main()
