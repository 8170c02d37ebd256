"""One's own account and data: what is known here, who looked at it, and the wish to be forgotten."""

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_POST

from balai.base import throttle
from balai.base.errors import BalaiError, Conflict, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column, Fact, Link
from balai.base.pages.texts import say
from balai.casework.archive import actions
from balai.casework.archive import queries as archive
from balai.casework.cases import identity
from balai.casework.catalogue import queries as catalogue
from balai.casework.readings import queries as readings
from balai.doors.portal import limits, looked, progress
from balai.engine.forms import format_date
from balai.engine.letters import mask_document_number
from balai.records.entrance.visitors import Visitor, account_page
from balai.records.people import actions as people_actions
from balai.records.people import queries as people
from balai.records.people.rules import mask_nik, reaches

ACCOUNT_PAGES = (
    ("email", "account_email"), ("phone", "account_change_phone"), ("password", "account_change_password"),
    ("factors", "mfa_index"),
)  # fmt: skip
LATEST = 5  # lines of who looked; the rest stands on its own page


@never_cache
@require_GET
@account_page
def show_account(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show a person what is known of them, who opened it, what could be forgotten and what has to stay."""
    person_id = visitor.known
    person = people.get_person(person_id)
    plan = archive.plan_forgetting(person_id, timezone.localdate(visitor.now))
    zone = ZoneInfo(settings.TIME_ZONE)
    told = readings.tell(readings.of_person(person_id), zone=zone, now=visitor.now, limit=LATEST)
    context = {
        "facts": _facts(person),
        "bound": reaches(person.identity_level, "seen"),
        "code_until": _clock(people.find_code_expiry(person_id, visitor.now)),
        "pages": [(say(f"people.account.{name}"), reverse(url)) for name, url in ACCOUNT_PAGES],
        "looked_columns": looked.columns(),
        "looked": looked.rows(told.lines, visitor.lang),
        "looked_more": told.total > len(told.lines),
        "staying_columns": tuple(Column(say(f"portal.account.{name}")) for name in ("case", "why")),
        "staying": tuple(_staying(one, visitor.lang) for one in plan.staying),
        "barred": [say(f"portal.account.barred.{why}") for why in plan.barred],
        "wish": _wish(person_id, zone, visitor),
        "command": uuid4(),
        "crumbs": (Link(say("portal.nav.home"), "/"), Link(say("portal.account.title"))),
    }
    return render(request, "portal/account.html", context)


@never_cache
@require_POST
@sensitive_variables("letters")
@account_page
def make_counter_code(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show, this once, the code by which an officer at a counter finds this account."""
    person_id = visitor.known
    throttle.take("counter-code-made", str(person_id), **limits.COUNTER_CODES, now=visitor.now)
    try:
        letters = people_actions.make_counter_code(command_id=_command(request), actor=visitor.actor, now=visitor.now)
    except Conflict as refused:
        messages.error(request, refused.message(visitor.lang), extra_tags="bad")
        return HttpResponseRedirect(reverse("portal:account"))
    until = _clock(people.find_code_expiry(person_id, visitor.now))
    context = {
        "code": f"{letters[:4]}-{letters[4:]}",
        "until": until,
        "crumbs": (
            Link(say("portal.nav.home"), "/"), Link(say("portal.account.title"), reverse("portal:account")),
            Link(say("portal.bind.title")),
        ),
    }  # fmt: skip
    return render(request, "portal/counter_code.html", context)


def _clock(at: datetime | None) -> str:
    return f"{at.astimezone(ZoneInfo(settings.TIME_ZONE)):%H.%M}" if at else ""


def _facts(person: people.PersonView) -> list[Fact]:
    none = say("portal.account.unknown")
    return [
        Fact(say("portal.account.name"), person.name),
        _document(person, none),
        Fact(say("portal.account.known"), say(f"portal.account.level.{person.identity_level}")),
    ]


def _document(person: people.PersonView, none: str) -> Fact:
    """Show by which identity document somebody is known, masked."""
    known = person.identity
    if known.document_number:
        label = identity.name_document(known.document, texts.language())
        return Fact(label, mask_document_number(known.document_number))
    return Fact("NIK", mask_nik(person.nik) if person.nik else none)


def _staying(one: archive.StayingCase, lang: str) -> tuple[Cell, ...]:
    title = catalogue.get_service(one.service_id, one.service_key).text("title", lang)
    until = say("archive.until", date=format_date(one.until, lang)) if one.until else ""
    return (
        Cell(one.number, f"/berkas/{one.number}/", note=title),
        Cell(say(f"archive.because.{one.why}"), note=until),
    )


def _wish(person_id: UUID, zone: ZoneInfo, visitor: Visitor) -> dict[str, str] | None:
    """Say where the newest wish to be forgotten stands; one that was taken back is no news."""
    wish = archive.find_last_wish(person_id)
    if wish is None or wish.state == "withdrawn":
        return None
    at = progress.moment_text(wish.decided_at or wish.asked_at, zone, visitor.lang)
    return {"state": wish.state, "at": at, "reason": wish.reason}


@require_POST
@account_page
def ask_to_be_forgotten(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Note the wish to be forgotten, once it was ticked that this is meant; or take it back."""
    back = request.POST.get("decision") == "withdraw"
    if not back and not request.POST.get("sure"):
        messages.error(request, say("portal.account.sure_missing"), extra_tags="bad")
        return HttpResponseRedirect(f"{reverse('portal:account')}#lupakan")
    deed = actions.withdraw_wish if back else actions.ask_to_be_forgotten
    try:
        deed(command_id=_command(request), actor=visitor.actor, now=visitor.now)
    except NotFound:
        raise
    except BalaiError as refused:
        messages.error(request, refused.message(visitor.lang), extra_tags="bad")
    else:
        messages.success(request, say(f"portal.account.{'taken_back' if back else 'noted'}"), extra_tags="ok")
    return HttpResponseRedirect(reverse("portal:account"))


def _command(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("command", ""))
    except ValueError:
        return uuid4()
