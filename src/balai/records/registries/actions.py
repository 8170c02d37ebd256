"""Every write of registries: filling the synthetic one."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from balai.base import journal
from balai.base.actors import Actor
from balai.records.people import policy
from balai.records.registries.models import SyntheticResident
from balai.records.registries.rules import Resident


def seed_residents(*, command_id: UUID, actor: Actor, now: datetime, residents: Iterable[Resident]) -> int:
    """Put invented residents into the synthetic registry and tell how many; one that is there already stays as it is.

    The database refuses a NIK whose area could exist.
    """
    policy.require_administrator(actor)
    with journal.deed(command_id, actor=actor, now=now, name="registries.seed_residents") as deed:
        if deed.repeated:
            return int(deed.answer["residents"])
        rows = [
            SyntheticResident(nik=each.nik, family_card=each.family_card, record=each.as_json()) for each in residents
        ]
        SyntheticResident.objects.bulk_create(rows, batch_size=300, ignore_conflicts=True)
        deed.answer = {"residents": len(rows)}
        return len(rows)
