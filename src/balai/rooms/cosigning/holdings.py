"""What the room holds about a person: where they are asked to agree with somebody else's application, and what they recorded."""

from contextlib import suppress

from balai.base.errors import NotFound
from balai.base.holdings import Item, Subject, holds
from balai.records.people import queries as people
from balai.rooms.cosigning import queries


def _asked(subject: Subject) -> list[Item]:
    nik = ""
    with suppress(NotFound):
        nik = people.get_person(subject.person_id).nik
    return [
        Item({"case": number, "state": one.state, "at": one.at, "way": one.way, "until": one.until},
             data={"name": one.name, "phone": one.phone, "email": one.email, "reason": one.reason})
        for number, one in queries.list_about(nik)
    ]  # fmt: skip


def _recorded(subject: Subject) -> list[Item]:
    return [Item(one) for one in queries.list_recorded(subject.ids)]


holds(
    "room_cosigning.asked", tables=("room_cosigning.Cosigner",), bases="e",
    lists=lambda subject: [*_asked(subject), *_recorded(subject)],
)  # fmt: skip
