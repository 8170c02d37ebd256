"""How a sample is drawn, which states a recommendation may be in, and by when it must be answered. Pure."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from balai.base import dated

# ---- samples ---------------------------------------------------------------------------------------------------------

ALGORITHM = "balai-sample-1"
MOST_DRAWN = 500
MOST_POPULATION = 500_000
MOST_SEED = 100


def population_text(numbers: Iterable[str]) -> str:
    """Write a population as the file that is published: the numbers in order, each on a line of its own."""
    return "".join(f"{number}\n" for number in sorted(set(numbers)))


def digest_of(population: str) -> str:
    """Give the SHA-256 of a population's file, in hex: what `sha256sum` prints for it."""
    return hashlib.sha256(population.encode()).hexdigest()


def draw(population: str, seed: str, size: int) -> list[str]:
    """Draw a sample: the `size` numbers whose SHA-256 of seed, newline and number is smallest, in that order.

    The same population and seed give the same sample on any machine; a larger size only adds to it.
    """
    ranked = sorted((hashlib.sha256(f"{seed}\n{number}".encode()).hexdigest(), number) for number in population.split())
    return [number for _, number in ranked[:size]]


def recipe(seed: str, size: int) -> str:
    """Write the line by which anybody draws the sample again from the population's file, with a shell alone."""
    said = seed.replace("'", "'\\''")
    return (
        f"while read -r n; do printf '%s\\n%s' '{said}' \"$n\" | sha256sum | cut -c1-64 | tr '\\n' ' '; echo \"$n\"; done"
        f" < populasi.txt | LC_ALL=C sort | head -n {size} | cut -d' ' -f2"
    )


# ---- findings --------------------------------------------------------------------------------------------------------

SOURCES = ("apip", "bpk")
OPEN, ANSWERED, ACCEPTED, IMPOSSIBLE = STATES = ("open", "answered", "accepted", "impossible")
RETURNED = "returned"  # a verdict that leads back to open: the answer does not do yet
VERDICTS = (ACCEPTED, RETURNED, IMPOSSIBLE)
REPLIES = ("done", "impossible")  # what an office says of a recommendation
TOLD = ("title", "condition", "criteria", "cause", "effect")
NEEDED = ("title", "condition", "criteria")
LONGEST = 4000
SOON = timedelta(days=14)  # so long before a clock runs out whoever must answer is reminded


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """By when an answer is due, as dated data says."""

    source: str
    days: int
    since: dict[str, str]
    ref: str
    origin: str
    valid_from: date
    status: str

    def ends(self, received_on: date) -> date:
        """Give the last day for an answer: calendar days after the day the report was received."""
        return received_on + timedelta(days=self.days)


@lru_cache(maxsize=1)
def list_clocks() -> tuple[AnswerClock, ...]:
    """Read every clock there is."""
    return dated.read(
        Path(__file__).parent / "data" / "clocks.yaml",
        lambda row: AnswerClock(**{"since" if name == "from" else name: value for name, value in row.items()}),
    )


def clock_for(source: str, received_on: date) -> AnswerClock | None:
    """Find the clock that runs for a report of a source that was received on a day: the newest in force."""
    found = dated.in_force(list_clocks(), received_on, lambda one: one.source)
    return next((one for one in found if one.source == source), None)


def may_settle(state: str, verdict: str) -> bool:
    """Tell whether a verdict may be given: on an answer any; that it cannot be done also without one, with reasons."""
    return verdict in VERDICTS and (state == ANSWERED or (state == OPEN and verdict == IMPOSSIBLE))


def pressing(due_on: date, today: date) -> str:
    """Tell how an unanswered recommendation stands to its clock: "late", "soon", or ""."""
    if today > due_on:
        return "late"
    return "soon" if due_on - today <= SOON else ""


# ---- what is written into tables of others ---------------------------------------------------------------------------


def heads(counts: Sequence[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    """Arrange (year, state, count) by year, newest first, with every state."""
    years = sorted({year for year, _, _ in counts}, reverse=True)
    return {
        year: {state: sum(n for y, s, n in counts if (y, s) == (year, state)) for state in STATES} for year in years
    }
