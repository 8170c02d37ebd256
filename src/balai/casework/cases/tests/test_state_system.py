"""Cases whose document is made by the state's own system: handed over under one number, made there, collected here."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from django.conf import settings
from tests.cast import NOW, apply_for, bring_to_counter, make_cast, open_service

from balai.base import journal_check
from balai.base.actors import Actor
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.cases import history, jobs, queries, rules
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, ExternalId, Pause, Task
from balai.casework.catalogue import queries as catalogue
from balai.casework.figures import queries as figures

pytestmark = pytest.mark.django_db(transaction=True)
KTP, AKTA = "ktp-el-hilang-rusak", "akta-kelahiran"


@pytest.fixture
def cast():
    open_service(KTP)
    open_service(AKTA)
    return make_cast(NOW)


def do(case_id, actor, now=NOW, **answers):
    """Let somebody do the one open task of a case, and the worker what follows."""
    task = Task.objects.get(case_id=case_id, state="open")
    command = Command(
        id=uuid4(), actor=actor, now=now, case_id=case_id, action="complete", token=task.token, data=answers
    )
    act(command)
    Worker().drain(now)
    return queries.read_case(case_id=case_id)


def handed_over(cast, reference, service_id=KTP, example="lost"):
    """Bring a case to where its number in SIAK was written."""
    case_id = apply_for(cast, service_id, example).case_id
    do(case_id, cast.budi.officer, result="complete")
    return do(case_id, cast.budi.officer, reference=reference)


@pytest.mark.parametrize(("service_id", "example"), [(KTP, "lost"), (AKTA, "newborn")])
def test_a_number_that_belongs_to_another_case_comes_back_to_be_written_again(cast, service_id, example):
    first = handed_over(cast, "SIAK-1")
    again = handed_over(cast, "SIAK-1", service_id, example)
    (task,) = again.open_tasks
    assert task.node == "enter_reference"
    assert not history.get_position(again.number).stuck, "no operator is needed"
    view = queries.open_case(cast.budi.officer, again.number, now=NOW)
    assert "sudah tercatat pada berkas lain" in view.why_open(task, "id")
    assert "belongs to another case" in view.why_open(task, "en")
    assert first.number not in view.why_open(task, "id")
    moved = do(again.id, cast.budi.officer, reference="SIAK-2")
    assert [(one.node, view.why_open(one, "id")) for one in moved.open_tasks] == [("receive", "")]
    kept = ExternalId.objects.order_by("value").values_list("case_id", "value")
    assert list(kept) == [(first.id, "SIAK-1"), (again.id, "SIAK-2")]
    assert history.replay(history.get_position(again.number))[1] == ""
    assert journal_check.verify_journal().faults == ()


def test_what_waits_for_the_state_is_put_aside_as_it_opens_and_comes_back_on_its_day(cast):
    """On the desk of whoever did the step before; nobody is late meanwhile, and the legal clock runs on."""
    case = handed_over(cast, "SIAK-1")
    (task,) = case.open_tasks
    assert (task.node, task.parked_for) == ("receive", "system")
    assert task.parked_until == datetime(2026, 3, 3, 16, tzinfo=UTC), "the beginning of the second working day, in town"
    far = NOW + timedelta(days=10)
    for at, late, parked in ((NOW, 0, 1), (task.parked_until, 0, 0), (far, 1, 0)):
        told = queries.sum_up(queries.count_work(queries.get_scope(cast.budi.person_id, now=at)))
        assert (told["late"], told["parked"]) == (late, parked), at
    assert Case.objects.get(id=case.id).paused_at is None
    moved = do(case.id, cast.budi.officer, result="rejected", rejection="Data ganda di pusat")
    assert [(one.node, one.parked_until) for one in moved.open_tasks] == [("decide", None)]


def test_a_step_on_its_ordinary_way_has_no_why(cast):
    case = handed_over(cast, "SIAK-1")
    view = queries.open_case(cast.budi.officer, case.number, now=NOW)
    assert [view.why_open(task, "id") for task in case.open_tasks] == [""]


def test_the_same_number_of_the_same_case_is_no_fault(cast):
    """What SIAK rejected and the head lets go on is entered again, often under the number it had."""
    case = handed_over(cast, "SIAK-1")
    do(case.id, cast.budi.officer, result="rejected", rejection="Data ganda di pusat")
    do(case.id, cast.ratna.officer, outcome="proceed", reason="Sudah dibersihkan")
    assert [task.node for task in do(case.id, cast.budi.officer, reference="SIAK-1").open_tasks] == ["receive"]


# ---- the period that was promised

LATE = "late-with-witnesses"


def due_of(case_id):
    return Case.objects.get(id=case_id).due_at.date().isoformat()


@pytest.mark.parametrize(
    ("born", "due", "promise"),
    [("14/02/2026", "2026-03-03", "reported_in_time"), ("01/01/2026", "2026-03-03", "reported_in_time"),
     ("31/12/2025", "2026-03-04", "reported_late")],
)  # fmt: skip
def test_what_is_promised_hangs_on_the_answers(cast, born, due, promise):
    case_id = apply_for(cast, AKTA, "newborn", child_birth_date=born).case_id
    assert due_of(case_id) == due
    assert Entry.objects.get(stream=f"case:{case_id}", action="submit").body["promise"] == promise
    assert queries.read_case(case_id=case_id).data[rules.PROMISE]["id"] == promise


def test_a_correction_does_not_change_what_was_promised(cast):
    case_id = apply_for(cast, AKTA, "newborn", child_birth_date="31/12/2025").case_id
    do(case_id, cast.budi.officer, result="incomplete", missing="Tanggal lahir keliru")
    later = NOW + timedelta(days=1)
    answers = {**queries.read_case(case_id=case_id).data["apply"], "child_birth_date": "2026-02-14"}
    case = do(case_id, cast.siti.citizen, later, **answers)
    assert case.data[rules.PROMISE] == {"id": "reported_late", "due": "2 working-days"}
    assert due_of(case_id) == "2026-03-05", "two working days and the one that stood still"


def test_only_a_longer_promise_is_reminded_of(cast):
    short = apply_for(cast, AKTA, "newborn").case_id
    early = NOW.replace(hour=22) - timedelta(days=1)  # Monday 06:00 in Samarinda, before the office opens
    before_opening = apply_for(cast, AKTA, "newborn", now=early).case_id
    long = apply_for(cast, AKTA, LATE).case_id
    at = dict(Case.objects.values_list("id", "remind_at"))
    assert (at[short], at[before_opening]) == (None, None)
    assert at[long] == datetime(2026, 3, 3, 0, 0, tzinfo=UTC), "at the opening of the day before, in Ramadan"
    assert jobs.run_legal_clock(at[long]) == 1


def test_a_case_older_than_periods_by_rule_keeps_its_clock(cast):
    case_id = apply_for(cast, AKTA, "newborn").case_id
    case = queries.read_case(case_id=case_id)
    service = catalogue.get_service(case.service_id, case.service_key)
    assert rules.promised(service, {}) == service.time.promises[-1]
    other = rules.promised(service, {rules.PROMISE: {"id": "gone", "due": "7 days"}})
    assert (str(other.due), other.basis, other.status) == ("7 days", "", "unconfirmed"), "its version is gone"


# ---- the clock stands still while the document waits for its holder

PICKUP = NOW + timedelta(days=9)  # Wednesday 11 March
TAKEN = {"result": "taken", "taken_by": "Siti", "identity_seen": "ya"}


def ready(cast, now=NOW, **chosen):
    """Bring a case to where its document lies at the counter."""
    return queries.read_case(case_id=bring_to_counter(cast, now=now, reference=f"SIAK-{uuid4()}", **chosen))


def booked(cast, now=NOW):
    """Let the holder choose a day next week."""
    return ready(cast, now, pickup="2026-03-11")


def pauses(case_id):
    return [(one.node, one.ended_at) for one in Pause.objects.filter(case_id=case_id).order_by("started_at", "id")]


def test_the_clock_stands_still_from_ready_until_collected(cast):
    case = ready(cast)
    assert (case.status, case.paused_at, pauses(case.id)) == ("waiting", NOW, [("book", None)])
    later = NOW + timedelta(hours=2)
    case = do(case.id, cast.siti.citizen, later, pickup_date="2026-03-11", slot="pagi", taker="sendiri")
    assert (case.status, case.paused_at) == ("waiting", NOW), "one stretch, for two reasons"
    assert pauses(case.id) == [("book", later), ("collect", None)]
    assert case.open_tasks[0].due_at.date().isoformat() == "2026-03-11", (
        "on the day she chose, for the case's stands still"
    )
    assert jobs.run_legal_clock(PICKUP) == 0
    assert Task.objects.get(case_id=case.id, state="open").node == "collect"
    do(case.id, cast.budi.officer, PICKUP, **TAKEN)
    closed = Case.objects.get(id=case.id)
    assert (closed.outcome, pauses(case.id)[-1]) == ("handed_over", ("collect", PICKUP))
    assert closed.due_at > closed.closed_at == PICKUP
    (figure,) = figures.list_figures("service", now=PICKUP, since=NOW - timedelta(days=9), until=PICKUP)
    assert (figure.closed, figure.on_time, figure.overdue) == (1, 1, 0)
    assert history.replay(history.get_position(case.number))[1] == ""


def test_what_was_late_before_it_was_ready_stays_late(cast):
    late = NOW + timedelta(days=3)
    case = ready(cast, ready=late, pickup="2026-03-11")
    assert (case.paused_at, case.due_at < late) == (late, True)
    do(case.id, cast.budi.officer, PICKUP, **TAKEN)
    (figure,) = figures.list_figures("service", now=PICKUP, since=NOW - timedelta(days=9), until=PICKUP)
    assert (figure.closed, figure.on_time) == (1, 0)


def test_who_does_not_come_is_waited_for_again(cast):
    case = booked(cast)
    case = do(case.id, cast.budi.officer, PICKUP, result="not_come")
    assert pauses(case.id) == [("book", NOW), ("collect", PICKUP), ("book", None)]
    assert (case.status, case.paused_at) == ("waiting", PICKUP), "they are told before they are asked again"


def test_a_document_that_is_wrong_goes_back_and_the_clock_runs_again(cast):
    case = booked(cast)
    left = Case.objects.get(id=case.id).due_at
    case = do(case.id, cast.budi.officer, PICKUP, result="wrong", fault="Nama kurang satu huruf")
    assert ([task.node for task in case.open_tasks], case.status, case.paused_at) == (["receive"], "open", None)
    assert left.date().isoformat() == "2026-03-03"
    assert case.due_at.date().isoformat() == "2026-03-12", "the working day that was left is left still"
    assert jobs.run_legal_clock(case.due_at) == 0
    assert jobs.run_legal_clock(case.due_at + timedelta(minutes=1)) == 1, "now the superior is told"


def test_an_operators_move_back_resumes_too(cast):
    case = booked(cast)
    console = Actor("system", "console", name="operator")
    token = case.open_tasks[0].token
    act(
        Command(
            id=uuid4(), actor=console, now=PICKUP, case_id=case.id, action="move", data={"moves": [[token, "receive"]]},
            reason="Dokumen tertukar",
        )
    )  # fmt: skip
    assert queries.read_case(case_id=case.id).paused_at is None
    assert pauses(case.id)[-1] == ("collect", PICKUP)


def test_a_case_withdrawn_while_it_waits_counts_as_on_time(cast):
    case = ready(cast)
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=PICKUP, case_id=case.id, action="withdraw"))
    closed = Case.objects.get(id=case.id)
    assert closed.due_at > closed.closed_at
    assert pauses(case.id) == [("book", PICKUP)]


def test_a_clock_set_back_while_it_waits_takes_no_time_away(cast):
    case = booked(cast)
    due = Case.objects.get(id=case.id).due_at
    case = do(case.id, cast.budi.officer, NOW - timedelta(hours=3), result="wrong", fault="Nama kurang satu huruf")
    assert case.due_at == due


ANSWERED_BEFORE = ("nib",)  # the applicant brings what the other system made; nobody waits for it


def test_what_another_system_has_not_answered_is_no_officers_lateness_in_any_service() -> None:
    for path in sorted(Path(settings.BALAI_SERVICES).glob("*/service.yaml")):
        steps = yaml.safe_load(path.read_text("utf-8"))["steps"]
        handed = any(step.get("operation") == "case.hand_over" for step in steps.values())
        if handed and path.parent.name not in ANSWERED_BEFORE:
            assert steps["receive"].get("aside", {}).get("for") == "system", path.parent.name
