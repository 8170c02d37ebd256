"""What the room holds about a person: which of their letters they shared, until when, and how often that was opened."""

from balai.base.holdings import Item, Subject, holds
from balai.rooms.sharing import actions, queries


def _shared(subject: Subject) -> list[Item]:
    return [
        Item({
            "letter": one.letter.number, "made_at": one.made_at, "until": one.until, "withdrawn_at": one.withdrawn_at,
            "opened": one.opened, "opened_at": one.opened_at,
        })
        for one in queries.list_of(subject.ids)
    ]  # fmt: skip


holds("room_sharing.shared", tables=("room_sharing.Share",), bases="a", lists=_shared, forgets=actions.forget)
