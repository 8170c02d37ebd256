"""`balai restore FILE --home NEW`: a hall rises again from its backup, and forgets again what was erased since.

Everything happens in a folder beside the new home; the home gets its name only when each digest fits, the keys open the vaults, the
erasures are done again and the journal was checked.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from balai.doors.console import installation
from balai.doors.console.commands import backup

HELP = "raise a hall from a backup into a new home; checks every digest, erases again, verifies the journal"


class RestoreRefused(Exception):
    """The backup cannot be restored as asked; the words say what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup of `balai backup`")
    parser.add_argument(
        "--home", type=Path, metavar="NEW", required=True, help="the new home; it must not exist, or be empty"
    )
    parser.add_argument(
        "--keys", type=Path, metavar="DIR", help="a folder with keys/ and signing/, for a backup made --without-keys"
    )
    parser.add_argument(
        "--erasures", type=Path, metavar="FILE", action="append", default=[],
        help="an erasure register newer than the backup (erasures.txt of the lost home); one beside the backup is read anyway",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Restore; exit code 2 when it was refused and nothing changed, 1 when the restored journal does not hold."""
    home: Path = args.home.resolve()
    working = home.with_name(f".{home.name}.restoring")
    try:
        _require_empty(home)
        shutil.rmtree(working, ignore_errors=True)
        manifest = _unpack(args.file, working)
        _bring_keys(working, manifest, args.keys)
        args.home = working
        installation.load(args, judged=False)
        _bring_database(working, manifest)
        again = _forget_again(working, [*args.erasures, args.file.parent / "erasures.txt"])
        faults = _verify()
    except (RestoreRefused, OSError, tarfile.TarError, subprocess.CalledProcessError) as error:
        print(f"Nothing was restored: {error}", file=sys.stderr)
        shutil.rmtree(working, ignore_errors=True)
        return 2
    if home.exists():
        home.rmdir()
    working.rename(home)
    print(f"{home} holds the hall of {manifest['made_at'][:19]}; {again} erased since were erased again.")
    for fault in faults:
        print(f"BROKEN {fault}")
    print(
        "The journal does not hold: keep this home as evidence and restore another backup."
        if faults
        else "The journal holds."
    )
    return 1 if faults else 0


def _require_empty(home: Path) -> None:
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise RestoreRefused(
            f"{home} is not empty. Give a --home that does not exist yet; a restore overwrites nothing."
        )


def _unpack(file: Path, target: Path) -> dict[str, Any]:
    """Unpack a backup and check it against its own list. :raises Refused: when a part is missing, foreign or changed."""
    target.mkdir(mode=0o700, parents=True)
    found: dict[str, dict[str, Any]] = {}
    manifest: dict[str, Any] | None = None
    with tarfile.open(file, "r:") as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is None or member.name.startswith("/") or ".." in Path(member.name).parts:
                raise RestoreRefused(f"{file} holds {member.name!r}, which no backup of ours does.")
            if member.name == "manifest.json":
                manifest = json.load(content)
            else:
                found[member.name] = _copy(content, target / member.name)  # type: ignore[arg-type]
    if manifest is None:
        raise RestoreRefused(f"{file} has no list of its parts; it was cut off or is no backup. Take another.")
    if manifest["format"] > backup.FORMAT:
        raise RestoreRefused("it was made by a newer Balai. Restore it with that version.")
    wrong = sorted(name for name in {*found, *manifest["files"]} if found.get(name) != manifest["files"].get(name))
    if wrong:
        raise RestoreRefused(f"{len(wrong)} part(s) are missing or changed, such as {wrong[0]}. Take another backup.")
    return manifest


def _copy(source: BinaryIO, path: Path) -> dict[str, Any]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sha, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while piece := source.read(1 << 20):
            sha.update(piece)
            size += file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return {"size": size, "sha256": sha.hexdigest()}


def _bring_keys(working: Path, manifest: dict[str, Any], keys: Path | None) -> None:
    """Put the keys in their place and see that they are the ones the vaults were wrapped with."""
    from balai.base import keyring

    if not manifest["with_keys"]:
        if keys is None:
            raise RestoreRefused(
                "this backup was made without keys. Give the folder that holds keys/ and signing/ with --keys."
            )
        for name in backup.KEYS:
            if (keys / name).is_dir():
                shutil.copytree(keys / name, working / name, dirs_exist_ok=True)
    town_key = working / "keys" / "town.key"
    if not town_key.exists():
        raise RestoreRefused(
            f"there is no town.key in {keys}/keys. Give the folder that holds keys/ and signing/ with --keys."
        )
    for path in (working / "keys").iterdir():
        path.chmod(0o600)
    if hashlib.sha256(b"key-id" + town_key.read_bytes()).hexdigest()[:16] != manifest["key_id"]:
        raise RestoreRefused(
            "these keys belong to another hall or were changed: nothing in the backup opens with them."
        )
    if keyring.list_missing(working) == [keyring.SECRET]:
        keyring.mint(working)  # it seals nothing; everybody signs in again


def _bring_database(working: Path, manifest: dict[str, Any]) -> None:
    from django.db import connection

    name = manifest["database"]
    if name.endswith(".sqlite3") != (connection.vendor == "sqlite"):
        raise RestoreRefused(f"the backup holds {name}, but BALAI_DATABASE names a database of the other kind.")
    if connection.vendor == "sqlite":
        (working / name).rename(working / "balai.sqlite3")
    else:
        if connection.introspection.table_names():
            raise RestoreRefused("the database that BALAI_DATABASE names is not empty. Make a new one with createdb.")
        command = [
            backup.postgres_tool("pg_restore"),
            "--exit-on-error",
            "--single-transaction",
            "--no-owner",
            "--no-privileges",
        ]
        chosen = str(connection.settings_dict["NAME"])
        subprocess.run(
            [*command, "--dbname", chosen, str(working / name)], check=True, env=backup.postgres_environment()
        )
        (working / name).unlink()
    try:
        installation.migrate()
    except SystemExit as error:  # other keys than its own, or a newer Balai's tables
        raise RestoreRefused(str(error).removeprefix("balai: ")) from None


def _forget_again(working: Path, others: list[Path]) -> int:
    from balai.base import erasures

    now = datetime.now(UTC)
    register = {vault: at for path in (*others, erasures.register_path()) for vault, at in erasures.read(path).items()}
    again = erasures.reapply(register, now)
    erasures.write_register(now)
    return again


def _verify() -> list[str]:
    from django.db import connections

    from balai.base.journal_check import verify_journal

    faults = list(verify_journal().faults)
    connections.close_all()  # SQLite folds its log into the file when the last connection goes
    return faults
