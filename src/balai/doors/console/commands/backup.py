"""`balai backup PATH`: one file with everything a hall needs to rise again, taken while it works.

The database is copied first and the documents after it: a document's file is there before its row, so every row of the copy finds
its file. Each part is listed with its digest; the list comes last. The file is written beside its name and named when it is whole.
"""

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from balai.doors.console import installation

HELP = "copy database, documents and keys into one file while the hall works"
FORMAT = 1
KEYS = (
    "keys",
    "signing",
)  # opened by the town's key or a person's passphrase; whoever holds both files and keys can read all
KEPT = ("documents", "mailbox")
MARKS = ("DEMO", "erasures.txt")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument(
        "path", type=Path, metavar="PATH", help="a folder, where the file is named by the time, or a file's name"
    )
    parser.add_argument(
        "--without-keys", action="store_true", help="leave the keys out; keep them elsewhere, without them nothing can be read"
    )  # fmt: skip
    parser.add_argument(
        "--prove", action="store_true", help="restore it on trial too, and keep for doctor and Kelola what came of it"
    )


def run(args: argparse.Namespace) -> int:
    """Write the backup; exit code 1 when it could not be written whole, and nothing is left behind then."""
    installation.load(args)
    now = datetime.now(UTC)
    target = args.path / f"balai-{now:%Y%m%d-%H%M%S}.tar" if args.path.is_dir() or not args.path.suffix else args.path
    if target.exists():
        print(f"{target} is there already; a backup overwrites nothing. Give another name.")
        return 2
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.part")
    try:
        listed = write_archive(partial, now, with_keys=not args.without_keys)
        partial.rename(target)
    except (OSError, subprocess.CalledProcessError) as error:
        print(
            f"The backup could not be written: {error}. Nothing was left behind; make room or mend the cause, and try again."
        )
        if args.prove:
            _note_fault(target, now, f"it could not be written: {error}")
        return 1
    finally:
        partial.unlink(missing_ok=True)
    _keep_register(target.parent)
    digest = _digest(target)
    print(f"{target}: {len(listed)} files, {target.stat().st_size / 1e6:.1f} MB, sha256 {digest}")
    if args.without_keys:
        print(
            "The keys are not in it. Keep a copy of the folders keys/ and signing/ apart: without them nobody can read this backup."
        )
    else:
        print(
            "The keys are in it: whoever holds this file can read everything. Keep it under lock, or use --without-keys."
        )
    return _prove(target, now) if args.prove else 0


def _note_fault(target: Path, now: datetime, fault: str) -> None:
    from django.conf import settings

    from balai.doors.console import proving

    proving.note(Path(settings.BALAI_HOME), proving.Proof(now, target.name, fault))


def _prove(target: Path, now: datetime) -> int:
    from django.conf import settings

    from balai.doors.console import proving

    proof = proving.prove(target, Path(settings.BALAI_HOME), now)
    print(
        f"It could not be restored: {proof.fault}"
        if proof.fault
        else "It was restored on trial, and the journal in it holds."
    )
    return 1 if proof.fault else 0


def write_archive(target: Path, now: datetime, *, with_keys: bool) -> dict[str, dict[str, Any]]:
    """Write the archive and give its list: path to size and SHA-256."""
    from django.conf import settings

    from balai.base import erasures

    home = Path(settings.BALAI_HOME)
    erasures.write_register(now)
    with tempfile.TemporaryDirectory(dir=home / "tmp", prefix="backup-") as scratch:
        copy = copy_database(Path(scratch))
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with (
            os.fdopen(handle, "wb") as file,
            tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            listed = dict(_add(archive, path, name) for name, path in _parts(home, copy, with_keys=with_keys))
            _add_bytes(archive, "manifest.json", _manifest(copy.name, now, listed, with_keys=with_keys))
            archive.close()
            file.flush()
            os.fsync(file.fileno())
    return listed


def copy_database(folder: Path) -> Path:
    """Copy the database as it stands at one moment, without stopping its writers."""
    from django.db import connection

    if connection.vendor == "sqlite":
        import sqlite3

        target = folder / "database.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(target) as copy:
            connection.connection.backup(
                copy, pages=-1
            )  # in one go: in pieces, a busy writer makes it begin again for ever
        copy.close()
        return target
    target = folder / "database.dump"
    command = [postgres_tool("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--file", str(target)]
    subprocess.run(command, check=True, env=postgres_environment())
    return target


def postgres_tool(name: str) -> str:
    """Find a program of PostgreSQL. :raises FileNotFoundError: with what to install."""
    from balai.doors.console.machine import _postgres_bin

    binaries = _postgres_bin()
    found = shutil.which(name) or (str(binaries / name) if binaries and (binaries / name).exists() else None)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed; on Debian: apt-get install postgresql-client")
    return found


def postgres_environment() -> dict[str, str]:
    """Tell PostgreSQL's programs which database, by their environment: a password on a command line is there for all to see."""
    from django.db import connection

    chosen = connection.settings_dict
    wanted = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    return os.environ | {name: str(chosen[key]) for name, key in wanted.items() if chosen.get(key)}


def _parts(home: Path, copy: Path, *, with_keys: bool) -> Iterator[tuple[str, Path]]:
    yield copy.name, copy
    for folder in (*KEPT, *(KEYS if with_keys else ())):
        for path in sorted((home / folder).rglob("*")) if (home / folder).is_dir() else ():
            if path.is_file() and not path.is_symlink() and not path.name.startswith((".", "new-")):
                yield path.relative_to(home).as_posix(), path
    for name in MARKS:
        if (home / name).is_file():
            yield name, home / name


class _Digested(io.RawIOBase):
    """A file that is digested while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.sha = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.sha.update(piece)
        return piece


def _add(archive: tarfile.TarFile, path: Path, name: str) -> tuple[str, dict[str, Any]]:
    with path.open("rb") as file:
        info = archive.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        digested = _Digested(file)
        archive.addfile(info, digested)
    return name, {"size": info.size, "sha256": digested.sha.hexdigest()}


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))


def _manifest(database: str, now: datetime, listed: dict[str, Any], *, with_keys: bool) -> bytes:
    from django.conf import settings

    from balai import __version__
    from balai.base import crypto

    told = {
        "format": FORMAT, "balai": __version__, "made_at": now.isoformat(), "town": settings.BALAI_TOWN, "database": database,
        "key_id": crypto.town_key_id(), "with_keys": with_keys, "files": listed,
    }  # fmt: skip
    return json.dumps(told, indent=1, sort_keys=True).encode()


def _keep_register(folder: Path) -> None:
    """Leave the newest erasure register beside the backups, so that an older one forgets again too."""
    from balai.base import erasures

    if erasures.register_path().exists():
        partial = folder / ".erasures.txt.part"
        shutil.copyfile(erasures.register_path(), partial)
        partial.replace(folder / "erasures.txt")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
