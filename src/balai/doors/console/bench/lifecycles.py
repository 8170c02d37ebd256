"""Whole lifecycles: three POSTs through the API, against bare views that write the same rows; and the step alone."""

import pickle
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean, median
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.test import Client as InProcess

from balai.base.models import Message
from balai.casework.cases.actions import Command, Submission, act, submit
from balai.casework.cases.models import Task
from balai.doors.api.tokens import SCOPES, make_token
from balai.doors.console.bench import database, recording, servers
from balai.doors.console.bench.service import ANSWERS, CHECK, DECIDE, ID
from balai.doors.console.demo.cast import CONSOLE, Cast

_WARM, _BLOCKS = 20, 5
_TURN = 4  # lifecycles in a row at one server
_BARE = "balai.doors.console.bench.bare"


def tokens_of(cast: Cast) -> dict[str, str]:
    """Make a token for each of the three who act."""
    return {
        member.name: make_token(
            command_id=uuid4(), actor=CONSOLE, now=datetime.now(UTC), name="ukur", person_id=member.person_id,
            scopes=list(SCOPES),
        )
        for member in (cast.siti, cast.budi, cast.ratna)
    }  # fmt: skip


def step_vs_sql(cast: Cast, rounds: int) -> dict[str, float]:
    """CPU of the step path ÷ the same statements and parameters through Django's cursor on a copy of the same database.

    Both take turns in blocks and the median block counts, so that a machine with other work to do tilts neither side.
    """
    for _ in range(_WARM):  # the first cases fill caches: the service, the calendar, the keys
        act(submitted(cast))
    steps, bares, statements = zip(*(_turn(cast, rounds // _BLOCKS) for _ in range(_BLOCKS)), strict=True)
    return {
        "step_vs_sql": median(step / bare for step, bare in zip(steps, bares, strict=True)),
        "step_ms": median(steps) * 1000, "step_sql_ms": median(bares) * 1000, "step_statements": median(statements),
    }  # fmt: skip


def _turn(cast: Cast, rounds: int) -> tuple[float, float, float]:
    """Measure one block of steps and of their bare statements; give CPU seconds of each per step, and the statements."""
    ready = [submitted(cast) for _ in range(rounds)]
    before = database.Copy()
    kept: list[list[recording.Statement]] = []
    for command in ready:
        with recording.record() as statements:
            act(command)
        kept.append(recording.without_transactions(statements))
    before.put_back()
    bare = _cpu(partial(_each, recording.replay, kept))
    before.put_back()
    step = _cpu(partial(_each, act, ready))
    return step / rounds, bare / rounds, median(len(each) for each in kept)


def _each(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    for item in items:
        work(item)


def _cpu(work: Callable[[], Any]) -> float:
    """Give the CPU seconds of some work, the opening of the database not counted."""
    recording.replay([("SELECT 1", (), False)])
    spent = time.process_time()
    work()
    return time.process_time() - spent


def submitted(cast: Cast) -> Command:
    """Submit an application and give the command that does its first task."""
    now = datetime.now(UTC)
    case = submit(Submission(id=uuid4(), actor=cast.siti.citizen, now=now, service_id=ID, answers=ANSWERS))
    task = Task.objects.get(case_id=case.case_id, state="open")
    return Command(
        id=uuid4(),
        actor=cast.budi.officer,
        now=now,
        case_id=case.case_id,
        action="complete",
        token=task.token,
        data=CHECK,
    )


def lifecycles(tokens: dict[str, str], rounds: int) -> dict[str, float]:
    """Live cases through the served API (submit, verify, decide), and write the same rows through bare views.

    The bare views stand behind the same entry, and once more behind the server's own WSGI, which tells what the entry costs a
    request. All three servers take short turns, so that a slow moment of the machine falls on all; the mean counts.
    """
    templates = Path(settings.BALAI_HOME) / "bench-bare.pickle"
    recorded = [_record(tokens) for _ in range(3)][1:]  # the first fills caches
    templates.write_bytes(pickle.dumps([recording.Template(*pair) for pair in zip(*recorded, strict=True)]))
    with (
        servers.granian("balai.project.rsgi:application") as (port, balai),
        servers.granian(f"{_BARE}:application", BALAI_BENCH_BARE=str(templates)) as (bare_port, bare),
        servers.granian(f"{_BARE}:plain", BALAI_BENCH_BARE=str(templates), BALAI_BENCH_ENTRY="wsgi") as (
            plain_port,
            plain,
        ),
    ):
        clients = {name: servers.Client(port, token) for name, token in tokens.items()}
        bare_client, plain_client = servers.Client(bare_port), servers.Client(plain_port)
        _block(balai.pid, lambda: _live(clients), _WARM)
        _block(bare.pid, lambda: _live_bare(bare_client), _WARM)
        _block(plain.pid, lambda: _live_bare(plain_client), _WARM)
        turns = [
            (*_block(balai.pid, lambda: _live(clients), _TURN),
             *_block(bare.pid, lambda: _live_bare(bare_client), _TURN),
             *_block(plain.pid, lambda: _live_bare(plain_client), _TURN))
            for _ in range(rounds // _TURN)
        ]  # fmt: skip
    # The bare rows speak of cases that do not exist; nobody must try to carry out what they owe.
    Message.objects.filter(state="waiting").delete()
    cpu, wall, bare_cpu, _, plain_cpu, _ = (mean(column) for column in zip(*turns, strict=True))
    return {
        "lifecycles_per_s": 1 / cpu, "lifecycles_wall_per_s": 1 / wall, "lifecycle_cpu_ms": cpu * 1000,
        "bare_lifecycles_per_s": 1 / bare_cpu,
        "lifecycles_vs_bare_view": bare_cpu / cpu,
        "lifecycles_vs_bare_wsgi": plain_cpu / cpu,
        "entry_us": (bare_cpu - plain_cpu) / 3 * 1e6,
    }  # fmt: skip


def _block(pid: int, live: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Live some cases; give the server's CPU seconds and the seconds on the clock of one."""
    before, begun = servers.cpu_seconds(pid), time.monotonic()
    for _ in range(rounds):
        live()
    return (servers.cpu_seconds(pid) - before) / rounds, (time.monotonic() - begun) / rounds


def _live(clients: dict[str, servers.Client]) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    number = clients["siti"].post("/api/v1/cases", {"service": ID, "answers": ANSWERS}, **key)["number"]
    for name, data in (("budi", CHECK), ("ratna", DECIDE)):
        token = _token(number)
        key = {"Idempotency-Key": str(uuid4())}
        clients[name].post(f"/api/v1/cases/{number}/tasks/{token}", {"data": data}, **key)


def _token(number: str) -> str:
    """Read the open task's token past the API: finding it is the client's matter and is not measured."""
    return str(Task.objects.values_list("token", flat=True).get(case__number=number, state="open"))


def _live_bare(client: servers.Client) -> None:
    nonce = uuid4().hex
    bodies: list[dict[str, Any]] = [{"service": ID, "answers": ANSWERS}, {"data": CHECK}, {"data": DECIDE}]
    for phase, body in enumerate(bodies):
        client.post(f"/{phase}", {"nonce": nonce, **body})


def _record(tokens: dict[str, str]) -> list[list[recording.Statement]]:
    client, kept = InProcess(), []

    def post(path: str, body: Any, who: str) -> Any:
        with recording.record() as statements:
            answer = client.post(
                f"/api/v1{path}", body, content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {tokens[who]}",
                HTTP_IDEMPOTENCY_KEY=str(uuid4()), HTTP_HOST="127.0.0.1",
            )  # fmt: skip
        if answer.status_code >= 300:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:300]!r}")
        kept.append(statements)
        return answer.json()

    number = post("/cases", {"service": ID, "answers": ANSWERS}, "siti")["number"]
    post(f"/cases/{number}/tasks/{_token(number)}", {"data": CHECK}, "budi")
    post(f"/cases/{number}/tasks/{_token(number)}", {"data": DECIDE}, "ratna")
    return kept


def with_letters(cast: Cast, passphrase: str, rounds: int) -> dict[str, float]:
    """Live cases to the signed letter in this process; the letters are signed as a batch, as at the desk."""
    from balai.casework.issuing import flow

    spent, tasks, now = time.process_time(), [], datetime.now(UTC)
    for _ in range(rounds):
        checked = act(submitted(cast))
        decided = act(
            Command(
                id=uuid4(), actor=cast.ratna.officer, now=now, case_id=checked.case_id, action="complete",
                token=checked.next_tasks[0].token, data=DECIDE,
            )
        )  # fmt: skip
        tasks.append((decided.case_id, decided.next_tasks[0].token))
    looking = time.process_time()
    for case_id, token in tasks:
        flow.see_letter(cast.ratna.officer, case_id, token, now)
    signing = time.process_time()
    spent += signing - looking  # what a signer looks at is drawn while they read, in requests of their own
    results = flow.sign_many(actor=cast.ratna.officer, tasks=tasks, passphrase=passphrase, now=now)
    ended = time.process_time()
    failed = [result.error for result in results if result.error is not None]
    if failed:
        raise failed[0]
    return {"lifecycles_with_letter_per_s": rounds / (ended - spent), "letter_ms": (ended - signing) / rounds * 1000}
