"""A case is told again from its journal alone: the same positions, step by step, also after its data was shredded."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.cast import NOW, apply_for_sku, make_cast, open_service

from balai.base import crypto, journal_check, sql
from balai.base.errors import Invalid, NotAllowed, NotFound
from balai.base.models import Entry
from balai.casework.cases import history, jobs, queries
from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case, Task, Timer
from balai.doors.console.demo.cast import CONSOLE

pytestmark = pytest.mark.django_db(transaction=True)
SEND_BACK = {"result": "incomplete", "missing": "Foto kurang jelas"}
COMPLETE = {"result": "complete", "location_seen": "ya"}
GRANT = {"outcome": "grant", "reason": "Lengkap"}


@pytest.fixture
def cast():
    open_service()
    return make_cast(NOW)


def do(case_id, actor, data, now=NOW):
    task = Task.objects.get(case_id=case_id, state="open")
    act(Command(id=uuid4(), actor=actor, now=now, case_id=case_id, action="complete", token=task.token, data=data))


def operate(case_id, action, reason="Salah alur", **changes):
    return act(
        Command(id=uuid4(), actor=CONSOLE, now=NOW, case_id=case_id, action=action, reason=reason, **changes)
    )  # fmt: skip


def wander(cast):
    """Lead a case of Siti's through a correction, a timer that fires, and to Ratna's signature."""
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, SEND_BACK)
    jobs.fire_due_timers(NOW + timedelta(days=15))
    answers = {**queries.read_case(case_id=case_id).data["apply"], "business_name": "Warung Siti Jaya"}
    do(case_id, cast.siti.citizen, answers, NOW + timedelta(days=16))
    do(case_id, cast.budi.officer, COMPLETE, NOW + timedelta(days=16))
    do(case_id, cast.ratna.officer, GRANT, NOW + timedelta(days=16))
    return case_id


def position(case_id):
    return history.get_position(Case.objects.get(id=case_id).number)


def test_a_replay_is_the_live_case(cast):
    case_id = wander(cast)
    found = position(case_id)
    told, fault = history.replay(found)
    assert [step.action for step in told] == ["submit", "complete", "fire", "complete", "complete", "complete"]
    assert all(step.agrees for step in told)
    assert fault == ""
    assert found.state.live >= {"sign_grant"}


def test_a_replay_needs_no_data(cast):
    case_id = wander(cast)
    crypto.shred(Case.objects.get(id=case_id).vault_id, NOW)
    with pytest.raises(NotFound, match="vault-shredded"):
        queries.read_case(case_id=case_id)
    found = position(case_id)
    assert found.shredded and found.tasks and not found.stuck
    assert history.replay(found)[1] == ""


def test_the_journal_keeps_nothing_personal_of_a_command(cast):
    case_id = wander(cast)
    kept = str([entry.body for entry in Entry.objects.filter(stream=f"case:{case_id}")])
    for personal in ("Warung", "Siti", "9901014101900001", "Foto kurang", "Lengkap"):
        assert personal not in kept
    assert journal_check.verify_journal().faults == ()


def test_a_replay_tells_where_the_journal_was_changed(cast):
    case_id = wander(cast)
    line = Entry.objects.filter(stream=f"case:{case_id}", action="complete").order_by("seq")[0]
    flipped = [not choice if isinstance(choice, bool) else choice for choice in line.body["choices"]]
    Entry.objects.filter(id=line.id).update(body={**line.body, "choices": flipped})
    told, fault = history.replay(position(case_id))
    assert f"Line {line.seq} " in fault or "cannot be followed" in fault
    assert len(told) <= 2


def test_a_position_that_was_changed_by_hand_is_told(cast):
    case_id = wander(cast)
    state = {**Case.objects.get(id=case_id).state, "n": 99}
    Case.objects.filter(id=case_id).update(state=state)
    found = position(case_id)
    assert "elsewhere than where the case stands" in history.replay(found)[1]


def test_withdrawing_while_timers_run_ends_all_and_is_replayed(cast):
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, SEND_BACK)
    assert Timer.objects.filter(case_id=case_id).count() == 2
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    assert not Timer.objects.filter(case_id=case_id).exists()
    assert not Task.objects.filter(case_id=case_id, state="open").exists()
    found = position(case_id)
    assert (found.status, found.outcome, found.state.tokens) == ("closed", "withdrawn", ())
    assert history.replay(found)[1] == ""


# ---- an operator's hand


def test_an_operator_moves_a_token_and_the_tables_follow(cast):
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, SEND_BACK)
    before = Task.objects.get(case_id=case_id, state="open")
    operate(case_id, "move", data={"moves": [[before.token, "decide"]]})
    task = Task.objects.get(case_id=case_id, state="open")
    before.refresh_from_db()
    assert (before.state, before.done_by_id) == ("cancelled", None)
    assert (task.node, task.role, task.assignee_id) == ("decide", "head", cast.ratna.person_id)
    case = Case.objects.get(id=case_id)
    assert (case.status, case.paused_at) == ("open", None), "the clock runs on when officers have it again"
    assert not Timer.objects.filter(case_id=case_id).exists(), "the timers of the left task are cleared"
    line = Entry.objects.get(stream=f"case:{case_id}", action="move")
    assert line.body["reason"] == "Salah alur" and line.channel == "console"
    found = position(case_id)
    assert history.replay(found)[1] == ""
    do(case_id, cast.ratna.officer, GRANT)


def test_an_operators_deed_needs_a_reason_and_the_house(cast):
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    for reason in ("", "   "):
        with pytest.raises(Invalid) as refused:
            operate(case_id, "move", reason=reason, data={"moves": [[token, "decide"]]})
        assert "reason" in refused.value.fields
    with pytest.raises(NotAllowed):
        act(
            Command(
                id=uuid4(), actor=cast.ratna.officer, now=NOW, case_id=case_id, action="move", reason="x",
                data={"moves": [[token, "decide"]]},
            )
        )  # fmt: skip
    assert Task.objects.get(case_id=case_id, state="open").token == token


def test_ending_the_last_token_is_refused_but_moving_it_to_an_end_is_not(cast):
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    with pytest.raises(Invalid, match="without an outcome"):
        operate(case_id, "move", data={"end": [token]})
    operate(case_id, "move", data={"moves": [[token, "lapsed"]]})
    case = Case.objects.get(id=case_id)
    assert (case.status, case.outcome, case.end_event) == ("closed", "lapsed", "lapsed")


def test_ending_one_token_beside_others_lets_the_case_go_on(cast):
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, SEND_BACK)
    jobs.fire_due_timers(NOW + timedelta(days=15))
    beside = next(token for token in position(case_id).state.tokens if token.node == "remind")
    operate(case_id, "move", data={"end": [beside.id]})
    assert "remind" not in position(case_id).state.live
    assert Task.objects.get(case_id=case_id, state="open").node == "correct"


def test_a_lost_operation_is_tried_again_under_a_new_token(cast):
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, SEND_BACK)
    jobs.fire_due_timers(NOW + timedelta(days=15))
    lost = next(token for token in position(case_id).state.tokens if token.node == "remind")
    act(
        Command(
            id=uuid4(), actor=CONSOLE, now=NOW, case_id=case_id, action="operation-failed", token=lost.id,
            data={"code": "smtp-down"},
        )
    )  # fmt: skip
    (stuck,) = position(case_id).stuck
    assert (stuck.node, stuck.stuck) == ("remind", "smtp-down")
    operate(case_id, "retry", token=stuck.id)
    found = position(case_id)
    assert found.stuck == () and "remind" in found.state.live
    sent = sql.rows("SELECT payload FROM base_message WHERE topic = %s", ["cases.operation"])
    assert any(sql.as_json(row[0])["token"] != lost.id for row in sent)
    assert history.replay(found)[1] == ""
