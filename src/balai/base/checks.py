"""What is looked at in an installation, and what needs an administrator: every app brings its own, in its own `checks.py`.

`looks` is a question of `balai doctor`: it yields findings, each with what to do. `needs` is a heading of the administrator's first
page, with its lines; `counts` says how many there are, for the mark in the navigation. Nothing of this is loaded before somebody
asks. The ground's own stand at the end of this file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from django.db import InterfaceError, OperationalError, connection
from django.utils.module_loading import autodiscover_modules

from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import Tone

if TYPE_CHECKING:
    from balai.base.outbox import FailingJob

# ---- what the doctor looks at ----------------------------------------------------------------------------------------

State = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `bad` must be mended before citizens are let in, `note` should be known.

    What is not good says what to do, at the terminal (`words`) and to the town's own people (`indonesian`).
    """

    check: str
    state: State
    words: str
    indonesian: str = ""

    def say(self, lang: str) -> str:
        """Say it in a language."""
        return self.indonesian if lang == "id" and self.indonesian else self.words


Look = Callable[[Path, datetime], Iterator[Finding]]  # the home, now


@dataclass(frozen=True, slots=True)
class RoundItem:
    """One check of the round: its place in it, whether once a day is enough for what it costs, or only when somebody asks.

    What is `deep` goes through everything that is kept, and proves that it fits together.
    """

    order: int
    look: Look
    daily: bool
    deep: bool = False

    @property
    def name(self) -> str:
        """Name it as the round's record does."""
        return f"{self.look.__module__.removeprefix('balai.')}.{self.look.__name__}"


_LOOKS: dict[str, RoundItem] = {}


def looks(order: int, *, daily: bool = False, deep: bool = False) -> Callable[[Look], Look]:
    """Enter a check into the doctor's round, at a place in it."""

    def register(look: Look) -> Look:
        _LOOKS[f"{look.__module__}.{look.__name__}"] = RoundItem(order, look, daily, deep)
        return look

    return register


def items(*, deep: bool = False) -> list[RoundItem]:
    """List the checks of this installation in the order of the round; with those that go through everything when it is `deep`."""
    autodiscover_modules("checks")
    return sorted((one for one in _LOOKS.values() if deep or not one.deep), key=lambda one: one.order)


def rounds(*, deep: bool = False) -> list[Look]:
    """List what is looked at, in the order of the round."""
    return [one.look for one in items(deep=deep)]


def examine(look: Look, home: Path, now: datetime) -> list[Finding]:
    """Make one check; a check that falls over is a finding, so that the round goes on."""
    try:
        return list(look(home, now))
    except Exception as error:  # noqa: BLE001 (the doctor looks at broken installations)
        if isinstance(error, (OperationalError, InterfaceError)):
            return [_silent(error)]
        told = f"{type(error).__name__}: {error}"
        return [Finding(look.__name__, "bad", f"could not be looked at: {told}", f"tidak dapat diperiksa: {told}")]


def _silent(error: Exception) -> Finding:
    """Say that the database does not answer; whoever asks next waits no longer for it than a moment."""
    if (pool := getattr(connection, "pool", None)) is not None:
        pool.timeout = 0.1
    nobody = type(error.__cause__).__name__ == "PoolTimeout"
    said = "its server takes no connection" if nobody else str(error).strip().partition("\n")[0]
    return Finding(
        "database", "bad", f"the database does not answer ({said}). See whether its server runs and its disk takes anything.",
        f"basis data tidak menjawab ({said}). Periksa apakah servernya berjalan dan disknya dapat ditulisi.",
    )  # fmt: skip


# ---- what needs an administrator -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to look at: what is the matter, since when, and by name the page where it is dealt with."""

    title: str
    text: str
    since: datetime | None
    tone: Tone = "bad"
    icon: str = "alert"
    page: str = ""
    args: tuple[object, ...] = ()
    act: str = ""


Lines = Callable[[datetime, str], Sequence[Line]]  # now, the language
Counts = Callable[[datetime], Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Attention:
    """All of one kind under one heading, and the page that shows the rest; a `calm` one asks nothing of anybody."""

    key: str
    lines: Lines
    page: str
    order: int
    calm: bool

    @property
    def words(self) -> str:
        """Name where its words stand: `attention.stuck` in the texts of `cases` for `cases.stuck`."""
        app, _, name = self.key.partition(".")
        return f"{app}.attention.{name}"

    def title(self, lang: str) -> str:
        """Say its heading."""
        return texts.say(f"{self.words}.title", lang)

    def lead(self, lang: str) -> str:
        """Say what it is about, where its words say so."""
        key = f"{self.words}.lead"
        return texts.say(key, lang) if texts.has(key, lang) else ""


_NEEDS: dict[str, Attention] = {}
_COUNTS: dict[str, Counts] = {}


def needs(key: str, *, page: str = "", order: int = 50, calm: bool = False) -> Callable[[Lines], Lines]:
    """Register a heading of the administrator's first page by the function that makes its lines."""

    def register(lines: Lines) -> Lines:
        _NEEDS[key] = Attention(key, lines, page, order, calm)
        return lines

    return register


def counts(count: Counts) -> Counts:
    """Register a function that counts some needs, by key, in one query: every page of an administrator asks."""
    _COUNTS[f"{count.__module__}.{count.__name__}"] = count
    return count


def list_needs(*, calm: bool = False) -> list[Attention]:
    """List the headings of this installation, most pressing first."""
    autodiscover_modules("checks")
    return sorted((one for one in _NEEDS.values() if one.calm == calm), key=lambda one: one.order)


def count_needs(now: datetime) -> dict[str, int]:
    """Count everything that needs an administrator, by key."""
    autodiscover_modules("checks")
    found: dict[str, int] = {}
    for count in _COUNTS.values():
        found |= count(now)
    return found


# ---- the ground's own ------------------------------------------------------------------------------------------------


@looks(15)
def town_keys(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether the keys in the home are those of the database, and its tables not newer than this program."""
    from balai.base import keys

    obstacle = keys.find_obstacle()
    if obstacle is None:
        yield Finding("keys", "good", "the keys are this database's own.", "kunci-kuncinya milik basis data ini.")
    else:
        schema = obstacle.code.startswith("schema")
        told = "tabel basis data tidak sesuai versi ini" if schema else "kunci di rumah ini bukan milik basis data ini"
        yield Finding(
            "database" if schema else "keys",
            "bad",
            obstacle.words,
            f"{told} ({obstacle.code}). Jalankan `balai doctor`.",
        )


@looks(17)
def public_log(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether the public log goes on from what was published, is up to date, and is seen by its witnesses."""
    from balai.base import logkeeping, sequencer

    if fault := sequencer.find_rewind():
        yield Finding(
            "log", "bad", f"{fault}. Nothing more is signed. Stop the hall, keep this home as evidence, and ask whoever maintains the database.",
            f"log publik tidak cocok: {fault}. Tidak ada lagi yang ditandatangani. Hentikan balai, simpan folder ini sebagai bukti, dan tanyai pengelola basis data.",
        )  # fmt: skip
        return
    if waiting := logkeeping.list_waiting(now):
        yield Finding(
            "log", "bad", f"an entry of {waiting[0]:%Y-%m-%d %H:%M} UTC is not in the public log yet. Is a worker running? `balai worker`",
            f"catatan bertanggal {waiting[0]:%Y-%m-%d %H:%M} UTC belum masuk log publik. Apakah pekerja berjalan? `balai worker`",
        )  # fmt: skip
        return
    try:
        standings = logkeeping.list_standings()
    except ValueError as fault:
        yield Finding("log", "bad", f"BALAI_LOG_WITNESSES: {fault}", f"BALAI_LOG_WITNESSES: {fault}")
        return
    silent = [each for each in standings if each.at is None or now - each.at > timedelta(hours=24)]
    for each in silent:
        since = f"since {each.at:%Y-%m-%d %H:%M} UTC" if each.at else "ever"
        yield Finding(
            "log", "note", f"the witness {each.witness} has not cosigned {since}. Ask who runs it.",
            f"saksi {each.witness} belum menandatangani {f'sejak {each.at:%Y-%m-%d %H:%M} UTC' if each.at else 'sama sekali'}. Hubungi pengelolanya.",
        )  # fmt: skip
    if not silent:
        told = f"{logkeeping.count_leaves()} leaves are in the public log, seen by {len(standings)} witness(es)."
        yield Finding(
            "log",
            "good",
            told,
            f"{logkeeping.count_leaves()} catatan ada di log publik, dengan {len(standings)} saksi.",
        )


@looks(18)
def anchors(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether checkpoints are anchored as was set, by what the journal knows; the chain is not asked."""
    from balai.base.anchors import keeping

    for state, words, indonesian in keeping.tell_standing(now):
        yield Finding("anchor", state, words, indonesian)


@looks(205, deep=True)
def journal_holds(home: Path, now: datetime) -> Iterator[Finding]:
    """Recompute every chain of the journal, and see that each entry is of a command that was accepted, and there once."""
    from balai.base import journal_check, sql

    report = journal_check.verify_journal()
    for fault in report.faults[:5]:
        yield Finding("journal", "bad", f"the journal does not hold: {fault}", f"jurnal tidak utuh: {fault}")
    stray = sql.row(
        "SELECT count(*) FROM base_entry e WHERE NOT EXISTS (SELECT 1 FROM base_deed d WHERE d.id = e.deed_id)"
    )
    twice = sql.row(
        "SELECT count(*) FROM (SELECT 1 AS found FROM base_entry WHERE stream LIKE 'case:%%'"
        " GROUP BY stream, deed_id, action HAVING count(*) > 1) again"
    )
    assert stray is not None and twice is not None
    if stray[0] or twice[0]:
        yield Finding(
            "journal", "bad", f"{stray[0]} entries are of no accepted command, {twice[0]} commands were entered twice.",
            f"{stray[0]} catatan tanpa perintah, {twice[0]} perintah tercatat dua kali.",
        )  # fmt: skip
    if not report.faults and not stray[0] and not twice[0]:
        yield Finding(
            "journal", "good", f"{report.entries} entries hold, each of one accepted command.",
            f"{report.entries} catatan utuh, masing-masing dari satu perintah.",
        )  # fmt: skip


@looks(40)
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
            f"{late[0]} pekerjaan menunggu lebih dari lima menit. Apakah pekerja berjalan? `balai worker`",
        )
    if dead[0]:
        yield Finding(
            "outbox",
            "bad",
            f"{dead[0]} message(s) were given up. See why, and revive them, under Kelola, Kotak keluar.",
            f"{dead[0]} pekerjaan sudah menyerah. Lihat sebabnya dan hidupkan lagi di Kelola, Kotak keluar.",
        )
    if not late[0] and not dead[0]:
        yield Finding(
            "outbox", "good", "nothing is late and nothing was given up.", "tidak ada yang terlambat atau menyerah."
        )


@looks(45)
def jobs(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at what regular jobs could not do: it is tried again by itself, and stays undone until it works."""
    from balai.base import outbox

    failing = outbox.list_failing()
    stubborn = [one for one in failing if one.times >= outbox.STUBBORN]
    for one in stubborn[:5]:
        what = f"{one.job} for {one.item}" if one.item else one.job
        yield Finding(
            "jobs", "bad", f"{what} failed {one.times} times since {one.since:%Y-%m-%d %H:%M} UTC: {one.last_error}",
            f"{what} gagal {one.times} kali sejak {one.since:%Y-%m-%d %H:%M} UTC: {one.last_error}",
        )  # fmt: skip
    if len(stubborn) > 5:
        yield Finding(
            "jobs", "bad", f"{len(stubborn) - 5} more keep failing. See them under Kelola, Kotak keluar.",
            f"{len(stubborn) - 5} lagi terus gagal. Lihat di Kelola, Kotak keluar.",
        )  # fmt: skip
    if not stubborn:
        again = f" {len(failing)} failed and will be tried again." if failing else ""
        lagi = f" {len(failing)} gagal dan akan dicoba lagi." if failing else ""
        yield Finding(
            "jobs", "note" if failing else "good", f"no regular job keeps failing.{again}",
            f"tidak ada pekerjaan rutin yang terus gagal.{lagi}",
        )  # fmt: skip


@looks(50)
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
            f"jurnal memuat catatan bertanggal {newest:%Y-%m-%d %H:%M} UTC, lebih baru dari jam mesin ini. Jalankan NTP.",
        )
    elif now.year < 2026:
        yield Finding(
            "clock", "bad", f"this machine says it is {now:%Y-%m-%d}. Set its clock; run NTP.",
            f"menurut mesin ini sekarang {now:%Y-%m-%d}. Setel jamnya; jalankan NTP.",
        )  # fmt: skip
    else:
        yield Finding(
            "clock", "good", f"{now:%Y-%m-%d %H:%M} UTC, not before the newest entry of the journal.",
            f"{now:%Y-%m-%d %H:%M} UTC, tidak mendahului catatan terbaru jurnal.",
        )  # fmt: skip


@looks(60)
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
            yield Finding(
                "holidays", "bad" if year == now.year else "note", words,
                f"hari libur {year} belum ada dalam tabel: tenggat ke sana bisa keliru. Perbarui Balai.",
            )  # fmt: skip
        elif certainty != "confirmed":
            words = f"the holidays of {year} are {certainty}: check deadlines there against the decree, and update Balai when it is out."
            yield Finding(
                "holidays", "note", words,
                f"hari libur {year} belum dipastikan ({certainty}): cocokkan tenggatnya dengan keputusan resmi, dan perbarui Balai sesudah terbit.",
            )  # fmt: skip
        else:
            yield Finding(
                "holidays", "good", f"the holidays of {year} are in the table.", f"hari libur {year} ada dalam tabel."
            )


@counts
def count_attention(now: datetime) -> Mapping[str, int]:
    """Count the work that nobody tries any more until a person looks, and what jobs could not do."""
    from balai.base import owed

    return {f"base.{name}": count for name, count in owed.count_attention().items()}


@needs("base.failing", page="admin.outbox", order=30)
def list_failing(now: datetime, lang: str) -> list[Line]:
    """List what jobs could not do; it is tried again by itself, and the line goes when it works."""
    from balai.base import outbox

    return [_failing(one, now, lang) for one in outbox.list_failing()]


def _failing(one: "FailingJob", now: datetime, lang: str) -> Line:
    from balai.base.outbox import STUBBORN

    when = moment(max(one.due_at, now), lang)
    return Line(
        f"{one.job} · {one.item}" if one.item else one.job,
        texts.say("base.attention.failing.text", lang, count=one.times, when=when, error=one.last_error[:200]),
        one.since, tone="bad" if one.times >= STUBBORN else "warn", icon="clock", page="admin.outbox",
        act=texts.say("base.attention.failing.act", lang),
    )  # fmt: skip


@needs("base.dead", page="admin.outbox", order=40)
def list_dead(now: datetime, lang: str) -> list[Line]:
    """List the work that died, with the last error."""
    from balai.base import owed

    act = texts.say("base.attention.dead.act", lang)
    return [
        Line(
            f"{one.topic} → {one.listener.rsplit('.', 1)[-1]}", one.last_error[:200], one.created_at, icon="mail",
            page="admin.outbox", act=act,
        )
        for one in owed.list_owed("dead")
    ]  # fmt: skip
