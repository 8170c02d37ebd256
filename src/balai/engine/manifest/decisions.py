"""The decisions of rules.dmn, as the steps of a service ask them."""

from collections.abc import Mapping

from balai.engine import rules


def read_rules(files: Mapping[str, bytes], prefix: str) -> rules.DecisionModel | None:
    """Compile rules.dmn, None where the folder has none.

    :raises Problems: with what is wrong in it.
    """
    if "rules.dmn" not in files:
        return None
    return rules.load_dmn({prefix + "rules.dmn": files["rules.dmn"]})
