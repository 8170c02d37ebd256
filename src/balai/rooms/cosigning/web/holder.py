"""The holder's page: who agreed, whom to remind, who stands in whose place."""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from balai.base import throttle
from balai.base.errors import NotFound
from balai.base.pages import links
from balai.base.pages.parts import FormFault, Link
from balai.base.pages.texts import say
from balai.engine import forms, manifest
from balai.engine.forms.branch import Branch
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.entrance.visitors import TRACKS, Visitor, secret_of, visitor_page
from balai.rooms.cosigning import actions, queries, rules

_FIELDS = {
    "name": {"type": "string", "minLength": 3, "maxLength": 120},
    "phone": {"type": "string", "format": "phone"},
    "email": {"type": "string", "format": "email"},
    "nik": {"type": "string", "format": "nik"},
}


@never_cache
@require_http_methods(["GET"])
@visitor_page
def list_all(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Show who is asked, with what can be done. :raises NotFound: for strangers, and where nobody is asked."""
    return _page(request, visitor, number)


@require_POST
@visitor_page
def remind(request: HttpRequest, visitor: Visitor, number: str, cosigner_id: UUID) -> HttpResponse:
    """Send somebody a new link. :raises NotFound: for strangers."""

    def deed() -> None:
        throttle.take("cosigner-reminders", number.upper(), limit=rules.SENT, per=rules.SENT_PER, now=visitor.now)
        actions.remind(
            command_id=command_id(request), actor=visitor.actor, now=visitor.now, number=number, cosigner_id=cosigner_id,
            track_code=_code(request, number),
        )  # fmt: skip

    return do_and_return(request, reverse("cosigning:list", args=[number]), "room_cosigning.reminded", deed)


@require_http_methods(["GET", "POST"])
@visitor_page
def replace(request: HttpRequest, visitor: Visitor, number: str, cosigner_id: UUID) -> HttpResponse:
    """Ask who stands in somebody's place, or take it. :raises NotFound: for strangers, and of whoever cannot be replaced."""
    view = queries.open_case(visitor.actor, number, now=visitor.now, track_code=_code(request, number))
    line = next((one for one in queries.list_lines(view, office=False) if one.id == cosigner_id), None)
    row = queries.get_row(view.row.id, cosigner_id) if line is not None else None
    step = queries.step_of(view.row, view.service, row.token) if row is not None else None
    if line is None or not line.replaceable or step is None or step.cosigners is None:
        raise NotFound
    asked = [name for name, column in step.cosigners.columns.items() if column]
    faults: list[FormFault] = []
    if request.method == "POST":
        checked = forms.validate(_form(asked), {name: request.POST.get(name, "") for name in asked}, _scope(visitor))
        faults = [FormFault(one.path, _say(one, visitor.lang)) for one in checked.errors]
        who = {name: str(checked.answers.get(name) or "") for name in _FIELDS}
        if not faults and not (who["phone"] or who["email"]):
            faults = [FormFault("phone" if "phone" in asked else "email", say("room_cosigning.replace.reach"))]
        if not faults:
            throttle.take("cosigner-reminders", number.upper(), limit=rules.SENT, per=rules.SENT_PER, now=visitor.now)
            return do_and_return(
                request, reverse("cosigning:list", args=[number]), "room_cosigning.replaced",
                lambda: actions.replace(
                    command_id=command_id(request), actor=visitor.actor, now=visitor.now, number=number,
                    cosigner_id=cosigner_id, who=who, track_code=_code(request, number),
                ),
                name=line.name,
            )  # fmt: skip
    fields = [
        (name, say(f"room_cosigning.replace.{name}"), request.POST.get(name, ""), _fault(faults, name))
        for name in asked
    ]
    context = {
        "number": view.row.number, "line": line, "fields": fields, "faults": faults, "command": uuid4(),
        "crumbs": (*_crumbs(view.row.number), Link(say("room_cosigning.replace.title"))),
    }  # fmt: skip
    return render(request, "cosigning/replace.html", context, status=422 if faults else 200)


def _form(asked: list[str]) -> forms.Form:
    """Make the form by which somebody else is named: what the service asks of each."""
    schema = {"type": "object", "required": ["name"], "properties": {name: _FIELDS[name] for name in asked}}
    return forms.form_of("cosigner", Branch({"schema": schema}, (), "cosigner", {(): 0}, []))


def _scope(visitor: Visitor) -> forms.JudgingScope:
    return forms.JudgingScope(now=visitor.now, reserved={}, tables={}, given={})


def _say(error: forms.FieldError, lang: str) -> str:
    return forms.message(error, {}, lang)


def _fault(faults: list[FormFault], name: str) -> str:
    return next((one.text for one in faults if one.anchor == name), "")


def _page(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    view = queries.open_case(visitor.actor, number, now=visitor.now, track_code=_code(request, number))
    if not queries.asks(view):
        raise NotFound
    context = {
        "number": view.row.number, "lines": queries.list_lines(view, office=False), "open": queries.is_open(view),
        "title": _title(view.service, visitor.lang), "crumbs": (*_crumbs(view.row.number)[:-1], Link(say("room_cosigning.title"))),
    }  # fmt: skip
    return render(request, "cosigning/list.html", context)


def _title(service: manifest.Service, lang: str) -> str:
    return service.text("title", lang)


def _crumbs(number: str) -> tuple[Link, ...]:
    return (
        Link(number, links.path("citizen.case", number)),
        Link(say("room_cosigning.title"), reverse("cosigning:list", args=[number])),
    )


def _code(request: HttpRequest, number: str) -> str:
    return secret_of(request, TRACKS, number.upper())
