"""The pure rule of the archive: from which day a file's retention counts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

DECISIONS = ("grant", "refusal")  # the letters that decide


@dataclass(frozen=True, slots=True)
class Issued:
    """A signed letter of a case, as its retention needs it."""

    kind: str
    signed_on: date
    valid_until: date | None
    revoked_on: date | None


def counted_from(trigger: str, *, closed_on: date, decided_on: date | None, letters: Collection[Issued]) -> date:
    """Tell from which day a closed file's retention counts.

    `decided`: the day the last step that decides was done, else the day the last letter that decides was signed.
    `valid_until`: the last day on which a letter of the file holds; a revoked one held until then.
    What the file has none of, because it was withdrawn, refused or decided by silence, counts from its closing.
    """
    days: list[date] = []
    if trigger == "decided":
        days = [decided_on] if decided_on else [one.signed_on for one in letters if one.kind in DECISIONS]
    elif trigger == "valid_until":
        days = [
            min(one.valid_until, one.revoked_on or one.valid_until) for one in letters if one.valid_until is not None
        ]
    return max(days, default=closed_on)
