"""What the machines' door holds about a person: the tokens that act for them; they rest on their account and end with it."""

from balai.base.holdings import Item, Subject, holds
from balai.doors.api import tokens


def _tokens(subject: Subject) -> list[Item]:
    return [
        Item({"name": name, "scopes": scopes, "since": made, "until": expires, "ended_at": revoked})
        for name, scopes, made, expires, revoked in tokens.list_held(subject.ids)
    ]


holds("api.tokens", tables=("api.Token",), bases="e", lists=_tokens, goes_with="people.account")
