"""`balai doctor`: look an installation over and say what to do about each thing that is not as it should be."""

import argparse
import json
import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from balai.doors.console import installation

HELP = "look an installation over and say what to do about what is not as it should be"
State = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `bad` must be mended before citizens are let in, `note` should be known."""

    check: str
    state: State
    words: str


Check = Callable[[Path, datetime], Iterator[Finding]]
_CHECKS: list[Check] = []


def looks(check: Check) -> Check:
    """Enter a check into the doctor's round."""
    _CHECKS.append(check)
    return check


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    """Make the round; exit code 1 when something must be mended, 2 when there is no installation."""
    given = args.home or os.environ.get("BALAI_HOME")
    home = Path(given).resolve() if given else None
    if home is not None and not (home / "keys" / "town.key").exists():
        print(f"There is no installation at {home}. `balai serve --home {home}` makes one.")
        return 2
    stray = os.environ.get("BALAI_DEMO") == "1"
    # a demonstration is looked at as the demonstration it is: its mail goes to its own mailbox
    installation.load(args, demo=home is not None and (home / "DEMO").is_file())
    from django.conf import settings

    now = datetime.now(UTC)
    findings = [finding for check in _CHECKS for finding in examine(check, Path(settings.BALAI_HOME), now)]
    if stray:
        findings.append(
            Finding("demo", "note", "BALAI_DEMO is set in this environment; `balai serve` ignores it. Unset it.")
        )
    _tell(findings, as_json=args.json)
    return 1 if any(finding.state == "bad" for finding in findings) else 0


def examine(check: Check, home: Path, now: datetime) -> list[Finding]:
    """Make one check; a check that falls over is a finding, so that the round goes on."""
    try:
        return list(check(home, now))
    except Exception as error:  # noqa: BLE001 (the doctor looks at broken installations)
        return [Finding(check.__name__, "bad", f"could not be looked at: {type(error).__name__}: {error}")]


def _tell(findings: list[Finding], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
        return
    marks = {"good": "  good", "note": "  NOTE", "bad": "   BAD"}
    for finding in findings:
        print(f"{marks[finding.state]}  {finding.check:<12} {finding.words}")
    counted = {state: sum(finding.state == state for finding in findings) for state in marks}
    print(f"{counted['good']} good, {counted['note']} to note, {counted['bad']} to mend.")


@looks
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


@looks
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


@looks
def space(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the room left on the disk."""
    free = shutil.disk_usage(home).free / 1e9
    state: State = "bad" if free < 1 else "note" if free < 5 else "good"
    advice = "" if state == "good" else " Make room: when the disk is full nothing can be taken in."
    yield Finding("disk", state, f"{free:.1f} GB are free.{advice}")


@looks
def outbox(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at what is owed: work that is late, work that was given up."""
    from balai.base import sql

    late = sql.row(
        "SELECT count(*) FROM base_message WHERE state = 'waiting' AND due_at < %s", [now - timedelta(minutes=5)]
    )
    dead = sql.row("SELECT count(*) FROM base_message WHERE state = 'dead'")
    assert late is not None and dead is not None
    if late[0]:
        yield Finding(
            "outbox",
            "bad",
            f"{late[0]} message(s) wait for more than five minutes. Is a worker running? `balai worker`",
        )
    if dead[0]:
        yield Finding(
            "outbox",
            "bad",
            f"{dead[0]} message(s) were given up. See why, and revive them, under Kelola, Kotak keluar.",
        )
    if not late[0] and not dead[0]:
        yield Finding("outbox", "good", "nothing is late and nothing was given up.")


@looks
def jobs(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at what regular jobs could not do: it is tried again by itself, and stays undone until it works."""
    from balai.base import outbox

    failing = outbox.list_failing()
    stubborn = [one for one in failing if one.times >= outbox.STUBBORN]
    for one in stubborn[:5]:
        what = f"{one.job} for {one.item}" if one.item else one.job
        yield Finding(
            "jobs", "bad", f"{what} failed {one.times} times since {one.since:%Y-%m-%d %H:%M} UTC: {one.last_error}"
        )
    if len(stubborn) > 5:
        yield Finding("jobs", "bad", f"{len(stubborn) - 5} more keep failing. See them under Kelola, Kotak keluar.")
    if not stubborn:
        again = f" {len(failing)} failed and will be tried again." if failing else ""
        yield Finding("jobs", "note" if failing else "good", f"no regular job keeps failing.{again}")


@looks
def clock(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the clock against the newest entry of the journal: deadlines and signatures rest on it."""
    from balai.base import sql

    row = sql.row("SELECT max(at) FROM base_entry")
    newest = sql.as_datetime(row[0]) if row else None
    if newest is not None and newest > now + timedelta(minutes=5):
        yield Finding(
            "clock",
            "bad",
            f"the journal holds an entry of {newest:%Y-%m-%d %H:%M} UTC, later than this machine's clock. Run NTP.",
        )
    elif now.year < 2026:
        yield Finding("clock", "bad", f"this machine says it is {now:%Y-%m-%d}. Set its clock; run NTP.")
    else:
        yield Finding("clock", "good", f"{now:%Y-%m-%d %H:%M} UTC, not before the newest entry of the journal.")


@looks
def holidays(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether the holiday table covers this year and the next, and how surely."""
    from balai.base.clock import load_certainty

    known = load_certainty()
    for year in (now.year, now.year + 1):
        certainty = known.get(year)
        if certainty in (None, "unknown"):
            words = (
                f"the holidays of {year} are not in the table: deadlines that reach there may be wrong. Update Balai."
            )
            yield Finding("holidays", "bad" if year == now.year else "note", words)
        elif certainty != "confirmed":
            words = f"the holidays of {year} are {certainty}: check deadlines there against the decree, and update Balai when it is out."
            yield Finding("holidays", "note", words)
        else:
            yield Finding("holidays", "good", f"the holidays of {year} are in the table.")


@looks
def services(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the open services: each reads, and what of its law nobody confirmed."""
    from balai.casework.catalogue import queries

    found = queries.list_services()
    if not found:
        yield Finding("services", "note", "no service is open. Publish one: `balai publish services/…`")
        return
    yield Finding("services", "good", f"{len(found)} open, and each reads.")
    unconfirmed = [service.id for service in found if service.is_unconfirmed]
    if unconfirmed:
        yield Finding(
            "services",
            "note",
            f"law nobody has confirmed yet in: {', '.join(unconfirmed)}. `balai check` names the places.",
        )


@looks
def signing(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at what letters are signed with."""
    from balai.base.errors import BalaiError
    from balai.casework.issuing import authority
    from balai.casework.issuing.signing import signer

    if signer().demonstration:
        yield Finding(
            "signing",
            "note",
            "letters are signed with the demonstration authority and bear CONTOH. Set BALAI_SIGNER for real ones.",
        )
        try:
            certificate = authority.authority_certificate()
        except BalaiError:
            yield Finding(
                "signing", "note", "nobody has a signing key yet. Signers make theirs under Meja, Tanda tangan, Kunci."
            )
            return
        left = certificate.not_valid_after_utc - now
        state: State = "bad" if left < timedelta(0) else "note" if left < timedelta(days=90) else "good"
        yield Finding(
            "signing", state, f"the authority's certificate is valid until {certificate.not_valid_after_utc:%Y-%m-%d}."
        )


@looks
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


@looks
def officers(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether somebody administers, and every officer has a second factor."""
    from balai.doors.desk import queries

    found = [officer.account for officer in queries.list_officers(now.date()) if officer.account.active]
    if not any(officer.administrator for officer in found):
        yield Finding(
            "officers", "note", "nobody administers this hall. `balai serve` prints the link to become the first."
        )
    weak = [officer.email for officer in found if not officer.second_factor]
    if weak:
        yield Finding(
            "officers", "note", f"{len(weak)} officer(s) have no second factor and cannot work until they add one."
        )
    if found and not weak:
        yield Finding("officers", "good", f"all {len(found)} officers have a second factor.")


@looks
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
