"""The links by which an account's password is chosen, and what an invitation's link proves: one that was mailed, the address; one on paper, nothing."""

from typing import Literal

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from balai.records.people import queries
from balai.records.people.models import Account

Way = Literal["mail", "paper"]
WAYS: tuple[Way, ...] = ("mail", "paper")


class LinkTokens(PasswordResetTokenGenerator):
    """Tokens of links: allauth's own, and invitations, each of which says how it was given and passes for no other."""

    def _make_hash_value(self, user: Account, timestamp: int) -> str:
        """Bind a token to every address of its account, as allauth does: it ends when one comes or goes."""
        known = {*queries.list_addresses(user.pk), user.email or ""}
        return super()._make_hash_value(user, timestamp) + "|".join(sorted(known - {""}))

    def check_token(self, user: Account | None, token: str | None) -> bool:
        """Tell whether a token is this account's and has neither run out nor been used."""
        way, rest = read(token or "")
        return PasswordResetTokenGenerator.check_token(_of(way) if way else self, user, rest)


def _of(way: Way) -> LinkTokens:
    made = LinkTokens()
    made.key_salt = f"{LinkTokens.key_salt}.{way}"
    return made


def invite(account: Account, way: Way) -> str:
    """Make the token of an invitation, which is given by mail or on paper; good for some days, once."""
    return f"{way}.{_of(way).make_token(account)}"


def read(token: str) -> tuple[Way | None, str]:
    """Read how an invitation was given, and its token; None for a link that is no invitation."""
    for way in WAYS:
        if token.startswith(f"{way}."):
            return way, token[len(way) + 1 :]
    return None, token
