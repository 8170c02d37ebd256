"""What the machines' door holds about a person: the tokens that act for them; they die with their person."""

from uuid import UUID

from balai.base.holdings import Item, Subject, holds
from balai.base.journal import Deed
from balai.doors.api import tokens


def _tokens(subject: Subject) -> list[Item]:
    return [
        Item({"name": name, "scopes": scopes, "since": made, "until": expires, "ended_at": revoked})
        for name, scopes, made, expires, revoked in tokens.list_held(subject.ids)
    ]


def _forget(deed: Deed, person_id: UUID, reason: str) -> None:
    tokens.end_tokens(deed, person_id)


holds("api.tokens", tables=("api.Token",), bases="e", lists=_tokens, forgets=_forget)
