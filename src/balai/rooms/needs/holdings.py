"""What the room holds about a person: what they said they need, by their consent."""

from balai.base.holdings import Item, Subject, holds
from balai.base.pages.texts import say
from balai.rooms.needs import actions, queries


def _said(subject: Subject) -> list[Item]:
    return [
        Item({
            "need": ", ".join(say(f"room_needs.kind.{kind}", subject.lang) for kind in told.kinds), "words": told.words,
            "at": told.at, "at_counter": told.at_counter,
        })
        for told in queries.list_of(subject.ids)
    ]  # fmt: skip


holds(
    "room_needs.said", tables=("room_needs.Need",), bases="a", lists=_said, forgets=actions.forget_person,
)  # fmt: skip
