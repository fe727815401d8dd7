"""The usual layers in every version of the operators."""

import checks
import make_models


class Test(checks.Case):
    """Each model of make_models.opsets(), compressed at full rank and at a low one."""


checks.add_tests(Test, make_models.models("opsets"))

if __name__ == "__main__":
    checks.main()
