"""What cannot go on is marked on its row: stuck steps and tasks for which a unit has nobody; and unmarked when it goes on."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.cast import NOW, apply_for_sku, make_cast, open_service

from balai.casework.cases import jobs, queries
from balai.casework.cases.actions import Command, act, claim, release
from balai.casework.cases.models import Case, Task
from balai.doors.console.demo.cast import CONSOLE
from balai.records.offices.models import Appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    open_service()
    return make_cast(NOW)


def operate(case_id, action, **changes):
    return act(Command(id=uuid4(), actor=CONSOLE, now=NOW, case_id=case_id, action=action, **changes))


def fail_reminder(cast):
    """Bring a case of Siti's to the reminder, whose operation fails."""
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    answers = {"result": "incomplete", "missing": "Foto kurang jelas"}
    sent_back = Command(
        id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="complete", token=token, data=answers
    )
    act(sent_back)
    jobs.fire_due_timers(NOW + timedelta(days=15))
    lost = next(token for token in queries.read_case(case_id=case_id).state.tokens if token.node == "remind")
    operate(case_id, "operation-failed", token=lost.id, data={"code": "smtp-down"})
    return case_id


def test_a_stuck_step_is_listed_until_it_goes_on(cast):
    apply_for_sku(cast)  # goes on by itself, so it is never listed
    case_id = fail_reminder(cast)
    (stuck,) = queries.list_stuck()
    assert (stuck.case_id, stuck.node, stuck.code, stuck.since) == (case_id, "remind", "smtp-down", NOW)
    assert queries.count_attention(NOW)["stuck"] == 1
    operate(case_id, "retry", token=stuck.token, reason="Surel pulih")
    assert queries.list_stuck() == []
    assert queries.count_attention(NOW)["stuck"] == 0


def test_a_closed_case_is_stuck_no_more(cast):
    case_id = fail_reminder(cast)
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    assert Case.objects.get(id=case_id).stuck_at is None


def test_a_task_nobody_in_the_unit_can_take_is_listed_until_somebody_takes_it(cast):
    Appointment.objects.filter(post__role="clerk").delete()
    case_id = apply_for_sku(cast).case_id
    (found,) = queries.list_unstaffed(NOW)
    assert (found.case_id, found.role, found.node, found.assignee_id) == (case_id, "clerk", "check", None)
    assert queries.count_attention(NOW)["unstaffed"] == 1


def test_whoever_takes_it_is_somebody(cast):
    case_id = apply_for_sku(cast).case_id
    task = Task.objects.get(case_id=case_id, state="open")
    Task.objects.filter(id=task.id).update(assignee=None, unstaffed=True)
    given = {"actor": cast.budi.officer, "now": NOW, "case_id": case_id, "token": task.token}
    claim(command_id=uuid4(), **given)
    assert queries.list_unstaffed(NOW) == []
    release(command_id=uuid4(), **given)
    assert queries.list_unstaffed(NOW) == []


def test_what_the_unit_above_does_meanwhile_counts_as_vacant_but_as_nobodys_it_does_not(cast):
    case_id = apply_for_sku(cast).case_id
    Task.objects.filter(case_id=case_id).update(unstaffed=True)
    (found,) = queries.list_unstaffed(NOW)
    assert found.assignee_id == cast.budi.person_id
    assert queries.count_attention(NOW)["unstaffed"] == 0
