"""Tensors outside the file."""

import checks
import make_models


class Test(checks.Case):
    """Each model of make_models.external(), compressed at full rank and at a low one."""


checks.add_tests(Test, make_models.models("external"))

if __name__ == "__main__":
    checks.main()
