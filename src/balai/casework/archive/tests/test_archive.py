"""The archive: closed cases are filed under their class, fall due by their event, and a hold stops the count."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import journal
from balai.base.errors import Invalid, NotFound
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.archive import actions, queries
from balai.casework.cases.actions import Command, act
from balai.casework.catalogue import queries as catalogue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.fixture
def closed(cast: Cast) -> UUID:
    """Let Siti apply and think better of it: a closed, filed case."""
    case_id = apply_for_sku(cast).case_id
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    Worker().drain(NOW)
    return case_id


def test_an_open_case_is_not_filed(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    Worker().drain(NOW)
    assert queries.find_record(case_id) is None


def test_a_closed_case_is_filed_under_its_schedule_as_it_stood(closed: UUID) -> None:
    record, plan = queries.find_record(closed), catalogue.get_service("surat-keterangan-usaha").archive
    assert record is not None
    assert plan.keep is not None
    assert (record.class_code, record.fate, record.basis, record.status) == (
        plan.class_,
        plan.then,
        plan.basis,
        plan.status,
    )
    assert record.triggered_on == date(2026, 3, 2)
    assert (record.keep_amount, record.keep_unit) == (plan.keep.amount, plan.keep.unit)
    assert record.falls_due_on is not None
    assert record.falls_due_on >= date(2026 + (plan.keep.amount if plan.keep.unit == "years" else 0), 3, 2)
    assert queries.count_by_class() == [(plan.class_, plan.then, 1)]


def test_filing_twice_is_one_record(closed: UUID, cast: Cast) -> None:
    command = uuid4()
    for _ in range(2):
        actions.file_case(command_id=command, actor=cast.ratna.officer, now=NOW, case_id=closed)
    assert Entry.objects.filter(stream=f"archive:{closed}", action="file").count() == 2  # the listener's and this one
    assert journal.verify_journal().faults == ()


def test_what_falls_due_is_listed_unless_it_is_held(closed: UUID, cast: Cast) -> None:
    record = queries.find_record(closed)
    assert record is not None and record.falls_due_on is not None
    due = record.falls_due_on
    assert queries.list_due(due - timedelta(days=1)) == []
    assert [found.case_id for found in queries.list_due(due)] == [closed]
    command, told = uuid4(), {"actor": cast.ratna.officer, "now": NOW}
    hold = actions.place_hold(command_id=command, case_id=closed, reason="Sengketa di PTUN", **told)  # type: ignore[arg-type]
    assert actions.place_hold(command_id=command, case_id=closed, reason="Sengketa di PTUN", **told) == hold  # type: ignore[arg-type]
    other = actions.place_hold(command_id=uuid4(), case_id=closed, reason="Pemeriksaan", **told)  # type: ignore[arg-type]
    assert queries.list_due(due) == []
    actions.lift_hold(command_id=uuid4(), hold_id=hold, **told)  # type: ignore[arg-type]
    assert queries.list_due(due) == [], "the other hold stands"
    actions.lift_hold(command_id=uuid4(), hold_id=other, **told)  # type: ignore[arg-type]
    assert [found.case_id for found in queries.list_due(due)] == [closed]
    assert [each.lifted_at for each in queries.list_holds(closed)] == [NOW, NOW]


def test_a_hold_needs_a_reason_and_is_lifted_once(closed: UUID, cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        actions.place_hold(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=closed, reason="  ")
    assert set(refused.value.fields) == {"reason"}
    hold = actions.place_hold(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=closed, reason="Audit")
    actions.lift_hold(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, hold_id=hold)
    with pytest.raises(NotFound):
        actions.lift_hold(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, hold_id=hold)
