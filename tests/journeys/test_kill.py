"""kill -9 anywhere on the whole path: file, submit, check, decide, sign, tell. Nothing lost, nothing doubled, no number used twice.

A forked process walks the path and kills itself at its n-th point: before each SQL statement, before and after each commit, before
each step on the file system. Then the path is walked again with the same command ids, as a door repeats a request that never came
back, and a worker that comes later does what is owed.
"""

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID, uuid4, uuid5

import pytest
from django.conf import settings
from django.db import connection, connections
from tests.cast import NOW, Cast, make_cast, open_service, photo, sign_seen, sku_answers

from balai.base import journal_check
from balai.base.models import Entry, Message
from balai.base.outbox import LEASE, Worker
from balai.casework.cases.actions import Command, Submission, act, start_draft, submit
from balai.casework.cases.models import Case, Draft, Evidence, Task
from balai.casework.issuing import authority
from balai.casework.issuing.models import Letter, LetterFile
from balai.casework.notices.models import Notice
from balai.records.documents import actions as documents
from balai.records.documents import queries as stored
from balai.records.documents.models import Document
from balai.records.filing.models import NumberSequence, Record

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "kunci ratna untuk uji"
LATER = NOW + LEASE + timedelta(minutes=5)  # the dead worker's leases have run out, and what failed may be tried again


@dataclass
class Walk:
    """One application with the command ids its doors gave it; walking it twice is walking it once."""

    cast: Cast
    draft_id: UUID
    seed: UUID = field(default_factory=uuid4)
    now: Any = NOW

    def walk(self) -> None:
        """Go the whole way from the file to the told applicant."""
        case_id = self.send()
        self.complete(case_id, "check", self.cast.budi, {"result": "complete", "location_seen": "ya"})
        self.complete(case_id, "decide", self.cast.ratna, {"outcome": "grant", "reason": "Lengkap"})
        token = Task.objects.get(case_id=case_id, node="sign_grant").token
        sign_seen(self.cast.ratna.officer, case_id, token, PASSPHRASE, self.now)
        Worker().drain(self.now)

    def send(self) -> UUID:
        """Store the files under the draft and submit."""
        vault_id = Draft.objects.get(id=self.draft_id).vault_id
        siti = self.cast.siti.citizen

        def file(name: str) -> dict[str, Any]:
            made = documents.store(
                vault_id, BytesIO(photo()), name=name, actor=siti, now=NOW, command_id=uuid5(self.seed, name)
            )
            return {"document": str(made.id), "name": name, "type": made.media_type, "size": made.size}

        return submit(
            Submission(
                id=uuid5(self.seed, "submit"), actor=siti, now=self.now, service_id="surat-keterangan-usaha",
                answers=sku_answers(file), draft_id=self.draft_id,
            )
        ).case_id  # fmt: skip

    def complete(self, case_id: UUID, node: str, member: Any, data: dict[str, Any]) -> None:
        """Complete a task as the officer whose page holds its token and command id."""
        token = Task.objects.get(case_id=case_id, node=node).token
        made = Command(
            id=uuid5(self.seed, node), actor=member.officer, now=self.now, case_id=case_id, action="complete", token=token, data=data
        )  # fmt: skip
        act(made)


class Killer:
    """Counts the points of a walk and kills its own process at one of them; at 0 it only counts."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.seen = at, 0

    def point(self) -> None:
        """Pass one point, or die there."""
        self.seen += 1
        if self.seen == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def on_statement(self, execute: Callable[..., Any], *args: Any) -> Any:
        """Stand before each statement."""
        self.point()
        return execute(*args)

    def around(self, function: Callable[..., Any], *, after: bool = False) -> Callable[..., Any]:
        """Stand before a call, and after it where that is another world."""

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.point()
            answer = function(*args, **kwargs)
            if after:
                self.point()
            return answer

        return watched

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Stand at every point of what runs inside."""
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self.on_statement))
            stack.enter_context(mock.patch.object(connection, "_commit", self.around(connection._commit, after=True)))
            for name in ("fsync", "link", "rename", "replace", "unlink"):
                stack.enter_context(mock.patch.object(os, name, self.around(getattr(os, name), after=name != "fsync")))
            yield


def die(path: Walk, at: int) -> None:
    """Walk in a process of its own that dies at a point. :raises AssertionError: when it was not killed there."""
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        killer = Killer(at)
        try:
            with killer.watching():
                path.walk()
        finally:
            os._exit(1)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSIGNALED(status), f"point {at}: not killed but ended with {status}"
    assert os.WTERMSIG(status) == signal.SIGKILL, f"point {at}: {status}"


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    settings.BALAI_DAY_BYTES *= 1000  # Siti sends more in this test than a person does in a day
    settings.BALAI_DAY_FILES *= 1000  # Siti sends more in this test than a person does in a day
    open_service()
    made = make_cast(NOW)
    if not authority.is_enrolled(made.ratna.person_id):
        authority.enroll(made.ratna.person_id, name="Ratna", organisation="Kota", passphrase=PASSPHRASE, now=NOW)
    return made


def begin(cast: Cast) -> Walk:
    draft_id, _ = start_draft(actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={})
    return Walk(cast, draft_id)


@dataclass(frozen=True)
class Effects:
    """What a walk leaves in the world."""

    entries: Any
    notices: Any
    tasks: Any
    evidence: int
    documents: int
    letters: int


def effects(path: Walk) -> Effects:
    """Collect what one path left behind, without what differs from path to path."""
    case = Case.objects.get(id=Draft.objects.get(id=path.draft_id).case_id)
    return Effects(
        Counter(Entry.objects.filter(stream=f"case:{case.id}").values_list("action", flat=True)),
        Counter(Notice.objects.filter(case=case).values_list("event", "channel", "state")),
        Counter(Task.objects.filter(case=case).values_list("node", "state")),
        Evidence.objects.filter(case=case).count(),
        Document.objects.filter(vault_id=case.vault_id, discarded_at__isnull=True).count(),
        Letter.objects.filter(case=case, state="signed").count(),
    )


def recover(path: Walk) -> None:
    """Walk again with the same ids, later, and let a fresh worker do what is owed."""
    path.now = LATER
    path.walk()
    for wait in (0, 7, 14):  # what a killed carrier left may wait out its next attempt
        Worker().drain(LATER + timedelta(hours=wait))


def prove(cast: Cast, points: list[int], clean: Effects) -> None:
    for at in points:
        path = begin(cast)
        die(path, at)
        recover(path)
        found = effects(path)
        assert found == clean, f"point {at}"
        case = Case.objects.get(id=Draft.objects.get(id=path.draft_id).case_id)
        assert (case.status, case.outcome) == ("closed", "granted"), f"point {at}"
        assert Record.objects.filter(object_id=case.id).count() == 1
        letter = Letter.objects.get(case=case)
        assert LetterFile.objects.filter(letter=letter).count() == 1, f"point {at}"
        for document in Document.objects.filter(vault_id=case.vault_id):
            assert stored.path_of(document).exists(), f"point {at}: a row without its file"
        carried = Notice.objects.filter(case=case, channel__in=["email", "sms"], state="sent").values_list(
            "id", flat=True
        )
        boxed = {file.stem for file in (Path(settings.BALAI_HOME) / "mailbox").glob("*.txt")}
        assert {str(notice) for notice in carried} <= boxed, f"point {at}: said to be sent, and is not"
    assert list(Message.objects.exclude(state="done").values_list("topic", "last_error")) == []
    check_numbers()
    assert journal_check.verify_journal().faults == ()


def check_numbers() -> None:
    """No number is used twice, none is left out, and one that signs nothing says why."""
    for sequence in NumberSequence.objects.all():
        same = Letter.objects.filter(unit_code=sequence.unit_code, class_code=sequence.class_code, year=sequence.year)
        assert sorted(same.values_list("seq", flat=True)) == list(range(1, sequence.last + 1))
        assert all(letter.state == "signed" or (letter.state == "void" and letter.void_reason) for letter in same)


def count(cast: Cast) -> tuple[int, Effects]:
    """Walk once unharmed: how many points there are, and what a walk leaves."""
    seen = []
    for _ in range(2):  # the worker's first round in a while looks at more than those after it
        path, counter = begin(cast), Killer()
        with counter.watching():
            path.walk()
        recover(path)
        seen.append(counter.seen)
    return min(seen), effects(path)


def test_killed_at_points_spread_over_the_whole_path(cast: Cast) -> None:
    begin(cast).walk()  # warm, so that caches do not move the points
    total, clean = count(cast)
    assert total > 150
    assert clean.letters == 1
    assert 1 <= clean.documents <= clean.evidence
    prove(cast, list(range(1, total - 3, max(total // 24, 1))), clean)


@pytest.mark.long
def test_killed_at_every_point_of_the_whole_path(cast: Cast) -> None:
    begin(cast).walk()
    total, clean = count(cast)
    prove(cast, list(range(1, total - 3)), clean)


def test_a_whole_hall_that_is_killed_stands_up_again(tmp_path: Path) -> None:
    """Server, worker and supervisor die at once, as in a power cut; the same command opens the same hall."""
    import sqlite3
    import subprocess
    import sys
    from contextlib import closing
    from urllib.request import urlopen

    from tests.journeys.hall import SOURCE, open_hall

    def counted(home: Path) -> list[int]:
        with closing(sqlite3.connect(home / "balai.sqlite3")) as line:
            tables = ("cases_case", "base_deed", "issuing_letter", "notices_notice")
            return [line.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    def answers(url: str) -> bool:
        """Visit, again while the dead hall's last sockets are still being torn down."""
        told: OSError | None = None
        for _ in range(450):
            try:
                return bool(urlopen(url).status == 200)
            except OSError as error:
                told = error
                time.sleep(0.2)
        raise AssertionError(f"{told}: {(hall.home / 'out.log').read_text()[-2000:]}")

    def listens(url: str) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) == 0

    def until(holds: Callable[[], bool]) -> bool:
        """Wait until something holds, a quarter of a minute at most."""
        return any(holds() or time.sleep(0.1) for _ in range(150))

    with open_hall(tmp_path, cases=6) as hall:
        assert answers(f"{hall.url}/")
        before = counted(hall.home)
        os.kill(hall.process.pid, signal.SIGKILL)  # the supervisor alone, as a machine short of memory does
        hall.process.wait()
        assert until(lambda: not listens(hall.url)), "the server went on without its supervisor"
        hall.start()
        assert answers(f"{hall.url}/")
        for _ in range(2):
            hall.kill()
            hall.start()
            assert answers(f"{hall.url}/")
        assert [after >= earlier for after, earlier in zip(counted(hall.home), before, strict=True)] == [True] * 4
        assert counted(hall.home)[0] == before[0]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
    told = subprocess.run(
        [sys.executable, "-m", "balai.doors.console", "verify-journal", "--home", str(hall.home)],
        capture_output=True, text=True, check=False, env=clean | {"PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert "The journal holds." in told.stdout
