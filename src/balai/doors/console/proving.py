"""Restoring a backup on trial: only what rose again once is a backup. What came of it is kept in the home's `status/backup.json`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Proof:
    """The last backup that was restored on trial; `fault` says why it could not be, "" when it could."""

    at: datetime
    file: str
    fault: str


class NoRight(Exception):
    """The hall's user at PostgreSQL may not make the database in which a backup is tried; says what to grant."""

    def __init__(self, user: str) -> None:
        name = user.replace('"', '""')
        super().__init__(
            f"it could not be tried: PostgreSQL lets {user} make no database. Let its administrator run"
            f' ALTER ROLE "{name}" CREATEDB; and take the backup again.'
        )


def read(home: Path) -> Proof | None:
    """Read what came of the last trial; None when there was none."""
    try:
        told = json.loads(_path(home).read_text(encoding="utf-8"))
        return Proof(datetime.fromisoformat(told["at"]), told["file"], told["fault"])
    except (OSError, ValueError, KeyError):
        return None


def prove(archive: Path, home: Path, now: datetime) -> Proof:
    """Restore a backup into a home of its own beside the hall, as `balai restore` does, throw it away, and keep what came of it."""
    with tempfile.TemporaryDirectory(dir=home / "tmp", prefix="prove-") as scratch:
        trial = Path(scratch) / "home"
        try:
            with _database() as address:
                fault = _restore(archive, home, trial, address)
        except NoRight as error:
            fault = str(error)
        except Exception as error:  # noqa: BLE001 (whatever it is, the backup did not rise)
            fault = f"{type(error).__name__}: {error}"
        shutil.rmtree(trial, ignore_errors=True)
    proof = Proof(now, archive.name, fault[:300])
    note(home, proof)
    return proof


def note(home: Path, proof: Proof) -> None:
    """Keep what came of a trial, or that there was nothing to try."""
    _path(home).parent.mkdir(mode=0o700, exist_ok=True)
    partial = _path(home).with_suffix(".part")
    told = {"at": proof.at.isoformat(), "file": proof.file, "fault": proof.fault}
    partial.write_text(json.dumps(told, indent=1), encoding="utf-8")
    partial.replace(_path(home))


def _path(home: Path) -> Path:
    return home / "status" / "backup.json"


def _restore(archive: Path, home: Path, trial: Path, address: str) -> str:
    """Run `balai restore` in a process of its own; give what it said when it was refused or the journal does not hold."""
    environment = {name: value for name, value in os.environ.items() if name not in ("BALAI_HOME", "BALAI_DATABASE")}
    ran = subprocess.run(
        [sys.executable, "-m", "balai.doors.console", "restore", str(archive), "--home", str(trial), "--keys", str(home)],
        env=environment | ({"BALAI_DATABASE": address} if address else {}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return "" if ran.returncode == 0 else (ran.stderr.strip() or ran.stdout.strip()).splitlines()[-1]


@contextmanager
def _database() -> Iterator[str]:
    """Give the address of an empty database on the hall's own server, dropped in the end; "" for the embedded one.

    :raises NoRight: when the hall's user may not make one. :raises psycopg.Error: when the server does not answer.
    """
    address = os.environ.get("BALAI_DATABASE", "")
    if not address:
        yield ""
        return
    import psycopg

    made = f"balai_prove_{uuid4().hex[:8]}"
    with psycopg.connect(address, autocommit=True, connect_timeout=5) as line:
        try:
            line.execute(f"CREATE DATABASE {made}".encode())
        except psycopg.errors.InsufficientPrivilege:
            raise NoRight(line.info.user) from None
        try:
            yield urlunsplit(urlsplit(address)._replace(path=f"/{made}"))
        finally:
            line.execute(f"DROP DATABASE IF EXISTS {made} WITH (FORCE)".encode())
