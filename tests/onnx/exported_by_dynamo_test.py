"""Architectures as PyTorch's newer exporter writes them (torch.export): with tensors in a second file."""

import architecture_checks
import architectures
import checks


class Test(architecture_checks.Case):
    """One test per architecture."""


for made in architectures.architectures():
    setattr(Test, f"test_{made.name}", lambda self, made=made: self.check(made, True))

if __name__ == "__main__":
    checks.main()
