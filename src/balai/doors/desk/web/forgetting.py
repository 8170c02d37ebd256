"""Forgetting a person (UU 27/2022): the wishes that wait, whom it is about, what goes and what stays, and the deed itself."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base import access_log, intake, throttle
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column, Fact, FormFault
from balai.casework.archive import actions, queries
from balai.casework.archive.models import Forgetting
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words
from balai.records.entrance import names, passes
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id, do_and_return, posted_id
from balai.records.people import queries as people
from balai.records.people.rules import mask_contact, mask_nik
from balai.records.protection import policy as protection

PURPOSE = "forgetting"
LOOKS = 20  # an hour and administrator


@never_cache
@require_http_methods(["GET", "POST"])
@administrator_page
def show_wishes(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the wishes that wait and those decided; find a person by their whole NIK, address or number."""
    fault, typed = "", ""
    if request.method == "POST":
        typed = intake.plain(request.POST.get("contact", ""), 120, "contact")
        found = _find(desk, typed)
        if found is not None:
            return _open(desk, found)
        fault = texts.say("desk.forget.nobody")
    wishes = {state: queries.list_wishes(state) for state in ("open", "done")}
    listed = ((None, one.person_id) for state in wishes.values() for one in state)
    cases.record_list(desk.actor, "forgetting", listed, now=desk.now)
    context = {
        "desk": desk,
        "typed": typed,
        "fault": fault,
        "faults": [FormFault("contact", fault)] if fault else [],
        "open": [_line(one, desk) for one in wishes["open"]],
        "done": [_line(one, desk) for one in wishes["done"]],
    }
    return render(request, "desk/admin/forget.html", context, status=422 if fault else 200)


def _find(desk: Desk, text: str) -> UUID | None:
    """Find whom a whole NIK, address or number belongs to; each look is counted and a miss is recorded, not what was typed."""
    throttle.take(PURPOSE, str(desk.person_id), limit=LOOKS, per=timedelta(hours=1), now=desk.now)
    found = people.find_person_exactly(text) if text else None
    if found is None:
        access_log.record_security("forgetting-not-found", actor=desk.actor.reference, now=desk.now)
    return found


def _open(desk: Desk, person_id: UUID) -> HttpResponse:
    word = passes.make(desk, PURPOSE, person_id)
    return HttpResponseRedirect(reverse("desk:admin-forget-person", args=[word]))


def _line(one: Forgetting, desk: Desk) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.person.name_masked or texts.say("desk.forget.forgotten"),
        "word": passes.make(desk, PURPOSE, one.person_id) if one.state == "open" else "",
        "asked": words.moment(one.asked_at, desk.lang),
        "decided": words.moment(one.decided_at, desk.lang) if one.decided_at else "",
    }


@never_cache
@require_http_methods(["GET", "POST"])
@administrator_page
def forget(request: HttpRequest, desk: Desk, word: str) -> HttpResponse:
    """Show what goes, what stays and why; do it with a reason and a typed word."""
    person_id = passes.read(desk, PURPOSE, word)
    if request.method == "GET":
        return _page(request, desk, person_id, word)
    try:
        _require_confirmed(request)
        wish_id = actions.forget_person(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            person_id=person_id,
            reason=request.POST.get("reason", ""),
        )
    except (Invalid, Conflict, NotAllowed) as refused:
        return _page(request, desk, person_id, word, refused=refused)
    return HttpResponseRedirect(reverse("desk:admin-forgotten", args=[wish_id]))


def _require_confirmed(request: HttpRequest) -> None:
    """Ask for the word to be typed, so that no mere click destroys anything. :raises Invalid:"""
    faults = {}
    if not intake.words(request.POST.get("reason", ""), 400, "reason"):
        faults["reason"] = texts.say("desk.forget.fault.reason")
    if request.POST.get("confirm", "").strip().upper() != texts.say("desk.forget.word"):
        faults["confirm"] = texts.say("desk.forget.fault.confirm", word=texts.say("desk.forget.word"))
    if faults:
        raise Invalid(fields=faults)


def _page(
    request: HttpRequest, desk: Desk, person_id: UUID, word: str, *, refused: BalaiError | None = None
) -> HttpResponse:
    protection.require_shown(desk.actor, person_id, desk.now, purpose=PURPOSE)
    person = people.read_person(desk.actor, person_id, purpose=PURPOSE, now=desk.now)
    plan = queries.plan_forgetting(person_id, timezone.localdate(desk.now))
    barred = ("self",) if person_id == desk.person_id else plan.barred
    wish, errors = queries.find_open_wish(person_id), refused.fields if refused else {}
    context = {
        "desk": desk,
        "word": word,
        "name": person.name,
        "facts": _facts(person, desk.lang),
        "wish": wish,
        "asked": words.moment(wish.asked_at, desk.lang) if wish else "",
        "destroyed": counts("destroyed", plan.destroyed),
        "staying": staying_rows(plan, desk.lang),
        "columns": staying_columns(),
        "barred": [texts.say(f"desk.forget.barred.{why}") for why in barred],
        "confirm_word": texts.say("desk.forget.word"),
        "typed": request.POST,
        "errors": errors,
        "faults": [FormFault(name, said) for name, said in errors.items()],
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "command": request.POST.get("command") or uuid4(),
    }
    return render(request, "desk/admin/forget_person.html", context, status=refused.status if refused else 200)


def _facts(person: people.PersonView, lang: str) -> list[Fact]:
    none = texts.say("desk.recovery.none")
    return [
        Fact(texts.say("desk.person.nik"), mask_nik(person.nik) if person.nik else none),
        Fact(texts.say("desk.person.email"), mask_contact(person.email) if person.email else none),
        Fact(texts.say("desk.person.phone"), mask_contact(person.phone) if person.phone else none),
        Fact(texts.say("desk.person.identity"), texts.say(f"desk.identity.{person.identity_level}")),
    ]


def counts(kind: str, found: Mapping[str, int]) -> list[str]:
    """Put counts into words, those of nothing left out."""
    return [texts.say(f"desk.forget.{kind}.{name}", count=count) for name, count in found.items() if count]


def staying_columns() -> tuple[Column, ...]:
    """Name the columns of what stays."""
    return tuple(Column(texts.say(f"desk.forget.column.{name}")) for name in ("case", "why"))


def staying_rows(plan: queries.ForgettingPlan, lang: str) -> list[list[Cell]]:
    """List the cases that stay, each with its reason."""
    return [
        [
            Cell(one.number, note=catalogue.get_service(one.service_id, one.service_key).text("title", lang)),
            Cell(
                texts.say(f"desk.forget.why.{one.why}"),
                note=texts.say("desk.forget.until", date=words.day(one.until, lang)) if one.until else "",
            ),
        ]
        for one in plan.staying
    ]


@require_GET
@administrator_page
def show_outcome(request: HttpRequest, desk: Desk, wish_id: UUID) -> HttpResponse:
    """Show what was destroyed and what stayed; of the person nothing is left to show."""
    wish = queries.get_wish(wish_id)
    if wish.state != "done" or wish.decided_at is None:
        raise NotFound
    context = {
        "desk": desk,
        "at": words.moment(wish.decided_at, desk.lang),
        "by": names.say_actor(wish.decided_by, applicant_id=None, reader=desk.person_id),
        "reason": wish.reason,
        "destroyed": counts("destroyed", wish.outcome["destroyed"]),
        "kept": counts("kept", wish.outcome["kept"]),
    }
    return render(request, "desk/admin/forgotten.html", context)


@require_POST
@administrator_page
def refuse(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Refuse a wish for a reason the person reads on their page."""
    return do_and_return(
        request, reverse("desk:admin-forget"), "desk.forget.was_refused",
        lambda: actions.refuse_wish(
            command_id=command_id(request), actor=desk.actor, now=desk.now, wish_id=posted_id(request, "wish"),
            reason=request.POST.get("reason", ""),
        ),
    )  # fmt: skip
