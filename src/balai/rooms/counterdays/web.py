"""The pages of a counter's day: supplies drawn and returned, the page that works without a line, what it sends, the tray."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base import intake
from balai.base.errors import MESSAGES, BalaiError, Invalid
from balai.base.numbers import whole
from balai.base.pages import links, texts
from balai.base.pages.assets import get_asset
from balai.base.pages.moments import moment
from balai.base.pages.parts import FormFault
from balai.casework.catalogue import queries as catalogue
from balai.records.entrance.officers import Desk, counter_page, only
from balai.records.entrance.posting import command_id, do_and_return, posted_id
from balai.records.errors import wrong
from balai.rooms.counterdays import actions, policy, queries, rules

tray_page = only("officers", lambda desk: desk.at_counter or desk.heads)
MOST_BYTES = 60_000_000  # of a file from a device


@never_cache
@require_GET
@tray_page
def show(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what is out, and draw supplies for a day."""
    actor = desk.through("counter")
    context = {
        "desk": desk,
        "supplies": [
            {
                "id": one.id,
                "officer": one.officer,
                "used": one.used,
                "count": one.count,
                "unused": one.unused or 0,
                "drawn": moment(one.drawn_at, desk.lang),
                "back": moment(one.returned_at, desk.lang) if one.returned_at else "",
            }
            for one in queries.list_supplies(actor, desk.now)
        ],
        "waiting": queries.count_tray(actor, desk.now),
        "services": [(one.id, one.text("title", desk.lang)) for one in catalogue.list_services()],
        "usual": rules.USUAL,
        "most": rules.MOST,
        "new": uuid4(),
        "draws": desk.at_counter,
    }
    return render(request, "counterdays/supplies.html", context)


@never_cache
@require_POST
@counter_page
def draw(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Give a device its supplies as JSON: numbers with codes and QR, forms, calendar, the key for its file."""
    actor = desk.through("counter")
    try:
        told = read_moment(request.POST.get("device", ""))
        made = actions.stock_up(
            command_id=command_id(request), actor=actor, now=desk.now, device_at=told,
            count=whole(request.POST.get("count", ""), 0),
        )  # fmt: skip
    except BalaiError as refused:
        return _refuse(refused, desk.lang, count=request.POST.get("count", ""))
    held = policy.list_counters(actor, desk.now)[0]
    stock = queries.make_stock(desk.lang, desk.now, held.unit_code)
    shorts = [one["short"] for one in stock["services"]]
    stock |= {
        "supply": str(made.supply_id), "key": made.public_key, "unit": held.unit_name, "drawn": desk.now.isoformat(),
        "numbers": [
            {"code": one.code, "track": one.track_code,
             "qr": queries.draw_codes(shorts, one.code, one.track_code)}
            for one in made.numbers
        ],
        "words": _words(desk.lang),
    }  # fmt: skip
    return JsonResponse(stock)


@never_cache
@require_GET
@counter_page
def tell_line(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Tell a device that the line is back: the hall's time, and the token with which it may send."""
    return JsonResponse({"now": desk.now.isoformat(), "csrf": get_token(request)})


@never_cache
@require_POST
@counter_page
def take_in(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take in one application from a device, and tell it what became of it."""
    try:
        told = json.loads(request.POST.get("told", ""))
        outcome = actions.take_in(_brought(desk, told, _uploaded(request)))
    except ValueError:
        return _refuse(Invalid("arrival-shape"), desk.lang)
    except BalaiError as refused:
        return _refuse(refused, desk.lang)
    return JsonResponse(_told(outcome, desk.lang))


def _told(outcome: actions.Outcome, lang: str) -> dict[str, str]:
    return {
        "id": str(outcome.id), "number": outcome.number, "state": outcome.state,
        "why": say_why(outcome.why, lang) if outcome.why else "",
    }  # fmt: skip


def say_why(code: str, lang: str) -> str:
    """Say what must be looked at, in the reader's language."""
    found = MESSAGES.get(code) or MESSAGES["invalid"]
    words = found[0] if lang == "id" else found[1]
    return words if "{" not in words else texts.say("room_counterdays.why.other", lang)


def _brought(desk: Desk, told: object, files: list[actions.Attached], *, by_file: bool = False) -> actions.Brought:
    """Read what a device tells of an application. :raises Invalid: `arrival-shape`."""
    if not isinstance(told, Mapping):
        raise Invalid("arrival-shape")
    try:
        return actions.Brought(
            id=UUID(str(told["id"])), actor=desk.through("counter"), now=desk.now, supply_id=UUID(str(told["supply"])),
            told=_plain(told), taken=read_moment(str(told["taken"])), sent=read_moment(str(told["sent"])),
            back=told.get("back") is True, by_file=by_file, files=files,
        )  # fmt: skip
    except (KeyError, ValueError, TypeError):
        raise Invalid("arrival-shape") from None


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what an application consists of, of the right shapes and lengths. :raises ValueError: :raises KeyError:"""
    card, answers, service = told["card"], told["answers"], str(told["service"])
    if not isinstance(card, Mapping) or not isinstance(answers, Mapping) or len(json.dumps(answers)) > 200_000:
        raise ValueError
    kept = {name: intake.plain(str(card.get(name) or ""), 300, name) for name in rules.CARD}
    kept["nik"] = intake.number(kept["nik"])
    catalogue.get_service(service, str(told["key"]))
    return {
        "card": kept, "answers": {str(name): value for name, value in answers.items() if not str(name).startswith("$")},
        "service": service, "key": str(told["key"]), "number": str(told["number"])[:24], "code": str(told["code"])[:40],
    }  # fmt: skip


def read_moment(text: str) -> datetime:
    """Read a moment as a browser writes it. :raises Invalid: `supply-shape`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("supply-shape") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _uploaded(request: HttpRequest) -> list[actions.Attached]:
    made = []
    for place, upload in request.FILES.items():
        if isinstance(upload, list):
            continue
        digest = hashlib.sha256()
        for piece in upload.chunks():
            digest.update(piece)
        upload.seek(0)
        made.append(
            actions.Attached(
                place, upload.name or place, upload.content_type or "", upload.chunks(), digest.hexdigest()
            )
        )
    return made


def _refuse(refused: BalaiError, lang: str, **typed: str) -> JsonResponse:
    """Answer why something was refused, with what was typed: whatever shows the answer loses nothing."""
    return JsonResponse({"refused": refused.code, "why": refused.message(lang), **typed}, status=refused.status)


@never_cache
@require_POST
@tray_page
def give_back(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Return supplies: in the evening, or because the device is lost. A device asks for JSON."""
    supply_id, why = posted_id(request, "supply"), request.POST.get("why", "")

    def deed() -> int:
        return actions.give_back(
            command_id=command_id(request), actor=desk.through("counter"), now=desk.now, supply_id=supply_id, why=why
        )

    if request.POST.get("json"):
        try:
            return JsonResponse({"unused": deed()})
        except BalaiError as refused:
            return _refuse(refused, desk.lang)
    return do_and_return(request, reverse("counterdays:supplies"), "room_counterdays.returned", deed)


# ---- the page that works without a line ------------------------------------------------------------------------------


@require_GET
@counter_page
def show_day(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the page that works without a line; it holds nothing of anybody, the device fills it."""
    answer = render(request, "counterdays/day.html", {"words": json.dumps(_words(desk.lang), ensure_ascii=False)})
    answer["Cache-Control"] = "no-cache, private"
    return answer


@never_cache
@require_GET
@counter_page
def give_worker(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Give the service worker of the page that works without a line; its scope is the counter day alone."""
    kept = (
        [f"/-/{get_asset(name).digest}/{name}" for name in ("balai.css", "balai.js", "icon.svg")]
        + [static(f"counterdays/{name}") for name in ("counter.js", "counter.css")]
        + [static("entrance/officer.css")]
    )
    text = render_to_string(
        "counterdays/worker.js", {"kept": json.dumps(kept), "day": reverse("counterdays:day"),
                                  "name": hashlib.sha256("".join(kept).encode()).hexdigest()[:12]},
    )  # fmt: skip
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


WORDS = (
    "wrong_pin", "wiped", "left_tries", "none_left", "left", "waiting", "sent", "tray", "empty",
    "required", "number", "digits", "short", "long", "early", "late", "pattern", "min", "max", "big", "rows", "yes", "no",
    "choose", "add", "remove", "optional", "no_line", "sign_in", "sending", "all_sent", "failed",
    "returned", "received", "track", "service", "name", "saved", "fault", "leave", "closed", "unsent",
    "date", "day", "month", "year", "time",
    "half", "half_drop", "worked",
)  # fmt: skip


def _words(lang: str) -> dict[str, str]:
    own = {name: texts.say(f"room_counterdays.say.{name}", lang) for name in WORDS}
    return own | {name: texts.say(f"pages.form.{name}", lang) for name in ("time_hint", "choose_file", "no_file")}


# ---- a file from a device ---------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def take_file(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take in the applications of a file that a device saved because the line did not come back."""
    refused: BalaiError | None = None
    came: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            came = [_from_file(desk, told) for told in _read_file(request)]
        except (KeyError, TypeError, AttributeError, ValueError):
            refused = wrong("file-not-ours", "berkas")
        except BalaiError as error:
            refused = error
    context = {
        "desk": desk,
        "faults": [FormFault("berkas", refused.message(desk.lang))] if refused else [],
        "came": came,
    }
    return render(request, "counterdays/file.html", context, status=refused.status if refused else 200)


def _from_file(desk: Desk, told: Mapping[str, Any]) -> dict[str, str]:
    """Take in one application of a file; what is refused is told beside it and keeps no other from coming in."""
    files = [
        actions.Attached(
            str(one["place"]), str(one["name"])[:200], str(one["type"])[:80], [data := b64decode(one["data"])],
            hashlib.sha256(data).hexdigest(),
        )
        for one in told.get("files", ())
    ]  # fmt: skip
    try:
        return _told(actions.take_in(_brought(desk, told, files, by_file=True)), desk.lang)
    except BalaiError as refused:
        return {"id": "", "number": str(told.get("number", "")), "state": "refused", "why": refused.message(desk.lang)}


def _read_file(request: HttpRequest) -> list[Mapping[str, Any]]:
    """Open a device's file: JSON with the supply, an ephemeral key, and what is sealed for the hall. :raises Invalid: `file-not-ours`."""
    upload = request.FILES.get("berkas")
    if upload is None or isinstance(upload, list) or (upload.size or 0) > MOST_BYTES:
        raise wrong("file-not-ours", "berkas")
    outer = json.loads(upload.read())
    supply = queries.find_supply(UUID(str(outer["supply"])))
    plain = queries.open_file(supply, *(b64decode(outer[name]) for name in ("key", "iv", "data")))
    found = json.loads(plain)
    if not isinstance(found, list):
        raise wrong("file-not-ours", "berkas")
    return found


# ---- the tray ---------------------------------------------------------------------------------------------------------


@never_cache
@require_GET
@tray_page
def list_tray(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List what came in and is no case yet; nobody is named here."""
    rows = [
        {
            "id": one.id, "number": one.number, "service": one.service, "jumped": one.jumped,
            "why": texts.say("room_counterdays.tray.in_form") if one.draft_id else _why(one.why, desk.lang),
            "taken": moment(one.taken_at, desk.lang), "arrived": moment(one.arrived_at, desk.lang),
            "form": links.path("officer.counter-form", one.draft_id) if one.draft_id else "",
        }
        for one in queries.list_tray(desk.through("counter"), desk.now)
    ]  # fmt: skip
    return render(request, "counterdays/tray.html", {"desk": desk, "rows": rows})


def _why(code: str, lang: str) -> str:
    return say_why(code, lang) if code else texts.say("room_counterdays.tray.unfinished", lang)


@never_cache
@require_http_methods(["GET", "POST"])
@tray_page
def look(request: HttpRequest, desk: Desk, arrival_id: UUID) -> HttpResponse:
    """Show one application that is no case yet with what stands in its way, and open, mend or leave it."""
    actor, post, refused = desk.through("counter"), request.POST, None
    if request.method == "POST":
        card = {name: post[name].strip() for name in ("nik", "name", "birth_date") if name in post}
        if "nik" in card:
            card["nik"] = intake.number(card["nik"])
        with suppress(ValueError):  # what is no day is refused below, as it was typed
            card |= {"birth_date": intake.day(card["birth_date"]).isoformat()} if card.get("birth_date") else {}
        try:
            if post.get("do") == "leave":
                actions.leave(
                    command_id=command_id(request), actor=actor, now=desk.now, arrival_id=arrival_id,
                    reason=post.get("reason", ""),
                )  # fmt: skip
                messages.success(request, texts.say("room_counterdays.tray.left"), extra_tags="ok")
                return HttpResponseRedirect(reverse("counterdays:tray"))
            if post.get("do") == "form":
                draft_id = actions.to_form(
                    actor=actor, now=desk.now, arrival_id=arrival_id, card=card, seen=post.getlist("seen")
                )
                return HttpResponseRedirect(links.path("officer.counter-form", draft_id))
            outcome = actions.resolve(
                actor=actor, now=desk.now, arrival_id=arrival_id, seen=post.getlist("seen"), card=card,
                newest=post.get("version") == "newest",
            )  # fmt: skip
        except BalaiError as error:
            if error.status == 404:
                raise
            refused = error
        else:
            if outcome.state == "opened":
                words = texts.say("room_counterdays.tray.opened", number=outcome.number)
                messages.success(request, words, extra_tags="ok")
                return HttpResponseRedirect(reverse("counterdays:tray"))
    found = queries.open_arrival(actor, arrival_id, now=desk.now)
    seen = [code for code in dict.fromkeys([*post.getlist("seen"), found.row.why]) if code in rules.OVERRIDABLE]
    card = {**found.told["card"], **{name: post[name] for name in rules.NEEDED if name in post}}
    context = {
        "desk": desk, "row": found.row, "card": card, "title": found.service.text("title", desk.lang),
        "why": _why(found.row.why, desk.lang), "seen": [(code, say_why(code, desk.lang)) for code in seen],
        "ticked": post.getlist("seen"), "shown": found.shown, "lost": found.files,
        "versions": catalogue.current_keys().get(found.row.service_id) != found.row.service_key,
        "taken": moment(found.row.taken_at, desk.lang), "arrived": moment(found.row.arrived_at, desk.lang),
        "minutes": abs(found.row.drift_s) // 60, "command": uuid4(), "reason": post.get("reason", ""),
        "refused": refused.message(desk.lang) if refused else "",
    }  # fmt: skip
    return render(request, "counterdays/one.html", context, status=refused.status if refused else 200)
