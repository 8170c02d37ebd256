"""The preview's own pages: the map of the author's day, a story with its letters and notices, a rule to try, and the ways into the hall."""

import io

from allauth.account.internal.flows.login import record_authentication
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from balai.base.clock import office_calendar
from balai.base.errors import BalaiError
from balai.base.pages import texts
from balai.doors.console.demo.cast import PASSPHRASE
from balai.doors.console.demo.web import demo_only
from balai.doors.console.preview import shown
from balai.doors.console.preview.follow import FILES
from balai.doors.console.preview.hall import LivedStory, PreviewHall, read_clock
from balai.doors.console.preview.look import FolderLook
from balai.doors.console.preview.standing import STANDING
from balai.engine import manifest
from balai.engine.problems import Problems
from balai.records.people import queries as people

TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
SCALE = 1.3  # of a page of a letter, in its picture


@demo_only
@require_GET
def show_map(request: HttpRequest) -> HttpResponse:
    """Show the map of the author's day: faults, advice, and the way to everything that the folder makes."""
    look, lang = STANDING.look, texts.language()
    if look is None:
        raise Http404
    there = STANDING.shown or look
    context = {
        "look": look,
        "old": look.judged is None and there.judged is not None,
        "thing": there.judged.thing if there.judged else None,
        "pages": shown.list_pages(there),
        "at": look.at,
        "law": shown.list_law(there),
        "passphrase": PASSPHRASE,
    }
    service = there.judged.thing if there.judged else None
    if isinstance(service, manifest.Service):
        context |= {
            "service": service,
            "title": service.text("title", lang, service.id),
            "forms": shown.list_form_pages(service, lang),
            "steps": shown.list_steps(service, lang),
            "stories": shown.list_stories(there, service, lang),
            "picture": shown.draw(service, lang),
            "rules": shown.list_rules(service, lang),
            "clock": shown.list_clock(service),
            "quality": sorted(service.quality.rules.items()),
        }
    return render(request, "console/preview/map.html", context)


@demo_only
@require_GET
def show_story(request: HttpRequest, name: str) -> HttpResponse:
    """Show one story: what happened when, its notices in words, its letters as pictures."""
    look, service, example, played = _story(name)
    lang, letters, faults = texts.language(), [], list(played.problems)
    for each in ("id", "en"):
        try:
            made = _letters(service, played, each)
        except Problems as wrong:
            faults += wrong.problems
            break
        letters += [(one, each, range(1, _count_pages(pdf) + 1), service.text(f"letters.{one}.title", each, one)) for one, pdf in made.items()]  # fmt: skip
    context = {
        "example": example,
        "played": played,
        "faults": faults,
        "moments": shown.list_moments(service, played, lang),
        "notices": shown.list_notices(service, played, lang),
        "letters": letters,
        "refused": sorted(played.refused.items()),
        "title": service.text("title", lang, service.id),
        "ways": [] if played.refused else shown.list_ways(service, example, lang),
        "look": look,
    }
    return render(request, "console/preview/story.html", context)


def _story(name: str) -> tuple[FolderLook, manifest.Service, manifest.Example, manifest.Played]:
    look, service = _service()
    example = next((one for one in service.examples if one.name == name), None)
    if example is None or name not in look.played:
        raise Http404
    return look, service, example, look.played[name]


def _service() -> tuple[FolderLook, manifest.Service]:
    look = STANDING.shown
    if look is None or look.judged is None or not isinstance(look.judged.thing, manifest.Service):
        raise Http404
    return look, look.judged.thing


def _letters(service: manifest.Service, played: manifest.Played, lang: str) -> dict[str, bytes]:
    return manifest.typeset_letters(service, played, lang=lang, calendar=office_calendar(service.zone))


def _count_pages(pdf: bytes) -> int:
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


@demo_only
@require_GET
def send_letter(request: HttpRequest, name: str, letter: str, lang: str) -> HttpResponse:
    """Send one letter of a story as PDF: a sample that nobody signed."""
    return HttpResponse(_letter(name, letter, lang), content_type="application/pdf")


@demo_only
@require_GET
def send_page(request: HttpRequest, name: str, letter: str, lang: str, page: int) -> HttpResponse:
    """Send one page of a letter as a picture."""
    import pypdfium2

    with pypdfium2.PdfDocument(_letter(name, letter, lang)) as document:
        if not 1 <= page <= len(document):
            raise Http404
        picture = io.BytesIO()
        document[page - 1].render(scale=SCALE).to_pil().save(picture, "PNG")
    return HttpResponse(picture.getvalue(), content_type="image/png")


def _letter(name: str, letter: str, lang: str) -> bytes:
    _, service, _, played = _story(name)
    try:
        return _letters(service, played, lang if lang in texts.languages() else "id")[letter]
    except (Problems, KeyError):
        raise Http404 from None


@demo_only
@require_GET
def try_rule(request: HttpRequest, step: str) -> HttpResponse:
    """Ask a decision with what was typed, or with what a story came to."""
    look, service = _service()
    found = service.steps.get(step)
    if found is None or not found.decision or service.rules is None:
        raise Http404
    typed = _typed(request, look, service, found)
    given, faults = {}, []
    inputs = shown.list_inputs(service, found)
    for name, info in inputs.items():
        try:
            given[name] = shown.read_input(typed.get(name, ""), info)
        except Problems as wrong:
            faults.append(f"{name}: {wrong.problems[0]}")
    tried = shown.ask(service, found, given, read_clock()) if not faults and any(typed.values()) else None
    context = {
        "title": service.text(f"steps.{step}.title", texts.language(), step),
        "decision": found.decision,
        "inputs": [(name, typed.get(name, ""), info.type, info.allowed) for name, info in inputs.items()],
        "examples": [one.name for one in service.examples],
        "chosen": request.GET.get("contoh", ""),
        "tried": tried,
        "faults": faults,
        "rules": tuple(service.rules.rows()),
    }
    return render(request, "console/preview/rule.html", context)


def _typed(request: HttpRequest, look: FolderLook, service: manifest.Service, step: manifest.Step) -> dict[str, str]:
    """Give what stands in the boxes: what was typed, or what a story's data come to."""
    played = look.played.get(request.GET.get("contoh", ""))
    if played is None:
        return {name: request.GET.get(f"masukan.{name}", "")[:2000] for name in step.inputs}
    found = {}
    for name, expression in step.inputs.items():
        try:
            found[name] = shown.show_value(expression.evaluate(played.data, now=read_clock()))
        except (ValueError, ArithmeticError):
            found[name] = ""
    return found


@demo_only
@require_POST
def fill(request: HttpRequest) -> HttpResponse:
    """Begin an application as Siti, empty or with the answers of a story, and open the page that was asked for."""
    _, service = _service()
    hall, now = _hall(), read_clock()
    example = next((one for one in service.examples if one.name == request.POST.get("contoh")), None)
    try:
        draft_id = hall.fill(service, example, now)
    except BalaiError as error:
        return _say_why(request, error.message(texts.language()))
    enter(request, "siti")
    pages = [one.id for one in service.forms["apply"].pages]
    page = request.POST.get("halaman", "")
    return HttpResponseRedirect(f"/permohonan/{draft_id}/{page}/" if page in pages else f"/permohonan/{draft_id}/")


@demo_only
@require_POST
def live(request: HttpRequest) -> HttpResponse:
    """Live a story up to one of its events, and open its page there as whoever is next."""
    _, service, example, _ = _story(request.POST.get("contoh", ""))
    sent = request.POST.get("sampai", "")
    most = min(int(sent), len(example.then)) if sent.isdecimal() and len(sent) < 6 else len(example.then)
    hall, now = _hall(), read_clock()
    try:
        lived = hall.live(service, example, most, now)
    except BalaiError as error:
        told = f"{error.message(texts.language())} {', '.join(map(str, error.fields))}".strip()
        return _say_why(request, told)
    return _open(request, hall, service, example, most, lived)


def _open(
    request: HttpRequest, hall: PreviewHall, service: manifest.Service, example: manifest.Example, most: int,
    lived: LivedStory,
) -> HttpResponse:  # fmt: skip
    if lived.why:
        messages.warning(request, texts.say("console.preview.no_further", why=lived.why), extra_tags="warn")
    event = example.then[most] if most < len(example.then) else None
    step = service.steps.get(event.step) if event is not None else None
    if step is None or step.is_applicants:
        enter(request, "siti")
        return HttpResponseRedirect(f"/berkas/{lived.number}/")
    member = hall.member_of(event.as_ if event is not None else "")
    hall.staff(lived.number, step, member, read_clock())
    if event is not None and event.step and not lived.why:
        hall.begin(lived.number, service, example, event, member, read_clock())
    enter(request, member.name)
    return HttpResponseRedirect(f"/meja/berkas/{lived.number}/")


def _say_why(request: HttpRequest, why: str) -> HttpResponse:
    messages.warning(request, texts.say("console.preview.not_lived", why=why), extra_tags="warn")
    return HttpResponseRedirect(reverse("preview:map"))


def _hall() -> PreviewHall:
    if STANDING.hall is None:
        raise Http404
    return STANDING.hall


def enter(request: HttpRequest, name: str) -> None:
    """Sign the author in as one of the cast, second factor included."""
    account = people.get_account(_hall().member_of(name).account_id)
    logout(request)
    login(request, account, backend="allauth.account.auth_backends.AuthenticationBackend")
    record_authentication(request, account, method="password", email=account.email)
    record_authentication(request, account, method="mfa", type="totp")


@demo_only
@require_GET
def send_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Send the preview's own style sheet or script."""
    if kind not in TYPES:
        raise Http404
    return HttpResponse((FILES / f"ikut.{kind}").read_bytes(), content_type=TYPES[kind])
