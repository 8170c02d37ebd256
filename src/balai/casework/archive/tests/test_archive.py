"""The archive: closed cases are filed under their class, fall due by their event, and a hold stops the count."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import journal_check
from balai.base.errors import Conflict, Invalid, NotFound
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.archive import actions, queries
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case
from balai.casework.catalogue import queries as catalogue
from balai.records.filing import queries as filing

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


def list_due(on: date) -> list[UUID]:
    """List the cases that fall due by a date and are under no hold."""
    return [row.object_id for row in filing.list_kept(("/",), "due", on)[0]]


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
    assert filing.count_by_class() == [(plan.class_, plan.then, 1)]


def test_filing_twice_is_one_record(closed: UUID, cast: Cast) -> None:
    command = uuid4()
    for _ in range(2):
        actions.file_case(command_id=command, actor=cast.ratna.officer, now=NOW, case_id=closed)
    assert Entry.objects.filter(stream=f"archive:{closed}", action="file").count() == 2  # the listener's and this one
    assert journal_check.verify_journal().faults == ()


def test_what_falls_due_is_listed_unless_it_is_held(closed: UUID, cast: Cast) -> None:
    record = queries.find_record(closed)
    assert record is not None and record.falls_due_on is not None
    due = record.falls_due_on
    assert list_due(due - timedelta(days=1)) == []
    assert list_due(due) == [closed]
    command, told = uuid4(), {"actor": cast.ratna.officer, "now": NOW}
    why = {"reason": "Sengketa di PTUN", "basis": "Gugatan contoh"}
    hold = actions.place_hold(command_id=command, case_id=closed, **why, **told)
    assert actions.place_hold(command_id=command, case_id=closed, **why, **told) == hold
    other = actions.place_hold(command_id=uuid4(), case_id=closed, reason="Pemeriksaan", basis="Surat tugas", **told)
    assert list_due(due) == []
    actions.lift_hold(command_id=uuid4(), hold_id=hold, reason="Selesai", **told)
    assert list_due(due) == [], "the other hold stands"
    actions.lift_hold(command_id=uuid4(), hold_id=other, reason="Selesai", **told)
    assert list_due(due) == [closed]
    assert [each.lifted_at for each in queries.list_holds(closed)] == [NOW, NOW]


def test_a_hold_needs_a_reason_and_a_basis_and_is_lifted_once(closed: UUID, cast: Cast) -> None:
    told = {"actor": cast.ratna.officer, "now": NOW}
    with pytest.raises(Invalid) as refused:
        actions.place_hold(command_id=uuid4(), case_id=closed, reason="  ", basis="", **told)
    assert set(refused.value.fields) == {"reason", "basis"}
    hold = actions.place_hold(command_id=uuid4(), case_id=closed, reason="Audit", basis="Surat tugas", **told)
    with pytest.raises(Invalid):
        actions.lift_hold(command_id=uuid4(), hold_id=hold, reason=" ", **told)
    actions.lift_hold(command_id=uuid4(), hold_id=hold, reason="Audit selesai", **told)
    with pytest.raises(Conflict):
        actions.lift_hold(command_id=uuid4(), hold_id=hold, reason="Audit selesai", **told)


def test_only_those_who_keep_a_case_hold_it(closed: UUID, cast: Cast) -> None:
    for actor in (cast.budi.officer, cast.siti.citizen, cast.joko.officer):
        with pytest.raises(NotFound):
            actions.place_hold(command_id=uuid4(), actor=actor, now=NOW, case_id=closed, reason="x", basis="y")
    hold = actions.place_hold(
        command_id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=closed, reason="x", basis="y"
    )
    with pytest.raises(NotFound):
        actions.lift_hold(command_id=uuid4(), actor=cast.budi.officer, now=NOW, hold_id=hold, reason="x")


def test_what_is_kept_is_listed_by_state_class_and_unit(closed: UUID, cast: Cast) -> None:
    record = queries.find_record(closed)
    assert record is not None and record.falls_due_on is not None
    due, root = record.falls_due_on, ("/",)

    def listed(which: filing.Which, on: date, **more: str) -> list[tuple[str, bool]]:
        rows, total = filing.list_kept(more.pop("paths", root), which, on, **more)
        assert total == len(rows)
        return [(row.reference, row.held) for row in rows]

    number = Case.objects.get(id=closed).number
    assert listed("due", due - timedelta(days=1)) == []
    assert listed("soon", due - timedelta(days=1)) == [(number, False)]
    assert listed("due", due) == [(number, False)]
    assert listed("due", due, class_code="lain") == []
    assert listed("all", due, paths=("/kota/lain/",)) == []
    assert listed("all", due, paths=()) == []
    opened = apply_for_sku(cast).case_id
    for case_id in (closed, closed, opened):
        actions.place_hold(
            command_id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=case_id, reason="x", basis="y"
        )
    assert listed("due", due) == []
    assert sorted(listed("held", due)) == sorted([(number, True), (Case.objects.get(id=opened).number, True)])
    assert listed("all", due) == [(number, True)]
