"""An outage gives citizens their time back by itself and once; the office's time moves by its head's reasoned deed alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, bring_to_counter, make_cast, open_service
from tests.sessions import sign_in

from balai.base.errors import BalaiError
from balai.base.outbox import Worker
from balai.casework.cases import history, jobs, queries, rules
from balai.casework.cases.actions import Command, act, bind_all, extend_office, start_draft
from balai.casework.cases.models import Case, Draft, Task, Timer
from balai.casework.notices import queries as notice_queries
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.records.outages import actions as outages
from balai.records.outages import queries as outage_queries

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "Server mati dua hari; pemeriksaan lapangan tidak dapat dicatat."
OFFICE_DAY = timedelta(hours=24)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def do(case_id: UUID, member: Member, now: datetime, **answers: object) -> None:
    token = Task.objects.get(case_id=case_id, state="open").token
    act(
        Command(
            id=uuid4(), actor=member.officer, now=now, case_id=case_id, action="complete", token=token, data=answers
        )
    )
    Worker().drain(now)


def returned(cast: Cast) -> UUID:
    """Send Siti's application back to her: ten working days to answer, thirty days until it lapses."""
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi, NOW, result="incomplete", missing="Foto kurang jelas")
    return case_id


def outage(began: datetime, ended: datetime) -> UUID:
    return outages.record_outage(command_id=uuid4(), actor=CONSOLE, now=ended, began_at=began, ended_at=ended)


def due_of(case_id: UUID) -> datetime:
    found = Task.objects.get(case_id=case_id, state="open").due_at
    assert found is not None
    return found


def actions_of(case_id: UUID) -> list[str]:
    position = history.get_position(Case.objects.get(id=case_id).number)
    return [action for _, _, _, action, _ in history.list_happenings(position)]


def test_what_a_citizen_has_to_answer_is_due_later_by_the_length(cast: Cast) -> None:
    case_id = returned(cast)
    before, began = due_of(case_id), NOW + timedelta(days=3)
    timers = dict(queries.list_timers(case_id))
    outage(began, began + timedelta(days=2))
    jobs.fire_due_timers(began + timedelta(days=2))
    after = due_of(case_id)
    assert before == datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
    assert after == datetime(2026, 3, 25, 8, 0, tzinfo=UTC), (
        "the 18th to the 24th are holidays; it ends at closing time"
    )
    for token, due_at in queries.list_timers(case_id):
        assert due_at >= timers[token] + timedelta(days=2)


def told(case_id: UUID, kind: str, now: datetime) -> list[dict[str, str]]:
    """Give what was told a case's holder of one kind on their pages; twice asked for, it is told once."""
    for _ in range(2):
        Worker().drain(now)
    rows = Notice.objects.filter(case_id=case_id, event=kind, channel="portal")
    return [notice_queries.open_content(row) for row in rows]


def test_who_has_more_time_is_told_and_until_when(cast: Cast) -> None:
    case_id = returned(cast)
    began = NOW + timedelta(days=3)
    ended = began + timedelta(days=2)
    outage(began, ended)
    jobs.fire_due_timers(ended)
    (one,) = told(case_id, "time-citizen", ended)
    assert "25 Maret 2026" in one["body"] and Case.objects.get(id=case_id).number in one["subject"]


def test_it_happens_once_and_the_journal_says_so_and_still_replays(cast: Cast) -> None:
    case_id = returned(cast)
    began = NOW + timedelta(days=3)
    outage(began, began + timedelta(days=2))
    for minutes in range(3):
        jobs.fire_due_timers(began + timedelta(days=2, minutes=minutes))
    assert actions_of(case_id).count("give-back") == 1
    assert not outage_queries.list_owed()
    number = Case.objects.get(id=case_id).number
    assert history.replay(history.get_position(number))[1] == ""


def test_a_timer_that_ran_out_during_the_outage_does_not_fire_first(cast: Cast) -> None:
    case_id = returned(cast)
    lapses = max(Timer.objects.filter(case_id=case_id).values_list("due_at", flat=True))
    began = lapses - timedelta(hours=5)
    outage(began, lapses + timedelta(hours=5))
    Worker().drain(lapses + timedelta(hours=5))
    assert Case.objects.get(id=case_id).status == "waiting", "it would have lapsed while nobody could answer"
    Worker().drain(lapses + timedelta(days=5))
    assert Case.objects.get(id=case_id).outcome == "lapsed"


def test_a_case_whose_time_could_not_be_given_back_yet_does_not_lapse(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = returned(cast)
    lapses = max(Timer.objects.filter(case_id=case_id).values_list("due_at", flat=True))
    outage(lapses - timedelta(hours=5), lapses + timedelta(hours=5))

    def fail(*_: Any, **__: Any) -> int:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "give_back", fail)
        jobs.fire_due_timers(lapses + timedelta(hours=5))
    assert Case.objects.get(id=case_id).status == "waiting"
    jobs.fire_due_timers(lapses + timedelta(hours=6))
    assert Case.objects.get(id=case_id).status == "waiting", "it has its time back"


def test_the_offices_own_time_stays(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    before, began = Case.objects.get(id=case_id).due_at, NOW + timedelta(hours=1)
    task = due_of(case_id)
    outage(began, began + OFFICE_DAY)
    jobs.fire_due_timers(began + OFFICE_DAY)
    assert Case.objects.get(id=case_id).due_at == before
    assert due_of(case_id) == task
    assert "give-back" not in actions_of(case_id)


def test_what_was_asked_after_the_outage_is_not_moved(cast: Cast) -> None:
    outage(NOW - timedelta(hours=9), NOW - timedelta(hours=1))
    case_id = returned(cast)
    before = due_of(case_id)
    jobs.fire_due_timers(NOW + timedelta(minutes=1))
    assert due_of(case_id) == before


def test_what_is_to_be_collected_waits_longer(cast: Cast) -> None:
    open_service("ktp-el-hilang-rusak")
    case_id = bring_to_counter(cast)
    before, began = due_of(case_id), NOW + timedelta(days=1)
    outage(began, began + timedelta(days=1))
    jobs.fire_due_timers(began + timedelta(days=1))
    assert due_of(case_id) >= before + timedelta(days=1)


def test_unsent_applications_are_kept_longer_once(cast: Cast) -> None:
    draft_id, _ = start_draft(actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={})
    began = NOW + rules.DRAFT_KEPT - timedelta(hours=1)
    outage(began, began + timedelta(hours=6))
    for minutes in range(2):
        jobs.forget_stale_drafts(began + timedelta(hours=6, minutes=minutes))
    assert Draft.objects.get(id=draft_id).expires_at == NOW + rules.DRAFT_KEPT + timedelta(hours=6)


def test_a_refused_applicant_may_object_longer_and_reads_until_when(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    Case.objects.filter(id=case_id).update(status="closed", outcome="refused", end_event="refused", closed_at=NOW)
    bind_all()
    began = NOW + timedelta(days=3)
    outage(began, began + timedelta(days=2))
    jobs.fire_due_timers(began + timedelta(days=2))
    until = queries.find_object_until(case_id)
    row = Case.objects.get(id=case_id)
    assert until is not None and until > NOW + timedelta(days=21)
    page = sign_in(cast.siti).get(f"/berkas/{row.number}/").content.decode()
    assert "Waktu keberatan diperpanjang" in page
    (one,) = told(case_id, "time-objection", began + timedelta(days=2))
    assert "juga bila surat Anda menyebut tanggal lain" in one["body"]


def test_a_drill_extends_nothing(cast: Cast) -> None:
    case_id = returned(cast)
    before, began = due_of(case_id), NOW + timedelta(days=3)
    outages.record_outage(
        command_id=uuid4(),
        actor=CONSOLE,
        now=began + OFFICE_DAY,
        began_at=began,
        ended_at=began + OFFICE_DAY,
        drill=True,
    )
    jobs.fire_due_timers(began + OFFICE_DAY)
    assert due_of(case_id) == before


@pytest.mark.parametrize(
    ("due", "began", "ended", "after"),
    [
        ("2026-03-16 14:00", "2026-03-10 09:00", "2026-03-10 09:20", "2026-03-16 15:00"),  # to closing time that day
        (
            "2026-03-16 15:00",
            "2026-03-10 09:00",
            "2026-03-10 09:20",
            "2026-03-17 15:00",
        ),  # past closing: the next working day
        ("2026-03-13 11:00", "2026-03-10 09:00", "2026-03-11 09:00", "2026-03-16 15:00"),  # a Saturday is none
    ],
)
def test_a_period_ends_later_by_the_length_and_never_on_a_closed_day(
    cast: Cast, due: str, began: str, ended: str, after: str
) -> None:
    from balai.base.clock import office_calendar

    calendar = office_calendar()
    at = {name: datetime.fromisoformat(text).replace(tzinfo=calendar.zone) for name, text in
          {"due": due, "began": began, "ended": ended, "after": after}.items()}  # fmt: skip
    made = rules.give_back(calendar, at["due"], at["began"], at["ended"], since=at["due"] - timedelta(days=30))
    assert made - at["due"] >= at["ended"] - at["began"]
    assert made == at["after"]


# ---- the office's time


def running(cast: Cast) -> tuple[str, UUID, UUID]:
    """Give a case whose legal time ran while the hall was down for a day, and the outage."""
    made = apply_for_sku(cast)
    found = outage(NOW + timedelta(hours=1), NOW + timedelta(hours=25))
    return made.number, made.case_id, found


def extend(actor: Member, number: str, outage_id: UUID, reason: str = REASON) -> int:
    return extend_office(
        command_id=uuid4(), actor=actor.officer, now=NOW + timedelta(hours=26), outage_id=outage_id, numbers=[number],
        reason=reason,
    )  # fmt: skip


def test_a_head_gives_the_office_the_time_that_was_left_and_the_holder_reads_why(cast: Cast) -> None:
    number, case_id, outage_id = running(cast)
    before = Case.objects.get(id=case_id).due_at
    assert before is not None
    assert extend(cast.ratna, number, outage_id) == 1
    row = Case.objects.get(id=case_id)
    assert row.due_at is not None
    assert row.due_at.date() == (before + OFFICE_DAY).date(), "a working day was taken, a working day comes back"
    assert actions_of(case_id)[-1] == "extend-office"
    assert history.replay(history.get_position(number))[1] == ""
    page = sign_in(cast.siti).get(f"/berkas/{number}/").content.decode()
    assert "diperpanjang oleh kepala unit" in page and REASON in page
    (one,) = told(case_id, "time-office", NOW + timedelta(days=9))
    assert REASON in one["body"]


def test_it_is_extended_once_for_an_outage(cast: Cast) -> None:
    number, _, outage_id = running(cast)
    extend(cast.ratna, number, outage_id)
    with pytest.raises(BalaiError) as refused:
        extend(cast.ratna, number, outage_id)
    assert refused.value.code == "extended-already"


@pytest.mark.parametrize(("who", "reason", "code"), [
    ("budi", REASON, "not-allowed"), ("ratna", "mati", "extension-reason"),
])  # fmt: skip
def test_nobody_but_the_head_and_nobody_without_a_reason(cast: Cast, who: str, reason: str, code: str) -> None:
    number, case_id, outage_id = running(cast)
    before = Case.objects.get(id=case_id).due_at
    with pytest.raises(BalaiError) as refused:
        extend(getattr(cast, who), number, outage_id, reason)
    assert refused.value.code == code
    assert Case.objects.get(id=case_id).due_at == before


def test_a_head_does_not_extend_their_own_case(cast: Cast) -> None:
    number, case_id, outage_id = running(cast)
    Case.objects.filter(id=case_id).update(applicant_id=cast.ratna.person_id)
    bind_all()
    with pytest.raises(BalaiError) as refused:
        extend(cast.ratna, number, outage_id)
    assert refused.value.code == "own-case"


def test_the_head_finds_the_cases_that_may_be_extended(cast: Cast) -> None:
    number, case_id, outage_id = running(cast)
    found = outage_queries.get_outage(outage_id)
    path = queries.get_unit_path(case_id)
    assert [one.number for one in queries.list_extendable(cast.ratna.person_id, [path], found)] == [number]
    assert not queries.list_extendable(cast.ratna.person_id, [], found)
    extend(cast.ratna, number, outage_id)
    assert not queries.list_extendable(cast.ratna.person_id, [path], found)


def test_a_stranger_reads_nothing_of_it(cast: Cast) -> None:
    number, _, _ = running(cast)
    assert Client().get(f"/berkas/{number}/").status_code == 404
    assert NOW.tzinfo is UTC
