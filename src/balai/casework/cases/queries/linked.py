"""Cases about cases: which are linked, whether one may be objected to or amended, and what the other may know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from balai.base import sql
from balai.base.errors import NotFound
from balai.casework.cases import policy
from balai.casework.cases.extensions import find_object_until
from balai.casework.cases.rows import CaseRow, as_id, as_moment
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest
from balai.records.offices import queries as offices

OBJECTION = "objection"
DECIDED = frozenset(
    {"granted", "refused", "handed_over", "deemed_granted"}
)  # outcomes that are a decision of the office
_DECIDING = ("grant", "refusal")


class LinkedCase(NamedTuple):
    """A case on the other side of a link: what is about this one, or what this one is about."""

    id: UUID
    number: str
    service_id: str
    service_key: str
    status: str
    outcome: str
    submitted_at: datetime
    kind: str
    follows: bool  # it is about this case, and not the other way round


def list_linked(case_id: UUID) -> list[LinkedCase]:
    """List the cases that are about a case and the one it is about, the oldest first. One query."""
    columns = "c.id, c.number, c.service_id, c.service_key, c.status, c.outcome, c.submitted_at, k.kind"
    found = sql.rows(
        f"SELECT {columns}, 1 FROM cases_caselink k JOIN cases_case c ON c.id = k.case_id WHERE k.about_id = %s"
        f" UNION ALL SELECT {columns}, 0 FROM cases_caselink k JOIN cases_case c ON c.id = k.about_id WHERE k.case_id = %s"
        " ORDER BY 7",
        [case_id, case_id],
    )
    return [
        LinkedCase(as_id(case), number, service, key, status, outcome, as_moment(at), kind, bool(follows))
        for case, number, service, key, status, outcome, at, kind, follows in found
    ]


def find_disputed(case_id: UUID) -> UUID | None:
    """Find the case that a case is about. One query."""
    row = sql.row("SELECT about_id FROM cases_caselink WHERE case_id = %s", [case_id])
    return sql.as_uuid(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class ObjectionWay:
    """How a decided case may be objected to: by which service and until when; or by what it was, or is being."""

    service: manifest.Service
    way: manifest.Objection
    until: date
    late: bool
    before: LinkedCase | None = None  # one that runs, or was decided: there is no second

    @property
    def is_open(self) -> bool:
        """Tell whether an objection may be filed now."""
        return self.before is None and (not self.late or self.way.late == "judged")


def find_way(case: CaseRow, service: manifest.Service, now: datetime) -> ObjectionWay | None:
    """Tell how a case may be objected to here; None where it was not decided, or is objected to on paper alone. Up to two queries.

    The term is that of the case's own version; which service takes it may be said by a later one.
    """
    way = service.objection
    if way is None or case.closed_at is None or case.outcome not in DECIDED:
        return None
    taking = _service(way.service or _wired_now(service))
    if taking is None or taking.about is None or taking.about.kind != OBJECTION:
        return None
    calendar = offices.get_built_calendar(*case.unit_calendar)
    end = find_object_until(case.id) or calendar.add(case.closed_at, way.within)
    until = calendar.local_date(end)
    told = [one for one in list_linked(case.id) if one.follows and one.kind == OBJECTION]
    before = next((one for one in told if one.status != "closed" or one.outcome in DECIDED), None)
    return ObjectionWay(taking, way, until, calendar.local_date(now) > until, before)


def _wired_now(service: manifest.Service) -> str:
    current = _service(service.id)
    return current.objection.service if current is not None and current.objection else ""


def _service(id: str) -> manifest.Service | None:
    try:
        return catalogue.get_service(id) if id else None
    except NotFound:
        return None


class AmendingWay(NamedTuple):
    """How the office may amend a decided case: as a correction or an annulment, by which service."""

    kind: str
    service: manifest.Service


def list_amending(case: CaseRow, service: manifest.Service, standing: policy.Standing) -> list[AmendingWay]:
    """List how an officer may amend a decided case of a letter, one at a time. Up to one query."""
    if case.closed_at is None or case.outcome not in DECIDED or not standing.roles or not find_letter(case, service)[0]:
        return []
    current = _service(service.id) or service
    ways = []
    for kind, id in current.amended_by.items():
        found = _service(id)
        if found is not None and found.about is not None and found.about.kind == kind:
            ways.append(AmendingWay(kind, found))
    if ways and find_amendment(case.id) is not None:
        return []
    return ways


def find_amendment(case_id: UUID) -> LinkedCase | None:
    """Find a correction or annulment of a case that still runs. One query."""
    told = (one for one in list_linked(case_id) if one.follows and one.kind != OBJECTION)
    return next((one for one in told if one.status != "closed"), None)


# ---- what the other case may know -----------------------------------------------------------------------------------


def find_letter(case: CaseRow, service: manifest.Service) -> tuple[str, str]:
    """Find the letter that a case was decided by: its kind in the folder and what the case keeps of it, its id; "" where there is none."""
    end = service.ends.get(case.end_event)
    named = end.letter if end is not None else ""
    for step in service.steps.values():
        kept = case.data.get(step.id)
        fits = step.letter == named or (not named and step.letter and service.letters[step.letter].kind in _DECIDING)
        if step.letter and fits and isinstance(kept, Mapping) and kept.get("letter"):
            return step.letter, str(kept["letter"])
    return "", ""


def describe_disputed(
    case: CaseRow, service: manifest.Service, *, lang: str, way: ObjectionWay | None = None
) -> dict[str, Any]:
    """Write down what a case may know of the case it is about, as JSON: its decision, and the answers its folder shares."""
    letter_id, _ = find_letter(case, service)
    number = next(
        (
            str(case.data[step.id].get("number", ""))
            for step in service.steps.values()
            if step.letter == letter_id and isinstance(case.data.get(step.id), Mapping)
        ),
        "",
    )
    zone, told = ZoneInfo(service.zone), _shared(case, service, lang)
    reason: Any = case.data
    for part in service.objection.reason if service.objection else ("",):
        reason = reason.get(part) if isinstance(reason, Mapping) else None
    return {
        "service": service.text("title", lang), "service_id": service.id, "number": case.number,
        "letter_number": number if letter_id else "",
        "letter_title": service.text(f"letters.{letter_id}.title", lang, "") if letter_id else "",
        "decided_on": case.closed_at.astimezone(zone).date().isoformat() if case.closed_at else "",
        "decided_by": case.unit_name, "unit": case.unit_code, "outcome": case.outcome,
        "reason": reason if isinstance(reason, str) and case.outcome == "refused" else "",
        "until": way.until.isoformat() if way else "", "late": bool(way and way.late),
        "told": [{"label": label, "value": masked} for label, _, masked in told.values()],
        "answers": {name: value for name, (_, value, _) in told.items()},
    }  # fmt: skip


def _shared(case: CaseRow, service: manifest.Service, lang: str) -> dict[str, tuple[str, str, str]]:
    """List the answers that a folder lets go along, by name: the question, the answer as people read it, and with its numbers masked."""
    form, answers = service.forms["apply"], case.data.get("apply", {})
    made = {}
    for name in service.objection.shares if service.objection else ():
        field = form.fields.get(name)
        if field is not None and answers.get(name) is not None:
            shown, masked = (
                forms.show(
                    field,
                    answers[name],
                    service.texts,
                    lang,
                    tables=service.tables,
                    zone=ZoneInfo(service.zone),
                    masked=hidden,
                )
                for hidden in (False, True)
            )
            made[name] = (service.text(f"{field.text_key}.label", lang, name), shown, masked)
    return made


def find_taking_unit(case: CaseRow, way: manifest.Objection | None) -> offices.Handling | None:
    """Find the unit that answers an objection to a case (`way`), else the one that handled it. Up to two queries."""
    if way is not None and way.unit == manifest.PARENT:
        above = offices.find_unit_above(case.unit_path)
        if above is not None:
            return above
    return offices.find_handling_unit(code=case.unit_code)
