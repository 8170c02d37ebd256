"""An account given back to a person who stands at the counter with the card they were bound to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings

from balai.base import access_log
from balai.base.errors import Invalid, NotFound
from balai.base.pages import texts
from balai.doors.desk import counter
from balai.records.entrance import passes
from balai.records.entrance.officers import Desk
from balai.records.people import actions
from balai.records.people import policy as people_policy
from balai.records.people import queries as people
from balai.records.people.models import Account
from balai.records.people.rules import mask_contact
from balai.records.protection import policy as protection

PURPOSE = "recovery"


@dataclass(frozen=True, slots=True)
class Recoverable:
    """Whose account it is and what it can be reached by, masked; what only an administrator may change."""

    person_id: UUID
    name: str
    birth_date: date | None
    email: str
    phone: str
    second_factor: bool
    officer: bool


def find_by_card(desk: Desk, shown: counter.ShownDocument, born: date | None, seen: bool) -> str:
    """Find whose card it is and give the word that opens their account's page for this officer.

    :raises Invalid: `fields` says what to mend. :raises TooMany: when this officer looked too often.
    """
    person_id = counter.find_by_card(desk, shown, born, seen)
    if person_id is None or people.find_account_of_person(person_id) is None:
        access_log.record_security("recovery-not-found", actor=desk.actor.reference, now=desk.now)
        raise Invalid(fields={"nik": texts.say("desk.recovery.fault.nobody")})
    return passes.make(desk, PURPOSE, person_id)


def open_account(desk: Desk, person_id: UUID, *, officer: bool) -> Recoverable:
    """Open whose account it is, for an administrator an officer's alone; the reading is recorded first.

    A citizen's comes back at a counter, where their card is looked at. :raises NotFound: without such an account.
    """
    account_id = people.find_account_of_person(person_id)
    if account_id is None:
        raise NotFound
    account: Account = people.get_account(account_id)
    if officer and not account.second_factor_required:
        raise NotFound
    protection.require_shown(desk.through("counter"), person_id, desk.now, purpose="recovery")
    person = people.read_person(desk.through("counter"), person_id, purpose="recovery", now=desk.now)
    return Recoverable(
        person_id,
        person.name,
        person.birth_date,
        mask_contact(account.email) if account.email else "",
        mask_contact(account.phone) if account.phone else "",
        people_policy.has_second_factor(account.id),
        account.second_factor_required,
    )


def recover(desk: Desk, person_id: UUID, command_id: UUID, typed: Mapping[str, str]) -> str:
    """Do it, and give the whole address to show once. :raises Invalid: `fields` says what to mend."""
    faults = {
        name: texts.say(f"desk.recovery.fault.{name}")
        for name, given in (("reason", typed.get("reason")), ("sure", typed.get("sure")))
        if not given
    }
    if faults:
        raise Invalid(fields=faults)
    lost = [means for means in ("email", "phone") if typed.get(f"lost_{means}")]
    address = actions.recover_account(
        command_id=command_id,
        actor=desk.through("counter"),
        now=desk.now,
        person_id=person_id,
        reason=typed["reason"],
        drop_second_factors=bool(typed.get("lost_factor")),
        lost=lost,
        email=typed.get("email", "") if "email" in lost else "",
        phone=typed.get("phone", "") if "phone" in lost else "",
    )
    return f"{settings.BALAI_URL}{address}"
