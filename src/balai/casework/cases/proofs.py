"""Every case held against its journal: whose it is, how it stands, its answers, its tasks; and some told again from the beginning."""

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from balai.base import crypto, sql
from balai.base.errors import NotFound
from balai.base.proofs import Heads, Misfit, proves
from balai.casework.cases import history, standings
from balai.casework.cases.rows import ANSWERS
from balai.casework.cases.standings import MarkedRow
from balai.engine import process
from balai.records.people import queries as people

STREAM = "case:"
SAMPLE = 25  # cases that are told again where not all of them are asked for
_AT_ONCE = 200


class _Told(NamedTuple):
    """What the journal says of a case: its last entry, and the last that moved it."""

    at: datetime | None
    last: Mapping[str, Any]
    moved: Mapping[str, Any]


class _Held(NamedTuple):
    """A case as its rows are: its standing, its wrapped key, its number."""

    standing: MarkedRow
    wrapped: Any
    number: str


@proves(keeps=STREAM)
def hold(heads: Heads, deep: bool) -> Iterator[Misfit]:
    """Hold every case against its journal; tell a sample of them again, or all when it is deep."""
    seen, named = set[str](), _read_joined()
    numbers: list[str] = []
    batch: list[_Held] = []
    for standing, wrapped, number in standings.every():
        seen.add(f"{STREAM}{standing.id}")
        numbers.append(number)
        batch.append(_Held(standing, wrapped, number))
        if len(batch) == _AT_ONCE:
            yield from _hold(batch, heads, named)
            batch = []
    yield from _hold(batch, heads, named)
    for stream in heads:
        if stream.startswith(STREAM) and stream not in seen and _is_id(stream):
            yield Misfit(
                "cases_case", stream.removeprefix(STREAM), "its row is gone, and its journal is there", _when(stream)
            )
    sample = numbers if deep else random.SystemRandom().sample(numbers, min(SAMPLE, len(numbers)))
    for number in sample:
        yield from _retold(number)


def _hold(batch: list[_Held], heads: Heads, named: Mapping[UUID, UUID]) -> Iterator[Misfit]:
    told, tasks, sealed = _read_entries(batch), _read_tasks(batch), _read_sealed(batch)
    for one in batch:
        case = one.standing
        head = heads.get(f"{STREAM}{case.id}")
        if head is None:
            yield Misfit("cases_case", one.number, "its journal is gone")
            continue
        said = told[case.id]
        if head[0] < case.head.seq:
            what = f"the end of its journal was cut off: entry {head[0]} is the last, and there were {case.head.seq}"
            yield Misfit("base_entry", one.number, what, said.at)
        elif head != (case.head.seq, case.head.hash):
            yield Misfit(
                "cases_case",
                one.number,
                "its row does not end where its journal does (journal_seq, journal_hash)",
                said.at,
            )
        else:
            yield from _standing(one, said)
        yield from _answers(one, said, sealed[case.id])
        yield from _tasks(one, said, sealed[case.id][2], tasks.get(case.id, []), named)


def _standing(one: _Held, said: _Told) -> Iterator[Misfit]:
    """Hold a row's plain columns against its own mark and the last entry's, and name what differs."""
    case, changed = one.standing, list[str]()
    names = ("status", "outcome", "revision")
    for name, now, then in zip(
        names, (case.status, case.outcome, case.revision), said.last.get("stands", ()), strict=False
    ):
        changed += [f"{name} is {now!r} and was {then!r}"] if now != then else []
    bound = crypto.read_holders(case.vault_id, one.wrapped) if one.wrapped is not None else None
    if bound is not None and bound != case.holders:
        was = [str(UUID(bytes=bound[at : at + 16])) if any(bound[at : at + 16]) else "nobody" for at in (0, 16)]
        pairs = (("applicant_id", case.applicant_id, was[0]), ("submitted_by_id", case.submitted_by_id, was[1]))
        changed += [
            f"{name} is {now or 'nobody'} and was {then}" for name, now, then in pairs if str(now or "nobody") != then
        ]
    elif "mark" in said.last and not changed:
        letters = said.last.get("letters", ())
        due = standings.stands(case.id, case.holders, case.status, case.outcome, case.revision, letters)
        if due["mark"] != said.last["mark"]:
            changed.append("its holder (applicant_id, submitted_by_id) is not whom its last entry speaks of")
    if one.wrapped is not None and bound is None:
        changed.append("its key (base_vault) does not open")
    if not case.holds and not changed:
        changed.append("unit, version, channel, end event or vault was changed, or its mark")
    for what in changed:
        yield Misfit("cases_case", one.number, what, said.at)


def _answers(one: _Held, said: _Told, sealed: tuple[bytes, Any, Any]) -> Iterator[Misfit]:
    """Hold a case's position and its sealed answers against the last entry that moved it."""
    data, state, _ = sealed
    if "state" not in said.moved:
        return
    if process.State.from_json(state) != process.State.from_json(said.moved["state"]):
        yield Misfit("cases_case", one.number, "its position (state) is not the one its journal tells", said.at)
    if one.wrapped is None or crypto.read_holders(one.standing.vault_id, one.wrapped) is None:
        return
    key = crypto.unwrap(one.standing.vault_id, one.wrapped)
    try:
        plain = crypto.open_with(key, data, ANSWERS)
    except crypto.Tampered:
        yield Misfit("cases_case", one.number, "its answers (data_sealed) do not open", said.at)
        return
    if crypto.mac_with(key, "journal", plain).hex()[:32] != said.moved.get("mac"):
        yield Misfit("cases_case", one.number, "its answers (data_sealed) are not those its journal speaks of", said.at)


def _due(row: str, table: str, told: str | None, kept: Any, said: _Told) -> Iterator[Misfit]:
    """Hold when something is due against what its journal tells; "" is untold, as in entries of releases before."""
    at = sql.as_datetime(kept)
    if told != "" and (told and datetime.fromisoformat(told)) != at:
        yield Misfit(table, row, f"due_at is {at or 'none'} and was {told or 'none'}", said.at)


def _tasks(
    one: _Held, said: _Told, case_due: Any, rows: list[tuple[Any, ...]], named: Mapping[UUID, UUID]
) -> Iterator[Misfit]:
    """Hold the tasks against the position that the journal tells; who did or has them, and when they are due, against its entries."""
    if "state" not in said.moved:
        return
    standing = {token.id: token.node for token in process.State.from_json(said.moved["state"]).tokens}
    did, has, due = _hands(f"{STREAM}{one.standing.id}")
    yield from _due(one.number, "cases_case", due.get("", ""), case_due, said)
    for token, node, state, assignee, done_by, due_at in rows:
        where = f"{one.number}/{token}"
        yield from _due(where, "cases_task", due.get(token, "") if state == "open" else "", due_at, said)
        if state == "open" and standing.get(token) != node:
            yield Misfit("cases_task", where, "is open, and the case has left this step", said.at)
        elif state != "open" and standing.get(token) == node:
            yield Misfit("cases_task", where, f"is {state}, and the case still stands at this step", said.at)
        doer, desk = did.get(token), has.get(token)
        if doer and state == "done" and not _same(doer, done_by, named):
            yield Misfit(
                "cases_task", where, f"done_by_id is {sql.as_uuid(done_by) or 'nobody'} and was {doer}", said.at
            )
        if token in has and state == "open" and not _same(desk, assignee, named):
            told = f"assignee_id is {sql.as_uuid(assignee) or 'nobody'} and was {desk or 'nobody'}"
            yield Misfit("cases_task", where, told, said.at)


def _hands(stream: str) -> tuple[dict[str, UUID], dict[str, UUID | None], dict[str, str | None]]:
    """Tell from a case's entries who did which token's task, to whom it was given last, and when it is due; under "" the case."""
    did: dict[str, UUID] = {}
    has: dict[str, UUID | None] = {}
    due: dict[str, str | None] = {}
    for action, actor, raw in sql.rows(
        "SELECT action, actor, body FROM base_entry WHERE stream = %s ORDER BY seq", [stream]
    ):
        body, (_, _, ref) = sql.as_json(raw), actor.partition(":")
        due |= body.get("due", {})
        if action in ("complete", "signed") and _is_id(f"{STREAM}{ref}"):
            did[body["token"]] = UUID(ref)
        elif action in ("claim", "release", "hand-over"):
            has[body["token"]] = UUID(body["to"]) if body["to"] else None
        elif action == "migrate":
            has.clear()  # a step of another version may lie on another desk
    return did, has, due


def _same(told: UUID | None, kept: Any, named: Mapping[UUID, UUID]) -> bool:
    """Tell whether two ids are one person's: a record that was joined counts as the one that stayed."""
    found = sql.as_uuid(kept)
    return (named.get(told, told) if told else None) == (named.get(found, found) if found else None)


def _retold(number: str) -> Iterator[Misfit]:
    try:
        _, parted = history.replay(history.get_position(number))
    except (NotFound, AssertionError, KeyError, ValueError) as error:
        parted = f"it cannot be told again: {error}"
    if parted:
        yield Misfit("cases_case", number, parted)


# ---- reading ---------------------------------------------------------------------------------------------------------


def _marks(values: object) -> str:
    return ", ".join(["%s"] * len(list(values)))  # type: ignore[call-overload]


def _read_entries(batch: list[_Held]) -> dict[UUID, _Told]:
    """Read of each case its last entry and the last that moved it."""
    found = {one.standing.id: _Told(None, {}, {}) for one in batch}
    streams = {f"{STREAM}{one.standing.id}": one.standing.id for one in batch}
    if not streams:
        return found
    last = sql.rows(
        f"SELECT e.stream, e.at, e.body FROM base_entry e JOIN (SELECT stream, max(seq) AS seq FROM base_entry"
        f" WHERE stream IN ({_marks(streams)}) GROUP BY stream) l ON l.stream = e.stream AND l.seq = e.seq",
        list(streams),
    )
    for stream, at, raw in last:
        body = sql.as_json(raw)
        moved = body if "state" in body else _last_move(stream)
        found[streams[stream]] = _Told(sql.as_datetime(at), body, moved)
    return found


def _last_move(stream: str) -> Mapping[str, Any]:
    rows = sql.rows("SELECT body FROM base_entry WHERE stream = %s ORDER BY seq DESC", [stream])
    bodies = (sql.as_json(row[0]) for row in rows)
    return next((body for body in bodies if "state" in body), {})


def _read_tasks(batch: list[_Held]) -> dict[UUID, list[tuple[Any, ...]]]:
    found: dict[UUID, list[tuple[Any, ...]]] = {}
    ids = [one.standing.id for one in batch]
    if ids:
        for case_id, *task in sql.rows(
            f"SELECT case_id, token, node, state, assignee_id, done_by_id, due_at FROM cases_task WHERE case_id IN ({_marks(ids)})",
            ids,
        ):
            held = sql.as_uuid(case_id)
            assert held is not None
            found.setdefault(held, []).append(tuple(task))
    return found


def _read_sealed(batch: list[_Held]) -> dict[UUID, tuple[bytes, Any, Any]]:
    ids = [one.standing.id for one in batch]
    if not ids:
        return {}
    rows = sql.rows(f"SELECT id, data_sealed, state, due_at FROM cases_case WHERE id IN ({_marks(ids)})", ids)
    return {
        case_id: (bytes(row[1]), sql.as_json(row[2]), row[3])
        for row in rows
        if (case_id := sql.as_uuid(row[0])) is not None
    }


def _read_joined() -> dict[UUID, UUID]:
    """Read which record of a person each joined one became; a record that stays is none."""
    found = {}
    for gone, kept in people.list_joinings():
        found[gone] = kept
    return {gone: _end(kept, found) for gone, kept in found.items()}


def _end(kept: UUID, found: Mapping[UUID, UUID]) -> UUID:
    while kept in found:
        kept = found[kept]
    return kept


def _when(stream: str) -> datetime | None:
    row = sql.row("SELECT max(at) FROM base_entry WHERE stream = %s", [stream])
    return sql.as_datetime(row[0]) if row else None


def _is_id(stream: str) -> bool:
    try:
        UUID(stream.removeprefix(STREAM))
    except ValueError:
        return False
    return True
