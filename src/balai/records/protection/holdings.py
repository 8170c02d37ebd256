"""What a protection holds about a person: that they are protected, why, and until when it is looked at again."""

from balai.base.holdings import Item, Subject, holds
from balai.records.protection import actions, queries


def _protected(subject: Subject) -> list[Item]:
    return [
        Item({"since": row.since, "until": row.review_on, "ended_at": row.lifted_at})
        for row in queries.list_about(subject.ids)
    ]


holds("protection.set", tables=("protection.Protection",), bases="d", lists=_protected, forgets=actions.forget)
