"""What messages hold about a person: what they wrote and what was written to them, what officers wrote, marks of reading."""

from balai.base.holdings import Item, Subject, holds
from balai.rooms.messages import queries


def _written(subject: Subject) -> list[Item]:
    return [
        Item({"case": one.number, "at": one.at, "side": one.side, "channel": one.channel}, data=one.content)
        for one in queries.list_about(subject.ids)
    ]


def _worked(subject: Subject) -> list[Item]:
    return [Item({"case": number, "at": at, "what": what}) for number, at, what in queries.list_work_of(subject.ids)]


holds(
    "room_messages.written", tables=("room_messages.Message", "room_messages.Attachment"), bases="ce", lists=_written,
)  # fmt: skip
holds(
    "room_messages.worked", tables=("room_messages.Thread", "room_messages.Mention", "room_messages.Reading"), bases="e",
    lists=_worked,
)  # fmt: skip
