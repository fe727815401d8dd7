"""Weights and biases that several nodes use, or that must stay as they are."""

import checks
import make_models


class Test(checks.Case):
    """Each model of make_models.sharing(), compressed at full rank and at a low one."""


checks.add_tests(Test, make_models.models("sharing"))

if __name__ == "__main__":
    checks.main()
