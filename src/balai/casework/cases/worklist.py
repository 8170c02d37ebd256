"""One query for every list of work: an officer's desk, their unit's, what comes next, and how much there is of each kind.

What a list may be chosen by stands on the task itself (`cases_task`), so that no list opens a case or joins one before it knows
which rows it shows. A list over several units takes the first rows of each pile (the open tasks of one role of one unit) in the
order of an index and merges them, so a list costs what its piles do and not what lies in them; a town's, over very many piles, is
read in its own order from an index of all open tasks.

Lists go by when a task is due, how long it has lain, or its service; by an applicant's name they cannot, since names are sealed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import sql
from balai.casework.cases.desks import TASK_LIST, Listed, Which, as_listed, find_idle
from balai.casework.cases.rows import PARTIES, as_id, as_moment
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.protection import policy as protection

State = Literal["", "late", "soon", "returned", "free", "parked", "waiting", "any"]
Sort = Literal["due", "age", "service"]
SOON = timedelta(days=1)
MANY_PILES = 40  # beyond so many a list is read in its own order, not merged from its piles
RARE = 300  # cases that bear a word, which are looked at one by one
APPLICANT = "applicant"


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which of a scope's tasks are listed; "" leaves a choice open.

    `state`: "" what can be done now; of that `late`, due `soon`, `returned` to a step done before, `free` on nobody's desk; or
    what is `parked`, what is `waiting` for its applicant, `any` for all but the last. `officer`: on whose desk it lies.
    `words`: keyed hashes of what is searched for, all of which a case must bear; `found`: only these cases. `queries.search_in`
    makes both of what was typed.
    """

    state: State = ""
    service: str = ""
    step: str = ""
    operation: str = ""
    officer: UUID | None = None
    found: frozenset[UUID] | None = None
    words: tuple[bytes, ...] = ()

    @property
    def searched(self) -> bool:
        """Tell whether the list answers a search, of which whoever is protected is no part."""
        return bool(self.words) or self.found is not None


ANY = ListFilter("any")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list stands: the row after which, or before which, it goes on."""

    due_at: datetime | None
    opened_at: datetime
    service: str
    task_id: UUID


@dataclass(frozen=True, slots=True)
class ListScope:
    """Whose list it is, and over which piles, (unit, role), of those in which something lies; one's own desk needs none.

    `waiting` are the piles of what the applicants of the same units have before them.
    """

    person_id: UUID
    which: Which
    now: datetime
    piles: tuple[tuple[UUID, str], ...]
    roles: tuple[tuple[str, str], ...]  # (role, path of the unit it is held in)
    waiting: tuple[tuple[UUID, str], ...] = ()


def get_scope(
    person_id: UUID, *, now: datetime, which: Which = "mine", held: Sequence[offices.HeldRole] | None = None
) -> ListScope:
    """Work out over what an officer's list goes: `mine`, the `unit`'s they might take, or `all` of units they head.

    One query, none for one's own desk; another for whoever does not hand in what the officer has `held` today. Piles of units in
    which nothing lies now are left out, so it is worked out anew for each list.
    """
    held = offices.list_roles(person_id, localdate(now)) if held is None else held
    able = [one for one in held if (one.role in roles.heads() if which == "all" else one.role not in roles.apart())]
    scopes = tuple(dict.fromkeys((one.role, one.unit_path) for one in able))
    if not scopes or which == "mine":
        return ListScope(person_id, which, now, (), scopes)
    paths = sorted({path for _, path in scopes})
    found = sql.rows(_LYING.format(paths=" OR ".join(["path LIKE %s"] * len(paths))), [f"{path}%" for path in paths])
    lying = [(as_id(unit), role, path) for unit, role, path in found]
    piles = tuple(
        (unit, role)
        for unit, role, path in lying
        if role != APPLICANT
        and any(path.startswith(above) and (which == "all" or role == own) for own, above in scopes)
    )
    waiting = tuple((unit, role) for unit, role, path in lying if role == APPLICANT)
    return ListScope(person_id, which, now, piles, scopes, waiting)


def list_work(
    scope: ListScope,
    chosen: ListFilter,
    sort: Sort = "due",
    cursor: Cursor | None = None,
    *,
    limit: int = 50,
    back: bool = False,
) -> list[Listed]:
    """List open tasks in their order, from a `cursor` on; `back` lists those before it, the nearest first.

    A task whose officer cannot do it, today or any more, lies on nobody's desk: it bears no assignee, and colleagues may take
    it. One query, one more when tasks lie on others' desks. The millionth page costs what the first does.
    """
    order = ", ".join(f"p.{column}" for column in _order(sort, back))
    parts, params = list[str](), list[Any]()
    # Of what waits for applicants few are one officer's: a walk in the list's order would pass all others of the town.
    few = scope.which == "mine" and chosen.state == "waiting"
    ordered = "" if few else f" ORDER BY {', '.join(f't.{column}' for column in _order(sort, back))} LIMIT %s"
    for where, values in _branches_in_order(scope, chosen, sort):
        for after, keys in _beyond(sort, cursor, back):
            parts.append(
                "SELECT * FROM (SELECT t.id, t.due_at, t.opened_at, t.service_id FROM cases_task t"
                f" WHERE {where}{after}{ordered}) x"
            )
            params += [*values, *keys, *([] if few else [limit])]
    if not parts:
        return []
    rows = sql.rows(
        f"{_OWN}, p (id, due_at, opened_at, service_id) AS MATERIALIZED ({' UNION ALL '.join(parts)})"
        f" {TASK_LIST.replace('FROM cases_task t', 'FROM p JOIN cases_task t ON t.id = p.id')} ORDER BY {order} LIMIT %s",
        [scope.person_id, *params, limit],
    )
    found = [as_listed(row) for row in rows]
    if chosen.words:
        whose = {one for row in found for one in (row.applicant_id, row.vault_id) if one}
        hidden = protection.list_hidden(scope.person_id, whose, scope.now)
        found = [row for row in found if not hidden & {row.applicant_id, row.vault_id}]
    if scope.which == "mine" or chosen.state == "waiting":
        return found
    idle = find_idle([row.task_id for row in found if row.task_id and row.assignee_id], scope.now)
    return [replace(row, assignee_id=None) if row.task_id in idle else row for row in found]


def cursor_of(row: Listed) -> Cursor:
    """Give the place of a listed task."""
    assert row.task_id is not None and row.opened_at is not None
    return Cursor(row.task_due_at, row.opened_at, row.service_id, row.task_id)


@dataclass(frozen=True, slots=True)
class Heap:
    """How many open tasks of one step of a service there are, of each kind; `count` are those that can be done now."""

    service_id: str
    node: str
    operation: str
    count: int
    late: int = 0
    soon: int = 0
    returned: int = 0
    free: int = 0
    parked: int = 0
    waiting: int = 0


def count_work(scope: ListScope, chosen: ListFilter = ANY, *, waiting: bool = True) -> list[Heap]:
    """Count a scope's open tasks by service and step, in every state at once; a filter's own state counts for nothing. One query.

    What waits for applicants is half of the work on one's own desk: without `waiting` it is left out.
    """
    now = scope.now
    columns = f"""t.service_id, t.node, t.operation, sum({_HERE}),
        sum(CASE WHEN {_HERE} = 1 AND t.due_at < %s THEN 1 ELSE 0 END),
        sum(CASE WHEN {_HERE} = 1 AND t.due_at >= %s AND t.due_at < %s THEN 1 ELSE 0 END),
        sum(CASE WHEN {_HERE} = 1 AND t.returned THEN 1 ELSE 0 END),
        sum(CASE WHEN {_HERE} = 1 AND t.assignee_id IS NULL THEN 1 ELSE 0 END), count(*)"""
    values = [now, now, now, now, now, now + SOON, now, now]
    parts, params = list[str](), list[Any]()
    states: tuple[tuple[State, int], ...] = (("any", 0), ("waiting", 1))
    for state, waits in states if waiting else states[:1]:
        for where, given in _branches(scope, replace(chosen, state=state)):
            parts.append(f"SELECT {columns}, {waits} FROM cases_task t WHERE {where} GROUP BY {_PILED}")
            params += [*values, *given]
    if not parts:
        return []
    found = sql.rows(
        f"{_OWN}, z (service, node, operation, here, late, soon, again, free, whole, waits) AS ({' UNION ALL '.join(parts)})"
        " SELECT service, node, operation, waits, sum(here), sum(late), sum(soon), sum(again), sum(free), sum(whole)"
        " FROM z GROUP BY service, node, operation, waits ORDER BY service, node",
        [scope.person_id, *params],
    )
    heaps = []
    for service, node, operation, waits, *sums in found:
        here, late, soon, again, free, whole = (int(each) for each in sums)
        told = Heap(service, node, operation, here, late, soon, again, free, whole - here)
        heaps.append(Heap(service, node, operation, 0, waiting=whole) if waits else told)
    return heaps


def list_inbox(
    person_id: UUID,
    *,
    now: datetime,
    which: Which = "mine",
    operation: str = "",
    limit: int = 50,
    held: Sequence[offices.HeldRole] | None = None,
) -> list[Listed]:
    """List the open tasks of a desk by due date, parked ones too: `list_work` for whoever asks for nothing further."""
    scope = get_scope(person_id, now=now, which=which, held=held)
    return list_work(scope, replace(ANY, operation=operation), limit=limit)


def count_inbox(person_id: UUID, now: datetime, *, held: Sequence[offices.HeldRole] | None = None) -> dict[str, int]:
    """Count an officer's own tasks that can be done now: all, late, due within a day, to sign; and those parked."""
    return sum_up(count_work(get_scope(person_id, now=now, held=held), waiting=False))


def sum_up(heaps: Iterable[Heap]) -> dict[str, int]:
    """Sum counts up over all services and steps."""
    told = dict.fromkeys(("all", "late", "soon", "returned", "free", "parked", "waiting", "sign"), 0)
    for heap in heaps:
        told["all"] += heap.count
        told["sign"] += heap.count if heap.operation == "document.sign" else 0
        for kind in ("late", "soon", "returned", "free", "parked", "waiting"):
            told[kind] += getattr(heap, kind)
    return told


def list_tasks(scope: ListScope, task_ids: Collection[UUID]) -> list[Listed]:
    """List some open tasks, as far as they belong to a scope; what does not is not there. Two queries at most."""
    if not task_ids:
        return []
    wanted = set(task_ids)
    marks = ", ".join(["%s"] * len(wanted))
    cases = sql.rows(f"SELECT case_id FROM cases_task WHERE id IN ({marks})", sorted(wanted))
    found = list_work(scope, replace(ANY, found=frozenset(as_id(row[0]) for row in cases)), limit=2 * len(wanted))
    return [row for row in found if row.task_id in wanted]


def list_opened(person_id: UUID, rows: Collection[Listed]) -> set[UUID]:
    """List the cases of listed tasks that a person opened at the desk since the task lay there. One query."""
    since = {f"case:{row.case_id}": row for row in rows}
    if not since:
        return set()
    marks = ", ".join(["%s"] * len(since))
    found = sql.rows(
        f"SELECT object, max(at) FROM base_access WHERE object IN ({marks}) AND reader_id = %s AND channel = 'desk'"
        " AND purpose = 'casework' AND NOT refused GROUP BY object",
        [*since, person_id],
    )
    seen = [(since[row[0]], as_moment(row[1])) for row in found]
    return {row.case_id for row, at in seen if row.case_id and row.opened_at is not None and at >= row.opened_at}


class NamedList(NamedTuple):
    """A list of work that an officer named: what is chosen, as its address says it."""

    id: UUID
    name: str
    choice: str


def list_work_views(person_id: UUID) -> list[NamedList]:
    """List the lists of work that an officer named, by name. One query."""
    found = sql.rows("SELECT id, name, choice FROM cases_workview WHERE person_id = %s ORDER BY name", [person_id])
    return [NamedList(as_id(view_id), name, choice) for view_id, name, choice in found]


@dataclass(frozen=True, slots=True)
class OnDesk:
    """What lies on one officer's desk, or on nobody's: how much can be done, is late or parked, and since when the oldest lies."""

    officer: UUID | None
    count: int
    late: int
    parked: int
    since: datetime | None


def count_desks(scope: ListScope) -> list[OnDesk]:
    """Count a scope's open tasks by whose desk they lie on, the fullest first and nobody's before all. One query."""
    now = scope.now
    columns = f"""t.assignee_id, sum({_HERE}), sum(CASE WHEN {_HERE} = 1 AND t.due_at < %s THEN 1 ELSE 0 END), count(*),
        min(CASE WHEN t.parked_until > %s THEN NULL ELSE t.opened_at END)"""
    parts, params = list[str](), list[Any]()
    for where, given in _branches(scope, ANY):
        parts.append(f"SELECT {columns} FROM cases_task t WHERE {where} GROUP BY t.assignee_id")
        params += [now, now, now, now, *given]
    if not parts:
        return []
    found = sql.rows(
        f"{_OWN}, z (officer, here, late, whole, since) AS ({' UNION ALL '.join(parts)})"
        " SELECT officer, sum(here), sum(late), sum(whole), min(since) FROM z GROUP BY officer",
        [scope.person_id, *params],
    )
    made = [
        OnDesk(sql.as_uuid(row[0]), int(row[1]), int(row[2]), int(row[3]) - int(row[1]), sql.as_datetime(row[4]))
        for row in found
    ]
    return sorted(made, key=lambda one: (one.officer is not None, -one.count, str(one.officer)))


@dataclass(frozen=True, slots=True)
class PlaceInList:
    """Where a case stands in a list: its position from 1, or 0 when it is not in it; how many there are; and its neighbours."""

    position: int
    total: int
    before: str  # the number of the case before it, "" at the beginning
    after: str


def find_place(scope: ListScope, chosen: ListFilter, sort: Sort, case_id: UUID) -> PlaceInList:
    """Find where a case stands in a list, or would: after its task was done, `after` is what comes next in the same list.

    It is never its own neighbour. Four queries. A search is counted by what it shows, at most its first 200.
    """
    if chosen.searched:
        return _place_in(list_work(scope, chosen, sort, limit=200), case_id)
    row = sql.row(
        "SELECT due_at, opened_at, service_id, id, state FROM cases_task WHERE case_id = %s ORDER BY CASE WHEN state = 'open'"
        " AND (role = %s) = %s THEN 0 WHEN role = %s THEN 2 ELSE 1 END, CASE WHEN assignee_id = %s THEN 0 ELSE 1 END,"
        " closed_at DESC NULLS LAST, opened_at DESC, id LIMIT 1",
        [case_id, APPLICANT, chosen.state == "waiting", APPLICANT, scope.person_id],
    )
    if row is None:
        return PlaceInList(0, 0, "", "")
    here = Cursor(sql.as_datetime(row[0]), as_moment(row[1]), row[2], as_id(row[3]))
    ends = [
        next(
            (
                each.number
                for each in list_work(scope, chosen, sort, here, limit=4, back=back)
                if each.case_id != case_id
            ),
            "",
        )
        for back in (True, False)
    ]
    return PlaceInList(*_count_until(scope, chosen, sort, here), *ends)


def _place_in(rows: list[Listed], case_id: UUID) -> PlaceInList:
    at = next((index for index, row in enumerate(rows) if row.case_id == case_id), None)
    if at is None:
        return PlaceInList(0, len(rows), "", rows[0].number if rows else "")
    others = [[row.number for row in part if row.case_id != case_id] for part in (rows[:at], rows[at + 1 :])]
    return PlaceInList(at + 1, len(rows), others[0][-1] if others[0] else "", others[1][0] if others[1] else "")


def _count_until(scope: ListScope, chosen: ListFilter, sort: Sort, here: Cursor) -> tuple[int, int]:
    """Count up to a row, which it includes when it is in the list (else 0), and over all."""
    parts, params = list[str](), list[Any]()
    inside = " OR ".join(f"(1 = 1{after})" for after, _ in _beyond(sort, here, True))
    keys = [key for _, given in _beyond(sort, here, True) for key in given]
    for where, values in _branches(scope, chosen, whole=True):
        parts.append(
            f"SELECT sum(CASE WHEN {inside} THEN 1 ELSE 0 END), sum(CASE WHEN t.id = %s THEN 1 ELSE 0 END), count(*)"
            f" FROM cases_task t WHERE {where}"
        )
        params += [*keys, here.task_id, *values]
    if not parts:
        return 0, 0
    found = sql.row(
        f"{_OWN}, z (before, here, whole) AS ({' UNION ALL '.join(parts)}) SELECT sum(before), sum(here), sum(whole) FROM z",
        [scope.person_id, *params],
    )
    assert found is not None
    before, here_, whole = (int(each or 0) for each in found)
    return (before + 1 if here_ else 0), whole


# ---- how a list is put together -----------------------------------------------------------------------------------------

# The piles of some units in which anything lies, found by steps in an index from one role to the next, whatever lies there.
_LYING = """
    WITH RECURSIVE u (id, path) AS (SELECT id, path FROM offices_unit WHERE {paths}), pile (unit_id, role, path) AS (
        SELECT u.id, (SELECT min(t.role) FROM cases_task t WHERE t.state = 'open' AND t.unit_id = u.id), u.path FROM u
        UNION ALL SELECT p.unit_id, (SELECT min(t.role) FROM cases_task t
            WHERE t.state = 'open' AND t.unit_id = p.unit_id AND t.role > p.role), p.path
        FROM pile p WHERE p.role IS NOT NULL
    ) SELECT unit_id, role, path FROM pile WHERE role IS NOT NULL ORDER BY path, role"""
_OWN = f"WITH own (case_id) AS MATERIALIZED (SELECT case_id FROM ({PARTIES}) party WHERE person_id = %s)"
_HERE = "CASE WHEN t.parked_until > %s THEN 0 ELSE 1 END"  # unknown is not later
_PILED = "t.role, t.assignee_id, t.service_id, t.node, t.operation"  # as `task_pile` goes, so that nothing is sorted
_KEYS: Mapping[Sort, tuple[str, ...]] = {
    "due": ("due_at", "id"),
    "age": ("opened_at", "id"),
    "service": ("service_id", "due_at", "id"),
}


def _order(sort: Sort, back: bool) -> list[str]:
    """Name the columns a list goes by; what has no deadline comes last, as an index on either database gives it."""
    nulls = {"due_at": " NULLS FIRST" if back else " NULLS LAST"}
    return [f"{column}{' DESC' if back else ''}{nulls.get(column, '')}" for column in _KEYS[sort]]


def _beyond(sort: Sort, cursor: Cursor | None, back: bool) -> list[tuple[str, list[Any]]]:
    """Write the conditions that lie beyond a row, each of which an index can begin at; together they are the rest."""
    if cursor is None:
        return [("", [])]
    sign, due, last = "<" if back else ">", cursor.due_at, cursor.task_id
    if sort == "age":
        return [(f" AND (t.opened_at, t.id) {sign} (%s, %s)", [cursor.opened_at, last])]
    same, held = ("", list[Any]()) if sort == "due" else (" AND t.service_id = %s", [cursor.service])
    made: list[tuple[str, list[Any]]] = []
    if due is None:
        made.append((f"{same} AND t.due_at IS NULL AND t.id {sign} %s", [*held, last]))
    else:
        made.append((f"{same} AND (t.due_at, t.id) {sign} (%s, %s)", [*held, due, last]))
    if (due is None) == back:  # those without a deadline come after all that have one
        made.append((f"{same} AND t.due_at IS {'NOT ' if back else ''}NULL", held))
    if sort == "service":
        made.append((f" AND t.service_id {sign} %s", [cursor.service]))
    return made


def _branches(scope: ListScope, chosen: ListFilter, *, whole: bool = False) -> Iterator[tuple[str, list[Any]]]:
    """Write the condition of each pile that a list goes over: one for an officer's own desk, else one for each pile.

    With `whole` very many piles are one.
    """
    where, params = _conditions(scope, chosen)
    if scope.which == "mine":
        if chosen.state == "waiting":
            paths = sorted({path for _, path in scope.roles})
            units = f"SELECT id FROM offices_unit WHERE {' OR '.join(['path LIKE %s'] * len(paths)) or '1 = 0'}"
            yield (
                f"t.role = %s AND t.unit_id IN ({units}) AND {where}",
                [APPLICANT, *(f"{path}%" for path in paths), *params],
            )
            return
        held, values = _held(scope.roles)
        yield f"t.assignee_id = %s AND {held} AND {where}", [scope.person_id, *values, *params]
        return
    piles = scope.waiting if chosen.state == "waiting" else scope.piles
    if whole and len(piles) > MANY_PILES:
        yield _all_of(piles, where, params)
        return
    for unit, role in piles:
        yield f"t.unit_id = %s AND t.role = %s AND {where}", [unit, role, *params]


def _held(scopes: Sequence[tuple[str, str]]) -> tuple[str, list[Any]]:
    """Write that a task is one of some roles; each asks once for the units it is held in, however many those are."""
    paths: dict[str, list[str]] = {}
    for role, path in scopes:
        paths.setdefault(role, []).append(f"{path}%")
    choices = [
        f"(t.role = %s AND t.unit_id IN (SELECT id FROM offices_unit WHERE {' OR '.join(['path LIKE %s'] * len(each))}))"
        for each in paths.values()
    ]
    return f"({' OR '.join(choices) or '1 = 0'})", [value for role, each in paths.items() for value in (role, *each)]


def _branches_in_order(scope: ListScope, chosen: ListFilter, sort: Sort) -> Iterator[tuple[str, list[Any]]]:
    """Write the same for a list in its order: over very many piles a rare word is followed to its cases, and each service walked alone."""
    piles = scope.waiting if chosen.state == "waiting" else scope.piles
    if scope.which == "mine" or len(piles) <= MANY_PILES:
        yield from _branches(scope, chosen)
        return
    chosen = _by_rare_words(chosen)
    services = _services() if sort == "service" and not chosen.service else [chosen.service]
    for service in services:
        yield from _branches(scope, replace(chosen, service=service), whole=True)


def _by_rare_words(chosen: ListFilter) -> ListFilter:
    """Look for the cases of a word that few bear, instead of asking every task of a town for it."""
    for word in chosen.words:
        found = sql.rows("SELECT case_id FROM cases_searchword WHERE hash = %s LIMIT %s", [word, RARE + 1])
        if len(found) <= RARE:
            bearing = frozenset(as_id(row[0]) for row in found)
            return replace(chosen, found=bearing if chosen.found is None else chosen.found & bearing)
    return chosen


def _services() -> list[str]:
    """List of which services tasks are open, by steps in an index."""
    found = sql.rows(
        "WITH RECURSIVE s (id) AS (SELECT min(service_id) FROM cases_task WHERE state = 'open' UNION ALL"
        " SELECT (SELECT min(t.service_id) FROM cases_task t WHERE t.state = 'open' AND t.service_id > s.id) FROM s"
        " WHERE s.id IS NOT NULL) SELECT id FROM s WHERE id IS NOT NULL",
    )
    return [row[0] for row in found]


def _all_of(piles: Collection[tuple[UUID, str]], where: str, params: Sequence[Any]) -> tuple[str, list[Any]]:
    """Write the condition of all piles of a town in one, such that no index begins with it but that of the list's order."""
    units: dict[str, list[UUID]] = {}
    for unit, role in piles:
        units.setdefault(role, []).append(unit)
    choices = [f"(t.role = %s AND t.unit_id IN ({', '.join(['%s'] * len(each))}))" for each in units.values()]
    values = [value for role, each in units.items() for value in (role, *each)]
    return f"CASE WHEN {' OR '.join(choices)} THEN 1 ELSE 0 END = 1 AND {where}", [*values, *params]


def _conditions(scope: ListScope, chosen: ListFilter) -> tuple[str, list[Any]]:
    now = scope.now
    here = "(t.parked_until IS NULL OR t.parked_until <= %s)"
    states: dict[State, tuple[str, list[Any]]] = {
        "": (here, [now]),
        "late": (f"{here} AND t.due_at < %s", [now, now]),
        "soon": (f"{here} AND t.due_at >= %s AND t.due_at < %s", [now, now, now + SOON]),
        "returned": (f"{here} AND t.returned", [now]),
        # as no index can begin with it: on nobody's desk is much of a town, and little of a pile
        "free": (f"{here} AND CASE WHEN t.assignee_id IS NULL THEN 1 ELSE 0 END = 1", [now]),
        "parked": ("t.parked_until > %s", [now]),
        "waiting": ("1 = 1", []),
        "any": ("1 = 1", []),
    }
    said, values = states[chosen.state]
    parts, params = ["t.state = 'open'", said], list(values)
    if chosen.state == "waiting" and scope.which == "mine":
        done = "SELECT 1 FROM cases_task d WHERE d.case_id = t.case_id AND d.done_by_id = %s"
        parts, params = [*parts, f"EXISTS ({done})"], [*params, scope.person_id]
    for column, value in (
        ("service_id", chosen.service), ("node", chosen.step), ("operation", chosen.operation), ("assignee_id", chosen.officer)
    ):  # fmt: skip
        if value:
            parts, params = [*parts, f"t.{column} = %s"], [*params, value]
    if chosen.found is not None:
        marks = ", ".join(["%s"] * len(chosen.found)) or "NULL"
        parts, params = [*parts, f"t.case_id IN ({marks})"], [*params, *sorted(chosen.found)]
    for word in chosen.words:
        parts.append("EXISTS (SELECT 1 FROM cases_searchword s WHERE s.case_id = t.case_id AND s.hash = %s)")
        params.append(word)
    parts.append("t.case_id NOT IN (SELECT case_id FROM own)")
    return " AND ".join(parts), params
