"""Two records of one person become one."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from balai.base import journal
from balai.base.errors import Conflict
from balai.records.people import rules
from balai.records.people.actions.rows import open_details, reseal
from balai.records.people.models import Binding, Invitation, Mandate, Person


def join_records(
    deed: journal.Deed, kept_id: UUID, gone_id: UUID, birth_date: date | None, *, agreed: bool, vouched: bool
) -> dict[str, Any]:  # fmt: skip
    """Make one person of two records, as part of the caller's deed, and tell it as its journal will.

    The record with the account stays, since its sessions, posts and past deeds name it; what casework holds of the other
    follows by `persons-joined`. A provider that is believed need not tell the date of birth; what it tells must fit.
    """
    rows = {row.id: row for row in Person.objects.select_for_update().filter(id__in=(kept_id, gone_id)).order_by("id")}
    kept, gone = rows[kept_id], rows[gone_id]
    if kept.erased_at is not None or gone.erased_at is not None:
        raise Conflict  # forgotten or joined a moment ago
    details = open_details(gone)
    if kept.nik_hash is not None:
        raise Conflict("identity-bound")
    if details.birth_date != birth_date and not (vouched and birth_date is None):
        raise Conflict("identity-elsewhere")
    if gone.account_id is not None:
        raise Conflict("has-account")
    if not agreed:
        raise Conflict("known-here")
    gone.nik_hash = None
    gone.save(update_fields=["nik_hash"])  # first, since no two rows may bear it
    reseal(kept, rules.join(open_details(kept), details), deed.now)
    Person.objects.filter(Q(id=gone_id) | Q(joined_into_id=gone_id)).update(joined_into=kept)
    Person.objects.filter(id=gone_id).update(sealed=b"", name_masked="", erased_at=deed.now, changed_at=deed.now)
    Binding.objects.filter(person=gone).update(person=kept)
    return {"kept": str(kept_id), "gone": str(gone_id), "mandates": _move_mandates(deed, kept_id, gone_id)}


def _move_mandates(deed: journal.Deed, kept_id: UUID, gone_id: UUID) -> int:
    """Let mandates follow their person; one between the two records was a person's with themselves and ends."""
    between = Q(principal_id=kept_id, agent_id=gone_id) | Q(principal_id=gone_id, agent_id=kept_id)
    Mandate.objects.filter(between, state__in=(Mandate.State.OFFERED, Mandate.State.ACTIVE)).update(
        state=Mandate.State.REVOKED, ended_at=deed.now, ended_by=deed.actor.person_id
    )
    Invitation.objects.filter(
        Q(principal_id=gone_id) | Q(by_person=gone_id)
    ).delete()  # sealed under a key that is gone
    rest = Mandate.objects.exclude(between)
    rest.filter(offered_by=gone_id).update(offered_by=kept_id)
    return sum(rest.filter(**{side: gone_id}).update(**{side: kept_id}) for side in ("principal_id", "agent_id"))
