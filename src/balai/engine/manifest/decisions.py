"""The decisions of rules.dmn, as the steps of a service ask them."""

from collections.abc import Mapping
from typing import Any

from balai.engine import rules


def read_rules(files: Mapping[str, bytes], prefix: str) -> Any:
    """Compile rules.dmn, None where the folder has none.

    :raises Problems: with what is wrong in it.
    """
    if "rules.dmn" not in files:
        return None
    return rules.compile_dmn(files["rules.dmn"], file=prefix + "rules.dmn")
