"""The counter: who is here, what they come for, the application filled in for them, and the slip they take home."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from balai.base import intake
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages import rendering, texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import Fact, FormFault
from balai.casework.cases import actions, identity, queries, rules
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import counter
from balai.engine import forms
from balai.records.documents import actions as documents
from balai.records.entrance import passes
from balai.records.entrance.officers import Desk, counter_page, officer_page
from balai.records.entrance.posting import command_id, posted
from balai.records.errors import wrong
from balai.records.outages import queries as outages
from balai.records.people import queries as people

PAPER = ("received", "received_time", "received_why", "received_outage")
KNOWN = "counter"  # what a word that stands for a found citizen is made for
ANCHORS = {"birth_date": "birth_date-day"}


@require_http_methods(["GET", "POST"])
@counter_page
def show_counter(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask who is at the counter and for which service; then begin the application."""
    if request.method == "GET":
        about = intake.line(request.GET.get("keberatan", ""), 40, "keberatan")
        return _entrance(request, desk, {"about": about}, {}, step="first")
    typed = {name: values[-1].strip() for name, values in posted(request).items()}
    if "look" in typed:
        return _look(request, desk, typed)
    service_id, known = typed.get("service", ""), typed.get("known", "")
    try:
        if not typed.get("about") and service_id not in {one.id for one in catalogue.list_at_counter()}:
            raise Invalid(fields={"service": texts.say("desk.counter.fault.service")})
        if paused := catalogue.find_pause(service_id, desk.now):
            raise Invalid(fields={"service": texts.say("desk.counter.fault.paused", why=paused.words(desk.lang))})
        person_id = (
            passes.read(desk, KNOWN, known) if known else counter.know_citizen(desk, _card(typed), command_id(request))
        )
        draft_id = (
            counter.object_to(desk, typed["about"], person_id)
            if typed.get("about")
            else counter.begin(desk, service_id, person_id)
        )
    except (Invalid, Conflict, NotAllowed) as refused:
        words = in_words(refused, desk.lang)
        if known:
            person = people.read_person(
                desk.through("counter"), passes.read(desk, KNOWN, known), purpose="counter", now=desk.now
            )
            return _entrance(
                request, desk, typed, words or {"service": refused.message(desk.lang)}, step="known", person=person
            )
        at = {"card-differs": "sure", "about-missing": "service"}.get(refused.code, "nik")
        return _entrance(request, desk, typed, words or {at: refused.message(desk.lang)})
    return HttpResponseRedirect(reverse("desk:counter-form", args=[draft_id]))


def _look(request: HttpRequest, desk: Desk, typed: Mapping[str, str]) -> HttpResponse:
    """Look who it is by the card's number, so that whoever was here before is asked nothing again."""
    born = read_birth_date(typed)
    try:
        person = counter.find_visitor(desk, counter.ShownDocument.of(typed), born, bool(typed.get("seen")))
    except Invalid as refused:
        return _entrance(request, desk, typed, in_words(refused, desk.lang), step="first")
    if person is None:
        return _entrance(request, desk, typed, {})
    found = {"known": passes.make(desk, KNOWN, person.id), "about": typed.get("about", "")}
    return _entrance(request, desk, found, {}, step="known", person=person)


def in_words(refused: BalaiError, lang: str) -> dict[str, str]:
    """Put each field's fault into words; a field whose fault is only a code gets the refusal's own words."""
    return {name: words if " " in words else refused.message(lang) for name, words in refused.fields.items()}


def read_birth_date(typed: Mapping[str, str]) -> date | None:
    """Read a date of birth from its three boxes; None when it is no date."""
    parts = [typed.get(f"birth_date-{part}", "") for part in ("year", "month", "day")]
    try:
        return date(*(int(part) for part in parts))
    except (ValueError, TypeError):
        return None


def _card(typed: Mapping[str, str]) -> counter.IdentityCard:
    plain = {
        name: typed.get(name, "") for name in ("name", "birth_place", "sex", "address", "village", "phone", "email")
    }
    return counter.IdentityCard(
        shown=counter.ShownDocument.of(typed),
        birth_date=read_birth_date(typed),
        seen=bool(typed.get("seen")),
        sure=bool(typed.get("sure")),
        **plain,
    )


def _entrance(
    request: HttpRequest,
    desk: Desk,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    step: str = "new",
    person: people.PersonView | None = None,
) -> HttpResponse:
    services, paused = catalogue.list_at_counter(), catalogue.list_paused(desk.now)
    villages = next((service.tables["village"] for service in services if "village" in service.tables), None)
    context = {
        "desk": desk,
        "step": step,
        "person": person,
        "typed": typed,
        "errors": errors,
        "command": typed.get("command") or uuid4(),
        "faults": [FormFault(ANCHORS.get(name, name), words) for name, words in errors.items()],
        "services": [
            (
                one.id,
                one.text("title", desk.lang),
                one.text("summary", desk.lang, ""),
                paused[one.id].words(desk.lang) if one.id in paused else "",
            )
            for one in services
            if one.about is None or not one.about.by_officer
        ],
        "objects": any(one.about is not None and not one.about.by_officer for one in services),
        "villages": [(row.code, row.name(desk.lang)) for row in counter.own_first(desk, villages).rows]
        if villages and step == "new"
        else [],
        "months": list(enumerate(texts.say("pages.form.months").split(), 1)),
        "documents": counter.list_documents(desk.lang),
        "born": tuple(typed.get(f"birth_date-{part}", "") for part in ("day", "month", "year")),
    }
    return render(request, "desk/counter.html", context, status=422 if errors else 200)


@require_http_methods(["GET", "POST"])
@counter_page
def fill(request: HttpRequest, desk: Desk, draft_id: UUID) -> HttpResponse:
    """Fill in the application with the citizen, all on one page, and send it when they agree."""
    return _fill(request, desk, queries.access_draft(desk.through("counter"), draft_id))


@require_http_methods(["GET", "POST"])
@officer_page
def propose(request: HttpRequest, desk: Desk, draft_id: UUID) -> HttpResponse:
    """Fill in what the office does to a decision of its own: a correction, an annulment. :raises NotFound: for any other draft."""
    found = queries.access_draft(desk.through("counter"), draft_id)
    if found.service.about is None or not found.service.about.by_officer:
        raise NotFound
    return _fill(request, desk, found)


def _fill(request: HttpRequest, desk: Desk, found: queries.DraftView) -> HttpResponse:
    draft_id = found.draft.id
    if request.method == "GET" or "edit" in request.POST:
        return _filling(request, desk, found, found.answers, {})
    if "send" in request.POST:
        return _send(request, desk, found)
    answers, errors, asking = _read(request, desk, found)
    about = counter.about_form(found, counter.record_of(desk, found))
    answers |= {name: value for name, value in found.answers.items() if name.startswith("$")}
    answers[identity.ABOUT] = _about(request, about, found.answers)
    answers = actions.save_draft(
        actor=desk.through("counter"), now=desk.now, draft_id=draft_id, answers=answers, seen=found.answers
    )
    if asking or errors:
        return _filling(request, desk, found, answers, errors)
    try:
        judged = actions.judge(_submission(request, desk, found, answers))
    except (Invalid, NotAllowed, Conflict) as refused:
        return _filling(request, desk, found, answers, refused.fields, refused=refused)
    return _review(request, desk, found, answers, judged)


def _send(request: HttpRequest, desk: Desk, found: queries.DraftView) -> HttpResponse:
    """Send what was kept and shown for review, once the citizen agreed."""
    try:
        made = actions.submit(_submission(request, desk, found, found.answers))
    except (Invalid, NotAllowed, Conflict) as refused:
        return _filling(request, desk, found, found.answers, refused.fields, refused=refused)
    if found.service.about is not None and found.service.about.by_officer:
        return HttpResponseRedirect(reverse("desk:case", args=[made.number]))
    view = {"desk": desk, "made": made, "title": found.service.text("title", desk.lang), "service": found.service}
    return render(request, "desk/counter_done.html", view)


def _submission(
    request: HttpRequest, desk: Desk, found: queries.DraftView, answers: Mapping[str, Any]
) -> actions.Submission:
    """Put together what is sent: under the number that was handed out where one was. :raises Invalid: when half a receipt is missing."""
    receipt, handed = _receipt(request), answers.get(rules.HANDED)
    if handed and receipt is None and not request.POST.get("received_now"):
        receipt = actions.Receipt(datetime.fromisoformat(handed["received"]), rules.NO_LINE)
    return actions.Submission(
        id=command_id(request),
        actor=desk.through("counter"),
        now=desk.now,
        service_id=found.service.id,
        service_key=found.service.key,
        answers={name: value for name, value in answers.items() if not name.startswith("$")},
        contact={name: str(value) for name, value in answers.get(identity.ABOUT, {}).items() if value},
        on_behalf_of=found.draft.on_behalf_of_id,
        lang=desk.lang,
        draft_id=found.draft.id,
        receipt=receipt,
        handed=actions.HandedOut(handed["number"], handed["code"], returned=True) if handed else None,
    )


def _review(
    request: HttpRequest, desk: Desk, found: queries.DraftView, answers: Mapping[str, Any], judged: Mapping[str, Any]
) -> HttpResponse:
    """Show all as it will be sent, with who it is from as the letters will print it, before anything is."""
    service, form, record = found.service, found.service.forms["apply"], counter.record_of(desk, found)
    citizen, told = counter.veiled(desk, record), answers.get(identity.ABOUT, {})
    known = identity.settle(
        service, rules.applicant_tree(citizen), {name: str(one) for name, one in told.items() if one}
    )
    printed = [
        Fact(label, _in_words(value, desk.lang))
        for _, label, value in identity.list_facts(service, known, desk.lang, firm=record.kind != "natural")
    ]
    scope = counter.scope_of(desk, found, citizen)
    pages = [
        (
            service.text(f"forms.apply.pages.{page.id}.title", desk.lang, ""),
            [
                Fact(
                    service.text(f"{one.text_key}.label", desk.lang, one.name),
                    forms.show(one, judged[one.name], service.texts, desk.lang, tables=service.tables),
                )
                for one in forms.visible_fields(form, page, judged, scope)
                if judged.get(one.name) is not None
            ],
        )
        for page in forms.visible_pages(form, judged, scope)
    ]
    context = {
        "desk": desk, "draft": found.draft, "title": service.text("title", desk.lang), "citizen": citizen.name,
        "printed": printed, "pages": [(heading, facts) for heading, facts in pages if facts],
        "hidden": [(name, request.POST[name]) for name in (*PAPER, "received_now") if request.POST.get(name)],
        "paper": _receipt_words(request, answers, desk.lang), "command": request.POST.get("command") or uuid4(),
    }  # fmt: skip
    return render(request, "desk/counter_review.html", context)


def _in_words(value: object, lang: str) -> str:
    try:
        return forms.format_date(date.fromisoformat(str(value)), lang)
    except ValueError:
        return str(value or "")


def _receipt_words(request: HttpRequest, answers: Mapping[str, Any], lang: str) -> str:
    """Say from when the time counts where that is not now."""
    handed, receipt = answers.get(rules.HANDED), _receipt(request)
    if receipt is not None:
        return moment(receipt.at, lang)
    if handed and not request.POST.get("received_now"):
        return moment(datetime.fromisoformat(handed["received"]), lang)
    return ""


def _about(request: HttpRequest, form: forms.Form, before: Mapping[str, Any]) -> dict[str, Any]:
    """Read what was copied from the card for the letters, under the names without their prefix."""
    typed = forms.from_post(form, form.fields.values(), posted(request), {})
    told = {name.removeprefix(identity.PREFIX): value for name, value in typed.items()}
    return {**before.get(identity.ABOUT, {}), **told}


def _receipt(request: HttpRequest) -> actions.Receipt | None:
    """Read when the office received the application on paper; None when it is brought now. :raises Invalid: when half is missing."""
    day, hour = (request.POST.get(name, "").strip() for name in ("received", "received_time"))
    if not day and not hour:
        return None
    try:
        local = datetime.combine(intake.day(day), intake.hour(hour), timezone.get_current_timezone())
    except ValueError:
        raise Invalid(fields={"received": texts.say("desk.counter.fault.received")}) from None
    try:
        follows = UUID(request.POST["received_outage"]) if request.POST.get("received_outage") else None
    except ValueError:
        raise wrong("receipt-outage", "received_outage") from None
    return actions.Receipt(local, request.POST.get("received_why", ""), follows)


def _read(request: HttpRequest, desk: Desk, found: queries.DraftView) -> tuple[dict[str, Any], dict[str, str], bool]:
    """Read what was typed and take files in; tell whether only the questions should be drawn anew."""
    form, post = found.service.forms["apply"], posted(request)
    answers = forms.from_post(form, form.fields.values(), post, found.answers)
    errors = {}
    for name, upload in ((key, one) for key in request.FILES for one in request.FILES.getlist(key)):
        one = form.find(name.replace("-", "."))
        if one is None or not one.holds_files:
            continue
        try:
            kept = documents.store(
                found.draft.vault_id,
                upload.chunks(),
                name=upload.name or name,
                declared_type=upload.content_type or "",
                actor=desk.actor,
                now=desk.now,
                accept=one.accept,
                max_bytes=one.max_bytes or 5_000_000,
                declared_size=upload.size,
            )
            held = {"document": str(kept.id), "name": upload.name, "size": kept.size, "type": kept.media_type}
            forms.put_file(form, answers, name, held)
        except BalaiError as refused:
            errors[name.replace("-", ".")] = refused.message(desk.lang)
    edited = forms.edit_group(form, post, answers)
    asking = (
        edited is not None
        or any(name in post for name in ("refresh", "search"))
        or any(forms.takes_away(name) for name in post)
    )
    return edited or answers, errors, asking


def _filling(
    request: HttpRequest,
    desk: Desk,
    found: queries.DraftView,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    *,
    refused: BalaiError | None = None,
) -> HttpResponse:
    service, form, record = found.service, found.service.forms["apply"], counter.record_of(desk, found)
    citizen = counter.veiled(desk, record)
    scope = counter.scope_of(desk, found, citizen)
    about = counter.about_form(found, record)
    card = rendering.Drawing(
        about, forms.JudgingScope(now=desk.now, lang=desk.lang), identity.words(desk.lang), desk.lang, errors=errors
    )
    told = {identity.PREFIX + name: value for name, value in answers.get(identity.ABOUT, {}).items()}
    shown = forms.visible_fields(about, about.pages[0], told, forms.JudgingScope(now=desk.now, lang=desk.lang))
    asked = rendering.draw(card, shown, told)
    searches = forms.searches_in(posted(request))
    stored = {
        str(value["document"]): rendering.Stored(str(value.get("name", "")), int(value.get("size", 0)))
        for value in _files(answers)
    }
    drawing = rendering.Drawing(
        form,
        scope,
        service.texts,
        desk.lang,
        errors=errors,
        stored=stored,
        searches=searches,
        added=forms.added_to(form, posted(request)),
    )
    typed = forms.from_json(form, {name: value for name, value in answers.items() if not name.startswith("$")})
    pages = [
        (
            service.text(f"forms.apply.pages.{page.id}.title", desk.lang, ""),
            rendering.draw(drawing, forms.visible_fields(form, page, typed, scope), answers),
        )
        for page in forms.visible_pages(form, typed, scope)
    ]
    drawn = (*asked, *(question for _, questions in pages for question in questions))
    paper = {name: errors[name] for name in ("received", "received_why", "received_outage") if name in errors}
    context = {
        "desk": desk,
        "live_form": "isian",
        "draft": found.draft,
        "title": service.text("title", desk.lang),
        "about": asked,
        "pages": pages,
        "faults": [*rendering.list_faults(drawing, drawn), *(FormFault(name, said) for name, said in paper.items())],
        "paper": paper,
        "typed": {name: request.POST.get(name, "") for name in (*PAPER, "received_now")},
        "handed": {**handed, "at": moment(datetime.fromisoformat(handed["received"]), desk.lang)}
        if (handed := answers.get(rules.HANDED))
        else None,
        "today": timezone.localdate(desk.now).isoformat(),
        "outages": [
            (str(one.id), f"{moment(one.began_at, desk.lang)} – {moment(one.ended_at, desk.lang)}")
            for one in outages.list_recent(desk.now)
        ],
        "whys": [(why, texts.say(f"desk.counter.paper.{why}")) for why in rules.ON_PAPER],
        "asks": any(question.asks for question in drawn),
        "refused_text": refused.message(desk.lang) if refused and not refused.fields else "",
        "command": request.POST.get("command") or uuid4(),
        "citizen": citizen.name,
        "disputed": counter.disputed_facts(found, desk.lang),
        "proposes": found.service.about is not None and found.service.about.by_officer,
    }
    return render(request, "desk/counter_form.html", context, status=422 if errors or refused else 200)


def _files(answers: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """List the files that answers hold, those of rows included."""
    found: list[Mapping[str, Any]] = []
    for value in answers.values():
        if isinstance(value, Mapping) and "document" in value:
            found.append(value)
        elif isinstance(value, list):
            found += [one for row in value if isinstance(row, Mapping) for one in _files(row)]
    return found
