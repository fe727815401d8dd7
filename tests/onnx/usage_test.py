"""`eckart compress` of ONNX models as it is used: twice, on some layers, beside files that exist."""

import shutil

import onnx

import checks
import external_models
import make_models
from model_builder import RANK, Model

MODELS = {model.name: model for model in make_models.models()}


class Test(checks.Case):
    def save(self, name: str) -> Model:
        MODELS[name].save(self.folder / "model.onnx")
        return MODELS[name]

    def assert_is_oracle(self, model: Model, file, rank: int = RANK, roots: set[str] | None = None, runner: str = ""):
        before = onnx.load(self.folder / "model.onnx")
        wanted = checks.oracle(before, set(model.factored) if roots is None else roots, rank)
        runner = runner or model.runner
        found = checks.run_model(file, model.feeds(), runner)
        self.assert_close(found, checks.run_model(wanted, model.feeds(), runner), checks.TOLERANCES[model.dtype], file.name)

    def check_again(self, name: str):
        """Factors of rank 6 become factors of rank 4, under the same names."""
        model = self.save(name)
        first, second = self.folder / "first.onnx", self.folder / "second.onnx"
        ranks = {}
        for source, target, rank in ((self.folder / "model.onnx", first, 6), (first, second, RANK)):
            report = self.compress(source, target, rank)
            ranks[rank] = {layer["name"]: layer["rank"] for layer in report["layers"] if layer["factored"]}
        self.assertEqual(set(ranks[6].values()), {6})
        self.assertEqual(set(ranks[RANK].values()), {RANK})
        self.assertEqual(set(ranks[6]), set(ranks[RANK]))
        names = [{tensor.name for tensor in onnx.load(file).graph.initializer} for file in (first, second)]
        self.assertEqual(*names)
        self.assert_sorted_and_unique(onnx.load(second).graph, set())
        self.assertEqual(checks.checker_says(second), "")
        self.assert_is_oracle(model, second)

    def check_optimized(self, name: str):
        """ONNX Runtime with all its optimizations takes the result."""
        model = self.save(name)
        self.compress(self.folder / "model.onnx", self.folder / "out.onnx", RANK)
        self.assert_is_oracle(model, self.folder / "out.onnx", runner="optimized")

    def test_only_what_is_included(self):
        model = self.save("annotated")
        self.compress(self.folder / "model.onnx", self.folder / "out.onnx", RANK, "--include", "*2")
        self.assert_is_oracle(model, self.folder / "out.onnx", roots={"fc2.weight"})

    def test_not_what_is_excluded(self):
        model = self.save("annotated")
        self.compress(self.folder / "model.onnx", self.folder / "out.onnx", RANK, "--exclude", "fc2")
        self.assert_is_oracle(model, self.folder / "out.onnx", roots={"fc1.weight"})

    def test_existing_files_are_kept(self):
        """Either of the two files of a model with external data."""
        self.save("external_one_file")
        for name in ("out.onnx", "out.onnx.data"):
            with self.subTest(name):
                (self.folder / name).write_text("mine")
                before = sorted(path.name for path in self.folder.iterdir())
                done = self.try_eckart("compress", "model.onnx", "-o", "out.onnx", "--rank", RANK)
                self.assertEqual(done.returncode, 5)
                self.assertRegex(done.stderr, r"\Aeckart: [ -~]*\n\Z")
                self.assertEqual((self.folder / name).read_text(), "mine")
                self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)
                (self.folder / name).unlink()

    def test_force_replaces_them(self):
        model = self.save("external_one_file")
        for name in ("out.onnx", "out.onnx.data"):
            (self.folder / name).write_text("mine")
        self.compress(self.folder / "model.onnx", self.folder / "out.onnx", RANK, "--force")
        self.assert_is_oracle(model, self.folder / "out.onnx")

    def test_external_data_move_with_the_folder(self):
        """One file beside the model, named relative to it; nothing refers to the input's files."""
        model = self.save("external_many_files")
        (self.folder / "out").mkdir()
        self.compress(self.folder / "model.onnx", self.folder / "out" / "small.onnx", RANK)
        self.assertEqual(sorted(path.name for path in (self.folder / "out").iterdir()), ["small.onnx", "small.onnx.data"])
        shutil.move(self.folder / "out", self.folder / "moved")
        self.assert_is_oracle(model, self.folder / "moved" / "small.onnx")

    def test_a_model_does_not_replace_itself(self):
        model = self.save("external_one_file")
        before = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        for name in ("model.onnx", "./model.onnx", str(self.folder / "model.onnx")):
            done = self.try_eckart("compress", "model.onnx", "-o", name, "--rank", RANK, "--force")
            self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual({path.name: path.read_bytes() for path in self.folder.iterdir()}, before)
        self.assertTrue(model.external)

    def test_the_output_does_not_replace_the_data_of_the_input(self):
        """OUT.data is where the input keeps its weights."""
        external_models.stored("named", {"fc1.weight": ("out.onnx.data", 0)}).save(self.folder / "model.onnx")
        before = (self.folder / "out.onnx.data").read_bytes()
        done = self.try_eckart("compress", "model.onnx", "-o", "out.onnx", "--rank", RANK, "--force")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual((self.folder / "out.onnx.data").read_bytes(), before)
        self.assertFalse((self.folder / "out.onnx").exists())

    def test_the_format_stays(self):
        self.save("gemm")
        for name in ("out.safetensors", "out.safetensors.index.json"):
            done = self.try_eckart("compress", "model.onnx", "-o", name, "--rank", RANK)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertFalse((self.folder / name).exists())

    def test_same_numbers_twice(self):
        self.save("convolutional")
        tensors = []
        for name in ("a.onnx", "b.onnx"):
            self.compress(self.folder / "model.onnx", self.folder / name, RANK)
            tensors.append(list(onnx.load(self.folder / name).graph.initializer))
        self.assertEqual(*tensors)


for chosen in ("gemm", "gemm_alpha_beta_trans_a", "gemm_constant_left", "matmul_rank_3", "matmul_left_rank_3", "matmul_add",
               "conv_strides_pads_dilations", "conv_3d", "float16_gemm_28", "bfloat16_matmul_add_28", "double_gemm_28",
               "opset_7_gemm", "opset_7_matmul_add", "gemm_from_cast_of_half", "matmul_from_transpose", "weight_shared",
               "weight_shared_by_matmuls", "bias_shared", "branch_own", "exported_names_of_bias", "names_duplicated",
               "names_clash_with_value", "external_two_in_one_file", "external_in_node", "convolutional"):
    setattr(Test, f"test_again_{chosen}", lambda self, chosen=chosen: self.check_again(chosen))
for chosen in ("gemm", "gemm_alpha_beta", "gemm_without_c", "matmul_rank_3", "matmul_add_rank_3", "matmul_left_add",
               "conv_pads",
               "float16_gemm_28", "opset_7_gemm", "external_one_file", "convolutional", "weight_shared", "branch_weight"):
    setattr(Test, f"test_optimized_{chosen}", lambda self, chosen=chosen: self.check_optimized(chosen))

if __name__ == "__main__":
    checks.main()
