"""An account is bound at the counter while something else happens to it: a second officer, a newer code, an application."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from tests.cast import NOW, Cast, make_cast, open_service, photo, sku_answers
from tests.races import at_once

from balai.base import journal_check
from balai.base.actors import Actor
from balai.base.errors import Conflict
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.cases.actions import Submission, start_draft, submission, submit
from balai.casework.cases.models import Case, Draft
from balai.casework.notices.actions import cases as notices
from balai.casework.notices.models import Notice
from balai.records.documents import actions as documents
from balai.records.people import actions as people
from balai.records.people import queries as people_queries
from balai.records.people.actions import joining as people_joining
from balai.records.people.models import Binding, Level, Person
from balai.records.people.rules import Identity

pytestmark = pytest.mark.django_db(transaction=True)
NIK, BORN, NAME = "9901014101900001", date(1990, 1, 1), "Siti Rahma Contoh"
WAIT = 1.5  # seconds a deed is held up, for another to overtake it if it can


@pytest.fixture
def cast() -> Cast:
    """Let Siti's account be bound to no card yet."""
    open_service()
    made = make_cast(NOW)
    Person.objects.filter(id=made.siti.person_id).update(nik_hash=None, identity_level=Level.CONTACT)
    return made


def at_counter(officer: UUID) -> Actor:
    return Actor("officer", "counter", officer, second_factor=True)


def make_code(cast: Cast) -> UUID:
    letters = people.make_counter_code(command_id=uuid4(), actor=cast.siti.citizen, now=NOW)
    found = people_queries.find_counter_code(letters, NOW)
    assert found is not None
    return found[0]


def binding(cast: Cast, officer: UUID, code_id: UUID, *, join: bool = False) -> Callable[[], UUID]:
    return lambda: people.bind_account(
        command_id=uuid4(), actor=at_counter(officer), now=NOW, code_id=code_id, nik=NIK, name=NAME, birth_date=BORN,
        join=join, reason="counter",
    )  # fmt: skip


# ---- one code -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attempt", range(4))
def test_of_two_officers_with_one_code_at_once_one_binds(cast: Cast, attempt: int) -> None:
    code_id, officers = make_code(cast), (cast.budi.person_id, cast.ratna.person_id)
    came = at_once(*[binding(cast, officer, code_id) for officer in officers])
    lost = [each for each in came if isinstance(each, Exception)]
    assert [each.code for each in lost if isinstance(each, Conflict)] == ["counter-code"] and len(lost) == 1, came
    assert isinstance(lost[0], Conflict) and "kode baru" in lost[0].message("id")
    winner = officers[came.index(cast.siti.person_id)]
    assert Binding.objects.get().officer_id == winner
    assert people_queries.get_identity_level(cast.siti.person_id) == "seen"
    assert journal_check.verify_journal().faults == ()


@pytest.mark.parametrize("attempt", range(4))
def test_a_newer_code_made_at_that_moment_waits_its_turn(cast: Cast, attempt: int) -> None:
    """Both hold the person first, so neither waits for what the other holds."""
    code_id = make_code(cast)
    came = at_once(binding(cast, cast.budi.person_id, code_id), lambda: make_code(cast))
    told = [getattr(each, "code", each) for each in came if isinstance(each, Exception)]
    assert told in (["already-bound"], ["counter-code"]), came


# ---- an application for the record of before -------------------------------------------------------------------------


@pytest.fixture
def before(cast: Cast) -> UUID:
    """Let the same Siti have been registered at a counter, without an account."""
    person = people.register_person(
        command_id=uuid4(),
        actor=at_counter(cast.budi.person_id),
        now=NOW,
        identity=Identity(NAME, birth_date=BORN, birth_place="Samarinda", address="Jalan Contoh 1"),
    )
    people.bind_identity(
        command_id=uuid4(), actor=at_counter(cast.budi.person_id), now=NOW, person_id=person, nik=NIK, name=NAME,
        birth_date=BORN, birth_place="Samarinda", address="Jalan Contoh 1", reason="counter",
    )  # fmt: skip
    return person


def applying(cast: Cast, citizen: UUID) -> Callable[[], UUID]:
    """Fill in an application at Budi's counter for a citizen, ready to be sent."""
    actor = at_counter(cast.budi.person_id)
    draft_id, _ = start_draft(
        actor=actor, now=NOW, service_id="surat-keterangan-usaha", answers={}, on_behalf_of=citizen
    )
    vault_id = Draft.objects.get(id=draft_id).vault_id

    def file(name: str) -> dict[str, Any]:
        upload = SimpleUploadedFile(name, photo(), "image/jpeg")
        kept = documents.store(vault_id, upload.chunks(), name=name, actor=actor, now=NOW)
        return {"document": str(kept.id), "name": name, "type": kept.media_type, "size": kept.size}

    made = Submission(
        id=uuid4(), actor=actor, now=NOW, service_id="surat-keterangan-usaha", answers=sku_answers(file),
        on_behalf_of=citizen, draft_id=draft_id,
    )  # fmt: skip
    return lambda: submit(made).case_id


def joining(cast: Cast, done: threading.Event | None = None) -> Callable[[], None]:
    """Join Siti's record of before into her account, and let casework follow."""
    bind = binding(cast, cast.budi.person_id, make_code(cast), join=True)

    def join() -> None:
        bind()
        Worker().drain(NOW)
        if done is not None:
            done.set()

    return join


def belongs_to_her(cast: Cast, before: UUID) -> None:
    """Check that the one case is the account's, and that nothing stayed with the record of before."""
    Worker().drain(NOW)
    assert Case.objects.get().applicant_id == cast.siti.person_id
    assert not Case.objects.filter(applicant_id=before).exists()
    assert not Draft.objects.filter(on_behalf_of_id=before).exists()
    assert people_queries.find_joined(before) == cast.siti.person_id
    assert journal_check.verify_journal().faults == ()


def test_an_application_half_sent_is_not_overtaken_by_the_joining(
    cast: Cast, before: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The applicant was read and the case is not yet committed: the joining must wait, or it would not see the case."""
    known, joined = threading.Event(), threading.Event()
    join, send, unhurried = joining(cast, joined), applying(cast, before), submission._open

    def slowly(*args: Any, **kwargs: Any) -> Any:
        known.set()
        overtaken = joined.wait(WAIT)
        assert not overtaken, "the record was joined into another under the hands of whoever applied for it"
        return unhurried(*args, **kwargs)

    def join_then() -> None:
        assert known.wait(10)
        join()

    monkeypatch.setattr(submission, "_open", slowly)
    came = at_once(send, join_then)
    assert [each for each in came if isinstance(each, Exception)] == []
    belongs_to_her(cast, before)


def test_an_application_sent_while_the_joining_is_half_done_waits_and_follows(
    cast: Cast, before: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    half, sent = threading.Event(), threading.Event()
    join, send, whole = joining(cast), applying(cast, before), people_joining._move_mandates

    def slowly(*args: Any, **kwargs: Any) -> Any:
        half.set()
        sent.wait(WAIT)
        return whole(*args, **kwargs)

    def send_then() -> None:
        assert half.wait(10)
        send()
        sent.set()

    monkeypatch.setattr(people_joining, "_move_mandates", slowly)
    came = at_once(join, send_then)
    assert [each for each in came if isinstance(each, Exception)] == []
    belongs_to_her(cast, before)
    assert not Entry.objects.filter(action="holder-joined").exists(), (
        "sent after the joining, it never was the record's of before"
    )


def test_an_application_sent_after_the_joining_follows(cast: Cast, before: UUID) -> None:
    send = applying(cast, before)
    joining(cast)()
    send()
    belongs_to_her(cast, before)


def test_a_notice_half_queued_is_not_left_behind(cast: Cast, before: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose pages it stands on was read and the notice is not yet kept: the joining must wait, or would not see it."""
    applying(cast, before)()
    read, joined, at_ease = threading.Event(), threading.Event(), notices._announce

    def slowly(*args: Any, **kwargs: Any) -> Any:
        read.set()
        joined.wait(WAIT)
        return at_ease(*args, **kwargs)

    def join_then() -> None:
        assert read.wait(10)
        join()

    join = joining(cast, joined)
    monkeypatch.setattr(notices, "_announce", slowly)
    came = at_once(lambda: Worker().drain(NOW), join_then)
    Worker().drain(NOW)
    assert [each for each in came if isinstance(each, Exception)] == []
    assert set(Notice.objects.filter(channel="portal").values_list("person_id", flat=True)) == {cast.siti.person_id}


@pytest.mark.parametrize("attempt", range(4))
def test_whichever_comes_first_the_case_is_hers(cast: Cast, before: UUID, attempt: int) -> None:
    came = at_once(applying(cast, before), joining(cast))
    assert [each for each in came if isinstance(each, Exception)] == []
    belongs_to_her(cast, before)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_two_applications_of_one_person_do_not_wait_for_each_other(
    cast: Cast, before: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, unhurried = threading.Barrier(2), submission._open

    def together(*args: Any, **kwargs: Any) -> Any:
        gate.wait(10)  # both have read their applicant
        return unhurried(*args, **kwargs)

    sending = [applying(cast, before) for _ in range(2)]
    monkeypatch.setattr(submission, "_open", together)
    assert [each for each in at_once(*sending) if isinstance(each, Exception)] == []
