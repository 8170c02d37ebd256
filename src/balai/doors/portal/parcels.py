"""What the portal itself sends: the code to go on with a draft, the link to a case whose code was lost."""

from uuid import UUID

from balai.base import plugs
from balai.base.pages.texts import say
from balai.base.post import Parcel, port_of
from balai.records.people.rules import normalise_email, normalise_phone


def same_contact(typed: str, kept: str) -> bool:
    """Tell whether a typed contact is the one that was kept, in any way of writing it."""
    if not typed.strip() or not kept:
        return False
    if "@" in kept:
        return normalise_email(typed) == normalise_email(kept)
    return normalise_phone(typed) == normalise_phone(kept)


def write(kind: str, lang: str, **params: str) -> tuple[str, str]:
    """Write a message of the portal: (subject, body)."""
    return say(f"portal.parcel.{kind}.subject", lang), say(f"portal.parcel.{kind}.body", lang, **params)


def carry(key: UUID, to: str, kind: str, lang: str, **params: str) -> None:
    """Hand a message to the carrier of its contact. :raises Exception: whatever the carrier raises when it cannot."""
    plugs.get(port_of(to)).send(Parcel(key, to, *write(kind, lang, **params), lang))
