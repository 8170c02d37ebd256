"""Officers found by what people know of them, and many of them read from one file: each line looked at before anything is done."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from django.utils import timezone

from balai.base import intake
from balai.base.errors import BalaiError, Invalid
from balai.base.pages import texts
from balai.doors.desk import queries
from balai.records.entrance.officers import Desk
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries
from balai.records.offices import roles
from balai.records.people import actions as people_actions
from balai.records.people import queries as people
from balai.records.people.rules import normalise_email, normalise_phone

COLUMNS = ("nama", "surel", "telepon", "unit", "jabatan", "mulai", "sampai", "dasar", "nip", "golongan")
OPTIONAL = ("telepon", "sampai", "nip", "golongan")
MOST = 500  # lines of one file
SHORTEST_TAIL = 4  # digits of a NIK's end


@dataclass(frozen=True, slots=True)
class Appointable:
    """Somebody who may be appointed, as an administrator tells them from others."""

    person_id: UUID
    name: str
    email: str
    posts: tuple[str, ...]


def search(typed: str, desk: Desk) -> list[Appointable]:
    """Find who may be appointed by words of their name, the last digits of their NIK, or their address, or a part of it.

    Whoever holds or held a post, administers or was invited is found by all three; anybody else with an account by the whole address.
    """
    words = typed.strip().casefold()
    if not words:
        return []
    rows = [row for row in queries.list_appointable() if row.active]
    exact = people.find_person_by_email(words) if "@" in words else None
    if "@" in words:
        wanted = {row.person_id for row in rows if words in row.email.casefold()} | ({exact} if exact else set())
    elif re.fullmatch("[0-9]+", words):
        tails = people.list_nik_tails([row.person_id for row in rows], max(len(words), SHORTEST_TAIL))
        wanted = {one for one, tail in tails.items() if tail == words}
    else:
        named = people.list_names([row.person_id for row in rows])
        wanted = {one for one, name in named.items() if all(word in name.casefold() for word in words.split())}
    if exact is not None:
        wanted = {exact}
    posts = office_queries.list_post_titles(timezone.localdate(desk.now))
    emails = {row.person_id: row.email for row in rows}
    made = [
        Appointable(one, name, emails.get(one, words if one == exact else ""), posts.get(one, ()))
        for one, name in people.list_names(list(wanted)).items()
    ]
    return sorted(made, key=lambda one: one.name)[:20]


# ---- a file of officers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """One line of the file: what stands in it, what is wrong with it, and which post it means."""

    line: int
    told: Mapping[str, str]
    faults: tuple[str, ...]
    post_id: UUID | None = None
    person_id: UUID | None = None  # who has an account already
    done: bool = False  # holds that post already

    @property
    def words(self) -> str:
        """Say what is wrong."""
        return " ".join(self.faults)


def template() -> list[list[str]]:
    """Give the lines of the file to be filled in: its columns and one example."""
    return [
        list(COLUMNS),
        [
            "Nama Lengkap",
            "nama@contoh.go.id",
            "0812 0000 0000",
            "kel-64.72.05.1003",
            "clerk",
            "2026-01-02",
            "",
            "SK 1/2026",
            "19800101 200501 2 001",
            "III/d",
        ],
    ]


def read(text: str, desk: Desk) -> list[AppointmentLine]:
    """Look at each line of a file, separated by commas, semicolons or tabs; nothing is done.

    Faults are told in the reader's language; two lines may not mean the same person and post.
    """
    first = text.partition("\n")[0]
    separator = max(";,\t", key=first.count)
    lines = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator))
    heading = [one.strip().casefold() for one in lines[0]] if lines else []
    if missing := [name for name in COLUMNS if name not in heading and name not in OPTIONAL]:
        return [AppointmentLine(1, {}, (_say("columns", what=", ".join(missing)),))]
    today, taken, seen, made = (
        timezone.localdate(desk.now),
        Counter[UUID](),
        set[tuple[str, str, str]](),
        list[AppointmentLine](),
    )
    units: dict[str, list[office_queries.PostRow] | None] = {}
    for at, cells in enumerate(lines[1 : MOST + 1], 2):
        if any(cell.strip() for cell in cells):
            told = {name: cell.strip() for name, cell in zip(heading, cells, strict=False)}
            made.append(_look(at, told, units, taken, seen, today))
    if len(lines) > MOST + 1:
        made.append(AppointmentLine(MOST + 2, {}, (_say("most", most=MOST),)))
    return made or [AppointmentLine(1, {}, (_say("empty"),))]


def _look(
    at: int, told: Mapping[str, str], units: dict[str, list[office_queries.PostRow] | None], taken: Counter[UUID],
    seen: set[tuple[str, str, str]], today: date,
) -> AppointmentLine:  # fmt: skip
    faults = [
        _say("needed", what=name)
        for name in ("nama", "surel", "unit", "jabatan", "mulai", "dasar")
        if not told.get(name)
    ]
    email, unit, role = normalise_email(told.get("surel", "")), told.get("unit", ""), told.get("jabatan", "").casefold()
    if email and ("@" not in email or " " in email):
        faults.append(_say("email"))
    if told.get("telepon") and normalise_phone(told["telepon"]) is None:
        faults.append(_say("phone"))
    for name in ("mulai", "sampai"):
        if told.get(name) and intake.find_day(told[name]) is None:
            faults.append(_say("date", what=name))
    faults += _official_faults(told, today)
    if unit and unit not in units:
        units[unit] = _posts(unit, today)
    posts = units.get(unit)
    if unit and posts is None:
        faults.append(_say("unit", unit=unit))
    fitting = [post for post in posts or () if post.role == role]
    if posts and role and not fitting:
        known = ", ".join(sorted({post.role for post in posts}))
        faults.append(_say("role", role=role, known=known))
    person_id = people.find_person_by_email(email) if email and not faults else None
    done = any(holder.person_id == person_id for post in fitting for holder in post.holders) if person_id else False
    free = next(
        (post for post in fitting if post.seats - taken[post.id] > sum(not one.stands_in for one in post.holders)), None
    )
    if fitting and free is None and not done:
        faults.append(_say("full", role=roles.say(role)))
    if (key := (email, unit, role)) in seen and email:
        faults.append(_say("twice"))
    seen.add(key)
    if free is not None and not faults and not done:
        taken[free.id] += 1
    return AppointmentLine(at, told, tuple(faults), free.id if free else None, person_id, done)


def _official_faults(told: Mapping[str, str], today: date) -> list[str]:
    try:
        people_actions.read_official(told.get("nip", ""), told.get("golongan", ""), today)
    except Invalid as wrong:
        return list(wrong.fields.values())
    return []


def _posts(unit: str, today: date) -> list[office_queries.PostRow] | None:
    try:
        return office_queries.list_post_rows(office_queries.get_unit(unit).id, today)
    except BalaiError:
        return None


def take_in(
    rows: Sequence[AppointmentLine], desk: Desk, command: UUID
) -> list[tuple[AppointmentLine, UUID | None, str]]:
    """Make an account for each line whose person has none, and appoint them: one command a line; (line, new account, what was refused)."""
    return [(row, *_take(row, desk, command)) for row in rows if not row.faults and not row.done]


def _take(row: AppointmentLine, desk: Desk, command: UUID) -> tuple[UUID | None, str]:
    told, account_id, person_id = row.told, None, row.person_id
    assert row.post_id is not None, "a line without faults names a post"
    try:
        if person_id is None:
            account_id = people_actions.create_account(
                command_id=uuid5(command, f"account {told['surel']}"), actor=desk.actor, now=desk.now, email=told["surel"],
                phone=told.get("telepon", ""), password=None, name=told["nama"][:120],
            )  # fmt: skip
            person_id = people.get_account(account_id).person.id
        offices.appoint(
            command_id=uuid5(command, f"appoint {told['surel']} {row.post_id}"), actor=desk.actor, now=desk.now,
            post_id=row.post_id, person_id=person_id, from_date=intake.find_day(told["mulai"]) or timezone.localdate(desk.now),
            to_date=intake.find_day(told.get("sampai", "")), basis=told["dasar"][:200], nip=told.get("nip", ""),
            rank=told.get("golongan", ""),
        )  # fmt: skip
    except BalaiError as refused:
        return account_id, " ".join(refused.fields.values()) or refused.message(desk.lang)
    return account_id, ""


def _say(fault: str, **words: object) -> str:
    return texts.say(f"desk.admin.import.fault.{fault}", **words)
