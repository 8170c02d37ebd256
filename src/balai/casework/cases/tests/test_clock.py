"""The legal clock as a whole: periods by rule, pauses, reminders, escalation and deemed decisions work together."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from tests.cast import NOW, apply_for, apply_for_sku, bring_to_counter, files_of, make_cast, open_service

from balai.base import journal, journal_check, outbox
from balai.base.actors import CLOCK
from balai.base.models import Entry, Message
from balai.base.outbox import Worker
from balai.casework.cases import events, history, jobs, queries, rules
from balai.casework.cases.actions import Command, act, migrate_case
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.models import Case, Task, Timer
from balai.casework.catalogue import queries as catalogue
from balai.doors.console.demo.cast import CONSOLE
from balai.engine import manifest
from balai.records.folders import packing
from balai.records.folders.models import FolderVersion

pytestmark = pytest.mark.django_db(transaction=True)
SKU, AKTA = "surat-keterangan-usaha", "akta-kelahiran"
SEND_BACK = {"result": "incomplete", "missing": "Foto kurang jelas"}
MINUTE = timedelta(minutes=1)


@pytest.fixture
def cast():
    open_service(SKU)
    open_service(AKTA)
    return make_cast(NOW)


def do(case_id, actor, now, **answers):
    """Let somebody do the one open task of a case."""
    token = Task.objects.get(case_id=case_id, state="open").token
    act(Command(id=uuid4(), actor=actor, now=now, case_id=case_id, action="complete", token=token, data=answers))
    Worker().drain(now)


def send_back(cast, case_id, now=NOW):
    do(case_id, cast.budi.officer, now, **SEND_BACK)


def correct(cast, case_id, now):
    do(case_id, cast.siti.citizen, now, **queries.read_case(case_id=case_id).data["apply"])


def told(case_id, event):
    """Count how often something was told of a case; each listener is owed one message for it."""
    found = Message.objects.filter(topic=events.HAPPENED, payload__case=str(case_id), payload__event=event)
    return found.count() // len(outbox.listeners(events.HAPPENED))


def timer_of(case_id, node):
    position = history.get_position(Case.objects.get(id=case_id).number)
    (token,) = [one for one in position.state.tokens if one.node == node]
    return position.timers[token.id]


# ---- timers that count working days


def test_a_timer_counts_the_working_days_of_the_handling_unit(cast):
    case_id = apply_for_sku(cast).case_id
    send_back(cast, case_id)
    assert timer_of(case_id, "nudge") == datetime(2026, 3, 16, 7, 0, tzinfo=UTC), "ten working days, at closing"
    assert timer_of(case_id, "not_corrected") == NOW + timedelta(days=30), "as drawn"
    again = apply_for_sku(cast, now=NOW + timedelta(days=10)).case_id
    send_back(cast, again, NOW + timedelta(days=10))
    assert timer_of(again, "nudge").date().isoformat() == "2026-04-02", "Nyepi, Lebaran and cuti bersama lie between"


def test_the_reminder_goes_out_when_the_applicant_was_asked_to_be_ready(cast):
    case_id = apply_for_sku(cast).case_id
    send_back(cast, case_id)
    due = timer_of(case_id, "nudge")
    asked = Task.objects.get(case_id=case_id, state="open").due_at
    assert asked == due, "the page says until when; the reminder comes then"
    assert jobs.fire_due_timers(due - MINUTE) == 0
    assert jobs.fire_due_timers(due) == 1
    assert jobs.fire_due_timers(due + MINUTE) == 0
    assert jobs.fire_due_timers(due - timedelta(days=3)) == 0, "a clock set back does not fire it again"
    Worker().drain(due)
    assert Entry.objects.filter(stream=f"case:{case_id}", action="fire").count() == 1
    number = Case.objects.get(id=case_id).number
    assert history.replay(history.get_position(number))[1] == "", "replay needs no calendar"
    assert journal_check.verify_journal().faults == ()


def test_a_case_goes_on_under_a_version_that_counts_otherwise(cast, tmp_path):
    case_id = apply_for_sku(cast).case_id
    send_back(cast, case_id)
    before = timer_of(case_id, "nudge")
    folder = tmp_path / SKU
    shutil.copytree(settings.BALAI_SERVICES / SKU, folder)
    text = (folder / "service.yaml").read_text()
    changed = text.replace('"2026.1"', '"2026.2"').replace("after: 10 working-days", "after: 3 working-days")
    (folder / "service.yaml").write_text(changed)
    files, town = files_of(folder), files_of(settings.BALAI_TOWN_FOLDER)
    service = manifest.read_service(files, folder=SKU, town=manifest.read_town(town))
    FolderVersion.objects.create(
        key=service.key, kind="service", folder_id=SKU, version="2026.2", files=packing.pack(files, town), published_at=NOW,
        current=False,
    )  # fmt: skip
    migrate_case(command_id=uuid4(), actor=CONSOLE, now=NOW, case_id=case_id, key_to=service.key, mapping={})
    assert timer_of(case_id, "nudge") == before, "what is set keeps its moment"
    later = NOW + timedelta(days=1)
    correct(cast, case_id, later)
    send_back(cast, case_id, later)
    assert timer_of(case_id, "nudge").date().isoformat() == "2026-03-06", "what is set anew counts as the new one says"
    assert history.replay(history.get_position(Case.objects.get(id=case_id).number))[1] == ""


# ---- reminder, escalation, deemed decision


def test_a_pause_before_the_reminder_moves_it(cast):
    case_id = apply_for_sku(cast).case_id
    first = Case.objects.get(id=case_id)
    assert (first.remind_at.day, first.due_at.day) == (4, 5)
    send_back(cast, case_id)
    assert jobs.run_legal_clock(first.due_at + timedelta(days=1)) == 0, "nothing while it stands still"
    back = NOW + timedelta(days=4)  # Friday 6 March
    correct(cast, case_id, back)
    moved = Case.objects.get(id=case_id)
    assert (moved.remind_at.day, moved.due_at.day) == (10, 11)
    assert jobs.run_legal_clock(moved.remind_at - MINUTE) == 0
    assert jobs.run_legal_clock(moved.remind_at) == 1
    assert told(case_id, "reminder") == 1


def test_a_case_that_was_reminded_of_is_not_again_for_the_time_that_was_left(cast):
    case_id = apply_for_sku(cast).case_id
    reminded = Case.objects.get(id=case_id).remind_at
    assert jobs.run_legal_clock(reminded) == 1
    send_back(cast, case_id, reminded + MINUTE)
    back = reminded + timedelta(days=6, minutes=2)
    correct(cast, case_id, back)
    case = Case.objects.get(id=case_id)
    assert (case.due_at.date().isoformat(), case.remind_at) == ("2026-03-11", None)
    for at in (back, back + MINUTE, back - timedelta(days=1), case.due_at):
        assert jobs.run_legal_clock(at) == 0
    assert told(case_id, "reminder") == 1


def test_a_case_taken_up_after_its_reminders_moment_is_reminded_of_once(cast):
    """One working day is left when it comes back; the opening of the day before has passed while it stood still."""
    case_id = apply_for_sku(cast).case_id
    send_back(cast, case_id, Case.objects.get(id=case_id).remind_at - MINUTE)
    assert jobs.run_legal_clock(NOW + timedelta(days=6)) == 0
    back = NOW + timedelta(days=7)
    correct(cast, case_id, back)
    case = Case.objects.get(id=case_id)
    assert (case.due_at.date().isoformat(), told(case_id, "reminder")) == ("2026-03-10", 1), "at once, by the worker"
    assert [jobs.run_legal_clock(at) for at in (back, back + MINUTE, back - MINUTE, case.due_at)] == [0, 0, 0, 0]
    jobs.run_legal_clock(case.due_at + MINUTE)
    assert Case.objects.get(id=case_id).outcome == "deemed_granted"
    assert (told(case_id, "reminder"), told(case_id, "overdue")) == (1, 1)


def test_a_clock_that_jumps_back_doubles_nothing(cast):
    case_id = apply_for(cast, AKTA, "late-with-witnesses").case_id
    case = Case.objects.get(id=case_id)
    late = case.due_at + MINUTE
    moments = (case.remind_at, case.remind_at - timedelta(hours=3), case.remind_at, late, NOW, late, late + MINUTE)
    for at in moments:
        jobs.run_legal_clock(at)
    assert (told(case_id, "reminder"), told(case_id, "overdue")) == (1, 1)
    after = Case.objects.get(id=case_id)
    assert (after.status, after.overdue_told_at) == ("open", late), "silence is no consent where SIAK alone decides"


def test_the_shorter_promise_runs_out_first(cast):
    """Each case by what it was promised: escalation after one working day, and after two."""
    short = apply_for(cast, AKTA, "newborn").case_id
    long = apply_for(cast, AKTA, "late-with-witnesses").case_id
    between = Case.objects.get(id=short).due_at + MINUTE
    jobs.run_legal_clock(between)
    overdue = dict(Case.objects.values_list("id", "overdue_told_at"))
    assert (overdue[short], overdue[long]) == (between, None)
    jobs.run_legal_clock(Case.objects.get(id=long).due_at + MINUTE)
    assert told(long, "overdue") == 1


def test_a_case_overdue_before_its_pause_is_escalated_once_and_stays_overdue(cast):
    case_id = apply_for(cast, AKTA, "newborn").case_id
    due = Case.objects.get(id=case_id).due_at
    jobs.run_legal_clock(due + MINUTE)
    send_back(cast, case_id, due + timedelta(hours=1))
    correct(cast, case_id, due + timedelta(days=5))
    jobs.run_legal_clock(due + timedelta(days=6))
    case = Case.objects.get(id=case_id)
    assert (case.due_at, told(case_id, "overdue")) == (due, 1), "a pause gives no time back that had run out"


def test_a_pause_never_lets_silence_count_as_consent(cast):
    """Deemed only when the office's own time has run out: pauses of the applicant do not run against it."""
    case_id = apply_for_sku(cast).case_id
    send_back(cast, case_id)
    jobs.run_legal_clock(NOW + timedelta(days=20))
    assert Case.objects.get(id=case_id).outcome == ""
    correct(cast, case_id, NOW + timedelta(days=25))
    case = Case.objects.get(id=case_id)
    jobs.run_legal_clock(case.due_at)
    assert Case.objects.get(id=case_id).outcome == ""
    jobs.run_legal_clock(case.due_at + MINUTE)
    closed = Case.objects.get(id=case_id)
    assert (closed.outcome, closed.due_at) == ("deemed_granted", case.due_at)
    assert not Timer.objects.filter(case_id=case_id).exists()
    assert rules.promised(history.get_position(closed.number).service, {}).due == manifest.Period(3, "working-days")
    assert history.replay(history.get_position(closed.number))[1] == ""


# ---- a step that is due on a day that was chosen


def collecting(case_id):
    return Task.objects.get(case_id=case_id, node="collect", state="open")


def closing(day):
    """Answer when the unit closes on a day: on Fridays half an hour later than on others."""
    at = datetime.fromisoformat(f"{day}T16:00:00+08:00")
    return at + timedelta(minutes=30) if at.weekday() == 4 else at


def test_what_is_collected_is_due_on_the_day_that_was_booked(cast):
    open_service("ktp-el-hilang-rusak")
    case_id = bring_to_counter(cast, pickup="2026-03-27")
    assert collecting(case_id).due_at == closing("2026-03-27")
    assert Case.objects.get(id=case_id).paused_at is not None, "the case's own clock stands still meanwhile"


def test_who_did_not_come_and_books_again_is_expected_on_the_new_day(cast):
    open_service("ktp-el-hilang-rusak")
    case_id = bring_to_counter(cast, pickup="2026-03-27")
    later = closing("2026-03-27")
    do(case_id, cast.budi.officer, later, result="not_come")
    do(case_id, cast.siti.citizen, later, pickup_date="2026-03-31", slot="siang", taker="sendiri")
    assert collecting(case_id).due_at == closing("2026-03-31")


def test_a_booking_of_before_counts_no_more_once_it_has_passed(cast):
    """She booked, did not come, and booked no more: the step opens by the timer, and its own period counts."""
    open_service("ktp-el-hilang-rusak")
    case_id = bring_to_counter(cast, pickup="2026-03-27")
    do(case_id, cast.budi.officer, closing("2026-03-27"), result="not_come")
    opened = closing("2026-03-27") + timedelta(days=30)
    for day in range(7, 31):
        jobs.fire_due_timers(closing("2026-03-27") + timedelta(days=day, seconds=1))
    Worker().drain(opened + MINUTE)
    assert queries.read_case(case_id=case_id).data["book"]["pickup_date"] == "2026-03-27"
    assert (collecting(case_id).due_at.date() - opened.date()).days == 30


def test_nobody_booked_so_the_period_of_the_step_counts(cast):
    open_service("ktp-el-hilang-rusak")
    case_id = bring_to_counter(cast)
    for day in range(7, 31):
        jobs.fire_due_timers(NOW + timedelta(days=day, seconds=1))
    task = collecting(case_id)
    assert (task.due_at.date() - task.opened_at.date()).days == 30


def test_the_birth_certificate_is_due_on_the_booked_day_too():
    for name in (AKTA, "ktp-el-hilang-rusak"):
        service = manifest.read_service(
            files_of(settings.BALAI_SERVICES / name),
            folder=name,
            town=manifest.read_town(files_of(settings.BALAI_TOWN_FOLDER)),
        )
        assert service.steps["collect"].due_on.text == "book.pickup_date"


def test_the_clock_runs_on_while_an_officer_can_act_beside_the_applicant(cast):
    case_id = apply_for_sku(cast).case_id
    with journal.deed(uuid4(), actor=CLOCK, now=NOW + MINUTE, name="test.beside") as deed:
        case = queries.lock_case(case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        (officers,) = case.open_tasks
        waits = next(node for node, step in service.steps.items() if step.pauses_clock)
        case.tasks.append(replace(officers, id=uuid4(), token="beside", node=waits, role="applicant"))
        recorder = Recorder(deed, case, service)
        recorder._mind_the_clock()
        assert (case.status, case.paused_at) == ("open", None)
        officers.state = "done"
        recorder._mind_the_clock()
        assert (case.status, case.paused_at) == ("waiting", NOW + MINUTE)
