"""Who looked, told to whom it is about; what is unusual, and who is told and alarmed by the house itself."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from tests.cast import NOW, Cast, apply_for_sku, appoint, enlist, make_cast, open_service

from balai.base import access_log, crypto, journal
from balai.base import readings as log
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Access, Failure
from balai.casework.cases import actions as cases
from balai.casework.cases import queries as case_queries
from balai.casework.cases.models import Case, Household
from balai.casework.notices.models import Notice
from balai.casework.readings import actions, jobs, queries, rules
from balai.casework.readings.models import Finding, Place
from balai.doors.console.demo.cast import Member
from balai.records.people import queries as people
from balai.records.people.rules import Identity
from balai.records.protection import actions as protection

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Makassar")
VILLAGE, ELSEWHERE = "kel-64.72.05.1003", "kel-64.72.01.1001"
LATER = timedelta(minutes=1)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.fixture
def case(cast: Cast) -> case_queries.CaseRow:
    return case_queries.read_case(case_id=apply_for_sku(cast, now=NOW).case_id)


@pytest.fixture
def other() -> Member:
    """Give a head of another village's office."""
    made = enlist("Wahyu")
    appoint(made, "head", ELSEWHERE)
    return made


def tell(person_id: UUID, **more: Any) -> queries.ReadersPage:
    return queries.tell(queries.of_person(person_id), zone=ZONE, now=more.pop("now", NOW + LATER), **more)


def read_record(member: Member, person_id: UUID, now: datetime = NOW, purpose: str = "recovery") -> Access:
    access_log.record_access(
        member.officer, purpose=purpose, object=f"person:{person_id}", person_id=person_id, now=now
    )
    return Access.objects.latest("id")


def open_case(member: Member, case: case_queries.CaseRow, now: datetime = NOW) -> Access:
    case_queries.open_case(member.officer, case.number, now=now)
    return Access.objects.latest("id")


# ---- who looked -------------------------------------------------------------------------------------------------------


def test_a_line_tells_office_name_what_for_and_what_was_done(cast: Cast, case: case_queries.CaseRow) -> None:
    open_case(cast.budi, case)
    open_case(cast.budi, case)
    token = case.open_tasks[0].token
    cases.act(
        cases.Command(
            id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case.id, action="complete", token=token,
            data={"result": "complete"},
        )
    )  # fmt: skip
    (line,) = tell(cast.siti.person_id).lines
    assert (line.kind, line.name, line.opened, line.worked) == ("officer", "Budi Santoso Contoh", 2, 1)
    assert any("Kelurahan" in one for one in line.offices)
    assert [(one.purpose, one.times) for one in line.purposes] == [("casework", 2)]


def test_refusals_and_lists_stand_there_and_ones_own_looks_do_not(
    cast: Cast, case: case_queries.CaseRow, other: Member
) -> None:
    with pytest.raises(NotFound):
        case_queries.open_case(other.officer, case.number, now=NOW)
    case_queries.record_list(cast.budi.officer, "inbox", [(case.id, case.applicant_id)], now=NOW)
    case_queries.open_case(cast.siti.citizen, case.number, now=NOW)
    told = {line.name: (line.opened, line.listed, line.refused) for line in tell(cast.siti.person_id).lines}
    assert told == {"Wahyu": (0, 0, 1), "Budi Santoso Contoh": (0, 1, 0)}
    beside = queries.tell(queries.of_case(case.id, case.applicant_id, case.vault_id), zone=ZONE, now=NOW)
    assert {line.name for line in beside.lines} == set(told)


def test_a_page_is_part_of_all_in_the_same_order(cast: Cast) -> None:
    for days in range(7):
        read_record(cast.budi, cast.siti.person_id, NOW - timedelta(days=days))
    whole = tell(cast.siti.person_id, limit=None)
    assert (whole.total, [line.day for line in whole.lines]) == (
        7,
        sorted((line.day for line in whole.lines), reverse=True),
    )
    parts = [tell(cast.siti.person_id, start=start, limit=3).lines for start in (0, 3, 6)]
    assert [line.day for part in parts for line in part] == [line.day for line in whole.lines]


def test_the_post_is_the_one_held_on_that_day(cast: Cast) -> None:
    read_record(cast.budi, cast.siti.person_id, NOW - timedelta(days=4000))
    (line,) = tell(cast.siti.person_id).lines
    assert line.offices == ()


def test_where_the_law_shows_no_names_the_post_stands_alone(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    read_record(cast.budi, cast.siti.person_id)
    assert rules.shows_names(NOW.date()) and not rules.shows_names(date(2020, 1, 1)), "no law, no name"
    monkeypatch.setattr(rules, "shows_names", lambda on: False)
    (line,) = tell(cast.siti.person_id).lines
    assert line.name == "" and line.offices


# ---- what law keeps back ----------------------------------------------------------------------------------------------


def delay(cast: Cast, reader: Member, **changes: Any) -> UUID:
    told: dict[str, Any] = {
        "command_id": uuid4(), "actor": cast.ratna.officer, "now": NOW, "person_id": cast.siti.person_id,
        "reader_id": reader.person_id, "kind": "oversight", "reference": "700/12/INS", "until": NOW + timedelta(days=30),
    }  # fmt: skip
    return actions.delay(**{**told, **changes})


def test_what_is_delayed_is_said_and_not_shown_until_its_time_is_over(cast: Cast) -> None:
    delay(cast, cast.budi)
    read_record(cast.budi, cast.siti.person_id, NOW + LATER)
    now = tell(cast.siti.person_id, now=NOW + timedelta(hours=1))
    assert (now.lines, now.delayed) == ((), True)
    then = tell(cast.siti.person_id, now=NOW + timedelta(days=31))
    assert (len(then.lines), then.delayed) == (1, False)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "malu"}, "kind"), ({"reference": " "}, "reference"), ({"until": NOW}, "until"),
        ({"until": NOW + timedelta(days=91)}, "until"), ({"until": None}, "until"),
    ],
)  # fmt: skip
def test_only_a_law_delays_and_no_longer_than_it_says(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid, match="readings-delay") as refused:
        delay(cast, cast.budi, **wrong)
    assert field in refused.value.fields


def test_nobody_keeps_their_own_readings_back(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        delay(cast, cast.ratna)
    with pytest.raises(NotAllowed):
        delay(cast, cast.joko, actor=cast.budi.officer)


# ---- telling ----------------------------------------------------------------------------------------------------------


def wish(cast: Cast, *, wanted: bool = True) -> None:
    actions.set_wish(command_id=uuid4(), actor=cast.siti.citizen, now=NOW, wanted=wanted)


def notices(person_id: UUID) -> int:
    return Notice.objects.filter(person_id=person_id, event=actions.LOOKED, channel="portal").count()


def test_the_first_look_from_outside_is_told_once_an_office_and_day_to_whoever_wants_it(
    cast: Cast, case: case_queries.CaseRow, other: Member
) -> None:
    first = read_record(other, cast.siti.person_id)
    actions.judge(first, now=NOW)
    assert notices(cast.siti.person_id) == 0, "off until it is wanted"
    wish(cast)
    for _ in range(2):
        actions.judge(read_record(other, cast.siti.person_id), now=NOW)
    assert notices(cast.siti.person_id) == 1
    actions.judge(read_record(other, cast.siti.person_id, NOW + timedelta(days=1)), now=NOW)
    assert notices(cast.siti.person_id) == 2
    actions.judge(open_case(cast.budi, case), now=NOW)
    assert notices(cast.siti.person_id) == 2, "the office that handles her case is no outsider"
    wish(cast, wanted=False)
    actions.judge(read_record(other, cast.siti.person_id, NOW + timedelta(days=2)), now=NOW)
    assert notices(cast.siti.person_id) == 2


def test_what_is_delayed_is_told_to_nobody(cast: Cast, other: Member) -> None:
    wish(cast)
    delay(cast, other)
    actions.judge(read_record(other, cast.siti.person_id, NOW + LATER), now=NOW + LATER)
    assert notices(cast.siti.person_id) == 0


# ---- what is unusual --------------------------------------------------------------------------------------------------


def found(row: Access) -> set[str]:
    actions.judge(row, now=NOW)
    return set(Finding.objects.filter(access_id=row.id).values_list("rule", flat=True))


def test_whoever_has_a_task_reads_in_the_ordinary_way(cast: Cast, case: case_queries.CaseRow) -> None:
    doer = next(one for one in (cast.budi, cast.ratna) if one.person_id == case.open_tasks[0].assignee_id)
    assert found(open_case(doer, case)) == set()


def test_a_look_without_a_task_is_found_once_a_day(cast: Cast, case: case_queries.CaseRow) -> None:
    idle = enlist("Tri Utomo")
    appoint(idle, "clerk", VILLAGE)
    assert case.open_tasks[0].assignee_id not in (None, idle.person_id)
    assert found(open_case(idle, case)) == {"no-task"}
    assert found(open_case(idle, case)) == set()
    assert found(open_case(idle, case, NOW + timedelta(days=1))) == {"no-task"}
    assert found(open_case(cast.ratna, case)) == set(), "a head looks at the work of others"


def test_a_refused_look_is_found_too(case: case_queries.CaseRow) -> None:
    stranger = enlist("Tri Utomo")
    appoint(stranger, "clerk", ELSEWHERE)
    with pytest.raises(NotFound):
        case_queries.open_case(stranger.officer, case.number, now=NOW)
    assert found(Access.objects.latest("id")) == {"no-task"}


def test_an_auditors_stated_purpose_is_business(cast: Cast, case: case_queries.CaseRow) -> None:
    inspector = enlist("Tri Utomo")
    appoint(inspector, "auditor", "inspektorat")
    case_queries.audit_case(inspector.officer, case.number, now=NOW, purpose="Surat tugas 12")
    assert found(Access.objects.latest("id")) == set()


def test_a_neighbour_and_a_namesake_are_found(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    siti = people.get_person(cast.siti.person_id)
    near = Identity(name="Budi Harahap", village=siti.village, address="Gang Lain 7, RT 02")
    far = Identity(name="Siti Harahap", village=siti.village, address="Jalan Contoh Nomor 1, RT.003")
    really = people.get_person
    worn = {cast.budi.person_id: near, cast.siti.person_id: far}

    def dressed(person_id: UUID, **more: Any) -> Any:
        from dataclasses import replace

        view = really(person_id, **more)
        return replace(view, identity=worn[person_id]) if person_id in worn else view

    monkeypatch.setattr(people, "get_person", dressed)
    assert found(read_record(cast.budi, cast.siti.person_id)) == {"namesake"}
    worn[cast.budi.person_id] = Identity(name="Budi", village=siti.village, address="Gang Lain 7 RT 02/RW 05")
    worn[cast.siti.person_id] = Identity(name="Siti", village=siti.village, address="Jl. Contoh 1 RT 2 RW 5")
    assert found(read_record(cast.budi, cast.siti.person_id)) == {"neighbour"}


def test_a_shared_family_card_is_a_neighbour(cast: Cast, case: case_queries.CaseRow) -> None:
    own = case_queries.read_case(case_id=apply_for_sku(cast, now=NOW).case_id)
    idle = enlist("Tri Utomo")
    appoint(idle, "clerk", VILLAGE)
    Case.objects.filter(id=own.id).update(applicant_id=idle.person_id)
    kept = crypto.lookup_hash("household", "9901014101900001")
    for one in (own.id, case.id):
        Household.objects.filter(case_id=one).delete()
        Household.objects.create(case_id=one, hash=kept)
    assert case_queries.share_household(idle.person_id, case.id)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        (("V", "Jalan A 1 RT 02 RW 05"), ("V", "Gang B RT.2/RW.5"), True), (("V", "Jalan A 1"), ("V", "jalan a, 1"), True),
        (("V", "RT 02"), ("V", "Gang B RT.002"), True), (("V", "RT 02/05"), ("V", "RT 2 RW 5"), True),
        (("V", "RT 02"), ("V", "RT 02 RW 05"), False), (("V", "RT 02 RW 05"), ("V", "RT 02 RW 06"), False), (("V", "RT 02 RW 05"), ("W", "RT 02 RW 05"), False),
        (("", "Jalan A 1"), ("", "Jalan A 1"), False), (("V", ""), ("V", ""), False),
    ],
)  # fmt: skip
def test_who_is_a_neighbour(one: tuple[str, str], other: tuple[str, str], near: bool) -> None:
    lives = [rules.NamesAndHome("", village, address) for village, address in (one, other)]
    assert rules.is_neighbour(*lives) is near


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Budi Harahap", "siti HARAHAP", True), ("Budi Harahap", "Siti Siregar", False), ("Harahap", "Harahap", False),
        ("Budi Putra", "Siti Putra", False), ("", "", False),
    ],
)  # fmt: skip
def test_who_is_a_namesake(one: str, other: str, same: bool) -> None:
    assert rules.is_namesake(one, other, ("putra",)) is same


def test_every_rule_says_why_in_both_languages() -> None:
    assert all(set(one.why) == {"id", "en"} and all(one.why.values()) for one in rules.list_rules())
    assert {one.id for one in rules.list_rules()} == {"no-task", "neighbour", "namesake"}


# ---- settling ---------------------------------------------------------------------------------------------------------


def finding(cast: Cast, case: case_queries.CaseRow) -> tuple[Finding, Member]:
    idle = enlist("Tri Utomo")
    appoint(idle, "clerk", VILLAGE)
    row = open_case(idle, case)
    actions.judge(row, now=NOW)
    return Finding.objects.get(access_id=row.id), idle


def settle(cast: Cast, row: Finding, **changes: Any) -> None:
    told: dict[str, Any] = {
        "command_id": uuid4(), "actor": cast.ratna.officer, "now": NOW, "finding_id": row.id, "state": "explained",
        "note": "Menggantikan rekan yang sakit",
    }  # fmt: skip
    actions.settle(**{**told, **changes})


def test_a_head_of_the_readers_unit_settles_once(cast: Cast, case: case_queries.CaseRow, other: Member) -> None:
    row, idle = finding(cast, case)
    with pytest.raises(NotFound):
        settle(cast, row, actor=other.officer)
    with pytest.raises(NotAllowed):
        settle(cast, row, actor=idle.officer)
    for wrong in ({"state": "open"}, {"note": "ya"}):
        with pytest.raises(Invalid, match="readings-note"):
            settle(cast, row, **wrong)
    settle(cast, row)
    with pytest.raises(Conflict, match="readings-settled"):
        settle(cast, row)
    assert [line.action for line in journal.read_stream(f"reading:{row.access_id}")] == ["found", "settled"]
    assert not queries.list_findings(["/"]) and len(queries.list_findings(["/"], state="settled")) == 1


def test_nobody_settles_their_own_reading(cast: Cast) -> None:
    row = Finding.objects.create(
        access_id=1, rule="no-task", at=NOW, reader_id=cast.ratna.person_id, unit_path="/kota/", person_id=None
    )
    boss = enlist("Agus")
    appoint(boss, "head", "kota")
    with pytest.raises((NotAllowed, NotFound)):
        settle(cast, row)
    settle(cast, row, actor=boss.officer)


# ---- alarms and the job ------------------------------------------------------------------------------------------------


def test_every_reading_of_a_protected_person_is_told_to_the_head(cast: Cast, case: case_queries.CaseRow) -> None:
    from balai.records.offices import queries as offices

    posts = [one.id for one in offices.list_posts(cast.unit_id)][:2]
    protection.protect(
        command_id=uuid4(), actor=cast.ratna.officer, now=NOW, person_id=cast.siti.person_id, kind="witness",
        reason="Saksi perkara yang berjalan", review_on=NOW.date() + timedelta(days=30), post_ids=posts,
    )  # fmt: skip
    for number in (1, 2):
        actions.judge(open_case(cast.budi, case), now=NOW)
        told = Notice.objects.filter(person_id=cast.ratna.person_id, event=actions.ALARMED, channel="desk")
        assert told.count() == number
    assert Notice.objects.filter(event=actions.ALARMED, channel="email").exists()


def test_the_job_judges_what_is_new_and_each_row_once(cast: Cast, case: case_queries.CaseRow) -> None:
    idle = enlist("Tri Utomo")
    appoint(idle, "clerk", VILLAGE)
    open_case(idle, case)
    jobs.judge_readings(NOW + LATER)
    assert (Finding.objects.count(), Place.objects.get().last) == (0, log.find_last()), (
        "what was there before is not judged"
    )
    open_case(idle, case, NOW + LATER)
    assert jobs.judge_readings(NOW + LATER) == 0, "not before it has settled"
    assert jobs.judge_readings(NOW + 2 * LATER) == 1
    assert jobs.judge_readings(NOW + 3 * LATER) == 0
    assert Finding.objects.count() == 1 and Place.objects.get().last == log.find_last()


def test_what_fails_is_tried_again_and_stops_nothing_else(
    cast: Cast, case: case_queries.CaseRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs.judge_readings(NOW)
    idle = enlist("Tri Utomo")
    appoint(idle, "clerk", VILLAGE)
    first = open_case(idle, case, NOW + LATER)
    read_record(cast.budi, cast.joko.person_id, NOW + LATER)
    really, broken = case_queries.get_work, [True]

    def get_work(case_id: UUID) -> Any:
        if broken[0]:
            raise RuntimeError("uji")
        return really(case_id)

    monkeypatch.setattr(case_queries, "get_work", get_work)
    assert jobs.judge_readings(NOW + 2 * LATER) == 1
    assert Failure.objects.get(job=jobs.JOB).item == str(first.id)
    broken[0] = False
    assert jobs.judge_readings(NOW + timedelta(hours=1)) == 1
    assert set(Finding.objects.values_list("access_id", flat=True)) == {first.id}
    assert not Failure.objects.filter(job=jobs.JOB).exists()


def test_lists_machines_and_citizens_are_not_judged(cast: Cast, case: case_queries.CaseRow) -> None:
    case_queries.record_list(cast.budi.officer, "inbox", [(case.id, case.applicant_id)], now=NOW)
    assert actions.judge(Access.objects.latest("id"), now=NOW) == 0
    access_log.record_access(
        Actor("machine", "api", name="x"), purpose="api", object=f"case:{case.id}", person_id=None, now=NOW
    )
    assert actions.judge(Access.objects.latest("id"), now=NOW) == 0
    assert not Finding.objects.exists()
