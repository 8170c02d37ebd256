"""The folder that holds all of an installation's state: keys, database, documents, temporary files."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

_FOLDERS = ("keys", "documents", "tmp", "static", "log")


def ensure_home(home: Path) -> str:
    """Make the home's folders and keys if they are missing, never overwriting one, and give Django's secret key."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in _FOLDERS:
        (home / name).mkdir(mode=0o700, exist_ok=True)
    _ensure(home / "keys" / "town.key", lambda: secrets.token_bytes(32))
    _ensure(home / "keys" / "lookup.key", lambda: secrets.token_bytes(32))
    _ensure(home / "keys" / "secret.key", lambda: secrets.token_urlsafe(50).encode())
    return (home / "keys" / "secret.key").read_text(encoding="ascii")


def _ensure(path: Path, make: Callable[[], bytes]) -> None:
    """Write a key once: whole and synced before it gets its name, so that no process ever reads half of it."""
    if path.exists():
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # fails when another process was first, which is as good
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
