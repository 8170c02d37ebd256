"""Every list of work, held against a plain reading of the same rows, and each begun by an index."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, apply_for_sku, appoint, enlist, make_cast, open_service

from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.base.models import Entry, Message
from balai.casework.cases import queries, worklist
from balai.casework.cases.actions import Command, act, hand_over, park, unpark
from balai.casework.cases.models import Case, Note, Task
from balai.casework.cases.queries import ANY, Listed, ListFilter, ListScope
from balai.doors.console.demo.cast import Member

pytestmark = pytest.mark.django_db
VILLAGE = "kel-64.72.05.1003"
STATES: tuple[queries.State, ...] = ("", "late", "soon", "returned", "free", "parked", "waiting", "any")
SORTS: dict[queries.Sort, Callable[[Task], Any]] = {
    "due": lambda task: (task.due_at is None, task.due_at or NOW, task.id.hex),
    "age": lambda task: (task.opened_at, task.id.hex),
    "service": lambda task: (task.service_id, task.due_at is None, task.due_at or NOW, task.id.hex),
}


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def do(case_id: UUID, member: Member, data: dict[str, object]) -> None:
    token = Task.objects.get(case_id=case_id, state="open").token
    actor = member.citizen if member.name == "siti" else member.officer
    act(Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="complete", token=token, data=data))


def fill(cast: Cast, chance: random.Random) -> list[Member]:
    """Put cases in every state on several desks of one unit, some due at the same moment and some never."""
    wahyu = enlist("Wahyu")
    appoint(wahyu, "clerk", VILLAGE)
    for number in range(18):
        case_id = apply_for_sku(cast).case_id
        done_by = cast.budi if Task.objects.get(case_id=case_id).assignee_id == cast.budi.person_id else wahyu
        if number % 6 == 0:
            do(case_id, done_by, {"result": "incomplete", "missing": "Foto kurang jelas"})
            if number % 12 == 0:
                do(case_id, cast.siti, queries.read_case(case_id=case_id).data["apply"])
        elif number % 6 == 1:
            do(case_id, done_by, {"result": "complete", "location_seen": "ya"})
    for task in Task.objects.filter(state="open"):
        due = chance.choice([None, NOW, *(NOW + timedelta(hours=hours) for hours in (-30, -3, 5, 5, 30, 300))])
        parked = chance.choice([None, None, None, NOW - timedelta(hours=1), NOW + timedelta(days=3)])
        free = task.role != "applicant" and chance.random() < 0.3
        more: dict[str, Any] = {"assignee_id": None} if free else {}
        service = chance.choice(["surat-keterangan-usaha", "surat-lain"])
        Task.objects.filter(id=task.id).update(
            due_at=due,
            parked_until=parked,
            opened_at=NOW - timedelta(days=chance.randint(0, 4)),
            service_id=service,
            **more,
        )
        Case.objects.filter(id=task.case_id).update(service_id=service)
    return [cast.budi, cast.ratna, wahyu]


def plainly(scope: ListScope, roles: set[str], chosen: ListFilter, sort: queries.Sort) -> list[UUID]:
    """Read the tasks one by one and keep those that belong to the list."""
    waiting = chosen.state == "waiting"
    own = set(Task.objects.filter(done_by_id=scope.person_id).values_list("case_id", flat=True))

    def belongs(task: Task) -> bool:
        here = task.parked_until is None or task.parked_until <= NOW
        done = task.case_id in own
        mine = scope.which != "mine" or (done if waiting else task.assignee_id == scope.person_id)
        able = task.role == "applicant" if waiting else task.role in roles
        late = task.due_at is not None and task.due_at < NOW
        soon = task.due_at is not None and NOW <= task.due_at < NOW + timedelta(days=1)
        held = {
            "": here, "late": here and late, "soon": here and soon, "returned": here and task.returned,
            "free": here and task.assignee_id is None, "parked": not here, "waiting": True, "any": True,
        }[chosen.state]  # fmt: skip
        return mine and able and held and chosen.service in ("", task.service_id) and chosen.step in ("", task.node)

    return [task.id for task in sorted(filter(belongs, Task.objects.filter(state="open")), key=SORTS[sort])]


def read_on(
    scope: ListScope, chosen: ListFilter, sort: queries.Sort, *, back: bool = False, size: int = 3
) -> list[Listed]:
    """Read a list page by page; backwards from its end."""
    found: list[Listed] = []
    cursor = None
    for _ in range(20):
        page = queries.list_work(scope, chosen, sort, cursor, limit=size, back=back)
        if not page:
            return found
        found, cursor = [*found, *page], queries.cursor_of(page[-1])
    raise AssertionError("the list never ends")


def test_every_list_holds_what_belongs_to_it_in_order_and_every_count_agrees(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    officers = fill(cast, random.Random(7))
    seen = 0
    for officer in officers:
        roles = {"head"} if officer is cast.ratna else {"clerk"}
        for which in ("mine", "unit", "all"):
            if which == "all" and officer is not cast.ratna:
                assert queries.list_work(queries.get_scope(officer.person_id, now=NOW, which="all"), ANY) == []
                continue
            able = {"clerk", "head", "section-head", "counter"} if which == "all" else roles
            scope = queries.get_scope(officer.person_id, now=NOW, which=which)
            told = queries.sum_up(queries.count_work(scope))
            for state in STATES:
                narrow = (ListFilter(state, service="surat-lain"), ListFilter(state, step="decide"))
                for chosen, sort in (*((ListFilter(state), sort) for sort in SORTS), *((one, "due") for one in narrow)):
                    expected = plainly(scope, able, chosen, sort)
                    assert [row.task_id for row in read_on(scope, chosen, sort)] == expected
                    assert [row.task_id for row in read_on(scope, chosen, sort, back=True)] == expected[::-1]
                    if which == "all":
                        with monkeypatch.context() as town:  # as it is read over very many piles
                            town.setattr(worklist, "MANY_PILES", 0)
                            assert [row.task_id for row in read_on(scope, chosen, sort, size=20)] == expected
                    seen += len(expected)
                if state != "any":
                    assert told[state or "all"] == len(plainly(scope, able, ListFilter(state), "due")), (which, state)
    assert seen > 150, "the world has something of everything"


def test_the_walk_goes_through_the_whole_list_and_never_to_the_case_it_is_at(cast: Cast) -> None:
    fill(cast, random.Random(11))
    scope = queries.get_scope(cast.budi.person_id, now=NOW, which="unit")
    for sort in SORTS:
        rows = queries.list_work(scope, ListFilter(), sort)
        for index, row in enumerate(rows):
            assert row.case_id
            place = queries.find_place(scope, ListFilter(), sort, row.case_id)
            assert (place.position, place.total) == (index + 1, len(rows))
            assert place.after == (rows[index + 1].number if index + 1 < len(rows) else "")
            assert place.before == (rows[index - 1].number if index else "")
        first = rows[0]
        Task.objects.filter(id=first.task_id).update(state="done", closed_at=NOW + timedelta(hours=1))
        left = queries.find_place(scope, ListFilter(), sort, first.case_id or uuid4())
        assert (left.position, left.total, left.after) == (0, len(rows) - 1, rows[1].number), (
            "what comes next stays next"
        )
        Task.objects.filter(id=first.task_id).update(state="open", closed_at=None)


@pytest.mark.parametrize(("which", "many", "rare"), [("mine", 40, 300), ("unit", 0, 300), ("unit", 0, 0)])
def test_a_search_in_a_list_finds_whole_words_and_numbers_within_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, which: queries.Which, many: int, rare: int
) -> None:
    case = Case.objects.get(id=apply_for_sku(cast).case_id)
    monkeypatch.setattr(worklist, "MANY_PILES", many)
    monkeypatch.setattr(worklist, "RARE", rare)
    scope = queries.get_scope(cast.budi.person_id, now=NOW, which=which)
    for text, found in (
        ("siti rahma", 1),
        ("siti joko", 0),
        (case.number, 1),
        ("SKU-0000-0000", 0),
        ("-", 0),
        ("sit", 0),
    ):
        chosen = queries.search_in(ListFilter(), text)
        assert len(queries.list_work(scope, chosen)) == found, text
        assert queries.find_place(scope, chosen, "due", case.id).total == found
    other = queries.get_scope(cast.ratna.person_id, now=NOW)
    assert queries.list_work(other, queries.search_in(ListFilter(), case.number)) == []


@pytest.mark.parametrize("which", ["mine", "unit"])
def test_a_list_of_work_begins_at_an_index_and_costs_two_queries_at_most(cast: Cast, which: queries.Which) -> None:
    fill(cast, random.Random(3))
    scope = queries.get_scope(cast.budi.person_id, now=NOW, which=which)
    cursor = queries.cursor_of(queries.list_work(scope, ANY, limit=1)[0])
    for state in STATES:
        for after in (None, cursor):
            with CaptureQueriesContext(connection) as asked:
                queries.list_work(scope, ListFilter(state), "due", after)
            assert len(asked) <= 2
            for plan in (explain(asked[0]["sql"]),):
                assert not [line for line in plan if "SCAN t" in line or "Seq Scan on cases_case" in line], plan


@pytest.mark.parametrize(
    ("sort", "index"), [("due", "task_by_due"), ("age", "task_by_age"), ("service", "task_by_service")]
)
def test_a_list_over_very_many_piles_is_read_in_its_own_order(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, sort: queries.Sort, index: str
) -> None:
    fill(cast, random.Random(3))
    monkeypatch.setattr(worklist, "MANY_PILES", 0)
    with CaptureQueriesContext(connection) as asked:
        assert queries.list_work(queries.get_scope(cast.budi.person_id, now=NOW, which="unit"), ANY, sort)
    if connection.vendor == "sqlite":
        (statement,) = (one["sql"] for one in asked if "UNION ALL" in one["sql"] and "ORDER BY t." in one["sql"])
        assert index in "\n".join(explain(statement)), explain(statement)


def test_counting_a_unit_looks_at_no_task_but_in_the_index(cast: Cast) -> None:
    fill(cast, random.Random(3))
    scope = queries.get_scope(cast.budi.person_id, now=NOW, which="unit")
    with CaptureQueriesContext(connection) as asked:
        assert sum(heap.count for heap in queries.count_work(scope))
    plan = explain(asked[0]["sql"])
    if connection.vendor == "sqlite":
        assert "COVERING INDEX task_pile" in "\n".join(plan) and not [
            line for line in plan if "t USING INDEX" in line
        ], plan


@pytest.mark.parametrize("which", ["mine", "unit"])
def test_a_list_passes_what_is_not_in_it_without_looking_at_the_task(cast: Cast, which: queries.Which) -> None:
    fill(cast, random.Random(3))
    scope = queries.get_scope(cast.budi.person_id, now=NOW, which=which)
    choices = [ListFilter(state) for state in STATES if (which, state) != ("mine", "waiting")]
    choices += [
        ListFilter(service="surat-lain", step="check", operation="document.sign"),
        ListFilter(words=(b"x" * 16,)),
    ]
    for chosen in choices:
        with CaptureQueriesContext(connection) as asked:
            queries.list_work(scope, chosen)
        plan = explain(asked[0]["sql"])
        if connection.vendor == "sqlite":
            seen = [line for line in plan if line.startswith("SEARCH t ") and "(id=?)" not in line]
            assert seen and all("COVERING INDEX" in line for line in seen), (chosen, plan)


def test_the_navigation_counts_one_s_own_work_without_what_waits_for_applicants(cast: Cast) -> None:
    waiting = 0
    for officer in fill(cast, random.Random(7)):
        scope = queries.get_scope(officer.person_id, now=NOW)
        whole, own = (queries.sum_up(queries.count_work(scope, waiting=waits)) for waits in (True, False))
        assert own == whole | {"waiting": 0}
        waiting += whole["waiting"]
    assert waiting > 0, "somebody's work waits for its applicant"


def explain(statement: str) -> list[str]:
    """Ask the database how it would answer; where it has few rows it must be told that reading all is dear."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        prefix = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        cursor.execute(
            f"{prefix} {statement}".replace("%", "%%") if connection.vendor == "postgresql" else f"{prefix} {statement}"
        )
        return [str(row[-1]) for row in cursor.fetchall()]


# ---- parked ---------------------------------------------------------------------------------------------------------


def parked(cast: Cast, who: Member, case_id: UUID, **changes: Any) -> UUID:
    task = Task.objects.get(case_id=case_id, state="open")
    told = {"until": (NOW + timedelta(days=4)).date(), "why": "system", "words": "Nomor SIAK menyusul"} | changes
    park(command_id=uuid4(), actor=who.officer, now=NOW, case_id=case_id, token=task.token, **told)
    return task.id


def kinds(member: Member, now: datetime = NOW) -> dict[str, int]:
    return queries.sum_up(queries.count_work(queries.get_scope(member.person_id, now=now)))


def test_a_parked_task_is_not_late_comes_back_on_its_day_and_its_clock_runs_on(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    Task.objects.filter(case_id=case_id).update(due_at=NOW - timedelta(days=1))
    before, told = Case.objects.get(id=case_id), Message.objects.count()
    assert kinds(cast.budi)["late"] == 1
    parked(cast, cast.budi, case_id)
    after = Case.objects.get(id=case_id)
    assert (after.due_at, after.status, after.paused_at) == (before.due_at, "open", None), "the legal clock runs on"
    assert Message.objects.count() == told, "nobody is told"
    now = kinds(cast.budi)
    assert (now["all"], now["late"], now["parked"]) == (0, 0, 1)
    entry = Entry.objects.filter(stream=f"case:{case_id}").latest("seq")
    assert entry.action == "park" and "SIAK" not in str(entry.body), "the words are sealed, as a note"
    assert Note.objects.filter(case_id=case_id).count() == 1
    back = kinds(cast.budi, NOW + timedelta(days=4))
    assert (back["all"], back["late"], back["parked"]) == (1, 1, 0)
    head = queries.get_scope(cast.ratna.person_id, now=NOW, which="all")
    assert [row.parked_for for row in queries.list_work(head, ListFilter("parked"))] == ["system"], (
        "a head sees what is parked"
    )
    token = Task.objects.get(case_id=case_id).token
    unpark(command_id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, token=token)
    assert kinds(cast.budi)["late"] == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"until": NOW.date()},
        {"until": (NOW + timedelta(days=120)).date()},
        {"why": "x"},
        {"why": "other", "words": " "},
    ],
    ids=["today", "far off", "no reason", "no words"],
)
def test_parking_wants_a_day_to_come_and_a_reason(cast: Cast, changes: dict[str, Any]) -> None:
    case_id = apply_for_sku(cast).case_id
    with pytest.raises(Invalid):
        parked(cast, cast.budi, case_id, **changes)
    assert kinds(cast.budi)["parked"] == 0


def test_whose_task_it_is_and_a_head_may_park_it_and_nobody_else(cast: Cast) -> None:
    wahyu = enlist("Wahyu")
    appoint(wahyu, "clerk", VILLAGE)
    case_id = apply_for_sku(cast).case_id
    task = Task.objects.get(case_id=case_id, state="open")
    owner, other = (cast.budi, wahyu) if task.assignee_id == cast.budi.person_id else (wahyu, cast.budi)
    with pytest.raises(NotAllowed):
        parked(cast, other, case_id)
    parked(cast, cast.ratna, case_id)
    hand_over(
        command_id=uuid4(), actor=owner.officer, now=NOW, case_id=case_id, token=task.token, to=other.person_id, reason="-"
    )  # fmt: skip
    assert kinds(other)["parked"] == 1, "what is waited for is waited for still"


def test_whoever_sends_again_what_they_did_is_told_that_it_was_they(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    token = Task.objects.get(case_id=case_id, state="open").token
    do(case_id, cast.budi, {"result": "complete", "location_seen": "ya"})
    again = Command(id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case_id, action="complete", token=token)
    with pytest.raises(Conflict) as refused:
        act(again)
    assert refused.value.code == "done-by-you"
