"""What the worker does for cases by the clock survives what goes wrong: a broken case, a dead worker, a lost race."""

import os
import signal
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from tests.cast import NOW, Cast, apply_for, apply_for_sku, make_cast, open_service

from balai.base import journal_check, outbox
from balai.base.errors import Conflict
from balai.base.models import Deed, Failure
from balai.casework.cases import jobs, queries
from balai.casework.cases.actions import clock, start_draft
from balai.casework.cases.models import Case, Draft, Task, Timer

from .test_clock import MINUTE, send_back, timer_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def ruin(case_id: UUID) -> bytes:
    """Make a case one that nobody can open, as a fault of the disk would; give what stood there."""
    case = Case.objects.get(id=case_id)
    Case.objects.filter(id=case_id).update(data_sealed=b"noise" * 20)
    return bytes(case.data_sealed)


def late_after(case_id: UUID) -> Any:
    return Case.objects.get(id=case_id).due_at + MINUTE


def test_a_failure_between_telling_and_deeming_loses_no_decision(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = apply_for_sku(cast).case_id
    late = late_after(case_id)

    def fail(*_: Any, **__: Any) -> bool:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "deem", fail)
        outbox.Worker().run_jobs(late)
    assert (Case.objects.get(id=case_id).overdue_told_at, Case.objects.get(id=case_id).outcome) == (late, "")
    outbox.Worker().run_jobs(late + timedelta(hours=1))
    assert Case.objects.get(id=case_id).outcome == "deemed_granted"


def test_a_worker_killed_between_telling_and_deeming_loses_no_decision(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = apply_for_sku(cast).case_id
    late = late_after(case_id)
    connections.close_all()
    if (pid := os.fork()) == 0:
        signal.alarm(30)
        monkeypatch.setattr(jobs, "deem", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
        try:
            jobs.run_legal_clock(late)
        finally:
            os._exit(0)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert (Case.objects.get(id=case_id).overdue_told_at, Case.objects.get(id=case_id).outcome) == (late, "")
    jobs.run_legal_clock(late + MINUTE)
    assert Case.objects.get(id=case_id).outcome == "deemed_granted"
    assert journal_check.verify_journal().faults == ()


def test_one_broken_case_stops_no_other_decision_and_no_other_reminder(cast: Cast) -> None:
    first, second = (apply_for_sku(cast, now=NOW + each * MINUTE).case_id for each in range(2))
    ruin(first)
    outbox.Worker().run_jobs(Case.objects.get(id=second).remind_at + MINUTE)
    assert Case.objects.get(id=second).remind_at is None, "reminded"
    late = late_after(second)
    outbox.Worker().run_jobs(late)
    assert Case.objects.get(id=second).outcome == "deemed_granted"
    assert set(Failure.objects.values_list("job", "item")) == {
        ("cases.tell-overdue", str(first)), ("cases.deem", str(first)), ("cases.remind", str(first)),
    }  # fmt: skip


def test_one_broken_timer_stops_no_other_and_fires_once_the_case_is_whole_again(cast: Cast) -> None:
    first, second = (apply_for_sku(cast, now=NOW + each * MINUTE).case_id for each in range(2))
    for case_id in (first, second):
        send_back(cast, case_id, NOW + 2 * MINUTE)
    due = timer_of(second, "nudge") + MINUTE
    whole = ruin(first)
    worker = outbox.Worker()
    worker.run_jobs(due)
    assert not Timer.objects.filter(case_id=second, due_at__lte=due).exists(), "fired"
    assert Timer.objects.filter(case_id=first, due_at__lte=due).exists(), "still owed"
    assert Failure.objects.get().job == "cases.fire"
    Case.objects.filter(id=first).update(data_sealed=whole)
    worker.run_jobs(due + timedelta(seconds=3))
    assert Timer.objects.filter(case_id=first, due_at__lte=due).exists(), "it waits a little before it is tried again"
    worker.run_jobs(due + timedelta(seconds=10))
    assert not Timer.objects.filter(case_id=first, due_at__lte=due).exists()
    assert not Failure.objects.exists()


def test_a_timer_whose_token_is_gone_is_cleared_by_a_deed(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    Timer.objects.create(case_id=case_id, token="9.9", due_at=NOW)
    assert jobs.fire_due_timers(NOW) == 1
    assert not Timer.objects.exists()
    assert Deed.objects.filter(name="case.clear-timer").count() == 1


def test_a_timer_that_only_lost_a_race_is_not_lost_itself(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = apply_for_sku(cast).case_id
    send_back(cast, case_id)
    due = timer_of(case_id, "nudge")

    def lose(_: Any) -> None:
        raise Conflict("changed-meanwhile")

    with monkeypatch.context() as patch:
        patch.setattr(clock, "act", lose)
        assert jobs.fire_due_timers(due) == 0
    assert Timer.objects.filter(case_id=case_id, due_at=due).exists()
    assert jobs.fire_due_timers(due + timedelta(seconds=10)) == 1


def test_more_broken_cases_than_a_batch_holds_keep_no_other_waiting(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = [apply_for_sku(cast, now=NOW + each * MINUTE).case_id for each in range(3)]
    last = apply_for_sku(cast, now=NOW + 4 * MINUTE).case_id
    for case_id in broken:
        ruin(case_id)
    monkeypatch.setattr(outbox.each, "__kwdefaults__", {**outbox.each.__kwdefaults__, "limit": 2})
    late = late_after(last)
    for seconds in range(3):
        jobs.run_legal_clock(late + timedelta(seconds=seconds))
    assert Case.objects.get(id=last).outcome == "deemed_granted"


def test_a_decision_is_deemed_by_its_services_law_alone(cast: Cast) -> None:
    open_service("akta-kelahiran")
    case_id = apply_for_sku(cast).case_id
    assert queries.list_to_deem(Case.objects.get(id=case_id).due_at) == []
    assert queries.list_to_deem(late_after(case_id)) == [case_id]
    Case.objects.filter(id=case_id).update(status="waiting")
    assert queries.list_to_deem(late_after(case_id)) == []


def test_what_was_listed_is_deemed_only_if_its_time_still_runs_out_and_its_service_says_so(cast: Cast) -> None:
    """Between the listing and the deed the case may have been sent back."""
    case_id = apply_for_sku(cast).case_id
    late = late_after(case_id)
    send_back(cast, case_id)
    assert clock.deem(case_id, late) is False
    assert Case.objects.get(id=case_id).status == "waiting"
    open_service("ktp-el-hilang-rusak")
    other = apply_for(cast, "ktp-el-hilang-rusak", "lost").case_id
    assert clock.deem(other, late_after(other)) is False
    assert Case.objects.get(id=other).outcome == ""


def test_a_draft_taken_up_again_in_that_very_moment_is_kept(cast: Cast) -> None:
    draft_id, _ = start_draft(actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={})
    draft = Draft.objects.get(id=draft_id)
    ((found, vault_id),) = queries.list_stale_drafts(draft.expires_at + MINUTE)
    Draft.objects.filter(id=draft_id).update(expires_at=draft.expires_at + timedelta(days=30))
    from balai.casework.cases.actions import drop_stale_draft

    assert drop_stale_draft(found, vault_id, now=draft.expires_at + MINUTE) is False
    assert Draft.objects.filter(id=draft_id).exists()
    assert Task.objects.count() == 0
