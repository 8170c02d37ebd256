"""Readings that somebody must ask about, and protected persons: for heads to settle and set, for auditors to see."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import intake
from balai.base.errors import BalaiError, Invalid, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column, FormFault
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.readings import actions, queries, rules
from balai.casework.readings.models import Finding
from balai.doors.desk import words
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, auditor_page, head_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import queries as people
from balai.records.protection import actions as protections
from balai.records.protection import queries as protected
from balai.records.protection import rules as protection_rules

# ---- unusual readings -------------------------------------------------------------------------------------------------


@never_cache
@require_GET
@head_page
def show_unusual(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show a head the unusual readings by officers of their units: those to be settled, and what came of others."""
    return _unusual(request, desk)


def _unusual(
    request: HttpRequest, desk: Desk, refused: BalaiError | None = None, at: UUID | None = None
) -> HttpResponse:
    paths = protection_paths(desk)
    found = {state: queries.list_findings(paths, state=state) for state in ("open", "settled")}
    context = {
        "desk": desk,
        "open": _lines(found["open"], desk, refused, at),
        "columns": _columns(),
        "settled": _rows(found["settled"], desk),
        "grounds": [
            (one.id, one.title[desk.lang], one.longest_days) for one in rules.list_grounds(timezone.localdate(desk.now))
        ],
        "states": [(state, texts.say(f"desk.readings.state.{state}")) for state in rules.STATES],
        "rules": _rules(desk.lang),
        "refused_text": refused.message(desk.lang) if refused else "",
        "typed": request.POST if refused else {},
        "command": uuid4(),
    }
    _record(desk, "unusual", [*found["open"], *found["settled"]])
    return render(request, "desk/readings.html", context, status=refused.status if refused else 200)


@never_cache
@require_GET
@auditor_page
def audit_unusual(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show an auditor every unusual reading of the town and what heads made of it."""
    found = [*queries.list_findings(("/",)), *queries.list_findings(("/",), state="settled")]
    context = {"desk": desk, "columns": _columns(), "rows": _rows(found, desk), "rules": _rules(desk.lang)}
    _record(desk, "unusual", found)
    return render(request, "desk/audit/readings.html", context)


def protection_paths(desk: Desk) -> tuple[str, ...]:
    """List the paths of the units this officer heads, by the posts they came in with."""
    return tuple(one.unit_path for one in desk.held if one.role in roles.heads())


def _record(desk: Desk, what: str, found: Sequence[Finding]) -> None:
    cases.record_list(desk.actor, what, ((one.case_id, one.person_id) for one in found), now=desk.now)


def _rules(lang: str) -> list[tuple[str, str]]:
    return [(texts.say(f"desk.readings.rule.{one.id}"), one.why[lang]) for one in rules.list_rules()]


def _columns() -> tuple[Column, ...]:
    return tuple(
        Column(texts.say(f"desk.readings.column.{name}")) for name in ("at", "reader", "person", "rule", "state")
    )


def _lines(
    found: Sequence[Finding], desk: Desk, refused: BalaiError | None, at: UUID | None
) -> list[dict[str, object]]:
    known = names.list_names({one.reader_id for one in found})
    return [
        {
            "id": one.id, "at": words.moment(one.at, desk.lang), "reader": known.get(one.reader_id, ""),
            "person": _person(one), "number": one.case.number if one.case else "", "rule": _rule(one),
            "why": why.why[desk.lang] if (why := rules.get_rule(one.rule)) else "",
            "mine": one.reader_id == desk.person_id, "delays": one.person_id is not None,
            "errors": refused.fields if refused and at == one.id else {}, "open": at == one.id,
        }
        for one in found
    ]  # fmt: skip


def _rows(found: Sequence[Finding], desk: Desk) -> list[list[Cell]]:
    known = names.list_names({one.reader_id for one in found} | {one.settled_by for one in found})
    return [
        [
            Cell(words.moment(one.at, desk.lang)),
            Cell(known.get(one.reader_id, "")),
            Cell(_person(one), note=one.case.number if one.case else ""),
            Cell(_rule(one)),
            Cell(
                texts.say(f"desk.readings.state.{one.state}"), tone="warn" if one.state == "open" else "ok",
                note=f"{one.note} ({known.get(one.settled_by, '')})" if one.settled_by else "",
            ),
        ]
        for one in found
    ]  # fmt: skip


def _person(one: Finding) -> str:
    return (one.person.name_masked if one.person else "") or texts.say("desk.readings.guest")


def _rule(one: Finding) -> str:
    key = f"desk.readings.rule.{one.rule}"
    return texts.say(key) if texts.has(key) else one.rule


@require_POST
@head_page
def settle(request: HttpRequest, desk: Desk, finding_id: UUID) -> HttpResponse:
    """Say what came of an unusual reading."""
    return do_and_return(
        request, reverse("desk:readings"), "desk.readings.settled",
        lambda: actions.settle(
            command_id=command_id(request), actor=desk.actor, now=desk.now, finding_id=finding_id,
            state=request.POST.get("state", ""), note=request.POST.get("note", ""),
        ),
        again=lambda refused: _unusual(request, desk, refused, finding_id),
    )  # fmt: skip


@require_POST
@head_page
def delay(request: HttpRequest, desk: Desk, finding_id: UUID) -> HttpResponse:
    """Show the readings of one reader later to the person they are about, as a law in force lets a head do."""
    row = queries.find_finding(finding_id)
    if row is None or row.person_id is None or not row.unit_path.startswith(protection_paths(desk)):
        raise NotFound
    person_id, reader_id = row.person_id, row.reader_id
    return do_and_return(
        request, reverse("desk:readings"), "desk.readings.delayed",
        lambda: actions.delay(
            command_id=command_id(request), actor=desk.actor, now=desk.now, person_id=person_id, reader_id=reader_id,
            kind=request.POST.get("kind", ""), reference=request.POST.get("reference", ""),
            until=_end_of(intake.find_day(request.POST.get("until", ""))),
        ),
        again=lambda refused: _unusual(request, desk, refused, finding_id),
    )  # fmt: skip


# ---- protected persons ------------------------------------------------------------------------------------------------


@never_cache
@require_GET
@head_page
def show_protected(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show a head who is protected in their units, and let them protect another."""
    return _protected(request, desk)


def _protected(
    request: HttpRequest, desk: Desk, refused: BalaiError | None = None, at: UUID | None = None
) -> HttpResponse:
    found = protected.list_running(protection_paths(desk))
    cases.record_list(desk.actor, "protected", ((None, one.person_id) for one in found), now=desk.now)
    today = timezone.localdate(desk.now)
    errors = refused.fields if refused else {}
    context = {
        "desk": desk,
        "rows": [
            {
                "id": one.id, "name": one.name_masked or texts.say("desk.protected.case", number=one.number), "kind": texts.say(f"desk.protected.kind.{one.kind}"),
                "posts": one.posts, "since": words.moment(one.since, desk.lang),
                "review": words.day(one.review_on, desk.lang), "late": one.review_on <= today, "open": at == one.id,
                "errors": errors if at == one.id else {},
            }
            for one in found
        ],
        "kinds": [(kind, texts.say(f"desk.protected.kind.{kind}")) for kind in protection_rules.KINDS],
        "posts": offices.list_open_posts(),
        "errors": {} if at else errors,
        "faults": [FormFault(name, said) for name, said in errors.items()],
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "typed": request.POST if refused else {},
        "command": uuid4(),
        "first_day": today.isoformat(),
        "last_day": (today + protection_rules.LONGEST).isoformat(),
    }  # fmt: skip
    return render(request, "desk/protected.html", context, status=refused.status if refused else 200)


@require_POST
@head_page
def protect(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Protect a person, found by the number of their case, their NIK, address or phone; a case whose applicant has no record itself."""

    def deed() -> None:
        person_id, vault_id, number = _find(intake.plain(request.POST.get("whom", ""), 120, "whom"), desk)
        protections.protect(
            command_id=command_id(request), actor=desk.actor, now=desk.now, person_id=person_id, vault_id=vault_id,
            number=number,
            kind=request.POST.get("kind", ""), reason=request.POST.get("reason", ""),
            review_on=intake.find_day(request.POST.get("review_on", "")), post_ids=_posts(request),
        )  # fmt: skip

    return do_and_return(
        request, reverse("desk:protected"), "desk.protected.set", deed,
        again=lambda refused: _protected(request, desk, refused),
    )  # fmt: skip


def _find(text: str, desk: Desk) -> tuple[UUID | None, UUID | None, str]:
    """Find whom a case's number, a whole NIK, address or phone belongs to; else the case's vault and number.

    :raises Invalid: nobody who is known here.
    """
    if case_rules.is_number(text):
        with suppress(NotFound):
            row = cases.open_case(desk.actor, text, now=desk.now, purpose="protect").row
            return row.applicant_id, row.vault_id, row.number
    elif text and (found := people.find_person_exactly(text)):
        return found, None, ""
    raise Invalid(fields={"whom": texts.say("desk.protected.nobody")})


@require_POST
@head_page
def review(request: HttpRequest, desk: Desk, protection_id: UUID) -> HttpResponse:
    """Let a protection go on, or end it."""
    ends = request.POST.get("do") == "lift"
    reason = request.POST.get("reason", "")

    def deed() -> None:
        if ends:
            protections.lift(
                command_id=command_id(request),
                actor=desk.actor,
                now=desk.now,
                protection_id=protection_id,
                reason=reason,
            )
            return
        protections.review(
            command_id=command_id(request), actor=desk.actor, now=desk.now, protection_id=protection_id, reason=reason,
            review_on=intake.find_day(request.POST.get("review_on", "")), post_ids=_posts(request),
        )  # fmt: skip

    return do_and_return(
        request, reverse("desk:protected"), f"desk.protected.{'lifted' if ends else 'reviewed'}", deed,
        again=lambda refused: _protected(request, desk, refused, protection_id),
    )  # fmt: skip


# ---- shared -----------------------------------------------------------------------------------------------------------


def _posts(request: HttpRequest) -> list[UUID]:
    found = []
    for name in ("first_post", "second_post"):
        try:
            found.append(UUID(request.POST.get(name, "")))
        except ValueError:
            continue
    return found


def _end_of(day: date | None) -> datetime | None:
    """Give the last moment of a day in the hall's own time."""
    return datetime.combine(day, time(23, 59, 59), timezone.get_current_timezone()) if day else None
