"""What a notice says: the author's words with the case's facts put in."""

import re
from collections.abc import Mapping
from typing import Any

_HOLE = re.compile(r"\{([a-z_]+(?:\.[a-z_0-9]+)*)\}")


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """Put facts into a template's {dotted.names}; what is not known is left out, never shown as a hole.

    Only names are looked up: no attributes, no calls, so a template cannot reach anything it was not given.
    """

    def value(match: re.Match[str]) -> str:
        found: Any = facts
        for part in match.group(1).split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return "" if found is None else str(found)

    return re.sub(r"[ \t]+(?=[,.])", "", _HOLE.sub(value, template)).strip()


def one_line(text: str, limit: int = 200) -> str:
    """Fold a subject to one line, so that no header can be smuggled into a mail."""
    return " ".join(text.split())[:limit]


def mask_address(address: str) -> str:
    """Show enough of an address for its owner to know it, not enough for a stranger to use it."""
    if "@" in address:
        name, _, domain = address.partition("@")
        return f"{name[:2]}{'*' * max(len(name) - 2, 1)}@{domain}"
    return f"{address[:4]}{'*' * max(len(address) - 7, 1)}{address[-3:]}" if len(address) > 7 else "*" * len(address)
