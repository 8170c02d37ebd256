"""What confirmations hold about a person: that they confirmed law as an officer."""

from balai.base.holdings import Item, Subject, holds
from balai.records.law import queries


def _confirmed(subject: Subject) -> list[Item]:
    return [
        Item(
            {"at": one.confirmed_at, "until": one.review_on, "ended_at": one.ended_at}, title=f"{one.name}: {one.basis}"
        )
        for one in queries.list_by(subject.ids)
    ]


holds("law.confirmed", tables=("law.Confirmation",), bases="c", lists=_confirmed)
