"""What is looked at in the installation itself: keys, database, disk, the ports to the outside, how it is shown to the world."""

import errno
import json
import os
import shutil
import socket
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from balai.base.checks import Finding, State, looks

FULL = 0.02  # GB, below which the disk is full: SQLite's log alone wants some
PROBES, SLOW = 3, 0.5  # writes that are kept for good on trial; seconds for one of them, above which the disk is slow
JUMP = timedelta(minutes=2)  # of the clock; what NTP sets in passing is far less


@looks(10)
def keys(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the keys: there, whole, and readable by this user alone."""
    for name in ("town.key", "lookup.key", "secret.key"):
        path = home / "keys" / name
        if not path.exists():
            yield Finding(
                "keys", "bad", f"{name} is missing. Restore it from where the keys are kept; never make a new one.",
                f"{name} tidak ada. Pulihkan dari tempat kunci disimpan; jangan pernah membuat yang baru.",
            )  # fmt: skip
            continue
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(
                "keys", "bad", f"others on this machine can read {name}. Run: chmod 600 {path}",
                f"pengguna lain di mesin ini dapat membaca {name}. Jalankan: chmod 600 {path}",
            )  # fmt: skip
        elif name != "secret.key" and path.stat().st_size != 32:
            yield Finding(
                "keys", "bad", f"{name} is not 32 bytes long. Restore it from where the keys are kept.",
                f"panjang {name} bukan 32 bita. Pulihkan dari tempat kunci disimpan.",
            )  # fmt: skip
        else:
            yield Finding("keys", "good", f"{name} is there and closed to others.", f"{name} ada dan tertutup.")
    if stat.S_IMODE(home.stat().st_mode) & 0o077:
        yield Finding(
            "home", "note", f"others on this machine can look into the home. Run: chmod 700 {home}",
            f"pengguna lain di mesin ini dapat melihat isi rumah Balai. Jalankan: chmod 700 {home}",
        )  # fmt: skip


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
            f"{len(plan)} perubahan tabel belum dijalankan. Cadangkan, lalu mulai `balai serve`.",
        )
    else:
        yield Finding(
            "database", "good", f"{connection.vendor} answers and has this version's tables.",
            f"{connection.vendor} menjawab dan tabelnya sesuai versi ini.",
        )  # fmt: skip
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            if mode != "wal":
                yield Finding(
                    "database",
                    "bad",
                    f"the journal mode is {mode}, not WAL: is the home on a network disk? Move it to a local one.",
                    f"mode jurnalnya {mode}, bukan WAL: apakah rumah Balai ada di disk jaringan? Pindahkan ke disk lokal.",
                )
        else:
            cursor.execute("SELECT current_setting('server_version_num')::int, now()")
            version, theirs = cursor.fetchone()
            if version < 150000:
                yield Finding(
                    "database", "bad", "PostgreSQL is older than 15. Upgrade the server.",
                    "PostgreSQL lebih lama dari versi 15. Perbarui servernya.",
                )  # fmt: skip
            if abs(theirs - now) > timedelta(seconds=5):
                yield Finding(
                    "clock", "bad", f"the database's clock differs by {abs(theirs - now)}. Run NTP on both machines.",
                    f"jam basis data berselisih {abs(theirs - now)}. Jalankan NTP di kedua mesin.",
                )  # fmt: skip


@looks(21, daily=True)
def whole(home: Path, now: datetime) -> Iterator[Finding]:
    """Look through the embedded database's file for damage; it reads all of it, so once a day is enough."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA quick_check(1)")
        found = cursor.fetchone()[0]
    if found == "ok":
        yield Finding("database", "good", "the file is whole.", "berkas basis data utuh.")
    else:
        yield Finding(
            "database", "bad", f"the file is damaged ({found}). Stop the hall and restore the newest backup.",
            f"berkas basis data rusak ({found}). Hentikan Balai dan pulihkan cadangan terbaru.",
        )  # fmt: skip


@looks(30)
def space(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the room left on the disk."""
    free = shutil.disk_usage(home).free / 1e9
    if free < FULL:
        yield Finding(
            "disk", "bad", f"the disk of {home} is full: nothing can be taken in. Delete or move what does not belong there; the hall goes on by itself.",
            f"disk {home} penuh: tidak ada yang dapat diterima. Hapus atau pindahkan yang bukan milik Balai; layanan lanjut sendiri.",
        )  # fmt: skip
        return
    state: State = "bad" if free < 1 else "note" if free < 5 else "good"
    advice = "" if state == "good" else " Make room: when the disk is full nothing can be taken in."
    saran = "" if state == "good" else " Kosongkan: kalau disk penuh, tidak ada yang dapat diterima."
    yield Finding("disk", state, f"{free:.1f} GB are free.{advice}", f"{free:.1f} GB kosong.{saran}")


@looks(31)
def written(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether the disk takes what it is given, and how soon it has it for good."""
    probe, slowest = home / f".probe-{os.getpid()}", 0.0
    try:
        if any(not os.access(path, os.W_OK) for path in (home, *home.glob("balai.sqlite3*"))):
            raise PermissionError(errno.EROFS, "the database's files cannot be written")
        for _ in range(PROBES):
            begun = time.monotonic()
            with probe.open("wb") as file:
                file.write(bytes(4096))
                file.flush()
                os.fsync(file.fileno())
            slowest = max(slowest, time.monotonic() - begun)
    except OSError as error:
        if shutil.disk_usage(home).free / 1e9 >= FULL:  # a full one is told as what it is
            yield Finding(
                "disk", "bad", f"the disk of {home} takes nothing ({error.strerror}): it is read-only, not this user's, or a quota is spent. See the system's log; mount it writable.",
                f"disk {home} tidak dapat ditulisi ({error.strerror}): hanya-baca, bukan milik pengguna ini, atau kuotanya habis. Lihat log sistem; pasang agar dapat ditulisi.",
            )  # fmt: skip
        return
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)
    if slowest > SLOW:
        yield Finding(
            "disk", "bad" if slowest > 5 * SLOW else "note", f"the disk is slow: it took {slowest:.1f} s to keep 4 kB. See what else writes to it, and its health.",
            f"disk lambat: perlu {slowest:.1f} detik untuk menyimpan 4 kB. Periksa apa lagi yang menulis ke sana, dan kesehatannya.",
        )  # fmt: skip


@looks(51)
def jumps(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether the clock jumped since the watch last set it against the counter of the running machine, which nobody sets."""
    kept = home / "clock.json"  # in no folder of its own, which would belong to whoever ran the doctor first
    if (counted := _boot()) is None:
        return
    boot, offset = counted[0], now.timestamp() - counted[1]
    try:
        told = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = {}
    jumped = offset - told["offset"] if told.get("boot") == boot else 0.0
    if abs(jumped) > JUMP.total_seconds():
        way, arah = ("forward", "maju") if jumped > 0 else ("back", "mundur")
        yield Finding(
            "clock", "bad", f"the clock jumped {way} by {timedelta(seconds=round(abs(jumped)))} since {told['at'][:16]} UTC. Set it right and run NTP;"
            f" if it was wrong before, delete {kept}.",
            f"jam meloncat {arah} {timedelta(seconds=round(abs(jumped)))} sejak {told['at'][:16]} UTC. Betulkan dan jalankan NTP;"
            f" bila sebelumnya yang salah, hapus {kept}.",
        )  # fmt: skip
    elif told.get("boot") != boot or abs(jumped) > 1:
        with suppress(OSError):  # a disk that takes nothing is told as what it is
            partial = kept.with_suffix(f".{os.getpid()}")
            partial.write_text(json.dumps({"boot": boot, "offset": offset, "at": now.isoformat()}), encoding="utf-8")
            partial.replace(kept)


def _boot() -> tuple[str, float] | None:
    """Tell which run of this machine it is, and the seconds it has run; None where the system does not say."""
    try:
        uptime = Path("/proc/uptime").read_text(encoding="ascii").split()[0]
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip(), float(uptime)
    except (OSError, ValueError, IndexError):
        return None


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
                f"{port} disetel {name!r}, yang tidak ada. Pilih salah satu: {', '.join(ports.names(port))}.",
            )
        elif name == "failing":
            yield Finding(
                "mail" if port == "mail" else "plugs",
                "note",
                f"{port} is set to fail. Set BALAI_{port.replace(':', '_').upper()} when there is a real one.",
                f"{port} sengaja dibuat gagal. Setel BALAI_{port.replace(':', '_').upper()} kalau yang asli sudah ada.",
            )
        elif name in ("demo", "synthetic") and not (home / "DEMO").exists():
            yield Finding(
                "plugs",
                "bad",
                f"{port} is set to {name!r}, which is for demonstrations. Set BALAI_{port.replace(':', '_').upper()}.",
                f"{port} disetel {name!r}, yang hanya untuk peragaan. Setel BALAI_{port.replace(':', '_').upper()}.",
            )
        else:
            yield Finding("plugs", "good", f"{port} goes through {name!r}.", f"{port} lewat {name!r}.")
    if settings.BALAI_PLUGS.get("mail") == "smtp":
        yield _mail(settings.BALAI_SMTP_HOST, settings.BALAI_SMTP_PORT)
    if settings.BALAI_PLUGS.get("sms") == "http" and not settings.BALAI_SMS_URL:
        yield Finding(
            "plugs", "bad", "the SMS gateway has no address. Set BALAI_SMS_URL.",
            "gerbang SMS belum punya alamat. Setel BALAI_SMS_URL.",
        )  # fmt: skip


def _mail(host: str, port: int) -> Finding:
    try:
        with socket.create_connection((host, port), timeout=3) as line:
            greeting = line.recv(100)
    except OSError as error:
        return Finding(
            "mail",
            "bad",
            f"the mail server {host}:{port} does not answer ({error}). Set BALAI_SMTP_HOST and BALAI_SMTP_PORT.",
            f"server surel {host}:{port} tidak menjawab ({error}). Setel BALAI_SMTP_HOST dan BALAI_SMTP_PORT.",
        )
    if not greeting.startswith(b"220"):
        return Finding(
            "plugs",
            "note",
            f"{host}:{port} answers, but not with an SMTP greeting; with TLS from the start that is right.",
            f"{host}:{port} menjawab, tetapi bukan dengan salam SMTP; dengan TLS sejak awal itu benar.",
        )
    return Finding("mail", "good", f"the mail server {host}:{port} greets.", f"server surel {host}:{port} menjawab.")


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
            "demo", state, "this home holds a demonstration with synthetic people. Serve citizens from another --home.",
            "rumah ini berisi peragaan dengan warga rekaan. Layani warga dari --home lain.",
        )  # fmt: skip
    if address.scheme != "https" and not local:
        yield Finding(
            "address",
            "bad",
            f"{settings.BALAI_URL} is plain HTTP: passwords travel open. Set BALAI_URL to the https address.",
            f"{settings.BALAI_URL} adalah HTTP polos: kata sandi lewat terbuka. Setel BALAI_URL ke alamat https.",
        )
    elif address.hostname not in settings.ALLOWED_HOSTS and not local:
        yield Finding(
            "address", "bad", f"{address.hostname} is not among BALAI_HOSTS: every page is refused. Add it.",
            f"{address.hostname} tidak ada di BALAI_HOSTS: setiap halaman ditolak. Tambahkan.",
        )  # fmt: skip
    else:
        yield Finding(
            "address", "good", f"{settings.BALAI_URL}{' (this machine only)' if local else ''}",
            f"{settings.BALAI_URL}{' (hanya mesin ini)' if local else ''}",
        )  # fmt: skip


EXPIRES_SOON = timedelta(days=21)  # of the certificate that browsers see


@looks(115, daily=True)
def certificate(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the certificate that browsers are shown at the public address: whether they trust it, and until when."""
    import ssl
    from urllib.parse import urlsplit

    from django.conf import settings

    address = urlsplit(settings.BALAI_URL)
    if address.scheme != "https" or address.hostname is None:
        return
    place = f"{address.hostname}:{address.port or 443}"
    try:
        with (
            socket.create_connection((address.hostname, address.port or 443), timeout=5) as line,
            ssl.create_default_context().wrap_socket(line, server_hostname=address.hostname) as seen,
        ):
            shown = seen.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            "certificates", "bad", f"browsers do not trust the certificate of {place}: {error.verify_message}. Renew it at the proxy.",
            f"peramban tidak memercayai sertifikat {place}: {error.verify_message}. Perbarui di proksi.",
        )  # fmt: skip
        return
    except OSError as error:
        yield Finding(
            "certificates", "note", f"{place} could not be reached from this machine ({error}), so its certificate is not known.",
            f"{place} tidak terjangkau dari mesin ini ({error}), jadi sertifikatnya tidak diketahui.",
        )  # fmt: skip
        return
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), now.tzinfo)
    state: State = "note" if until - now < EXPIRES_SOON else "good"
    renew, perbarui = ("", "") if state == "good" else (" Renew it at the proxy.", " Perbarui di proksi.")
    yield Finding(
        "certificates", state, f"the certificate of {place} is valid until {until:%Y-%m-%d}.{renew}",
        f"sertifikat {place} berlaku sampai {until:%Y-%m-%d}.{perbarui}",
    )  # fmt: skip


FRESH = timedelta(hours=26)  # a nightly backup and some hours of grace


@looks(120)
def backups(home: Path, now: datetime) -> Iterator[Finding]:
    """Look when a backup was last taken and restored on trial; one that nobody ever restored is a hope."""
    from balai.doors.console import proving

    last = proving.read(home)
    if last is None:
        yield Finding(
            "backup", "note", "no backup was restored on trial yet. Run `balai backup PATH --prove`, every night.",
            "belum ada cadangan yang dicoba dipulihkan. Jalankan `balai backup PATH --prove` setiap malam.",
        )  # fmt: skip
    elif last.fault:
        yield Finding(
            "backup", "bad", f"the backup of {last.at:%Y-%m-%d %H:%M} UTC could not be restored: {last.fault}",
            f"cadangan {last.at:%Y-%m-%d %H:%M} UTC tidak dapat dipulihkan: {last.fault}",
        )  # fmt: skip
    elif now - last.at > FRESH:
        yield Finding(
            "backup", "note" if now - last.at < 3 * FRESH else "bad",
            f"the last backup that was restored on trial is of {last.at:%Y-%m-%d %H:%M} UTC. See why the nightly one does not come.",
            f"cadangan terakhir yang dicoba dipulihkan bertanggal {last.at:%Y-%m-%d %H:%M} UTC. Periksa mengapa cadangan malam tidak jalan.",
        )  # fmt: skip
    else:
        yield Finding(
            "backup", "good", f"a backup was taken and restored on trial at {last.at:%Y-%m-%d %H:%M} UTC.",
            f"cadangan diambil dan dicoba dipulihkan pada {last.at:%Y-%m-%d %H:%M} UTC.",
        )  # fmt: skip
