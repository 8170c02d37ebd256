"""What letters say of an officer beside their name: civil service number and rank, sealed with the rest of the person."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import journal
from balai.base.actors import Actor
from balai.engine.forms import WrongNumberError
from balai.records.errors import wrong
from balai.records.people import events, policy, ranks
from balai.records.people.actions.rows import fingerprint, lock_person, open_details, reseal


def read_official(nip: str, rank: str, on_date: date) -> tuple[str, str]:
    """Answer an officer's number (18 digits) and rank (its code) as typed; "" for what is not known.

    :raises Invalid: `nip-format`, `rank-unknown`, each at its field.
    """
    try:
        digits = ranks.read_number(nip)
    except WrongNumberError:
        raise wrong("nip-format", "nip") from None
    found = ranks.find(rank, on_date) if rank.strip() else None
    if rank.strip() and found is None:
        raise wrong("rank-unknown", "rank")
    return digits, found.code if found else ""


def note_official(
    *, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, nip: str | None, rank: str | None
) -> None:
    """Note an officer's civil service number and rank, "" for none, None to leave it; letters signed from then on bear them.

    :raises NotAllowed: for all but administrators; :raises Invalid: `nip-format`, `rank-unknown`; :raises NotFound:
    """
    policy.require_administrator(actor)
    digits, code = read_official(nip or "", rank or "", localdate(now))
    told: dict[str, Any] = {
        name: value for name, value, typed in (("nip", digits, nip), ("rank", code, rank)) if typed is not None
    }
    digest = journal.digest_of(person_id, fingerprint(told))
    with journal.deed(command_id, actor=actor, now=now, name="people.note_official", digest=digest) as deed:
        if deed.repeated:
            return
        person = lock_person(person_id)
        before = open_details(person)
        changed = sorted(name for name, value in told.items() if getattr(before, name) != value)
        if changed:
            reseal(person, replace(before, **told), now)
            deed.record(f"person:{person_id}", events.DETAILS_CHANGED, {"fields": changed})
