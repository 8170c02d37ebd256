"""Cases whose document is made by the state's own system: handed over under one number, made there, collected here."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.cast import NOW, apply_for, make_cast, open_service

from balai.base import journal
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.cases import history, jobs, queries, rules
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, ExternalId, Task

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
    assert journal.verify_journal().faults == ()


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
    service = queries.catalogue.get_service(case.service_id, case.service_key)
    assert rules.promised(service, {}) == service.time.promises[-1]
    other = rules.promised(service, {rules.PROMISE: {"id": "gone", "due": "7 days"}})
    assert (str(other.due), other.basis, other.status) == ("7 days", "", "unconfirmed"), "its version is gone"
