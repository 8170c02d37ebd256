"""From which day a file is kept: its closing, its decision, or the end of what its letter holds."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cast import NOW, Cast

from balai.base import journal_check
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.archive import actions, queries
from balai.casework.archive.listeners import ARCHIVE
from balai.casework.archive.rules import Issued, counted_from
from balai.casework.cases.actions import Command, act
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import authority
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import open_letter_service, sign, stage, to_sign
from balai.records.filing.models import Record
from balai.records.folders.models import FolderVersion

CLOSED, EARLY, LATE, END = date(2026, 3, 9), date(2026, 3, 3), date(2026, 3, 5), date(2026, 9, 2)
GRANT, REFUSAL = Issued("grant", EARLY, END, None), Issued("refusal", LATE, None, None)
RECEIPT = Issued("receipt", LATE, None, None)


@pytest.mark.parametrize(
    ("trigger", "decided", "letters", "day"),
    [
        ("closed", EARLY, [GRANT], CLOSED),
        ("decided", EARLY, [REFUSAL], EARLY),
        ("decided", None, [GRANT, REFUSAL], LATE),
        ("decided", None, [GRANT, RECEIPT], EARLY),
        ("decided", None, [], CLOSED),
        ("valid_until", EARLY, [GRANT], END),
        ("valid_until", None, [REFUSAL], CLOSED),
        ("valid_until", None, [], CLOSED),
        ("valid_until", None, [GRANT, Issued("grant", LATE, date(2027, 1, 1), None)], date(2027, 1, 1)),
        ("valid_until", None, [Issued("grant", EARLY, END, LATE)], LATE),
        ("valid_until", None, [Issued("grant", EARLY, END, END + timedelta(days=3))], END),
        ("valid_until", None, [Issued("grant", EARLY, END, LATE), Issued("grant", LATE, END, None)], END),
    ],
)
def test_retention_counts_from_the_day_its_schedule_names(
    trigger: str, decided: date | None, letters: list[Issued], day: date
) -> None:
    assert counted_from(trigger, closed_on=CLOSED, decided_on=decided, letters=letters) == day


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
LETTERS = st.lists(
    st.builds(Issued, st.sampled_from(["grant", "refusal", "receipt"]), DAYS, st.none() | DAYS, st.none() | DAYS), max_size=5
)  # fmt: skip
TRIGGERS = ("closed", "decided", "valid_until")


@given(st.sampled_from(TRIGGERS), DAYS, st.none() | DAYS, LETTERS, st.data())
def test_in_whatever_order_its_letters_came_the_day_is_the_same(
    trigger: str, closed: date, decided: date | None, letters: list[Issued], data: st.DataObject
) -> None:
    told = {"closed_on": closed, "decided_on": decided}
    day = counted_from(trigger, letters=letters, **told)
    assert counted_from(trigger, letters=data.draw(st.permutations(letters)), **told) == day
    known = {closed, decided} | {d for one in letters for d in (one.signed_on, one.valid_until, one.revoked_on)}
    assert day in known


# ---- on real cases ---------------------------------------------------------------------------------------------------


def opened(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    cast = stage()
    FolderVersion.objects.all().delete()
    open_letter_service(**changes)
    return cast


def record_of(case_id: UUID) -> Record:
    found = queries.find_record(case_id)
    assert found is not None and found.triggered_on is not None
    return found


@pytest.mark.django_db(transaction=True)
def test_a_file_kept_from_the_end_of_its_letters_validity_is(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = opened(monkeypatch, **{"from: closed": "from: valid_until"})
    case_id, token = to_sign(cast)
    sign(cast, case_id, token)
    Worker().drain(NOW)
    record, letter = record_of(case_id), Letter.objects.get(case_id=case_id)
    assert letter.valid_until is not None and letter.valid_until.isoformat()[:7] == "2026-09"
    assert (record.trigger, record.triggered_on) == ("valid_until", letter.valid_until)
    assert record.falls_due_on == letter.valid_until.replace(year=2031)


@pytest.mark.django_db(transaction=True)
def test_a_refusal_has_no_validity_and_is_kept_from_its_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = opened(monkeypatch, **{"from: closed": "from: valid_until"})
    case_id, token = to_sign(cast, "refuse")
    sign(cast, case_id, token)
    Worker().drain(NOW)
    assert record_of(case_id).triggered_on == date(2026, 3, 2)


@pytest.mark.django_db(transaction=True)
def test_a_revoked_letter_is_counted_from_its_revocation_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = opened(monkeypatch, **{"from: closed": "from: valid_until"})
    case_id, token = to_sign(cast)
    sign(cast, case_id, token)
    Worker().drain(NOW)
    later = NOW + timedelta(days=30)
    told: dict[str, Any] = {"actor": cast.ratna.officer, "now": later, "reason": "Data tidak benar"}
    issuing.revoke(command_id=uuid4(), letter_id=Letter.objects.get(case_id=case_id).id, **told)
    Worker().drain(later)
    Worker().drain(later + timedelta(hours=1))
    record = record_of(case_id)
    assert (record.triggered_on, record.falls_due_on) == (date(2026, 4, 1), date(2031, 4, 1))
    assert Entry.objects.filter(stream=f"archive:{case_id}", action="recount").count() == 1
    assert journal_check.verify_journal().faults == ()


@pytest.mark.django_db(transaction=True)
def test_a_revocation_moves_no_file_that_is_kept_from_its_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = opened(monkeypatch)
    case_id, token = to_sign(cast)
    sign(cast, case_id, token)
    Worker().drain(NOW)
    before = record_of(case_id).falls_due_on
    told: dict[str, Any] = {"actor": cast.ratna.officer, "now": NOW, "reason": "Data tidak benar"}
    issuing.revoke(command_id=uuid4(), letter_id=Letter.objects.get(case_id=case_id).id, **told)
    Worker().drain(NOW)
    assert record_of(case_id).falls_due_on == before
    assert not Entry.objects.filter(stream=f"archive:{case_id}", action="recount").exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_kept_from_its_decision_counts_from_the_step_that_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    decides = {"form: decide, due: 1 working-day": "form: decide, due: 1 working-day, event: decided"}
    cast = opened(monkeypatch, **{"from: closed": "from: decided"}, **decides)
    case_id, _ = to_sign(cast)
    late = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=late, case_id=case_id, action="withdraw"))
    Worker().drain(late)
    assert (record_of(case_id).trigger, record_of(case_id).triggered_on) == ("decided", date(2026, 3, 2))


@pytest.mark.django_db(transaction=True)
def test_in_whatever_order_its_events_are_heard_the_date_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The case is closed and its letter revoked; what tells of it is heard in any order, also twice, also late."""
    cast = opened(monkeypatch, **{"from: closed": "from: valid_until"})
    case_id, token = to_sign(cast)
    sign(cast, case_id, token)
    later = NOW + timedelta(days=30)
    told: dict[str, Any] = {"actor": cast.ratna.officer, "now": later, "reason": "Data tidak benar"}
    issuing.revoke(command_id=uuid4(), letter_id=Letter.objects.get(case_id=case_id).id, **told)
    hear = {"closed": actions.file_case, "revoked": actions.recount_case}
    for order in sorted(set(permutations(("closed", "closed", "revoked", "revoked")))):
        Record.objects.all().delete()
        for at, event in enumerate(order):
            hear[event](command_id=uuid4(), actor=ARCHIVE, now=later + timedelta(days=at), case_id=case_id)
        record = record_of(case_id)
        assert (record.triggered_on, record.falls_due_on) == (date(2026, 4, 1), date(2031, 4, 1)), order
    assert journal_check.verify_journal().faults == ()
