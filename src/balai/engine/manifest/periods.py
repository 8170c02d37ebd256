"""Periods as the law writes them (`3 working-days`, `6 months`), and ISO 8601 durations as golden examples do."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast

Unit = Literal["working-days", "working-hours", "days", "hours", "months", "years"]
UNITS: tuple[Unit, ...] = ("working-days", "working-hours", "days", "hours", "months", "years")
_WRITTEN = re.compile(r"([1-9][0-9]{0,3})\s+(working-day|working-hour|day|hour|month|year)s?\Z")
_ISO = re.compile(
    r"P(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,7})S)?)?\Z"
)
_WORDS = {
    "id": {
        "working-days": "hari kerja", "working-hours": "jam kerja", "days": "hari", "hours": "jam", "months": "bulan",
        "years": "tahun",
    },
    "en": {
        "working-days": "working day", "working-hours": "working hour", "days": "day", "hours": "hour",
        "months": "month", "years": "year",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time with its unit; the unit matters, because working days stop on holidays and days do not."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    def text(self, lang: str) -> str:
        """Answer the period in words, as in "3 hari kerja" or "3 working days"."""
        if lang == "id":
            return f"{self.amount} {_WORDS['id'][self.unit]}"
        return f"{self.amount} {_WORDS['en'][self.unit]}{'s' if self.amount != 1 else ''}"


def is_longer(one: Period, other: Period) -> bool:
    """Tell whether a period is at least as long as another of the same unit; what cannot be compared is not."""
    return one.unit == other.unit and one.amount >= other.amount


def read_period(text: str) -> Period:
    """Answer a period written as "3 working-days".

    :raises ValueError: when it is not one.
    """
    match = _WRITTEN.match(text.strip())
    if not match:
        raise ValueError(f'"{text}" is not a period; write a number and one of {", ".join(UNITS)}')
    return Period(int(match[1]), cast(Unit, match[2] + "s"))


def read_duration(text: str) -> timedelta:
    """Answer an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as PT2H or P10D.

    :raises ValueError: when it is not one; months and years have no fixed length and are refused.
    """
    match = _ISO.match(text.strip())
    if not match or not any(match.groups()):
        raise ValueError(f'"{text}" is not a duration; write it as PT2H or P10D')
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
