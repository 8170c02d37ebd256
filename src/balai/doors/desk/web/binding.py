"""The counter's pages that bind an online account to an identity card: first the code, then the card."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed
from balai.base.pages import texts
from balai.base.pages.parts import Fact, FormFault
from balai.doors.desk import binding, counter
from balai.doors.desk.web.counter import ANCHORS, in_words, read_birth_date
from balai.records.entrance import passes
from balai.records.entrance.officers import Desk, counter_page
from balai.records.entrance.posting import command_id, posted


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask for the code that the person reads out, and lead to the page of their account."""
    typed, fault, status = intake.plain(request.POST.get("code", ""), 20, "code"), "", 200
    if request.method == "POST":
        try:
            return HttpResponseRedirect(reverse("desk:bind-account", args=[binding.find_by_code(desk, typed)]))
        except (Invalid, NotAllowed) as refused:
            own = texts.say("desk.bind.fault.own")
            fault, status = refused.fields.get("code", own), _status(refused)
    context = {"desk": desk, "typed": typed, "fault": fault, "faults": [FormFault("code", fault)] if fault else []}
    return render(request, "desk/bind.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def bind(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Show whose account it is beside the card's facts, and bind it."""
    code_id = passes.read(desk, binding.PURPOSE, token)
    if request.method == "GET":
        return _page(request, desk, code_id, {}, {})
    typed = {name: values[-1].strip() for name, values in posted(request).items()}
    try:
        binding.bind(desk, code_id, command_id(request), typed, read_birth_date(typed))
    except (Invalid, Conflict, NotAllowed) as refused:
        if refused.code == "counter-code":
            raise
        place = "join" if refused.code == "known-here" else "nik"
        errors = in_words(refused, desk.lang) or {place: refused.message(desk.lang)}
        return _page(request, desk, code_id, typed, errors, _status(refused))
    messages.success(request, texts.say("desk.bind.done"), extra_tags="ok")
    return HttpResponseRedirect(reverse("desk:bind"))


def _status(refused: BalaiError) -> int:
    return 422 if isinstance(refused, Invalid) else refused.status


def _page(
    request: HttpRequest, desk: Desk, code_id: UUID, typed: Mapping[str, str], errors: Mapping[str, str],
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    found = binding.open_account(desk, code_id)
    none = texts.say("desk.recovery.none")
    context = {
        "desk": desk,
        "facts": [
            Fact(texts.say("desk.bind.name"), found.name),
            Fact(texts.say("desk.person.email"), found.email or none),
            Fact(texts.say("desk.person.phone"), found.phone or none),
        ],
        "typed": typed,
        "errors": errors,
        "joins": "join" in errors or bool(typed.get("join")),
        "faults": [FormFault(ANCHORS.get(name, name), said) for name, said in errors.items()],
        "months": list(enumerate(texts.say("pages.form.months").split(), 1)),
        "documents": counter.list_documents(desk.lang),
        "born": tuple(typed.get(f"birth_date-{part}", "") for part in ("day", "month", "year")),
        "command": typed.get("command") or uuid4(),
    }
    return render(request, "desk/bind_account.html", context, status=status)
