"""What a replay makes of its cases: groups of what would come of them, and which of them may be shown. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from balai.engine.manifest import PastEnding

SAMPLE = 2000
LEAST = 5  # no smaller group is shown
SAME, APART, GONE, LACKS, OTHER = "same", "apart", "gone", "lacks", "other"
T = TypeVar("T")


def draw(cases: Sequence[T], most: int = SAMPLE) -> list[T]:
    """Draw a sample from cases in their order, evenly spread; all of them where there are no more."""
    if len(cases) <= most:
        return list(cases)
    return [cases[at * len(cases) // most] for at in range(most)]


def sort(end_event: str, outcome: str, before: PastEnding, after: PastEnding) -> str:
    """Name the group of one case: by how it really ended, what its own version makes of it again, and what the new one would.

    What its own version cannot bring to its real end, because people or time ended it, stands apart: the new one's answer would say nothing.
    """
    if before.kind != "end" or (before.name, before.outcome) != (end_event, outcome):
        return APART
    if after.kind == "lacks":
        return f"{LACKS} {after.name}"
    if after == before:
        return SAME
    return f"{before.kind} {before.name} {before.outcome} > {after.kind} {after.name} {after.outcome}".strip()


@dataclass(frozen=True, slots=True)
class ReplayGroups:
    """What of a replay may be shown: groups of five and more, and how many stand in no such group, None where that would tell of few."""

    groups: Mapping[str, int]
    hidden: bool  # there are groups that are not shown
    total: int


def show(counts: Mapping[str, int]) -> ReplayGroups:
    """Leave out groups under five, and as many more as it takes that no one can work a small one out of the sum."""
    kept = {name: count for name, count in counts.items() if count >= LEAST}
    small = {name: count for name, count in counts.items() if 0 < count < LEAST}
    hidden = dict(small)
    # One small group alone would follow from the total; so the sum of what is hidden must be of several, and five at least.
    while hidden and (sum(hidden.values()) < LEAST or len(hidden) < 2) and kept:
        name = SAME if SAME in kept else min(kept, key=lambda one: (kept[one], one))
        hidden[name] = kept.pop(name)
    total = sum(counts.values())
    return ReplayGroups(
        kept, bool(hidden), total if not hidden or (len(hidden) > 1 and sum(hidden.values()) >= LEAST) else 0
    )
