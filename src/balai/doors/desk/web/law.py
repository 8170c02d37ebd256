"""The legal desk: every value of law that nobody has confirmed, confirming it, and looking at it again when its review falls due."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import intake
from balai.base.errors import BalaiError, Invalid, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import FormFault, Tone
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words
from balai.engine import forms
from balai.engine.folders import Law
from balai.engine.manifest.search_words import split
from balai.records.entrance.officers import Desk, only
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.law import actions, policy, queries, rules
from balai.records.law.models import Confirmation
from balai.records.offices import roles

STATES = ("unconfirmed", "due", "confirmed", "all")
MOST = 200  # lines on a page

law_page = only("legal", lambda desk: desk.holds(roles.LEGAL) or desk.administrator)


@never_cache
@require_GET
@law_page
def show_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what of the open services is law, each value once: what nobody has confirmed, what is to be reviewed, or all."""
    lines, asked = catalogue.list_law(desk.now), _asked(request)
    counts = {state: sum(_is(line, state, desk) for line in lines) for state in STATES}
    found = [one for one in lines if _is(one, asked["state"], desk) and _fits(one, asked, desk.lang)]
    services = {one.key: one.titles[desk.lang] for line in lines for one in line.uses}
    context = {
        "desk": desk,
        "rows": [_row(line, desk) for line in found[:MOST]],
        "more": max(0, len(found) - MOST),
        "total": len(found),
        "states": [
            (state, texts.say(f"law.state.{state}"), counts[state], state == asked["state"]) for state in STATES
        ],
        "services": [(key, title, key == asked["service"]) for key, title in sorted(services.items())],
        "asked": asked,
        "silences": desk.holds(roles.LEGAL),
        "gone": _gone(lines, desk) if asked["state"] == "due" else [],
    }
    return render(request, "desk/law/list.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    state = request.GET.get("keadaan", "")
    return {
        "state": state if state in STATES else STATES[0],
        "service": request.GET.get("layanan", ""),
        "text": request.GET.get("cari", "").strip(),
    }


def _is(line: catalogue.LawLine, state: str, desk: Desk) -> bool:
    if state == "unconfirmed":
        return bool(line.unconfirmed)
    if state == "due":
        return any(one.review_on <= localdate(desk.now) + rules.SOON for one in line.marks)
    return state == "all" or not line.unconfirmed


def _fits(line: catalogue.LawLine, asked: dict[str, str], lang: str) -> bool:
    if asked["service"] and asked["service"] not in {one.key for one in line.uses}:
        return False
    titles = [one.titles[lang] for one in line.uses]
    value = line.value
    told = [name_of(value), value.what, value.text(lang), value.basis, value.name, *titles]
    said = " ".join(split(" ".join(told)))
    return all(word in said for word in split(asked["text"]))


def name_of(value: Law) -> str:
    """Say what a value of law is; one of a kind of folder that has no words of its own here by its own name."""
    head, _, rest = value.what.partition(".")
    if not texts.has(f"law.name.{head}", texts.language()):
        return texts.say("law.name.other", what=value.what.replace("_", " "))
    return texts.say(f"law.name.{head}", what=rest.replace("_", " ")).rstrip(" :")


def _said(value: Law, lang: str) -> str:
    return texts.say(f"law.silence.{value.value}") if value.what == "silence" else value.text(lang)


def _row(line: catalogue.LawLine, desk: Desk) -> dict[str, Any]:
    value = line.value
    marks = sorted(line.marks, key=lambda one: one.review_on)
    return {
        "digest": value.digest,
        "name": name_of(value),
        "value": _said(value, desk.lang),
        "from": forms.format_date(value.valid_from, desk.lang) if value.valid_from else "",
        "until": forms.format_date(value.valid_to, desk.lang) if value.valid_to else "",
        "basis": value.basis or "—",
        "places": sorted({_place(one.standing.value) for one in line.uses}),
        "services": [one.titles[desk.lang] for one in line.uses],
        "state": _state(line, desk),
        "tone": _tone(line, desk),
        "marks": [_mark(one, desk) for one in marks],
    }  # fmt: skip


def _place(value: Law) -> str:
    return f"{value.file}:{value.line}" if value.line else value.file


def _state(line: catalogue.LawLine, desk: Desk) -> str:
    if line.unconfirmed:
        return texts.say("law.is.partly" if line.marks else "law.is.unconfirmed")
    due = min((one.review_on for one in line.marks), default=None)
    if due is not None and due <= localdate(desk.now) + rules.SOON:
        return texts.say("law.is.due", at=forms.format_date(due, desk.lang))
    return texts.say("law.is.confirmed" if line.marks else "law.is.written")


def _tone(line: catalogue.LawLine, desk: Desk) -> Tone:
    return "warn" if line.unconfirmed or _is(line, "due", desk) else "ok"


def _mark(one: queries.LawMark | Confirmation, desk: Desk) -> dict[str, Any]:
    lang = desk.lang
    return {
        "folder": one.folder, "basis": one.basis, "basis_date": forms.format_date(one.basis_date, lang), "link": one.link,
        "office": one.office, "at": words.moment(one.confirmed_at, lang),
        "review_on": forms.format_date(one.review_on, lang),
        "ended": words.moment(one.ended_at, lang) if one.ended_at else "",
        "reason": getattr(one, "reason", ""), "how": getattr(one, "ended_how", ""),
    }  # fmt: skip


def _gone(lines: Iterable[catalogue.LawLine], desk: Desk) -> list[dict[str, Any]]:
    """List confirmations to be reviewed whose value no open service says any more."""
    used = {line.value.digest for line in lines}
    found = {one.digest: one for one in queries.list_due(desk.now) if one.digest not in used}
    return [{"digest": digest, "name": one.name, **_mark(one, desk)} for digest, one in found.items()]


# ---- one value ----------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
@law_page
def show_value(request: HttpRequest, desk: Desk, digest: str) -> HttpResponse:
    """Show one value of law: where it stands, who confirmed it on which basis, and what can be done with it."""
    return _page(request, desk, digest)


def _page(
    request: HttpRequest, desk: Desk, digest: str, refused: BalaiError | None = None, at: str = ""
) -> HttpResponse:
    line = _find(digest, desk)
    history = queries.list_history(digest)
    if line is None and not history:
        raise NotFound
    errors = dict(refused.fields) if refused else {}
    running = next((one for one in history if one.ended_at is None), None)
    chosen = request.POST.getlist("services") if refused else [one.key for one in line.unconfirmed] if line else []
    context = {
        "desk": desk,
        "row": _row(line, desk) if line else None,
        "name": name_of(line.value) if line else history[0].name,
        "digest": digest,
        "uses": [
            (one.key.replace(":", "-"), one.key, one.titles[desk.lang], one.key in chosen) for one in line.unconfirmed
        ] if line else [],
        "standing": [(one.titles[desk.lang], one.standing.confirmed) for one in line.uses] if line else [],
        "running": running is not None,
        "history": [_mark(one, desk) for one in history],
        "may": policy.find_post(desk.actor, desk.now) is not None,
        "typed": request.POST if refused else _known(running, at),
        "at": at,
        "errors": errors,
        "faults": [FormFault(name, said) for name, said in errors.items()],
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "command": request.POST.get("command") or uuid4(),
    }  # fmt: skip
    return render(request, "desk/law/value.html", context, status=refused.status if refused else 200)


def _known(running: Confirmation | None, at: str) -> dict[str, str]:
    """Fill the form of a review with what was stated before, but for the day."""
    if running is None:
        return {}
    return {"basis": running.basis, "basis_date": running.basis_date.isoformat(), "link": running.link}


def _find(digest: str, desk: Desk) -> catalogue.LawLine | None:
    return next((one for one in catalogue.list_law(desk.now) if one.value.digest == digest), None)


@never_cache
@require_POST
@law_page
def confirm(request: HttpRequest, desk: Desk, digest: str) -> HttpResponse:
    """Confirm a value in the services that were chosen."""
    line = _find(digest, desk)
    values = _chosen(line, request.POST.getlist("services")) if line else []

    def deed() -> None:
        if line is not None and line.unconfirmed and not values:
            raise Invalid(fields={"services": texts.say("law.fault.services")})
        actions.confirm(
            command_id=command_id(request), actor=desk.actor, now=desk.now, values=values, ground=_ground(request)
        )

    return do_and_return(
        request, reverse("desk:law"), "law.done.confirm", deed, again=lambda no: _page(request, desk, digest, no, "confirm"),
        name=name_of(line.value) if line else "",
    )  # fmt: skip


def _chosen(line: catalogue.LawLine, wanted: Sequence[str]) -> list[actions.LegalValue]:
    return [
        actions.LegalValue(one.kind, one.id, line.value.digest, line.value.what, line.value.basis)
        for one in line.unconfirmed if one.key in wanted
    ]  # fmt: skip


def _ground(request: HttpRequest) -> actions.LegalGround:
    typed = request.POST
    return actions.LegalGround(
        typed.get("basis", ""),
        intake.find_day(typed.get("basis_date", "")),
        typed.get("link", ""),
        intake.find_day(typed.get("review_on", "")),
    )


@never_cache
@require_POST
@law_page
def review(request: HttpRequest, desk: Desk, digest: str) -> HttpResponse:
    """Let a confirmed value hold on until a new day of review."""
    return do_and_return(
        request, reverse("desk:law-value", args=[digest]), "law.done.review",
        lambda: actions.review(
            command_id=command_id(request), actor=desk.actor, now=desk.now, digest=digest, ground=_ground(request)
        ),
        again=lambda no: _page(request, desk, digest, no, "review"),
    )  # fmt: skip


@never_cache
@require_POST
@law_page
def withdraw(request: HttpRequest, desk: Desk, digest: str) -> HttpResponse:
    """Withdraw the confirmation of a value, for a reason."""
    return do_and_return(
        request, reverse("desk:law-value", args=[digest]), "law.done.withdraw",
        lambda: actions.withdraw(
            command_id=command_id(request), actor=desk.actor, now=desk.now, digest=digest,
            reason=request.POST.get("reason", ""),
        ),
        again=lambda no: _page(request, desk, digest, no, "withdraw"),
    )  # fmt: skip
