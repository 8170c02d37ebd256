"""What an incident may be, in which order it goes, and which clocks run for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from balai.base import dated

KINDS = ("breach", "intrusion", "outage", "loss", "fault", "other")
STATES = ("open", "contained", "reported", "closed")
TOLD = ("title", "description", "systems", "data", "impact", "contact", "lessons")
LONGEST = 4000
SOON = timedelta(hours=12)  # so long before a clock runs out administrators are told


@dataclass(frozen=True, slots=True)
class ReportingClock:
    """One duty to report, as dated data says."""

    id: str
    kinds: tuple[str, ...]
    hours: int
    to: dict[str, str]
    says: dict[str, str]
    ref: str
    source: str
    valid_from: date
    status: str

    def ends(self, detected_at: datetime) -> datetime:
        """Tell when it runs out: elapsed hours from the detection, on whatever day that is."""
        return detected_at + timedelta(hours=self.hours)


@lru_cache(maxsize=1)
def list_clocks() -> tuple[ReportingClock, ...]:
    """Read every clock there is."""
    return dated.read(
        Path(__file__).parent / "data" / "clocks.yaml",
        lambda row: ReportingClock(**{**row, "kinds": tuple(row["kinds"])}),
    )


def clocks_for(kind: str, detected_on: date) -> tuple[ReportingClock, ...]:
    """List the clocks that run for a kind of incident that was detected on a day."""
    return tuple(one for one in dated.in_force(list_clocks(), detected_on, lambda one: one.id) if kind in one.kinds)


def may_follow(now: str, then: str) -> bool:
    """Tell whether an incident may go from one state to another: forwards, one by one."""
    return then in STATES and STATES.index(then) == STATES.index(now) + 1


def unanswered(clocks: Collection[ReportingClock], answered: Collection[str]) -> list[ReportingClock]:
    """List the clocks that still run."""
    return [one for one in clocks if one.id not in answered]
