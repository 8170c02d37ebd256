"""What the portal itself sends: the code to go on with a draft, the link to a case whose code was lost."""

from dataclasses import dataclass
from uuid import UUID

from balai.base import plugs
from balai.base.pages.texts import say
from balai.records.people.rules import normalise_email, normalise_phone


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the ports `mail` and `sms` carry; `key` lets a carrier drop a repeat."""

    key: UUID
    to: str
    subject: str
    body: str
    language: str


def same_contact(typed: str, kept: str) -> bool:
    """Tell whether a typed contact is the one that was kept, in any way of writing it."""
    if not typed.strip() or not kept:
        return False
    if "@" in kept:
        return normalise_email(typed) == normalise_email(kept)
    return normalise_phone(typed) == normalise_phone(kept)


def carry(key: UUID, to: str, kind: str, lang: str, **params: str) -> None:
    """Hand a message to the carrier of its contact. :raises Exception: whatever the carrier raises when it cannot."""
    subject, body = say(f"portal.parcel.{kind}.subject", lang), say(f"portal.parcel.{kind}.body", lang, **params)
    plugs.get("mail" if "@" in to else "sms").send(Parcel(key, to, subject, body, lang))
