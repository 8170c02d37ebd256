"""The worker's lines: what hangs outside holds up nothing inside, a stop is clean, and a kill loses nothing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import connection

from balai.base import journal, outbox, plugs, post
from balai.base.actors import CLOCK
from balai.base.models import Message
from balai.doors.console.supervisor import Workers
from balai.records.people import events as people_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
SOURCE = Path(__file__).resolve().parents[4]
SENT: list[UUID] = []


def owe_mail_and_work() -> None:
    """Owe a mail to the world and a message to a listener of the house."""
    now = datetime.now(UTC)
    with journal.deed(uuid4(), actor=CLOCK, now=now, name="test") as deed:
        post.owe(
            deed, to="siti@example.test", masked="s***@example.test", subject="Kode", body="123456", language="id",
            kind="code", life=timedelta(days=1),
        )  # fmt: skip
        deed.send(people_events.TOPIC_IDENTITY_BOUND, {"binding": str(uuid4())})


def until(holds: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


class Hanging:
    """A carrier that says nothing until it is let go."""

    begun, go = threading.Event(), threading.Event()

    def send(self, parcel: post.Parcel) -> str:
        self.begun.set()
        assert self.go.wait(20)
        return "250"


class Watched:
    def send(self, parcel: post.Parcel) -> str:
        SENT.append(parcel.key)
        return "250"


@pytest.fixture(autouse=True)
def carriers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(plugs._ADAPTERS, ("mail", "hanging"), Hanging)
    monkeypatch.setitem(plugs._ADAPTERS, ("mail", "watched"), Watched)
    Hanging.begun.clear()
    Hanging.go.clear()
    SENT.clear()
    yield
    Hanging.go.set()


def state_of(topic: str) -> str:
    return Message.objects.get(topic=topic).state


def test_a_mail_server_that_hangs_delays_neither_the_house_nor_a_stop(settings: Any) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "hanging"}
    owe_mail_and_work()
    workers = Workers().start()
    try:
        assert Hanging.begun.wait(20)
        assert workers.work() >= 1 and state_of("people.identity-bound") == "done"
        assert state_of("base.post-owed") == "waiting"
        workers.stop()
        assert not workers.wait(0.1), "the mail is still in a courier's hands"
    finally:
        Hanging.go.set()
        workers.stop()
    assert workers.wait(20) and state_of("base.post-owed") == "done"


def test_what_a_slow_mail_server_holds_stays_with_its_worker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process, that looks all the while, must not send the same mail again."""
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "hanging"}
    monkeypatch.setattr(outbox, "LEASE", lease := timedelta(seconds=3))
    owe_mail_and_work()
    workers, other = Workers().start(), outbox.Worker("other")
    try:
        assert Hanging.begun.wait(20)
        end = time.monotonic() + 1.5 * lease.total_seconds()
        while time.monotonic() < end:
            workers.work()
            assert other.claim(datetime.now(UTC), 5, only=outbox.couriers()) == []
            time.sleep(0.05)
    finally:
        Hanging.go.set()
        workers.stop()
    assert workers.wait(20) and state_of("base.post-owed") == "done"


def test_once_is_one_thread(settings: Any) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "watched"}
    owe_mail_and_work()
    before, workers = threading.active_count(), Workers()
    while workers.work_once():
        assert threading.active_count() == before
    assert {state_of("people.identity-bound"), state_of("base.post-owed")} == {"done"} and len(SENT) == 1


@contextmanager
def silent_server() -> Iterator[int]:
    """Listen, take every connection and never say a word, as a mail server does whose disk is gone."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


@contextmanager
def working(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run `balai worker` on the tests' own database, its mail going to a port."""
    shutil.copytree(Path(settings.BALAI_HOME) / "keys", home / "keys")
    chosen, told = connection.settings_dict, {"BALAI_SMTP_HOST": "127.0.0.1", "BALAI_SMTP_PORT": str(port)}
    if connection.vendor == "sqlite":
        (home / "balai.sqlite3").symlink_to(chosen["NAME"])
    else:
        told["BALAI_DATABASE"] = (
            f"postgresql://{chosen['USER']}:{chosen['PASSWORD']}@{chosen['HOST']}:{chosen['PORT']}/{chosen['NAME']}"
        )
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
    command = [sys.executable, "-m", "balai.doors.console", "worker", "--home", str(home)]
    process = subprocess.Popen(
        command, env=clean | told | {"BALAI_SMTP_TLS": "none", "PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_worker_that_ends_with_a_mail_in_its_hands_loses_nothing(
    tmp_path: Path, settings: Any, number: signal.Signals
) -> None:
    owe_mail_and_work()
    with silent_server() as port, working(tmp_path, port) as process:
        assert until(lambda: state_of("people.identity-bound") == "done", 40), process.poll()
        assert until(lambda: bool(Message.objects.get(topic="base.post-owed").leased_by))
        process.send_signal(number)
        assert process.wait(5) == (0 if number == signal.SIGTERM else -signal.SIGKILL)
    left = Message.objects.get(topic="base.post-owed")
    assert left.state == "waiting" and left.lease_until is not None
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"mail": "watched"}
    outbox.Worker().drain(left.lease_until + timedelta(seconds=1))
    assert len(SENT) == 1 and state_of("base.post-owed") == "done"
