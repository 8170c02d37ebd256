"""What can be told of a case without opening its data, even after its data was shredded: position, past, replay."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import sql
from balai.base.errors import NotFound
from balai.base.models import Entry
from balai.casework.cases import rules
from balai.casework.catalogue import queries as catalogue
from balai.engine import manifest, process


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands: no answers, no names."""

    id: UUID
    number: str
    service: manifest.Service
    state: process.State
    status: str
    outcome: str
    unit_name: str
    submitted_at: datetime
    due_at: datetime | None
    paused_at: datetime | None
    closed_at: datetime | None
    shredded: bool
    tasks: Mapping[str, tuple[str, datetime | None]]  # token to (role, due) of each open task
    timers: Mapping[str, datetime]  # token to the moment it fires

    @property
    def stuck(self) -> tuple[process.Token, ...]:
        """The tokens that wait for an operator."""
        return tuple(token for token in self.state.tokens if token.stuck)


@dataclass(frozen=True, slots=True)
class Retold:
    """One line of a case's journal replayed: what was asked, what followed, and whether the live case was there too."""

    seq: int
    at: datetime
    action: str
    actor: str
    command: process.Start | process.Command
    move: process.Move
    agrees: bool
    service: manifest.Service  # the version after this step


_POSITION = """
    SELECT c.id, c.number, c.service_id, c.service_key, c.state, c.status, c.outcome, u.name, c.submitted_at, c.due_at,
           c.paused_at, c.closed_at, v.wrapped_key IS NULL
    FROM cases_case c JOIN base_vault v ON v.id = c.vault_id JOIN offices_unit u ON u.id = c.unit_id
    WHERE c.number = %s
"""


def get_position(number: str) -> Position:
    """Fetch where a case stands, without its data: three statements. :raises NotFound:"""
    row = sql.row(_POSITION, [rules.read_number(number)])
    if row is None:
        raise NotFound
    case_id, submitted_at = sql.as_uuid(row[0]), sql.as_datetime(row[8])
    assert case_id is not None and submitted_at is not None
    tasks = sql.rows("SELECT token, role, due_at FROM cases_task WHERE case_id = %s AND state = 'open'", [case_id])
    timers = sql.rows("SELECT token, due_at FROM cases_timer WHERE case_id = %s", [case_id])
    return Position(
        id=case_id, number=row[1], service=catalogue.get_service(row[2], row[3]),
        state=process.State.from_json(sql.as_json(row[4])), status=row[5], outcome=row[6], unit_name=row[7],
        submitted_at=submitted_at, due_at=sql.as_datetime(row[9]), paused_at=sql.as_datetime(row[10]),
        closed_at=sql.as_datetime(row[11]), shredded=bool(row[12]),
        tasks={token: (role, sql.as_datetime(due)) for token, role, due in tasks},
        timers={token: at for token, due in timers if (at := sql.as_datetime(due)) is not None},
    )  # fmt: skip


def list_running(service_id: str, service_key: str) -> list[UUID]:
    """List the cases that are not closed under one version of a service, oldest first."""
    found = sql.rows(
        "SELECT id FROM cases_case WHERE service_id = %s AND service_key = %s AND status <> 'closed'"
        " ORDER BY submitted_at, id",
        [service_id, service_key],
    )
    return [case_id for row in found if (case_id := sql.as_uuid(row[0])) is not None]


def retell(position: Position) -> Iterator[Retold]:
    """Replay a case from its journal, step by step, from nothing but what the journal keeps.

    :raises Impossible: the journal and the process do not belong together
    :raises Stale: a line speaks of a step that was not open
    """
    lines = list(Entry.objects.filter(stream=f"case:{position.id}").order_by("seq"))
    moved = [line for line in lines if "command" in line.body]
    service = _first_version(position, moved)
    versions = {service.graph.key: service} | {
        version.graph.key: version
        for line in moved
        if line.action == "migrate"
        for version in [catalogue.get_service(position.service.id, line.body["key_to"])]
    }
    graphs = {key: version.graph for key, version in versions.items()}
    entries = [_rebuilt(line, graphs) for line in moved]
    for line, (entry, move) in zip(moved, process.replay_steps(service.graph, entries), strict=True):
        if line.action == "migrate":
            service = catalogue.get_service(position.service.id, line.body["key_to"])
        agrees = move.state.to_json() == line.body["state"]
        yield Retold(line.seq, line.at, line.action, line.actor, entry.command, move, agrees, service)


def _rebuilt(line: Entry, graphs: Mapping[str, process.Graph]) -> process.ReplayEntry:
    entry = rules.replayed(line.body, line.at, graphs)
    assert entry is not None, "only lines that moved something are asked"
    return entry


def _first_version(position: Position, moved: list[Entry]) -> manifest.Service:
    """Find the version a case was opened under; its journal keeps the beginning of the key."""
    if not moved or moved[0].action != "submit":
        raise NotFound
    return catalogue.get_service(position.service.id, catalogue.find_key(position.service.id, moved[0].body["key"]))


def replay(position: Position) -> tuple[list[Retold], str]:
    """Replay a whole case, and tell where the replay parts from the live case; "" where it leads to the very position."""
    retold: list[Retold] = []
    try:
        for step in retell(position):
            retold.append(step)
            if not step.agrees:
                return retold, f"Line {step.seq} ({step.action}) leads elsewhere than the journal says."
    except (process.Impossible, process.Stale) as error:
        return retold, f"After line {retold[-1].seq if retold else 0} the journal cannot be followed: {error}"
    if not retold or retold[-1].move.state != position.state:
        return retold, "The last line leads elsewhere than where the case stands."
    return retold, ""


def list_happenings(position: Position) -> list[tuple[int, datetime, str, str, Mapping[str, Any]]]:
    """List a case's journal, oldest first: (number, when, who, action, what is kept of it)."""
    found = Entry.objects.filter(stream=f"case:{position.id}").order_by("seq")
    return [(line.seq, line.at, line.actor, line.action, line.body) for line in found]
