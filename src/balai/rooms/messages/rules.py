"""Pure rules of messages: how long one may be, and by when an office means to answer."""

from collections.abc import Collection, Sequence
from uuid import UUID

from balai.engine.manifest import Period

LONGEST = 4000  # letters of one message
MOST_FILES = 3
FILE_BYTES = 10_000_000
ACCEPT = ("image/jpeg", "image/png", "image/webp", "application/pdf")
# The hall's own promise to whoever asks. No law names a time for this, so the page says "we try", not "we must".
ANSWER_WITHIN = Period(2, "working-days")


def choose_answerer(working: Sequence[UUID], last: UUID | None) -> UUID | None:
    """Choose who answers: who has the case's work on their desk, else who answered last, else nobody, which is the unit.

    `working` holds the officers with an open task of the case, the longest first.
    """
    if last is not None and last in working:
        return last
    return working[0] if working else last


def named(wanted: Collection[str], colleagues: Collection[UUID]) -> list[UUID] | None:
    """Read which colleagues were named, each once, in the order given; None when one is no colleague of this case."""
    found: dict[UUID, None] = {}
    for text in wanted:
        try:
            person = UUID(text)
        except ValueError:
            return None
        if person not in colleagues:
            return None
        found[person] = None
    return list(found)
