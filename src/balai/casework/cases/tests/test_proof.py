"""Proof of contact below the doors: what the deed itself refuses, whichever door it came by."""

import os
import signal
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

import pytest
from django.db import connection, connections
from tests.cast import NOW, Cast, make_cast, open_service, photo, sku_answers

from balai.base import journal_check
from balai.base.actors import ANONYMOUS, Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Dispatch, Entry, Message
from balai.base.outbox import Worker
from balai.casework.cases import policy, queries
from balai.casework.cases.actions import Submission, prove_contact, send_code, start_draft, submit
from balai.casework.cases.models import Case, Draft
from balai.casework.notices.models import Notice
from balai.records.documents import actions as documents
from balai.records.people import actions as people
from balai.records.people.models import Mandate, Person

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, EMAIL = "+6281234567890", "rahma@example.test"
ABOUT = {
    "name": "Siti Rahma", "phone": PHONE, "email": "", "nik": "9901014101900001", "birth_place": "Samarinda",
    "birth_date": "1990-01-01", "address": "Jalan Contoh Nomor 1 RT 02",
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def begin(actor: Actor = ANONYMOUS, **more: Any) -> tuple[UUID, str]:
    return start_draft(actor=actor, now=NOW, service_id="surat-keterangan-usaha", answers={}, **more)


def submission(draft_id: UUID, actor: Actor = ANONYMOUS, **more: Any) -> Submission:
    vault_id = Draft.objects.get(id=draft_id).vault_id

    def file(name: str) -> dict[str, object]:
        stored = documents.store(vault_id, BytesIO(photo()), name=name, actor=actor, now=NOW)
        return {"document": str(stored.id), "name": name, "type": stored.media_type, "size": stored.size}

    return Submission(
        id=uuid4(), actor=actor, now=NOW, service_id="surat-keterangan-usaha", answers=sku_answers(file), draft_id=draft_id, **more
    )  # fmt: skip


def ask(draft: tuple[UUID, str], to: str = PHONE, *, now: Any = NOW, actor: Actor = ANONYMOUS) -> str:
    """Have a code sent and give it, "" when none was."""
    codes: list[str] = []

    def write(code: str) -> tuple[str, str]:
        codes.append(code)
        return "Kode", f"Kode Anda: {code}"

    sent = send_code(actor=actor, now=now, draft_id=draft[0], secret=draft[1], to=to, lang="id", write=write)
    assert sent == bool(codes)
    return codes[0] if codes else ""


def prove(draft: tuple[UUID, str], code: str, *, now: Any = NOW, actor: Actor = ANONYMOUS) -> None:
    prove_contact(actor=actor, now=now, draft_id=draft[0], secret=draft[1], code=code)


def test_a_contact_that_was_only_typed_opens_no_case(cast: Cast) -> None:
    made = submission(begin()[0], contact=ABOUT)
    with pytest.raises(NotAllowed, match="contact-unproven"):
        submit(made)
    with pytest.raises(NotAllowed, match="contact-unproven"):
        submit(replace(made, draft_id=None))
    assert not Case.objects.exists()


def test_a_proven_contact_opens_the_case_and_is_recorded(cast: Cast) -> None:
    draft = begin()
    prove(draft, ask(draft))
    with pytest.raises(NotAllowed, match="contact-unproven"):
        submit(submission(draft[0], contact={**ABOUT, "phone": "+6281300000000"}))
    case_id = submit(submission(draft[0], contact={**ABOUT, "phone": "0812-3456-7890"})).case_id
    case = queries.read_case(case_id=case_id)
    assert (case.data["applicant"]["identity"], case.data["contact"]["proven"]) == ("contact", "phone")
    first = Entry.objects.get(stream=f"case:{case_id}", action="submit")
    assert first.body["contact_proven"] == "phone" and PHONE not in str(first.body)
    assert journal_check.verify_journal().faults == ()


def test_a_proof_serves_its_own_draft_alone(cast: Cast) -> None:
    draft = begin()
    prove(draft, ask(draft))
    with pytest.raises(NotAllowed, match="contact-unproven"):
        submit(submission(begin()[0], contact=ABOUT))


def test_a_code_counts_five_tries_ten_minutes_and_is_kept_as_a_digest(cast: Cast) -> None:
    draft = begin()
    code = ask(draft)
    row = Draft.objects.get()
    assert code.encode() not in bytes(row.contact_code or b"") and bytes(row.contact_code or b"") != code.encode()
    assert PHONE.encode() not in bytes(row.contact_hash or b"")
    for typed in ("", "abc", "12", "١٢٣٤٥٦"):
        with pytest.raises(Invalid, match="code-wrong"):
            prove(draft, typed)
    with pytest.raises(Invalid, match="code-spent"):
        prove(draft, "000000" if code != "000000" else "000001")
    with pytest.raises(Invalid, match="code-spent"):
        prove(draft, code)
    assert Draft.objects.get().contact_code is None
    later = NOW + timedelta(minutes=2)
    code = ask(draft, now=later)
    with pytest.raises(Invalid, match="code-expired"):
        prove(draft, code, now=later + timedelta(minutes=10))
    prove(draft, code, now=later + timedelta(minutes=9))
    prove(draft, code, now=later + timedelta(minutes=9))  # a second click
    assert Draft.objects.get().contact_proven_at is not None


def test_a_new_code_or_another_contact_ends_the_old_one(cast: Cast) -> None:
    draft = begin()
    first = ask(draft)
    assert ask(draft, now=NOW + timedelta(seconds=30)) == "", "a second click is no second code"
    second = ask(draft, now=NOW + timedelta(minutes=2))
    if first != second:
        with pytest.raises(Invalid, match="code-wrong"):
            prove(draft, first, now=NOW + timedelta(minutes=2))
    third = ask(draft, EMAIL, now=NOW + timedelta(minutes=2))
    prove(draft, third, now=NOW + timedelta(minutes=3))
    assert ask(draft, EMAIL, now=NOW + timedelta(minutes=9)) == "", "it is proven"
    assert queries.find_proven(draft[0], {"phone": PHONE, "email": EMAIL.upper()}) == "email"
    assert ask(draft, now=NOW + timedelta(minutes=9))
    assert queries.find_proven(draft[0], {"phone": PHONE, "email": EMAIL}) == "", (
        "the newest contact is the one that counts"
    )


def test_the_code_lies_sealed_and_the_outbox_knows_an_id_alone(cast: Cast) -> None:
    code = ask(begin())
    row, message = Dispatch.objects.get(), Message.objects.get(topic="base.post-owed")
    assert message.payload == {"dispatch": str(row.id)}
    assert (row.kind, row.address_masked) == ("contact-code", "+62***890")
    assert code.encode() not in bytes(row.sealed) and row.expires_at == NOW + queries.CODE_LIFE


def test_strangers_and_sent_drafts_get_no_code(cast: Cast) -> None:
    draft = begin()
    code = ask(draft)
    for wrong in ((draft[0], ""), (draft[0], "X" * 20), (uuid4(), draft[1])):
        with pytest.raises(NotFound):
            ask(wrong)
        with pytest.raises(NotFound):
            prove(wrong, code)
    prove(draft, code)
    submit(submission(draft[0], contact=ABOUT))
    for again in (lambda: ask(draft), lambda: prove(draft, code)):
        with pytest.raises(Conflict, match="draft-sent"):
            again()


def test_a_person_who_was_never_reached_is_refused_by_every_door(cast: Cast) -> None:
    """The API acts as a person too: it is refused with the same code."""
    Person.objects.filter(id=cast.joko.person_id).update(identity_level="none")
    draft = begin(cast.joko.citizen)
    made = submission(draft[0], cast.joko.citizen)
    with pytest.raises(NotAllowed, match="contact-unproven"):
        submit(made)
    prove(draft, ask(draft, EMAIL, actor=cast.joko.citizen), actor=cast.joko.citizen)
    assert Person.objects.get(id=cast.joko.person_id).identity_level == "contact"
    case = queries.read_case(case_id=submit(made).case_id)
    assert case.data["contact"]["proven"] == "account"


def test_who_acts_for_another_is_the_one_who_is_reached(cast: Cast) -> None:
    Person.objects.filter(id=cast.joko.person_id).update(identity_level="none")
    Mandate.objects.create(
        principal_id=cast.joko.person_id, agent_id=cast.siti.person_id, kind="family", from_date=NOW.date(),
        state="active", offered_at=NOW, offered_by=cast.joko.person_id,
    )  # fmt: skip
    draft = begin(cast.siti.citizen, on_behalf_of=cast.joko.person_id)
    made = submission(draft[0], cast.siti.citizen, on_behalf_of=cast.joko.person_id)
    case = queries.read_case(case_id=submit(made).case_id)
    assert (case.data["applicant"]["identity"], case.data["contact"]["proven"]) == ("contact", "agent")


def test_at_a_counter_the_officer_sees_the_person(cast: Cast) -> None:
    Person.objects.filter(id=cast.joko.person_id).update(identity_level="none")
    counter = replace(cast.budi.officer, channel="counter")
    draft = begin(counter, on_behalf_of=cast.joko.person_id)
    case = queries.read_case(case_id=submit(submission(draft[0], counter, on_behalf_of=cast.joko.person_id)).case_id)
    assert case.data["contact"]["proven"] == "counter"


@pytest.mark.parametrize(
    ("channel", "level", "agent", "proven", "means"),
    [
        ("portal", "none", "none", "", ""),
        ("portal", "none", "none", "phone", "phone"),
        ("portal", "none", "seen", "phone", "agent"),
        ("api", "none", "none", "", ""),
        ("api", "contact", "none", "", "account"),
        ("counter", "none", "none", "", "counter"),
        ("portal", "national", "none", "email", "account"),
    ],
)
def test_what_counts_as_reached(channel: Any, level: str, agent: str, proven: str, means: str) -> None:
    actor = Actor("person", channel)
    assert policy.contact_means(actor, level=level, agent_level=agent, proven=proven) == means


# ---- which contact is written to


def told_by(made: Submission) -> dict[str, str]:
    """Submit and tell by which contacts the case's holder is told."""
    contact = queries.read_case(case_id=submit(made).case_id).data["contact"]
    return {name: contact[name] for name in ("email", "phone") if contact[name]}


@pytest.mark.parametrize("proven", [PHONE, EMAIL])
def test_of_two_typed_contacts_the_proven_one_alone_is_written_to(cast: Cast, proven: str) -> None:
    draft = begin()
    prove(draft, ask(draft, proven))
    made = submission(draft[0], contact={**ABOUT, "email": EMAIL})
    case_id = submit(made).case_id
    case = queries.read_case(case_id=case_id)
    assert {case.data["contact"]["email"], case.data["contact"]["phone"]} == {proven, ""}
    assert case.data["applicant"]["email"] == EMAIL, "what they told of themselves stays in the file"
    Worker().drain(NOW)
    told = Notice.objects.filter(case_id=case_id).exclude(channel="portal")
    ways = {"email": "sent" if proven == EMAIL else "no-way", "sms": "sent" if proven == PHONE else "no-way"}
    assert dict(told.values_list("channel", "state")) == ways


def without_phone(person_id: UUID, actor: Actor) -> None:
    people.change_details(command_id=uuid4(), actor=actor, now=NOW, person_id=person_id, phone="")


def test_a_number_the_form_asked_is_no_contact_of_the_account(cast: Cast) -> None:
    without_phone(cast.siti.person_id, cast.siti.citizen)
    draft = begin(cast.siti.citizen)
    made = submission(draft[0], cast.siti.citizen)
    made = replace(made, answers={**made.answers, "phone": "081399999999"})
    assert told_by(made) == {"email": "siti@balai.example"}


def test_a_number_said_at_a_counter_counts(cast: Cast) -> None:
    without_phone(cast.siti.person_id, cast.siti.citizen)
    counter = replace(cast.budi.officer, channel="counter")
    draft = begin(counter, on_behalf_of=cast.siti.person_id)
    made = submission(draft[0], counter, on_behalf_of=cast.siti.person_id)
    made = replace(made, answers={**made.answers, "phone": "081399999999"})
    assert told_by(made) == {"email": "siti@balai.example", "phone": "+6281399999999"}


@pytest.mark.parametrize(
    ("means", "known", "names"),
    [
        ("", False, ()), ("phone", False, ("phone",)), ("email", False, ("email",)), ("counter", False, ("email", "phone")),
        ("", True, ("email", "phone")), ("account", True, ("email", "phone")), ("agent", True, ("email", "phone")),
    ],
)  # fmt: skip
def test_what_was_only_typed_reaches_nobody(means: str, known: bool, names: tuple[str, ...]) -> None:
    assert policy.reaching(means, known=known) == names


class Killer:
    """Kills its own process before its n-th statement."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, 0

    def __call__(self, execute: Any, *told: Any) -> Any:
        self.seen += 1
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*told)


@pytest.mark.parametrize("at", range(1, 7))
def test_killed_while_a_code_is_sent_or_taken_leaves_all_or_nothing(cast: Cast, at: int) -> None:
    """Whatever statement the process dies before, there is a code with its message or neither, and trying again works."""
    draft = begin()
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        signal.alarm(30)
        try:
            with connection.execute_wrapper(Killer(at)), mock.patch("secrets.randbelow", return_value=123456):
                ask(draft)
        finally:
            os._exit(1)
    os.waitpid(pid, 0)
    running = Draft.objects.get().contact_code is not None
    assert running == Dispatch.objects.exists() == Message.objects.filter(topic="base.post-owed").exists()
    prove(draft, "123456" if running else ask(draft))
    assert submit(submission(draft[0], contact=ABOUT)).number
