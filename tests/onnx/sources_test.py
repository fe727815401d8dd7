"""Weights that are constants of every kind or made of others."""

import checks
import make_models


class Test(checks.Case):
    """Each model of make_models.sources(), compressed at full rank and at a low one."""


checks.add_tests(Test, make_models.models("sources"))

if __name__ == "__main__":
    checks.main()
