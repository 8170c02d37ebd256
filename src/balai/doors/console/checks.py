"""What is looked at in the installation itself: keys, database, disk, the ports to the outside, how it is shown to the world."""

import shutil
import socket
import stat
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from balai.base.checks import Finding, State, looks


@looks(10)
def keys(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the keys: there, whole, and readable by this user alone."""
    for name in ("town.key", "lookup.key", "secret.key"):
        path = home / "keys" / name
        if not path.exists():
            yield Finding(
                "keys", "bad", f"{name} is missing. Restore it from where the keys are kept; never make a new one."
            )
            continue
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding("keys", "bad", f"others on this machine can read {name}. Run: chmod 600 {path}")
        elif name != "secret.key" and path.stat().st_size != 32:
            yield Finding("keys", "bad", f"{name} is not 32 bytes long. Restore it from where the keys are kept.")
        else:
            yield Finding("keys", "good", f"{name} is there and closed to others.")
    if stat.S_IMODE(home.stat().st_mode) & 0o077:
        yield Finding("keys", "note", f"others on this machine can look into the home. Run: chmod 700 {home}")


@looks(20)
def database(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the database: it answers, has this version's tables, and keeps its log as measured."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Finding(
            "database",
            "bad",
            f"{len(plan)} migration(s) are missing. Back up, then start `balai serve`, which applies them.",
        )
    else:
        yield Finding("database", "good", f"{connection.vendor} answers and has this version's tables.")
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            cursor.execute("PRAGMA quick_check(1)")
            whole = cursor.fetchone()[0]
            if mode != "wal":
                yield Finding(
                    "database",
                    "bad",
                    f"the journal mode is {mode}, not WAL: is the home on a network disk? Move it to a local one.",
                )
            if whole != "ok":
                yield Finding(
                    "database", "bad", f"the file is damaged ({whole}). Stop the hall and restore the newest backup."
                )
        else:
            cursor.execute("SELECT current_setting('server_version_num')::int, now()")
            version, theirs = cursor.fetchone()
            if version < 150000:
                yield Finding("database", "bad", "PostgreSQL is older than 15. Upgrade the server.")
            if abs(theirs - now) > timedelta(seconds=5):
                yield Finding(
                    "clock", "bad", f"the database's clock differs by {abs(theirs - now)}. Run NTP on both machines."
                )


@looks(30)
def space(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the room left on the disk."""
    free = shutil.disk_usage(home).free / 1e9
    state: State = "bad" if free < 1 else "note" if free < 5 else "good"
    advice = "" if state == "good" else " Make room: when the disk is full nothing can be taken in."
    yield Finding("disk", state, f"{free:.1f} GB are free.{advice}")


@looks(90)
def plugs(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the ports to the outside: each has an adapter that is there, set up, and not the failing one."""
    from django.conf import settings

    from balai.base import plugs as ports

    for port, name in settings.BALAI_PLUGS.items():
        if name not in ports.names(port):
            yield Finding(
                "plugs",
                "bad",
                f"{port} is set to {name!r}, which there is not. Choose one of {', '.join(ports.names(port))}.",
            )
        elif name == "failing":
            yield Finding(
                "plugs",
                "note",
                f"{port} is set to fail. Set BALAI_{port.replace(':', '_').upper()} when there is a real one.",
            )
        elif name in ("demo", "synthetic") and not (home / "DEMO").exists():
            yield Finding(
                "plugs",
                "bad",
                f"{port} is set to {name!r}, which is for demonstrations. Set BALAI_{port.replace(':', '_').upper()}.",
            )
        else:
            yield Finding("plugs", "good", f"{port} goes through {name!r}.")
    if settings.BALAI_PLUGS.get("mail") == "smtp":
        yield _mail(settings.BALAI_SMTP_HOST, settings.BALAI_SMTP_PORT)
    if settings.BALAI_PLUGS.get("sms") == "http" and not settings.BALAI_SMS_URL:
        yield Finding("plugs", "bad", "the SMS gateway has no address. Set BALAI_SMS_URL.")


def _mail(host: str, port: int) -> Finding:
    try:
        with socket.create_connection((host, port), timeout=3) as line:
            greeting = line.recv(100)
    except OSError as error:
        return Finding(
            "plugs",
            "bad",
            f"the mail server {host}:{port} does not answer ({error}). Set BALAI_SMTP_HOST and BALAI_SMTP_PORT.",
        )
    if not greeting.startswith(b"220"):
        return Finding(
            "plugs",
            "note",
            f"{host}:{port} answers, but not with an SMTP greeting; with TLS from the start that is right.",
        )
    return Finding("plugs", "good", f"the mail server {host}:{port} greets.")


@looks(110)
def exposure(home: Path, now: datetime) -> Iterator[Finding]:
    """Look how the hall is shown to the world: no demonstration, no plain HTTP beyond this machine."""
    from urllib.parse import urlsplit

    from django.conf import settings

    address = urlsplit(settings.BALAI_URL)
    local = address.hostname in ("127.0.0.1", "localhost", "::1")
    if (home / "DEMO").exists():
        state: State = "note" if local else "bad"
        yield Finding(
            "demo", state, "this home holds a demonstration with synthetic people. Serve citizens from another --home."
        )
    if address.scheme != "https" and not local:
        yield Finding(
            "address",
            "bad",
            f"{settings.BALAI_URL} is plain HTTP: passwords travel open. Set BALAI_URL to the https address.",
        )
    elif address.hostname not in settings.ALLOWED_HOSTS and not local:
        yield Finding("address", "bad", f"{address.hostname} is not among BALAI_HOSTS: every page is refused. Add it.")
    else:
        yield Finding("address", "good", f"{settings.BALAI_URL}{'' if not local else ' (this machine only)'}")
