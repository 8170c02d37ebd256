"""What the operator's commands on cases share: who acts, how a case is found, how moments and refusals are told."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from balai.base.actors import Actor

if TYPE_CHECKING:
    from balai.base.errors import BalaiError
    from balai.casework.cases.history import Position

OPERATOR = Actor("system", "console", name="operator")


def find(number: str) -> "Position | None":
    """Find a case by its number as people type it; say so where there is none."""
    from balai.base.errors import NotFound
    from balai.casework.cases import history

    try:
        return history.get_position(number)
    except NotFound:
        print(f"There is no case {number}. Check the number; --home says which installation is asked.", file=sys.stderr)
        return None


def refuse(error: "BalaiError") -> int:
    """Tell a refusal in the operator's words and give the exit code."""
    print(f"Refused: {error.message('en')}", file=sys.stderr)
    for field, words in error.fields.items():
        print(f"  {field}: {words}", file=sys.stderr)
    return 1


def moment(at: datetime | None, zone: str) -> str:
    """Write a moment in the office's own time, to the minute; a dash for none."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at is not None else "-"
