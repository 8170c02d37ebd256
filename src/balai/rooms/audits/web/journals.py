"""Search over every journal, for auditors: each look at hits is recorded as one reading, with its purpose."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from balai.base import access_log, intake
from balai.base.errors import Invalid, NotFound
from balai.base.numbers import whole
from balai.base.pages import sheets, texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import FormFault
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.readings import queries as readings
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, auditor_page
from balai.records.people import queries as people
from balai.records.protection import policy as protection
from balai.rooms.audits import queries
from balai.rooms.audits.actions.samples import PURPOSE_LEAST
from balai.rooms.audits.web.drawing import read_day

ROWS = 25
MOST_ROWS = 20_000  # of one table that is fetched; a longer stretch is fetched in pieces
FIELDS = ("jenis", "tujuan", "berkas", "aliran", "perbuatan", "pelaku", "deed", "dari", "sampai")


@never_cache
@require_GET
@auditor_page
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask for filters and a purpose; with both, record the search and show what fits, newest first."""
    typed = {name: intake.plain(request.GET.get(name, ""), 120, name) for name in FIELDS}
    asked, hits, older, faults = None, list[queries.Hit](), 0, dict[str, str]()
    if "tujuan" in request.GET:
        try:
            asked = _filters(typed, desk)
            before = whole(request.GET.get("sebelum", ""), 0) or None
            _record(desk, typed, "search")
            hits, older = queries.list_hits(asked, before=before, limit=ROWS + 1)
            hits = _veil(hits, desk)
        except Invalid as refused:
            asked, faults = None, refused.fields
    kind = typed["jenis"] if typed["jenis"] in queries.KINDS else queries.KINDS[0]
    context = {
        "desk": desk,
        "typed": typed,
        "kind": kind,
        "kinds": [(one, texts.say(f"room_audits.search.kind.{one}")) for one in queries.KINDS],
        "errors": faults,
        "faults": [FormFault(name, said) for name, said in faults.items()],
        "asked": asked is not None,
        "narrowed": bool(faults) or any(typed[name] for name in FIELDS[2:]),
        "columns": _columns(kind),
        "rows": _rows(kind, hits[:ROWS], desk),
        "next": f"?{urlencode({**typed, 'sebelum': hits[ROWS - 1].id})}#hasil" if len(hits) > ROWS else "",
        "older": f"?{urlencode({**typed, 'sebelum': older})}#hasil" if older and len(hits) <= ROWS else "",
        "first": f"?{urlencode(typed)}#hasil" if request.GET.get("sebelum") else "",
        "export": f"{reverse('audits:export')}?{urlencode(typed)}",
        "most": MOST_ROWS,
    }
    return render(request, "audits/search.html", context, status=422 if faults else 200)


@never_cache
@require_GET
@auditor_page
def export(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Give what fits as a table (CSV, UTF-8), newest first; that it was fetched is recorded before the first line."""
    typed = {name: intake.plain(request.GET.get(name, ""), 100, name) for name in FIELDS}
    try:
        asked = _filters(typed, desk)
    except Invalid:
        raise NotFound from None  # the page's own link has what is needed
    _record(desk, typed, "export")
    name = f"jurnal-{asked.kind}-{desk.now:%Y%m%d-%H%M%S}"
    return sheets.stream(name, queries.COLUMNS[asked.kind], _lines(asked, desk))


def _lines(asked: queries.Filters, desk: Desk) -> Iterator[list[Any]]:
    found = queries.stream_hits(asked, most=MOST_ROWS)
    while some := list(islice(found, queries.BATCH)):
        for hit in _veil(some, desk):
            yield [one if one is None or isinstance(one, datetime) else str(one) for one in hit.values]


def _veil(hits: list[queries.Hit], desk: Desk) -> list[queries.Hit]:
    """Take what was written freely off the readings of somebody who is protected from this auditor: the purpose, and what was asked.

    Entries and alarms hold ids and moves alone. Up to two queries where no case is protected.
    """
    guarded = protection.list_hidden(desk.person_id, {one.person_id for one in hits if one.person_id}, desk.now)
    veiled = readings.list_guarded(desk.person_id, desk.now)
    return [
        replace(one, values=(*one.values[:-2], protection.WORDS, one.values[-1].partition(" ")[0]))
        if one.person_id in guarded or one.values[-1] in veiled else one
        for one in hits
    ]  # fmt: skip


def _record(desk: Desk, typed: dict[str, str], how: str) -> None:
    """Record one search, or one export, with what was asked for, before anything is looked for."""
    said = " ".join(f"{name}={value}" for name, value in typed.items() if value and name not in ("jenis", "tujuan"))
    kind = typed["jenis"] if typed["jenis"] in queries.KINDS else queries.KINDS[0]
    access_log.record_access(
        desk.actor, purpose=f"audit: {typed['tujuan']}", object=f"{how}:{kind} {said}".strip()[:120], person_id=None, now=desk.now
    )  # fmt: skip


def _filters(typed: dict[str, str], desk: Desk) -> queries.Filters:
    """Read what is asked for. :raises Invalid: naming what cannot be read. :raises NotAllowed: `own-case`."""
    if len(typed["tujuan"]) < PURPOSE_LEAST:
        raise Invalid(fields={"tujuan": texts.say("room_audits.fault.purpose")})
    kind = typed["jenis"] or queries.KINDS[0]
    if kind not in queries.KINDS:
        raise Invalid(fields={"jenis": texts.say("room_audits.fault.kind")})
    made = queries.Filters(kind=kind, stream=_stream(typed, desk), action=typed["perbuatan"], deed=_deed(typed["deed"]))
    actor, person = _actor(typed["pelaku"])
    zone = get_current_timezone()
    since = datetime.combine(read_day(typed["dari"], "dari"), time(), zone) if typed["dari"] else None
    last = read_day(typed["sampai"], "sampai") + timedelta(days=1) if typed["sampai"] else None
    return replace(
        made, actor=actor, person_id=person, since=since, until=datetime.combine(last, time(), zone) if last else None
    )


def _stream(typed: dict[str, str], desk: Desk) -> str:
    """Read of which stream it is asked; an auditor who is a party to a case does not look into its journal."""
    if not typed["berkas"]:
        kind, _, ref = typed["aliran"].partition(":")
        if kind == "case" and (case_id := _id(ref)) is not None:
            cases.require_not_own(desk.actor, case_id)
        return typed["aliran"]
    try:
        if not case_rules.is_number(typed["berkas"]):
            raise NotFound
        case_id = cases.find_case_id(typed["berkas"])
    except NotFound:
        raise Invalid(fields={"berkas": texts.say("room_audits.fault.number")}) from None
    cases.require_not_own(desk.actor, case_id)
    return f"case:{case_id}"


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _deed(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(fields={"deed": texts.say("room_audits.fault.deed")}) from None


def _actor(text: str) -> tuple[str, UUID | None]:
    """Read who acted: an address, a person's id, or a reference as the journal has it."""
    if "@" in text:
        person = people.find_person_by_email(text)
        if person is None:
            raise Invalid(fields={"pelaku": texts.say("room_audits.fault.actor")})
        return "", person
    try:
        return "", UUID(text)
    except ValueError:
        return text, None


_SHOWN = {
    "entries": ("at", "stream", "actor", "action"), "accesses": ("at", "object", "actor", "purpose"), "security": ("at", "kind", "actor"),
}  # fmt: skip


def _columns(kind: str) -> list[str]:
    return [texts.say(f"room_audits.search.column.{name}") for name in _SHOWN[kind]]


def _rows(kind: str, hits: list[queries.Hit], desk: Desk) -> list[dict[str, object]]:
    """Make the rows: officers by name, everybody else by what they are; whole values stay at hand, to be searched for again."""
    people_of = {hit.actor: _person(hit.actor) for hit in hits if hit.actor.startswith("officer:")}
    known = names.list_names({one for one in people_of.values() if one})
    made: list[dict[str, object]] = []
    for hit in hits:
        told = {name: str(one) for name, one in zip(queries.COLUMNS[kind], hit.values, strict=True)}
        who = known.get(people_of.get(hit.actor) or UUID(int=0), "") or hit.actor.partition(":")[0] or "—"
        short = {**told, "at": moment(hit.at, desk.lang), "actor": who}
        made.append(
            {
                "cells": [(texts.say(f"room_audits.search.column.{name}"), short[name]) for name in _SHOWN[kind]],
                "id": hit.id,
                "whole": [(name, value) for name, value in told.items() if value],
            }
        )
    return made


def _person(reference: str) -> UUID | None:
    return _id(reference.partition(":")[2])
