"""Architectures as PyTorch's newer exporter writes them (torch.export): with tensors in a second file."""

import architecture_checks
import architectures
import checks


class Test(architecture_checks.Case):
    """One test per architecture, and some in one file, of other operators, or without the exporter's optimizer."""


for made in architectures.architectures():
    setattr(Test, f"test_{made.name}", lambda self, made=made: self.check(made, True))
    if made.name == "encoder":
        setattr(Test, "test_encoder_in_one_file", lambda self, made=made: self.check(made, True, external_data=False))
    if made.name in ("decoder", "mlp"):
        setattr(Test, f"test_{made.name}_not_optimized",
                lambda self, made=made: self.check(made, True, copies=False, optimize=False))
        setattr(Test, f"test_{made.name}_of_opset_23", lambda self, made=made: self.check(made, True, opset_version=23))

if __name__ == "__main__":
    checks.main()
