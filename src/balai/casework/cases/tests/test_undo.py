"""An officer's move waits a minute before anybody is told, and until then they may take it back: all of it, or nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests import kills
from tests.cast import NOW, Cast, apply_for, apply_for_sku, bring_to_counter, make_cast, open_service
from tests.races import at_once

from balai.base import journal, journal_check, sql
from balai.base.errors import BalaiError, Conflict, NotFound
from balai.base.models import Entry, Message
from balai.base.outbox import Worker
from balai.casework.cases import history, queries
from balai.casework.cases.actions import HELD, Command, act, forget_undo, save_sketch, take_back, undo
from balai.casework.cases.models import Case, Task, Undo
from balai.casework.notices import queries as notices
from balai.casework.notices.models import Notice
from balai.records.filing.models import Record

pytestmark = pytest.mark.django_db(transaction=True)
CLERK_DONE, RETURNED = {"result": "complete", "location_seen": "ya"}, {"result": "incomplete", "missing": "Foto buram"}
LATER = NOW + timedelta(seconds=20)
_ROWS = {
    "cases_case": "status, outcome, end_event, due_at, remind_at, paused_at, overdue_told_at, closed_at, stuck_at, sent_back",
    "cases_task": "token, node, assignee_id, state, opened_at, due_at, closed_at, done_by_id, parked_until, returned",
    "cases_timer": "token, due_at",
    "cases_pause": "node, started_at, ended_at",
}


@pytest.fixture
def cast() -> Cast:
    open_service()
    open_service("ktp-el-hilang-rusak")
    return make_cast(NOW)


def open_task(case_id: UUID) -> Task:
    return Task.objects.get(case_id=case_id, state="open")


def do(case_id: UUID, actor: Any, data: Any = None, now: datetime = NOW, **more: Any) -> None:
    made: dict[str, Any] = {"action": "complete", "data": data or {}, "hold": HELD} | more
    act(Command(id=uuid4(), actor=actor, now=now, case_id=case_id, token=open_task(case_id).token, **made))


def undone(case_id: UUID, actor: Any, now: datetime = LATER) -> str:
    return take_back(command_id=uuid4(), actor=actor, now=now, case_id=case_id)


def rows_of(case_id: UUID) -> dict[str, Any]:
    """Read what a move may change of a case, but for tasks that were called off."""
    found: dict[str, Any] = {
        table: sorted(map(repr, sql.rows(f"SELECT {columns} FROM {table} WHERE {key} = %s", [case_id])))
        for table, columns in _ROWS.items()
        for key in ["id" if table == "cases_case" else "case_id"]
    }
    found["cases_task"] = [one for one in found["cases_task"] if "'cancelled'" not in one]
    case = queries.read_case(case_id=case_id)
    return found | {"data": case.data, "tokens": case.state.tokens, "ended": case.state.ended}


def faults() -> list[Any]:
    """Hold everything against the journal, each case told again from its entries, and what was told against what happened."""
    return [*journal_check.verify_journal(deep=True).faults, *notices.judge_told().faults]


def to_decide(cast: Cast) -> UUID:
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, CLERK_DONE, hold=timedelta(0))
    return case_id


def _checked(cast: Cast) -> tuple[UUID, Any, Callable[[], None]]:
    case_id = apply_for_sku(cast).case_id
    return case_id, cast.budi.officer, lambda: do(case_id, cast.budi.officer, CLERK_DONE)


def _returned(cast: Cast) -> tuple[UUID, Any, Callable[[], None]]:
    case_id = apply_for_sku(cast).case_id
    return case_id, cast.budi.officer, lambda: do(case_id, cast.budi.officer, RETURNED)


def _decided(cast: Cast) -> tuple[UUID, Any, Callable[[], None]]:
    case_id = to_decide(cast)
    return (
        case_id,
        cast.ratna.officer,
        lambda: do(case_id, cast.ratna.officer, {"outcome": "grant", "reason": "Lengkap"}),
    )


def _sent_back(cast: Cast) -> tuple[UUID, Any, Callable[[], None]]:
    case_id = to_decide(cast)
    return case_id, cast.ratna.officer, lambda: do(case_id, cast.ratna.officer, action="send-back", reason="Cek lagi")


def _entered(cast: Cast) -> tuple[UUID, Any, Callable[[], None]]:
    """Enter the number of another system, which an operation files with the case."""
    case_id = apply_for(cast, "ktp-el-hilang-rusak", "lost").case_id
    do(case_id, cast.budi.officer, {"result": "complete"}, hold=timedelta(0))
    return case_id, cast.budi.officer, lambda: do(case_id, cast.budi.officer, {"reference": "SIAK-CONTOH-1"})


def _closed(cast: Cast) -> tuple[UUID, Any, Callable[[], None]]:
    """Hand a card over at the end of its case, while the clock stands still and a timer runs."""
    case_id = bring_to_counter(cast, pickup="2026-03-03")
    given = {"result": "taken", "taken_by": "Siti", "identity_seen": "ya"}
    return case_id, cast.budi.officer, lambda: do(case_id, cast.budi.officer, given)


@pytest.mark.parametrize("move", [_checked, _returned, _decided, _sent_back, _entered, _closed])
def test_what_is_taken_back_was_told_to_nobody_and_stands_as_before(
    cast: Cast, move: Callable[[Cast], tuple[UUID, Any, Callable[[], None]]]
) -> None:
    case_id, officer, deed = move(cast)
    Worker().drain(NOW)
    before, told = rows_of(case_id), Notice.objects.count()
    deed()
    assert rows_of(case_id) != before
    Worker().drain(LATER)
    assert Notice.objects.count() == told, "nobody is told within the minute"
    assert [one.case_id for one in queries.list_undoable(officer.person_id, now=LATER)] == [case_id]
    assert undone(case_id, officer) == Case.objects.get(id=case_id).number
    assert rows_of(case_id) == before
    assert queries.list_undoable(officer.person_id, now=LATER) == []
    Worker().drain(NOW + 2 * HELD)
    assert (Notice.objects.count(), Record.objects.count()) == (told, 0)
    assert not Message.objects.exclude(state__in=("done", "undone")).exists()
    assert history.replay(history.get_position(Case.objects.get(id=case_id).number))[1] == ""
    assert faults() == []
    deed()  # and it can be done again, by whoever did it before
    assert faults() == []


def test_an_operation_waits_with_the_rest_is_taken_back_and_runs_when_it_is_owed_anew(cast: Cast) -> None:
    case_id, officer, deed = _entered(cast)
    Worker().drain(NOW)
    deed()
    Worker().drain(LATER)
    assert not Task.objects.filter(case_id=case_id, state="open").exists(), "it does not run within the minute"
    assert Case.objects.get(id=case_id).number not in queries.list_without_next_step()
    undone(case_id, officer)
    Worker().drain(NOW + 2 * HELD)
    assert open_task(case_id).node == "enter_reference"
    deed()
    Worker().drain(NOW + HELD)
    assert open_task(case_id).node == "receive"
    assert faults() == []


def test_of_undoing_and_the_operation_one_happens(cast: Cast) -> None:
    case_id, officer, deed = _entered(cast)
    Worker().drain(NOW)
    deed()
    at_last = NOW + HELD - timedelta(microseconds=1)
    came = at_once(lambda: undone(case_id, officer, at_last), lambda: Worker().drain(NOW + HELD))
    assert open_task(case_id).node == ("receive" if isinstance(came[0], Conflict) else "enter_reference"), came
    assert faults() == []


@pytest.mark.one_database
def test_killed_while_an_operation_is_taken_back_it_is_owed_or_not_wanted(cast: Cast) -> None:
    case_id, officer, deed = _entered(cast)
    before = rows_of(case_id)
    deed()
    lines = kills.count_lines(lambda: undone(case_id, officer), (undo, journal))
    for at in range(1, lines + 1, max(lines // 3, 1)):
        deed()
        after = rows_of(case_id)
        assert kills.do_and_die(partial(undone, case_id, officer), at, (undo, journal)), at
        owed = Message.objects.filter(topic="cases.operation", payload__case=str(case_id), state="waiting").count()
        assert (rows_of(case_id), owed) in ((before, 0), (after, 1)), at
        if owed:
            undone(case_id, officer)
    assert faults() == []


def test_without_undoing_everybody_is_told_after_a_minute_and_of_a_receipt_at_once(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    Worker().drain(NOW)
    assert {one.event for one in Notice.objects.all()} == {"received"}
    do(case_id, cast.budi.officer, RETURNED)
    Worker().drain(NOW + HELD - timedelta(seconds=1))
    assert {one.event for one in Notice.objects.all()} == {"received"}
    Worker().drain(NOW + HELD)
    assert {one.event for one in Notice.objects.all()} == {"received", "returned"}
    assert not Undo.objects.exists(), "how it stood before is kept no longer"


def _somebody_acted(cast: Cast, case_id: UUID) -> None:
    do(case_id, cast.ratna.officer, {"outcome": "grant", "reason": "Lengkap"}, hold=timedelta(0))


def _somebody_began(cast: Cast, case_id: UUID) -> None:
    token = open_task(case_id).token
    save_sketch(actor=cast.ratna.officer, now=LATER, case_id=case_id, token=token, body={"answers": {}})


def _something_left(cast: Cast, case_id: UUID) -> None:
    Message.objects.filter(payload__case=str(case_id), state="waiting").update(attempts=1)  # a worker has it in hand


def test_a_move_stands_once_anybody_acted_anything_left_or_the_minute_is_over(cast: Cast) -> None:
    cases = {name: apply_for_sku(cast).case_id for name in ("acted", "began", "left", "late", "other", "twice")}
    Worker().drain(NOW)
    for name, case_id in cases.items():
        do(case_id, cast.budi.officer, RETURNED if name == "left" else CLERK_DONE)
    _somebody_acted(cast, cases["acted"])
    _somebody_began(cast, cases["began"])
    _something_left(cast, cases["left"])
    before = {name: rows_of(case_id) for name, case_id in cases.items()}
    for name, actor, now in (
        ("acted", cast.budi.officer, LATER), ("began", cast.budi.officer, LATER), ("left", cast.budi.officer, LATER),
        ("late", cast.budi.officer, NOW + HELD), ("other", cast.ratna.officer, LATER),
    ):  # fmt: skip
        with pytest.raises(Conflict) as refused:
            undone(cases[name], actor, now)
        assert (refused.value.code, rows_of(cases[name])) == ("undo-late", before[name]), name
    for stranger in (cast.joko.officer, cast.siti.citizen):
        with pytest.raises(BalaiError) as strange:
            undone(cases["other"], stranger)
        assert strange.value.code == ("not-found" if stranger.kind == "officer" else "not-allowed")
    click = {"command_id": uuid4(), "actor": cast.budi.officer, "now": LATER, "case_id": cases["twice"]}
    assert take_back(**click) == take_back(**click), "a second click is one deed"
    assert Entry.objects.filter(action="undo").count() == 1
    with pytest.raises(Conflict):
        undone(cases["twice"], cast.budi.officer)


def test_the_click_that_was_taken_back_is_not_told_as_done_when_it_comes_again(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    click = Command(
        id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="complete", token=open_task(case_id).token,
        data=CLERK_DONE, hold=HELD,
    )  # fmt: skip
    assert act(click) == act(click)
    undone(case_id, cast.budi.officer)
    with pytest.raises(Conflict) as refused:
        act(click)
    assert (refused.value.code, open_task(case_id).node) == ("undone", "check")


def test_what_was_answered_is_kept_as_begun(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, RETURNED, marks={"photo": "Foto kurang jelas"})
    undone(case_id, cast.budi.officer)
    (begun,) = queries.list_begun(queries.read_case(case_id=case_id), cast.budi.person_id)
    assert (begun.body["answers"], begun.body["marks"]) == (RETURNED, {"photo": "Foto kurang jelas"})


@pytest.mark.parametrize("attempt", range(3))
def test_of_undoing_and_the_next_act_one_happens(cast: Cast, attempt: int) -> None:
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, CLERK_DONE)
    token = open_task(case_id).token
    grant = Command(
        id=uuid4(), actor=cast.ratna.officer, now=LATER, case_id=case_id, action="complete", token=token,
        data={"outcome": "grant", "reason": "Lengkap"},
    )  # fmt: skip
    came = at_once(lambda: undone(case_id, cast.budi.officer), lambda: act(grant))
    assert [type(one) for one in came if isinstance(one, Exception)] == [Conflict], came
    assert open_task(case_id).node == ("sign_grant" if isinstance(came[0], Conflict) else "check")
    assert faults() == []


def test_of_undoing_and_telling_one_happens(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    Worker().drain(NOW)
    do(case_id, cast.budi.officer, RETURNED)
    at_last = NOW + HELD - timedelta(microseconds=1)  # the worker's clock goes ahead of the officer's
    came = at_once(lambda: undone(case_id, cast.budi.officer, at_last), lambda: Worker().drain(NOW + HELD))
    told = Notice.objects.filter(event="returned").exists()
    assert told == isinstance(came[0], Conflict), came
    assert faults() == []


@pytest.mark.one_database
@pytest.mark.parametrize("stops", [6, pytest.param(10_000, marks=pytest.mark.long)], ids=["spread", "every line"])
def test_killed_at_any_line_it_happened_whole_or_not_at_all(cast: Cast, settings: Any, stops: int) -> None:
    settings.BALAI_DAY_FILES = 10_000  # one citizen applies once for each line

    def returned() -> tuple[UUID, dict[str, Any]]:
        case_id = apply_for_sku(cast).case_id
        before = rows_of(case_id)
        do(case_id, cast.budi.officer, RETURNED)
        return case_id, before

    case_id, _ = returned()
    lines = kills.count_lines(lambda: undone(case_id, cast.budi.officer), (undo, journal))
    for at in range(1, lines + 1, max(lines // stops, 1)):
        case_id, before = returned()
        after, owed = rows_of(case_id), Message.objects.filter(payload__case=str(case_id), state="waiting")
        waiting = owed.count()
        assert kills.do_and_die(partial(undone, case_id, cast.budi.officer), at, (undo, journal)), at
        found = rows_of(case_id)
        assert (found, owed.count()) in ((before, waiting - 1), (after, waiting)), at
        if found == after:
            undone(case_id, cast.budi.officer)
        assert rows_of(case_id) == before, at
    assert faults() == []


def test_how_it_stood_is_forgotten_only_when_the_minute_is_over(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, CLERK_DONE)
    assert not forget_undo(case_id, now=LATER)
    assert forget_undo(case_id, now=NOW + HELD)
    with pytest.raises(NotFound):
        queries.read_case(case_id=uuid4())
