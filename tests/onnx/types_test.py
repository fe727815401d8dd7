"""The usual layers in every number type, stored in either way."""

import checks
import make_models


class Test(checks.Case):
    """Each model of make_models.types(), compressed at full rank and at a low one."""


checks.add_tests(Test, make_models.models("types"))

if __name__ == "__main__":
    checks.main()
