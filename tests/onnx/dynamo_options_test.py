"""What PyTorch's newer exporter writes in one file, for other operators, or without its optimizer."""

import architecture_checks
import architectures
import checks

MADE = {made.name: made for made in architectures.architectures()}


class Test(architecture_checks.Case):
    def test_in_one_file(self):
        self.check(MADE["encoder"], True, external_data=False)

    def test_decoder_not_optimized(self):
        """The table of words is the weight of the head as well, and stays."""
        self.check(MADE["decoder"], True, copies=False, optimize=False)

    def test_mlp_not_optimized(self):
        self.check(MADE["mlp"], True, copies=False, optimize=False)

    def test_decoder_of_opset_23(self):
        self.check(MADE["decoder"], True, opset_version=23)

    def test_mlp_of_opset_18(self):
        self.check(MADE["mlp"], True, opset_version=18)


if __name__ == "__main__":
    checks.main()
