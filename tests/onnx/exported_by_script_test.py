"""Architectures as PyTorch's older exporter writes them (torch.jit)."""

import architecture_checks
import architectures
import checks


class Test(architecture_checks.Case):
    """One test per architecture, and some of older operators or with constants that are not folded."""

    def check_unfolded(self, architecture: architectures.Architecture):
        self.check(architecture, False, copies=False, do_constant_folding=False)

    def check_opset(self, architecture: architectures.Architecture, opset: int):
        self.check(architecture, False, opset_version=opset)


for made in architectures.architectures():
    setattr(Test, f"test_{made.name}", lambda self, made=made: self.check(made, False))
    if made.name in ("encoder", "decoder", "lstm", "convolutional"):
        setattr(Test, f"test_{made.name}_unfolded", lambda self, made=made: self.check_unfolded(made))
    if made.name in ("decoder", "vision_transformer", "gru"):
        for version in {"decoder": (14, 17), "vision_transformer": (12, 14, 17), "gru": (9, 11, 13, 17)}[made.name]:
            setattr(Test, f"test_{made.name}_of_opset_{version}",
                    lambda self, made=made, version=version: self.check_opset(made, version))

if __name__ == "__main__":
    checks.main()
