"""Giving an account back: at the counter to a citizen with their card, by an administrator to an officer."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed
from balai.base.pages import texts
from balai.base.pages.parts import Fact, FormFault
from balai.doors.desk import counter, recovery, words
from balai.doors.desk.web.counter import in_words, read_birth_date
from balai.engine.letters.qr import qr_svg
from balai.records.entrance import passes
from balai.records.entrance.officers import Desk, administrator_page, counter_page
from balai.records.entrance.posting import command_id, posted

ANCHORS = {"birth_date": "birth_date-day"}


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def find(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask whose card the officer holds, and lead to their account."""
    typed = {name: values[-1].strip() for name, values in posted(request).items()}
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            word = recovery.find_by_card(
                desk, counter.ShownDocument.of(typed), read_birth_date(typed), bool(typed.get("seen"))
            )
        except Invalid as refused:
            errors = in_words(refused, desk.lang)
        else:
            return HttpResponseRedirect(reverse("desk:recovery-person", args=[word]))
    context = {
        "desk": desk,
        "typed": typed,
        "errors": errors,
        "faults": [FormFault(ANCHORS.get(name, name), said) for name, said in errors.items()],
        "months": list(enumerate(texts.say("pages.form.months").split(), 1)),
        "documents": counter.list_documents(desk.lang),
        "born": tuple(typed.get(f"birth_date-{part}", "") for part in ("day", "month", "year")),
    }
    return render(request, "desk/recovery.html", context, status=422 if errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def recover(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Show what will happen to a citizen's account, and do it with a reason."""
    return _recover(request, desk, passes.read(desk, recovery.PURPOSE, token), officer=False)


@never_cache
@require_http_methods(["GET", "POST"])
@administrator_page
def recover_officer(request: HttpRequest, desk: Desk, person_id: UUID) -> HttpResponse:
    """Give an officer's account back, second factor and contacts included; never one's own."""
    if person_id == desk.person_id:
        raise NotAllowed("four-eyes")
    return _recover(request, desk, person_id, officer=True)


@sensitive_variables("link")
def _recover(request: HttpRequest, desk: Desk, person_id: UUID, *, officer: bool) -> HttpResponse:
    found = recovery.open_account(desk, person_id, officer=officer)
    typed = {name: values[-1].strip() for name, values in posted(request).items()}
    context: dict[str, object] = {
        "desk": desk,
        "found": found,
        "facts": _facts(found, desk.lang),
        "typed": typed,
        "by_administrator": officer,
        "only_password": found.officer and not officer,
    }
    if request.method == "GET":
        return render(request, "desk/recovery_person.html", context | {"command": uuid4()})
    try:
        link = recovery.recover(desk, person_id, command_id(request), typed)
    except (Invalid, Conflict, NotAllowed) as refused:
        errors = in_words(refused, desk.lang) or {"": refused.message(desk.lang)}
        context |= {"errors": errors, "faults": _faults(errors), "command": request.POST.get("command", "")}
        return render(request, "desk/recovery_person.html", context, status=_status(refused))
    context |= {
        "link": link,
        "qr": mark_safe(qr_svg(link, fills=True).decode()),
    }  # drawn by our own encoder, from our own address
    return render(request, "desk/recovery_done.html", context)


def _status(refused: BalaiError) -> int:
    return 422 if isinstance(refused, Invalid) else refused.status


def _faults(errors: Mapping[str, str]) -> list[FormFault]:
    return [FormFault(name or "main", said) for name, said in errors.items()]


def _facts(found: recovery.Recoverable, lang: str) -> list[Fact]:
    none = texts.say("desk.recovery.none")
    return [
        Fact(texts.say("desk.person.name"), found.name),
        Fact(texts.say("desk.person.birth_date"), words.day(found.birth_date, lang) if found.birth_date else none),
        Fact(texts.say("desk.person.email"), found.email or none),
        Fact(texts.say("desk.person.phone"), found.phone or none),
        Fact(texts.say("desk.recovery.factor"), texts.say("desk.recovery.set") if found.second_factor else none),
    ]
