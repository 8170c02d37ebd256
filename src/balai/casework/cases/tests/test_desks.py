"""No open task is on nobody's desk unseen: somebody who can work has it before them, or it asks for attention."""

import random
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.utils.timezone import localdate
from tests.cast import NOW, Cast, apply_for_sku, appoint, enlist, make_cast, open_service

from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.base.models import Entry, Message
from balai.casework.cases import events, policy, queries
from balai.casework.cases.actions import Command, act, claim, hand_over, release
from balai.casework.cases.models import Task
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.offices.models import Absence, Appointment, Post
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db
VILLAGE, DISTRICT, CITY = "kel-64.72.05.1003", "kec-64.72.05", "kota"
GOOD = {"result": "complete", "location_seen": "ya"}
TODAY = localdate(NOW)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def open_task(case_id: UUID) -> Task:
    return Task.objects.get(case_id=case_id, state="open")


def do(case_id: UUID, member: Member, data: dict[str, object], now: datetime = NOW) -> None:
    """Let somebody do the one open task of a case."""
    actor = member.citizen if open_task(case_id).role == "applicant" else member.officer
    token = open_task(case_id).token
    act(Command(id=uuid4(), actor=actor, now=now, case_id=case_id, action="complete", token=token, data=data))


def leave(member: Member, first: date, last: date) -> Absence:
    return offices.note_absence(
        command_id=uuid4(), actor=CONSOLE, now=NOW, person_id=member.person_id, kind="leave", from_date=first,
        to_date=last,
    )  # fmt: skip


def mine(member: Member, now: datetime = NOW) -> list[str]:
    found = [row.number for row in queries.list_inbox(member.person_id, now=now)]
    assert queries.count_inbox(member.person_id, now)["all"] == len(found)
    return found


def at_unit(member: Member, now: datetime = NOW) -> dict[str, UUID | None]:
    """Tell what lies at a member's unit, and on whose desk."""
    return {row.number: row.assignee_id for row in queries.list_inbox(member.person_id, now=now, which="unit")}


# -- whose desk a task comes to ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lacks", ["second factor", "active account"])
def test_the_lot_is_drawn_among_those_who_can_enter_the_desk(cast: Cast, lacks: str) -> None:
    invited = enlist("Wahyu", second_factor=lacks != "second factor")
    Account.objects.filter(id=invited.account_id).update(is_active=lacks != "active account")
    appoint(invited, "clerk", VILLAGE)
    drawn = {open_task(apply_for_sku(cast).case_id).assignee_id for _ in range(8)}
    assert drawn == {cast.budi.person_id}


def test_with_nobody_who_can_it_is_the_units_and_said_to_be_so(cast: Cast) -> None:
    Authenticator.objects.filter(user_id=cast.budi.account_id).delete()
    case_id = apply_for_sku(cast).case_id
    task = open_task(case_id)
    assert (task.assignee_id, task.unit_id, task.unstaffed) == (None, cast.unit_id, True)
    assert Message.objects.filter(topic=events.UNSTAFFED).exists()
    assert [found.case_id for found in queries.list_unstaffed(NOW)] == [case_id]


def test_what_the_unit_above_lent_somebody_for_lies_at_the_unit_itself_when_they_go(cast: Cast) -> None:
    Appointment.objects.filter(person_id=cast.budi.person_id, post__unit__code=VILLAGE).delete()
    lent, above = enlist("Wahyu"), date(2026, 1, 1)
    given = appoint(lent, "clerk", DISTRICT, first=above)
    submitted = apply_for_sku(cast)
    assert open_task(submitted.case_id).assignee_id == lent.person_id
    offices.end_appointment(
        command_id=uuid4(), actor=CONSOLE, now=NOW, appointment_id=given, last_day=TODAY - timedelta(days=1), reason="-"
    )
    appoint(cast.budi, "clerk", VILLAGE)
    assert at_unit(cast.budi) == {submitted.number: None}
    claim(
        command_id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=submitted.case_id,
        token=open_task(submitted.case_id).token,
    )  # fmt: skip
    assert mine(cast.budi) == [submitted.number]


def test_a_returned_case_goes_back_to_who_had_it(cast: Cast) -> None:
    others = [enlist(name) for name in ("Wahyu", "Tri", "Nur")]
    for other in others:
        appoint(other, "clerk", VILLAGE)
    members = {member.person_id: member for member in (cast.budi, *others)}
    for _ in range(4):
        case_id = apply_for_sku(cast).case_id
        first = members[open_task(case_id).assignee_id]
        do(case_id, first, {"result": "incomplete", "missing": "Foto kurang jelas"})
        do(case_id, cast.siti, queries.read_case(case_id=case_id).data["apply"])
        assert open_task(case_id).assignee_id == first.person_id
        do(case_id, first, {"result": "incomplete", "missing": "Foto kurang jelas"})
        leave(first, TODAY, TODAY)
        do(case_id, cast.siti, queries.read_case(case_id=case_id).data["apply"])
        assert open_task(case_id).assignee_id not in (None, first.person_id), "while they can"
        Absence.objects.all().delete()


# -- whoever cannot work ----------------------------------------------------------------------------------------------


def strand(how: str, member: Member, appointment_id: UUID) -> datetime:
    """Make that a clerk cannot do what lies on their desk, and tell at which moment that is so."""
    yesterday = TODAY - timedelta(days=1)
    if how == "ended":
        offices.end_appointment(
            command_id=uuid4(), actor=CONSOLE, now=NOW, appointment_id=appointment_id, last_day=yesterday, reason="-"
        )
    elif how == "date passed":
        Appointment.objects.filter(id=appointment_id).update(to_date=TODAY)
        return NOW + timedelta(days=1)
    elif how == "leave begins":
        leave(member, TODAY + timedelta(days=2), TODAY + timedelta(days=4))
        return NOW + timedelta(days=3)
    elif how == "deputised":
        offices.set_deputy(
            command_id=uuid4(), actor=CONSOLE, now=NOW, appointment_id=appointment_id, person_id=enlist("Plh").person_id,
            from_date=TODAY, to_date=TODAY + timedelta(days=3), basis="SPT",
        )  # fmt: skip
    elif how == "post closed":
        Post.objects.filter(appointments__id=appointment_id).update(closed_on=yesterday)
    elif how == "unit moved":
        moved, under = office_queries.get_unit(VILLAGE).id, office_queries.get_unit("disdukcapil").id
        offices.move_unit(command_id=uuid4(), actor=CONSOLE, now=NOW, unit_id=moved, parent_id=under)
    elif how == "deactivated":
        Account.objects.filter(id=member.account_id).update(is_active=False)
    else:
        Authenticator.objects.filter(user_id=member.account_id).delete()
    return NOW


HOW = [
    "ended", "date passed", "leave begins", "deputised", "post closed", "unit moved", "deactivated", "second factor gone",
]  # fmt: skip


@pytest.mark.parametrize("how", HOW)
def test_tasks_of_whoever_cannot_work_are_their_units(cast: Cast, how: str) -> None:
    Appointment.objects.filter(person_id=cast.budi.person_id, post__unit__code=VILLAGE, post__role="clerk").delete()
    gone = enlist("Wahyu")
    given = appoint(gone, "clerk", DISTRICT if how in ("post closed", "unit moved") else VILLAGE)
    submitted = apply_for_sku(cast)
    task = open_task(submitted.case_id)
    assert task.assignee_id == gone.person_id
    now = strand(how, gone, given)
    assert queries.count_attention(now)["unstaffed"] == (0 if how == "deputised" else 1), "a deputy can do it"
    appoint(cast.budi, "clerk", VILLAGE)
    keeps_role = how in ("leave begins", "deactivated", "second factor gone")
    assert mine(gone, now) == ([submitted.number] if keeps_role else []), "counted as it is listed, and it opens"
    assert at_unit(cast.budi, now) == {submitted.number: None}
    claim(command_id=uuid4(), actor=cast.budi.officer, now=now, case_id=submitted.case_id, token=task.token)
    assert mine(cast.budi, now) == [submitted.number]
    assert queries.count_attention(now)["unstaffed"] == 0


def test_after_leave_what_nobody_took_is_on_the_officers_desk_again(cast: Cast) -> None:
    other = enlist("Wahyu")
    kept, taken = apply_for_sku(cast), apply_for_sku(cast)
    appoint(other, "clerk", VILLAGE)
    absence = leave(cast.budi, TODAY, TODAY + timedelta(days=5))
    assert at_unit(other) == {kept.number: None, taken.number: None}
    token = open_task(taken.case_id).token
    claim(command_id=uuid4(), actor=other.officer, now=NOW, case_id=taken.case_id, token=token)
    offices.end_absence(
        command_id=uuid4(), actor=cast.budi.officer, now=NOW + timedelta(days=2), absence_id=absence.id,
        last_day=TODAY + timedelta(days=1),
    )  # fmt: skip
    back = NOW + timedelta(days=2)
    assert mine(cast.budi, back) == [kept.number]
    assert at_unit(other, back) == {kept.number: cast.budi.person_id, taken.number: other.person_id}
    with pytest.raises(Conflict, match="task-taken"):
        claim(
            command_id=uuid4(), actor=other.officer, now=back, case_id=kept.case_id, token=open_task(kept.case_id).token
        )


def test_what_an_officer_has_to_mend_as_an_applicant_is_no_work_of_theirs(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi, {"result": "incomplete", "missing": "Foto kurang jelas"})
    appoint(cast.siti, "counter", VILLAGE)
    assert open_task(case_id).assignee_id == cast.siti.person_id
    assert mine(cast.siti) == []


# -- a head answers for all of it -------------------------------------------------------------------------------------


def test_a_head_sees_and_moves_what_they_may_not_do(cast: Cast) -> None:
    other = enlist("Wahyu")
    submitted = apply_for_sku(cast)
    appoint(other, "clerk", VILLAGE)
    task, ratna = open_task(submitted.case_id), cast.ratna.officer
    assert at_unit(cast.ratna) == {}
    everything = queries.list_inbox(cast.ratna.person_id, now=NOW, which="all")
    assert [(row.number, row.assignee_id) for row in everything] == [(submitted.number, cast.budi.person_id)]
    assert queries.list_inbox(other.person_id, now=NOW, which="all") == [], "a clerk heads nothing"
    given = {"now": NOW, "case_id": submitted.case_id, "token": task.token}
    hand_over(command_id=uuid4(), actor=ratna, to=other.person_id, reason="Cuti", **given)
    assert mine(other) == [submitted.number]
    for refused in (claim, release):
        with pytest.raises(NotAllowed):
            refused(command_id=uuid4(), actor=ratna, **given)
    with pytest.raises(NotAllowed):
        do(submitted.case_id, cast.ratna, GOOD)
    with pytest.raises(Invalid):
        hand_over(command_id=uuid4(), actor=ratna, to=cast.ratna.person_id, reason="", **given)
    assert Entry.objects.filter(stream=f"case:{submitted.case_id}", action="hand-over").count() == 1


def test_no_one_hands_a_task_to_somebody_who_is_away(cast: Cast) -> None:
    other = enlist("Wahyu")
    case_id = apply_for_sku(cast).case_id
    appoint(other, "clerk", VILLAGE)
    leave(other, TODAY, TODAY)
    with pytest.raises(Invalid, match="cannot-take-task"):
        hand_over(
            command_id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, token=open_task(case_id).token,
            to=other.person_id, reason="",
        )  # fmt: skip


# -- many situations --------------------------------------------------------------------------------------------------


def takers(task: Task, officers: list[Member], now: datetime) -> set[UUID]:
    """Work out anew, by what a clerk or head is told one by one, who can do a task at a moment."""
    case = queries.read_case(case_id=task.case_id)
    service = queries.view(case, policy.Standing()).service
    barred, today = case.barred(service.steps[task.node]), localdate(now)
    return {
        each.person_id
        for each in officers
        if each.person_id not in barred
        and Account.objects.filter(id=each.account_id, is_active=True).exists()
        and Authenticator.objects.filter(user_id=each.account_id).exists()
        and office_queries.find_absence(each.person_id, today) is None
        and any(
            role == task.role and case.unit_path.startswith(path)
            for role, path in office_queries.list_scopes(each.person_id, today)
        )
    }


def check(officers: list[Member], now: datetime) -> int:
    """Hold all inboxes, counts and the list for attention against each other; tell how many tasks nobody can do."""
    seen: dict[UUID, set[UUID | None]] = {each.person_id: set() for each in officers}
    for each in officers:
        for which in ("mine", "unit", "all"):
            rows = queries.list_inbox(each.person_id, now=now, which=which, limit=500)
            heaps = queries.count_work(queries.get_scope(each.person_id, now=now, which=which))
            assert sum(heap.count for heap in heaps) == len(rows)
            for row in rows:
                queries.open_case(each.officer, row.number, now=now)
            seen[each.person_id] |= {row.task_id for row in rows if which != "all"}
        mine(each, now)
    unstaffed = queries.list_unstaffed(now, limit=500)
    nobody = {found.case_id for found in unstaffed if found.assignee_id is None}
    stranded = 0
    for task in Task.objects.filter(state="open").exclude(role="applicant"):
        able = takers(task, officers, now)
        stranded += not able
        assert able or task.case_id in nobody, "nobody can do it, and it asks for no attention"
        assert not able or task.case_id not in nobody or task.unstaffed, (
            "it asks for attention while somebody can do it"
        )
        assert all(task.id in seen[person] for person in able), "who can do it does not see it"
        assert (task.id in queries.find_idle([task.id], now)) == (task.assignee_id not in {None, *able})
    assert queries.count_attention(now)["unstaffed"] == len(nobody)
    return stranded


@pytest.mark.parametrize("seed", range(3))
def test_inbox_count_and_attention_agree_whatever_happens_to_the_officers(cast: Cast, seed: int) -> None:
    chance = random.Random(seed)
    officers, roles = [cast.budi, cast.ratna], ("clerk", "head", "section-head")
    appointments = list(Appointment.objects.filter(person_id=cast.budi.person_id).values_list("id", flat=True))
    for number in range(5):
        officers.append(enlist(f"Petugas {number}", second_factor=chance.random() < 0.8))
        for code in chance.sample((VILLAGE, VILLAGE, DISTRICT, CITY), 2):
            last = chance.choice((None, None, TODAY + timedelta(days=chance.randrange(6))))
            try:
                appointments.append(appoint(officers[-1], chance.choice(roles), code, last=last))
            except (Conflict, StopIteration):
                continue  # the seat is taken, or there is none with that role
    cases = [apply_for_sku(cast).case_id for _ in range(4)]
    for day in range(3):
        now = NOW + timedelta(days=day)
        _happen(chance, officers, appointments, cases, cast, now)
        check(officers, now)
    check(officers, now + timedelta(days=9))
    for each in officers:
        Account.objects.filter(id=each.account_id).update(is_active=False)
    assert check(officers, now) == Task.objects.filter(state="open").exclude(role="applicant").count() > 0


def _happen(
    chance: random.Random,
    officers: list[Member],
    appointments: list[UUID],
    cases: list[UUID],
    cast: Cast,
    now: datetime,
) -> None:
    """Let a few things happen that officers and offices do."""
    today = localdate(now)
    for _ in range(4):
        each = chance.choice(officers)
        match chance.randrange(6):
            case 0:
                leave(each, today, today + timedelta(days=chance.randrange(4)))
            case 1:
                Appointment.objects.filter(id=chance.choice(appointments)).update(to_date=today)
            case 2:
                Account.objects.filter(id=each.account_id).update(is_active=chance.random() < 0.5)
            case 3:
                try:
                    offices.set_deputy(
                        command_id=uuid4(), actor=CONSOLE, now=now, appointment_id=chance.choice(appointments),
                        person_id=each.person_id, from_date=today, to_date=today + timedelta(days=2), basis="SPT",
                    )  # fmt: skip
                except (Conflict, Invalid):
                    continue
            case _:
                _work(chance.choice(cases), officers, cast, now)


def _work(case_id: UUID, officers: list[Member], cast: Cast, now: datetime) -> None:
    """Let the first who can do the open task of a case."""
    task = open_task(case_id)
    able = takers(task, officers, now)
    member = next((each for each in officers if each.person_id in able), None)
    if member is not None and task.node == "check":
        do(case_id, member, GOOD, now)
    elif member is not None and task.node == "decide":
        do(case_id, member, {"outcome": "grant", "reason": "Lengkap"}, now)
