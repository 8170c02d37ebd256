"""What the incident book holds about a person: that an officer wrote lines in it. Its words are about the hall, and sealed."""

from balai.base.holdings import Item, Subject, holds
from balai.rooms.incidents import queries


def _written(subject: Subject) -> list[Item]:
    count = queries.count_notes_of(subject.ids)
    return [Item({"lines_written": count})] if count else []


holds(
    "room_incidents.written", tables=("room_incidents.Incident", "room_incidents.Note", "room_incidents.Answered"), bases="e",
    lists=_written,
)  # fmt: skip
