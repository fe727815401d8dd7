"""Every way to write a fully-connected layer, and what is none."""

import checks
import make_models


class Test(checks.Case):
    """Each model of make_models.layers(), compressed at full rank and at a low one."""


checks.add_tests(Test, make_models.models("layers"))

if __name__ == "__main__":
    checks.main()
