"""Words in an address that open one person's page, to the officer they were made for, for a quarter of an hour.

Whoever must first show that they know a person's own number or card gets such a word; an id seen elsewhere opens nothing.
"""

from datetime import timedelta
from uuid import UUID

from django.core import signing

from balai.base.errors import NotFound
from balai.records.entrance.officers import Desk

OPEN_FOR = timedelta(minutes=15)


def make(desk: Desk, purpose: str, person_id: UUID) -> str:
    """Make the word that opens a person's page for this officer and purpose."""
    return signing.dumps([str(person_id), str(desk.person_id)], salt=f"desk.{purpose}")


def read(desk: Desk, purpose: str, word: str) -> UUID:
    """Read whose page a word opens. :raises NotFound: for another officer or purpose, or when its time is over."""
    try:
        person, officer = signing.loads(word, salt=f"desk.{purpose}", max_age=OPEN_FOR)
    except signing.BadSignature:
        raise NotFound from None
    if officer != str(desk.person_id):
        raise NotFound
    return UUID(person)
