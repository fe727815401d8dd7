"""What else a model may hold: subgraphs, functions, unknown operators, texts, names."""

import checks
import make_models


class Test(checks.Case):
    """Each model of make_models.graphs(), compressed at full rank and at a low one."""


checks.add_tests(Test, make_models.models("graphs"))

if __name__ == "__main__":
    checks.main()
