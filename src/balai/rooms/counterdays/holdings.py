"""What counter days hold about a person: that an officer drew supplies. What a citizen told lies sealed until it is their case."""

from balai.base.holdings import Item, Subject, holds
from balai.rooms.counterdays import queries


def _drawn(subject: Subject) -> list[Item]:
    return [Item({"at": at, "numbers": count}) for at, count in queries.list_work_of(subject.ids)]


holds(
    "room_counterdays.drawn", tables=("room_counterdays.Supply", "room_counterdays.Arrival"), bases="e", lists=_drawn,
)  # fmt: skip
