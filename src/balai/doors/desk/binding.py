"""An online account bound at the counter: its holder shows a one-time code, the officer sees their card and their face."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from balai.base import access_log, intake, throttle
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages import texts
from balai.doors.desk import counter
from balai.records.entrance import passes
from balai.records.entrance.officers import Desk
from balai.records.people import actions
from balai.records.people import queries as people
from balai.records.people.models import Account
from balai.records.people.rules import mask_contact

PURPOSE = "binding"
TRIES = 10  # codes a quarter of an hour and officer, right ones too


@dataclass(frozen=True, slots=True)
class Bindable:
    """Whose account a code stands for, as its holder named themselves, and what it is reached by, masked."""

    name: str
    email: str
    phone: str


def find_by_code(desk: Desk, typed: str) -> str:
    """Find whose code it is and give the word that opens the page where this officer copies the card.

    :raises Invalid: for a code that is wrong, used or late. :raises NotAllowed: `four-eyes` for the officer's own.
    :raises TooMany: when this officer typed too many.
    """
    throttle.take("counter-code", str(desk.person_id), limit=TRIES, per=timedelta(minutes=15), now=desk.now)
    found = people.find_counter_code(typed, desk.now)
    if found is None:
        access_log.record_security("counter-code-wrong", actor=desk.actor.reference, now=desk.now)
        raise Invalid(fields={"code": texts.say("desk.bind.fault.code")})
    code_id, person_id = found
    if person_id == desk.person_id:
        raise NotAllowed("four-eyes")
    return passes.make(desk, PURPOSE, code_id)


def open_account(desk: Desk, code_id: UUID) -> Bindable:
    """Open whose account it is; the reading is recorded first. :raises Conflict: `counter-code` when it was used."""
    try:
        person_id = people.get_code_owner(code_id)
        person = people.read_person(desk.through("counter"), person_id, purpose=PURPOSE, now=desk.now)
    except NotFound:
        raise Conflict("counter-code") from None
    assert person.account_id is not None, "whoever made the code was signed in"
    account: Account = people.get_account(person.account_id)
    email, phone = (mask_contact(contact) if contact else "" for contact in (account.email, account.phone))
    return Bindable(person.name, email, phone)


def bind(desk: Desk, code_id: UUID, command_id: UUID, typed: Mapping[str, str], born: date | None) -> None:
    """Bind the account to the card. :raises Invalid: `fields` says what to mend."""
    shown, name = counter.ShownDocument.of(typed), intake.line(typed.get("name", ""), 120, "name")
    counter.require_card({"name": name, "birth_date": born, "seen": typed.get("seen")}, shown)
    throttle.take("counter-card", str(desk.person_id), limit=counter.LOOKS, per=timedelta(hours=1), now=desk.now)
    actions.bind_account(
        command_id=command_id, actor=desk.through("counter"), now=desk.now, code_id=code_id,
        nik=shown.number if shown.kind == "ktp" else "", document=shown.read if shown.kind != "ktp" else None, name=name,
        birth_date=born, join=bool(typed.get("join")), reason="counter",
    )  # fmt: skip
