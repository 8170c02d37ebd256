"""Every read of shared letters: a holder's list, what a link opens, what is held about a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from balai.base import access_log, crypto
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseView
from balai.casework.issuing import queries as issuing
from balai.casework.issuing.queries import PublicLetter
from balai.records.protection import policy as protection
from balai.rooms.sharing import policy, rules
from balai.rooms.sharing.models import Share

PURPOSE = "shared letter"
BY_LINK = Actor(
    "anonymous", "portal", name="link"
)  # whoever opens a link is that to its letter's holder, with an account or without


@dataclass(frozen=True, slots=True)
class Shareable:
    """A letter of a case that its holder may share."""

    id: UUID
    title: str
    number: str


@dataclass(frozen=True, slots=True)
class SharedLetter:
    """What a link shows: the letter as everybody is told of it, and its file."""

    share_id: UUID
    letter: PublicLetter
    file: bytes


def open_case(actor: Actor, number: str, *, now: datetime, track_code: str) -> CaseView:
    """Open a case for its holder, who may share its letters. :raises NotFound: :raises NotAllowed:"""
    view = cases.open_case(actor, number, now=now, purpose="own case", track_code=track_code)
    policy.require_holder(view)
    return view


def list_letters(view: CaseView) -> list[Shareable]:
    """List the letters of a case that can be shared: those that were signed and hold. One query."""
    found = issuing.list_letters_of(view.row.id)
    return [Shareable(one.id, one.title, one.number) for one in reversed(found) if one.state == "signed"]


def get_letter(view: CaseView, letter_id: UUID) -> Shareable:
    """Give a letter of an opened case. :raises NotFound: of another case, or one that cannot be shared."""
    for one in list_letters(view):
        if one.id == letter_id:
            return one
    raise NotFound


def list_shares(letter_id: UUID, limit: int = 50) -> list[Share]:
    """List the links to a letter, newest first. One query."""
    return list(Share.objects.filter(letter_id=letter_id).order_by("-made_at")[:limit])


def count_open(letter_id: UUID, now: datetime) -> int:
    """Count the links to a letter that hold. One query."""
    return Share.objects.filter(letter_id=letter_id, withdrawn_at__isnull=True, until__gt=now).count()


def hash_of(secret: str) -> bytes:
    """Hash a secret as it is looked for: under the town's key, so that a stolen table opens nothing."""
    return crypto.lookup_hash("letter-share", secret)


def find_state(secret: str, now: datetime) -> tuple[Share | None, str]:
    """Find a link and what it is: `open`, `expired`, `withdrawn`; `unknown` of whatever is none. One query."""
    read = rules.read_secret(secret)
    found = Share.objects.filter(key_hash=hash_of(read)).select_related("letter").first() if read else None
    return (found, rules.state_of(found.until, found.withdrawn_at, now)) if found else (None, "unknown")


def open_share(share: Share, now: datetime) -> SharedLetter:
    """Open the letter of a link that holds; the reading is recorded first, where its holder sees it.

    :raises NotFound: the case was forgotten, the letter has no file, or its holder is protected by now.
    :raises Altered: its row is not what its journal tells.
    """
    face = cases.read_face(case_id=share.letter.case_id)
    if protection.is_hidden(BY_LINK, face.applicant_id, now, vault_id=face.vault_id):
        raise NotFound
    access_log.record_access(
        BY_LINK, purpose=PURPOSE, object=f"letter:{share.letter_id}", person_id=face.applicant_id, now=now
    )
    letter = issuing.find_letter_by_code(share.letter.code, now=now)
    if letter is None:
        raise NotFound
    return SharedLetter(share.id, letter, issuing.read_file(share.letter, face.open().key))


def list_of(person_ids: Collection[UUID]) -> Sequence[Share]:
    """List the links that a person made. One query."""
    return list(Share.objects.filter(person_id__in=person_ids).select_related("letter").order_by("-made_at"))
