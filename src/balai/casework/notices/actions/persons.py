"""What a person is told that is about no case: mandates, their account, their identity. Hears people's facts."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.timezone import localdate

from balai.base import crypto, journal
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import NotFound
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.casework.notices import kinds
from balai.casework.notices.actions.telling import tell
from balai.casework.notices.models import Notice
from balai.casework.notices.queries import ADDRESS, CONTENT
from balai.engine.forms import format_date
from balai.records.offices import queries as offices
from balai.records.people import queries as people

kinds.kind("mandate-offered", page="citizen.mandates")
kinds.kind("mandate-recorded", page="citizen.mandates")
kinds.kind("account-recovered", page="citizen.email")
kinds.kind("account-frozen", page="citizen.account")
kinds.kind("account-thawed", page="citizen.account")
kinds.kind("identity-bound", page="citizen.account")
kinds.kind("deputised", page="officer.leave", audience="officer")


@command("notices.mandate", answer=lambda told: 0)
def tell_of_mandate(*, message_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> int:
    """Tell those who may accept an offered mandate, on their pages and by their contacts; tell how many notices.

    Who offers is named masked: a name anybody may give themselves must not travel into a stranger's mailbox.
    """
    with once() as deed:
        mandate = people.get_mandate(mandate_id)
        if mandate.state != "offered":
            return 0  # it was answered or taken back before the worker came
        by = people.list_masked_names([mandate.offered_by]).get(mandate.offered_by, "")
        deciders = people.list_deciders(mandate, localdate(now))
        return sum(tell(deed, person, "mandate-offered", {"name": by}) for person in deciders)


@command("notices.mandate-recorded", answer=lambda told: 0)
def tell_of_recorded_mandate(*, message_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> int:
    """Tell the agent, and whoever else manages the firm's mandates, that a counter recorded one."""
    with once() as deed:
        mandate = people.get_mandate(mandate_id)
        firm = people.list_masked_names([mandate.principal_id]).get(mandate.principal_id, "")
        readers = {mandate.agent_id, *people.list_managers(mandate.principal_id, localdate(now))}
        return sum(tell(deed, person, "mandate-recorded", {"firm": firm}) for person in sorted(readers))


@command("notices.freeze", answer=lambda told: 0, always=True)
def tell_of_freeze(*, message_id: UUID, actor: Actor, now: datetime, freeze_id: UUID) -> int:
    """Tell a person that their account was frozen, or thawed again, and what they can do; never why, which may be a trap for it."""
    with once() as deed:
        found = people.get_freeze(freeze_id)
        at = found.ended_at or found.at
        return tell(
            deed, found.person_id, "account-thawed" if found.ended_at else "account-frozen",
            lambda lang: {"at": moment(at, lang)},
        )  # fmt: skip


@command("notices.recovery", answer=lambda told: 0)
def tell_of_recovery(*, message_id: UUID, actor: Actor, now: datetime, recovery_id: UUID) -> int:
    """Tell the contacts an account had before it was recovered, so that its owner hears of it if it was not them."""
    with once() as deed:
        try:
            person_id, at, contacts = people.get_recovery(recovery_id)
        except NotFound:
            return 0  # forgotten meanwhile

        def facts(lang: str) -> Mapping[str, object]:
            return {"at": moment(at, lang), "link": settings.BALAI_URL}

        return tell(deed, person_id, "account-recovered", facts, contacts=contacts)


def tell_of_binding(*, message_id: UUID, actor: Actor, now: datetime, binding_id: UUID) -> int:
    """Tell a person with an account that it was bound to an identity, so that they hear of it if it was not them."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.binding") as deed:
        found = None if deed.repeated else people.find_binding(binding_id)
        if found is None or found.person.account_id is None or found.person.erased_at is not None:
            return 0  # without an account the person stood at the counter and needs no letter about it
        at, level = found.bound_at, found.level

        def facts(lang: str) -> Mapping[str, object]:
            return {"at": moment(at, lang), "how": texts.say(f"notices.identity-bound.how.{level}", lang)}

        return tell(deed, found.person_id, "identity-bound", facts)


def tell_of_deputising(*, message_id: UUID, actor: Actor, now: datetime, appointment_id: UUID) -> int:
    """Tell an officer that they stand in for the holder of a post, and when."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.deputised") as deed:
        found = None if deed.repeated else offices.find_appointment(appointment_id)
        if found is None:
            return 0  # withdrawn before the worker came

        def facts(lang: str) -> Mapping[str, object]:
            until = found.to_date or found.from_date
            return {
                "post": found.post.title, "unit": found.post.unit.name, "from": format_date(found.from_date, lang),
                "until": format_date(until, lang),
            }  # fmt: skip

        return tell(deed, found.person_id, "deputised", facts)


@command("notices.follow-person", answer=lambda told: 0)
def follow_person(*, message_id: UUID, actor: Actor, now: datetime, kept_id: UUID, gone_id: UUID) -> int:
    """Give the notices of a joined record to the person it was joined into; those about no case are sealed anew for them."""
    with once():
        rows = list(Notice.objects.filter(person_id=gone_id, case__isnull=True))
        if rows:
            old, new = (crypto.data_key(people.get_vault_id(one, erased=True)) for one in (gone_id, kept_id))
            for row in rows:
                row.address_sealed = crypto.seal_with(new, crypto.open_with(old, row.address_sealed, ADDRESS), ADDRESS)
                row.content_sealed = crypto.seal_with(new, crypto.open_with(old, row.content_sealed, CONTENT), CONTENT)
            Notice.objects.bulk_update(rows, ["address_sealed", "content_sealed"])
        return Notice.objects.filter(person_id=gone_id).update(person_id=kept_id)


def forget_person_notices(*, person_id: UUID) -> int:
    """Take away what was said to a person who is being forgotten, about no case; part of the caller's deed."""
    return Notice.objects.filter(case__isnull=True, person_id=person_id).delete()[0]


def clear_erased(vault_ids: Collection[UUID]) -> None:
    """Take away again what a restored backup still holds of erased persons; part of the caller's transaction."""
    Notice.objects.filter(case__isnull=True, person__vault_id__in=vault_ids).delete()
