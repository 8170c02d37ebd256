"""A piece of law that a folder rests on, with where it is written, so that somebody can be asked to confirm it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Law:
    """One legal value: what it is called in its folder (`archive`, `town_values.fee`), what it says, and on which basis.

    `status` is confirmed or unconfirmed as the folder says; `file` and `line` say where, 0 where the line is not known.
    """

    name: str
    value: str
    basis: str
    status: str
    valid_from: date | None = None
    valid_to: date | None = None
    file: str = ""
    line: int = 0
