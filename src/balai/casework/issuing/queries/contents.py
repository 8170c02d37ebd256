"""What a letter is made of: its case's answers in words, its office, its signer; who saw which draft."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate

from balai.base import crypto
from balai.base.errors import Invalid, NotFound
from balai.base.pages import links
from balai.casework.cases import identity
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as cases_rules
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import rules
from balai.casework.issuing.models import Letter, Sight
from balai.engine import forms, letters, manifest
from balai.engine.manifest import letter_words
from balai.engine.problems import Problems
from balai.records.offices import queries as offices
from balai.records.offices.models import Unit
from balai.records.people import queries as people


def last_day(
    case: CaseRow, service: manifest.Service, kind: manifest.LetterKind, unit: Unit, now: datetime
) -> dt.date | None:
    """Tell the last day on which a letter holds that is signed now, None for ever."""
    if kind.until is None and kind.valid is None:
        return None
    calendar = offices.get_calendar(unit)
    known = cases.scope(case, service, now) if kind.until else {}
    return kind.last_day(known, now.astimezone(ZoneInfo(service.zone)), lambda period: calendar.due_date(now, period))


def letter_data(
    case: CaseRow, service: manifest.Service, letter: Letter, signer: letters.PrintedSigner, at: datetime
) -> dict[str, Any]:
    """Put together everything a letter may say, in the case's language and the office's own time."""
    zone = ZoneInfo(service.zone)
    lang, kind = letter.language, service.letters[letter.letter_id]
    unit = offices.get_unit_by_id(letter.unit_id)
    office = office_of(unit)
    kept = case.data.get("_reasons", {})
    changes = (
        {node: cases_rules.changes_of(service, case.data, node, lang, at) for node in kept}
        if kind.kind == "refusal"
        else {}
    )
    known = {key: value for key, value in cases.scope(case, service, at).items() if key[0] != "_"}
    try:
        texts = letter_words.letter_texts(
            service, letter.letter_id, _texts(service, letter.letter_id, lang), known, lang, at
        )
        parts = letter_words.letter_parts(service, letter.letter_id, known, lang, at)
    except Problems as faults:
        raise Invalid("letter-hole", what="; ".join(one.element for one in faults.problems)) from faults
    data = letters.compose(
        cases_rules.plain(known),
        kind=kind.kind,
        title=letter.title,
        number=letter.number,
        at=at.astimezone(zone),
        lang=lang,
        place=office.place,
        demo=letter.demo,
        in_force=letter.in_force,
        letterhead=office.lines,
        address=office.address,
        signer=signer,
        verification=letters.PrintedVerification(links.address("letter.check", letter.code), letter.code),
        texts=texts,
        valid_until=letter.valid_until,
        reasons=rules.reasons(kept, service, lang, changes),
        objection=_objection(case, service, unit, at, lang)
        if kind.kind == "refusal" or kind.overturns == "annuls"
        else None,
        automatic=letter.automatic and not kind.parts.parties,
    )
    others = _countersigners(case, service, letter.letter_id, at)
    return {**data, "shown": shown(case, service, lang), **parts, **others}


def _countersigners(
    case: CaseRow, service: manifest.Service, letter_id: str, at: datetime
) -> dict[str, list[dict[str, str]]]:
    """Name the posts that sign a letter after its first signer, as it prints them; nothing for a letter of one."""
    made = []
    for step in service.signing_order(letter_id):
        named = cases.find_step_unit(case, service, step, at) if step.unit else None
        unit = offices.get_unit_by_id(named.id if named else case.unit_id)
        title = next((post.title for post in offices.list_posts(unit.id) if post.role == step.role), "")
        made.append({"title": title, "unit": unit.name})
    return {"countersigners": made} if made else {}


_NOT_CONTENT = ("number", "verify_url", "verify_code")  # what a letter gets when it is signed


def content_of(
    case: CaseRow, service: manifest.Service, letter: Letter, signer: letters.PrintedSigner, at: datetime
) -> str:
    """Digest all that a letter says, its number and code aside, under the town's key: 64 hex digits."""
    data = letter_data(case, service, letter, signer, at)
    told = {key: value for key, value in data.items() if key not in _NOT_CONTENT}
    line = json.dumps([service.key, letter.letter_id, told], sort_keys=True, ensure_ascii=False, default=str)
    return crypto.mac("letter-content", line.encode()).hex()


def content_of_part(pdf: bytes) -> str:
    """Digest a letter that is signed in part, under the town's key, as its next signer sees it: 64 hex digits."""
    return crypto.mac("letter-part", hashlib.sha256(pdf).digest()).hex()


def day_of(service: manifest.Service, at: datetime) -> datetime:
    """Give the beginning of a moment's day in the office's zone: a draft bears no finer time."""
    local = at.astimezone(ZoneInfo(service.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return local.astimezone(dt.UTC)


def list_sights(person_id: UUID, case_ids: Collection[UUID]) -> dict[tuple[UUID, str], Sight]:
    """List what a signer saw of the letters of some cases, by case and task. One query."""
    found = Sight.objects.filter(person_id=person_id, case_id__in=case_ids)
    return {(one.case_id, one.token): one for one in found}


def require_seen(person_id: UUID, case_id: UUID, token: str, content: str | None = None) -> Sight:
    """Give what a signer saw of a letter, to its last page. :raises Invalid: `letter-not-seen`, also when it says something else now."""
    found = Sight.objects.filter(person_id=person_id, case_id=case_id, token=token).first()
    if found is None or not rules.is_seen(found.drawn, found.pages) or content not in (None, found.content):
        raise Invalid("letter-not-seen")
    return found


def require_identity(case: CaseRow, service: manifest.Service, letter_id: str) -> None:
    """Refuse a letter that would leave out whom it is about. :raises Invalid: `letter-identity`."""
    if missing := identity.list_lacking(case, service, letter_id):
        raise Invalid("letter-identity", what=identity.name_all(missing))


def shown(case: CaseRow, service: manifest.Service, lang: str, *, masked: bool = False) -> dict[str, dict[str, str]]:
    """Give every answer as people read it, beside the raw ones: `shown.apply.kind`; `masked` hides numbers of identity."""
    made: dict[str, dict[str, str]] = {}
    for key, answers in case.data.items():
        form = cases_rules.form_of(service, key)
        if form is not None and isinstance(answers, Mapping):
            made[key] = {
                name: forms.show(
                    field,
                    answers.get(name),
                    service.texts,
                    lang,
                    tables=service.tables,
                    zone=ZoneInfo(service.zone),
                    masked=masked,
                )
                for name, field in form.fields.items()
            }
    return made


def _texts(service: manifest.Service, letter_id: str, lang: str) -> dict[str, Any]:
    """Give the letter's own words, those missing in this language from the other."""
    both: dict[str, Any] = {}
    for one in sorted(service.texts, key=lambda other: other == lang):
        held = service.texts[one].get("letters", {})
        own = held.get(letter_id, {}) if isinstance(held, Mapping) else {}
        both |= own if isinstance(own, Mapping) else {}
    return both


def office_of(unit: Unit) -> rules.Office:
    """Gather what a letter says of the office it comes from: letterhead from the town down, address, place."""
    above = [*reversed(offices.list_parents(unit)), unit]
    return rules.Office(
        tuple(rules.letterhead([(each.kind, each.name) for each in above])),
        rules.contact_line(unit.address, unit.phone, unit.email),
        rules.place_of(above[0].name),
    )


def place_of(unit_id: UUID) -> str:
    """Name the place that the letters of a unit are dated at."""
    return office_of(offices.get_unit_by_id(unit_id)).place


def _objection(
    case: CaseRow, service: manifest.Service, unit: Unit, at: datetime, lang: str
) -> letters.PrintedObjection | None:
    found = service.objection
    if found is None:
        return None
    parents = offices.list_parents(unit)
    judge = parents[0] if found.unit == "parent" and parents else unit
    title = next((post.title for post in offices.list_posts(judge.id) if post.role == found.role), "")
    until = offices.get_calendar(unit).due_date(at, found.within)
    standing = catalogue.get_law(service, at).at("objection")
    found = replace(found, status="confirmed") if standing.confirmed else found
    return rules.objection(found, title=title, unit=judge.name, until=until, number=case.number, lang=lang)


def signer_of(unit_path: str, role: str, person: people.PersonView, at: datetime) -> letters.PrintedSigner:
    """Write how a person signs for the unit at a path: the title of the post that gives the role, "Plh." included, rank and NIP if any."""
    held = [each for each in offices.list_roles(person.id, localdate(at)) if each.role == role]
    fitting = [each for each in held if unit_path.startswith(each.unit_path)]
    if not fitting:
        raise NotFound
    title = max(fitting, key=lambda each: len(each.unit_path)).signing_title
    return letters.PrintedSigner(person.name, title, nip=person.nip_printed, rank=person.rank_printed(localdate(at)))
