"""Applying: begin, page by page, keep and come back, check, send."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base import intake, post, throttle
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages import links, rendering
from balai.base.pages.parts import Fact, FormFault, Link
from balai.base.pages.texts import say
from balai.casework.cases import actions as cases
from balai.casework.cases import queries as case_queries
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal import contact, greeting, limits, linked, parcels, standard, together
from balai.doors.portal.application import REVIEW, Application, open_application
from balai.doors.portal.filling import FilledPage, take_page
from balai.doors.portal.web import proof
from balai.engine import forms, manifest
from balai.records.documents import sending
from balai.records.entrance.visitors import DRAFTS, Visitor, forget_secret, keep_secret, visitor_page
from balai.records.people import policy as people_policy
from balai.records.people import queries as people
from balai.records.people import rules as people_rules
from balai.records.people.rules import mask_contact

FILES = ("file", "files")  # what is sent in parts
FORM = require_http_methods(["GET", "POST"])


@never_cache
@FORM
@visitor_page
def start(request: HttpRequest, visitor: Visitor, service_id: str) -> HttpResponse:
    """Say what will be needed, ask for whom, and begin a draft."""
    service = catalogue.get_public_service(service_id)  # an officer's is begun from the desk
    principals = _principals(visitor, service)
    must_sign_in = service.identity in ("seen", "national") and visitor.person_id is None
    too_low = not must_sign_in and not _is_known_enough(visitor, service.identity)
    if request.method == "POST" and not must_sign_in and not too_low and service.about is None:
        return _begin(request, visitor, service_id, principals)
    page = standard.describe(service, visitor)
    context = {
        "service": page,
        "begun": greeting.list_begun(request, visitor, service_id),
        "principals": principals,
        "must_sign_in": must_sign_in,
        "too_low": too_low,
        "from_case": service.about.kind if service.about else "",
        "may_sign_in": visitor.person_id is None,
        "sign_in": f"{resolve_url(settings.LOGIN_URL)}?next={request.path}",
        "crumbs": (
            Link(say("portal.nav.home"), "/"),
            Link(page.title, f"/layanan/{service.id}/"),
            Link(say("portal.start.title")),
        ),
    }
    return render(request, "portal/start.html", context)


def _is_known_enough(visitor: Visitor, wanted: str) -> bool:
    """Tell before the first question, not after the last, whether this person's identity will do."""
    if visitor.person_id is None or wanted in ("none", "contact"):
        return True
    try:
        people_policy.require_identity(visitor.person_id, wanted)
    except NotAllowed:
        return False
    return True


def _principals(visitor: Visitor, service: manifest.Service) -> tuple[tuple[str, str], ...]:
    """List for whom this person may act in this service: (id, name); whoever gave a mandate is known to its holder."""
    if visitor.person_id is None:
        return ()
    held = people.list_principals(visitor.person_id, timezone.localdate(visitor.now))
    fitting = [
        one.principal_id
        for one in held
        if people_rules.covers(one.services, service.id) and people_rules.fits(one.kind, service.on_behalf)
    ]
    names = people.list_names(fitting)
    return tuple((str(one), names[one]) for one in fitting if one in names)


def _begin(
    request: HttpRequest, visitor: Visitor, service_id: str, principals: tuple[tuple[str, str], ...]
) -> HttpResponse:
    throttle.take("draft", throttle.address_of(request), **limits.DRAFTS, now=visitor.now)
    behalf = request.POST.get("for", "")
    if behalf and behalf not in {one for one, _ in principals}:
        raise NotFound
    draft_id, secret = cases.start_draft(
        actor=visitor.actor,
        now=visitor.now,
        service_id=service_id,
        answers={},
        on_behalf_of=UUID(behalf) if behalf else None,
    )
    keep_secret(request, DRAFTS, str(draft_id), secret)
    return HttpResponseRedirect(f"/permohonan/{draft_id}/")


@never_cache
@require_GET
@visitor_page
def go_on(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Lead to the page where the applicant left off."""
    application = open_application(request, visitor, draft_id)
    last = application.view.draft.page
    step = application.next_step(last) if last in application.steps else application.steps[0]
    return HttpResponseRedirect(application.url(step))


@never_cache
@FORM
@visitor_page
def fill_page(request: HttpRequest, visitor: Visitor, draft_id: UUID, page: str) -> HttpResponse:
    """Ask one page; whatever is typed is kept, right or wrong."""
    application = open_application(request, visitor, draft_id)
    if application.view.draft.case_id is not None:
        return _already_sent(request, application)
    if page == contact.PAGE and application.asks_about:
        return _fill_contact(request, application)
    if page not in application.steps:
        return HttpResponseRedirect(application.url(application.steps[0]))
    if request.method == "GET":
        return _ask(request, application, page, application.answers)
    return _take(request, application, page)


def _take(request: HttpRequest, application: Application, page: str) -> HttpResponse:
    names = _names(application, page)
    before = _shown(application, page)
    taken = take_page(
        request,
        application.form,
        names,
        application.answers,
        application.scope,
        application.keep_file,
        application.visitor.lang,
    )
    application.save(taken.answers, page)
    if taken.pressed == "save":
        return HttpResponse(
            say("portal.apply.saved", time=f"{timezone.localtime(application.visitor.now):%H.%M}"),
            content_type="text/plain",
        )
    if page not in application.steps:
        return HttpResponseRedirect(application.url(application.steps[0]))
    if taken.offer:
        throttle.take("offer", str(application.view.draft.person_id), **limits.OFFERS, now=application.visitor.now)
        taken = replace(taken, answers=application.ask_offer(taken.offer, taken.answers))
    fresh = [name for name in _shown(application, page) if name not in before and name not in request.POST]
    if taken.pressed == "stay" or taken.file_errors or fresh:
        asked = _ask(
            request,
            application,
            page,
            taken.answers,
            taken,
            dict(taken.file_errors),
            fresh=bool(fresh) and taken.pressed == "on",
        )
        asked.status_code = taken.status if taken.file_errors else asked.status_code
        return asked
    checked = application.judged(taken.answers, page)
    if checked.errors:
        return _ask(request, application, page, taken.answers, taken, application.say_errors(checked))
    together.spread(request, application)
    step = REVIEW if request.POST.get("kembali") else application.next_step(page)
    return HttpResponseRedirect(application.url(step))


def _names(application: Application, page: str) -> tuple[str, ...]:
    found = application.form.page(page)
    assert found is not None, "steps are pages of the form"
    return found.fields


def _shown(application: Application, page: str) -> list[str]:
    found = application.form.page(page)
    assert found is not None, "steps are pages of the form"
    return [one.name for one in forms.visible_fields(application.form, found, application.answers, application.scope)]


def _ask(
    request: HttpRequest,
    application: Application,
    page: str,
    answers: Mapping[str, Any],
    taken: FilledPage | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    fresh: bool = False,
) -> HttpResponse:
    found = application.form.page(page)
    assert found is not None, "steps are pages of the form"
    drawing = application.drawing(answers, errors or {}, taken.searches if taken else {}, taken.added if taken else "")
    questions = rendering.draw(
        drawing, forms.visible_fields(application.form, found, answers, application.scope), answers
    )
    intro = application.view.service.text(f"forms.apply.pages.{page}.intro", application.visitor.lang, "")
    return _draw(request, application, page, questions, drawing, intro, fresh=fresh)


def _draw(
    request: HttpRequest,
    application: Application,
    page: str,
    questions: tuple[rendering.Question, ...],
    drawing: rendering.Drawing,
    intro: str,
    *,
    fresh: bool = False,
) -> HttpResponse:
    before = application.step_before(page)
    service = application.view.service
    context = {
        "live_form": "isian",
        "beside": together.list_beside(request, application),
        "filled": together.is_filled(application),
        "disputed": linked.facts(application.disputed, application.visitor.lang),
        "title": application.title(page),
        "intro": intro,
        "service_title": service.text("title", application.visitor.lang),
        "questions": questions,
        "faults": rendering.list_faults(drawing, questions),
        "stages": application.stages(page),
        "before": application.url(before) if before else "",
        "keep_url": f"/permohonan/{application.id}/simpan/",
        "returning": request.GET.get("kembali") or request.POST.get("kembali", ""),
        "conditional": any(one.asks for one in questions),
        "has_files": any(one.widget in FILES for one in rendering.with_rows(questions)),
        "fresh": fresh,
        "paused": application.paused,
    }
    return render(request, "portal/page.html", context, status=422 if drawing.errors else 200)


def _fill_contact(request: HttpRequest, application: Application) -> HttpResponse:
    errors: dict[str, str] = {}
    fresh = False
    if request.method == "POST":
        before = {one.name for one in application.contact_shown}
        taken = take_page(
            request, application.contact_form, tuple(application.contact_form.fields), application.contact,
            forms.JudgingScope(now=application.visitor.now), application.keep_file, application.visitor.lang,
        )  # fmt: skip
        application.save_contact(taken.answers)
        if taken.pressed == "save":
            return HttpResponse(
                say("portal.apply.saved", time=f"{timezone.localtime(application.visitor.now):%H.%M}"),
                content_type="text/plain",
            )
        now_shown = {one.name for one in application.contact_shown}
        fresh = taken.pressed == "on" and any(one not in request.POST for one in now_shown - before)
        if taken.pressed != "stay" and not fresh:
            if not application.contact_checked.errors:
                together.spread(request, application)
                step = REVIEW if request.POST.get("kembali") else application.next_step(contact.PAGE)
                return HttpResponseRedirect(application.url(step))
            errors = application.say_contact_errors(application.contact_checked)
    drawing = application.contact_drawing(errors)
    questions = rendering.draw(drawing, application.contact_shown, application.contact)
    intro = say("portal.contact.intro" if application.asks_contact else "portal.contact.lacks")
    return _draw(request, application, contact.PAGE, questions, drawing, intro, fresh=fresh)


@never_cache
@FORM
@visitor_page
def review(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Show every answer with the way to change it; on the declaration, send."""
    application = open_application(request, visitor, draft_id)
    if application.view.draft.case_id is not None:
        return _already_sent(request, application)
    faults: tuple[FormFault, ...] = ()
    if request.method == "POST":
        if not request.POST.get("declare") and not application.statement:
            faults = (FormFault("declare", say("portal.review.declare_needed")),)
        elif application.paused:  # before a code is sent for nothing
            faults = (FormFault("main", say("portal.paused.kept", why=application.paused)),)
        elif application.must_prove and not _missing(application, application.judged(application.answers)):
            return proof.begin(request, application)
        elif application.must_prove:
            faults = (FormFault("main", say("portal.review.missing")),)
        else:
            try:
                return proof.sent(request, application)
            except Invalid as error:
                faults = tuple(FormFault("main", text) for text in error.fields.values()) or (
                    FormFault("main", error.message(application.visitor.lang)),
                )
            except Conflict as error:
                if error.code != "service-not-open":
                    raise
                faults = (FormFault("main", error.message(application.visitor.lang)),)
    return _review_page(request, application, faults)


def _review_page(request: HttpRequest, application: Application, faults: tuple[FormFault, ...]) -> HttpResponse:
    checked = application.judged(application.answers)
    missing = _missing(application, checked)
    groups = [(application.title(page.id), application.facts_of(page, checked)) for page in application.pages]
    if application.asks_contact and (rows := _contact_facts(application)):
        groups.insert(0, (application.title(contact.PAGE), rows))
    service = application.view.service
    context = {
        "draft": application.view.draft,
        "beside": together.list_beside(request, application),
        "filled": together.is_filled(application),
        "groups": groups,
        "disputed": linked.facts(application.disputed, application.visitor.lang),
        "printed": application.printed(),
        "may_change": application.asks_about,
        "missing": missing,
        "faults": faults,
        "stages": application.stages(REVIEW),
        "service_title": service.text("title", application.visitor.lang),
        "fee": standard.fee_text(service, application.visitor),
        "time": application.promised(checked),
        "before": application.url(application.step_before(REVIEW)),
        "keep_url": f"/permohonan/{application.id}/simpan/",
        "must_prove": application.must_prove,
        "statement": application.statement,
        "own_button": service.text("forms.apply.submit", application.visitor.lang, ""),
        "paused": application.paused,
        "news": _news(application),
    }
    return render(request, "portal/review.html", context, status=422 if faults else 200)


def _news(application: Application) -> str:
    """Say where news of the case will go, and that a contact which was only typed gets none."""
    to = proof.first_of(application)
    if application.asks_contact and application.must_prove and to:
        key = "choose" if len(application.contacts) > 1 else "prove"
        return say(f"portal.review.news.{key}", to=to)
    reach = list(application.reach.values())
    if not reach:
        return say("portal.review.news.none" if application.asks_contact else "portal.review.news.pages")
    if application.view.draft.on_behalf_of_id is not None:
        reach = [mask_contact(one) for one in reach]
    said = say("portal.review.news.to", to=say("portal.review.news.and").join(reach))
    others = [one for one in application.contacts.values() if one not in reach] if application.asks_contact else []
    return " ".join([said, *(say("portal.review.news.not", to=one) for one in others)])


def _contact_facts(application: Application) -> tuple[Fact, ...]:
    """List what a guest told about themselves and no letter prints, each with the way to change it."""
    printed = application.view.service.printed
    printed |= {"nik"} if "document_number" in printed else set()
    words: Any = application.contact_texts[application.visitor.lang]
    return tuple(
        Fact(
            words["forms"][one.form]["fields"][one.key]["label"],
            forms.show(
                one, application.contact_checked.answers.get(name), application.contact_texts, application.visitor.lang
            ),
            f"{application.url(contact.PAGE)}?kembali=1#{name}",
        )
        for name, one in ((one.name, one) for one in application.contact_shown)
        if name not in printed
    )


def _missing(application: Application, checked: forms.Checked) -> tuple[Link, ...]:
    """List what still keeps the application from being sent, each leading to its page."""
    found = []
    if application.asks_about:
        said = application.say_contact_errors(application.contact_checked)
        found += [Link(text, f"{application.url(contact.PAGE)}?kembali=1#{path}") for path, text in said.items()]
    for path, text in application.say_errors(checked).items():
        page = application.form.page_of(path.split(".")[0])
        found.append(
            Link(
                text, f"{application.url(page.id if page else application.steps[0])}?kembali=1#{path.replace('.', '-')}"
            )
        )
    return tuple(found)


def _already_sent(request: HttpRequest, application: Application) -> HttpResponse:
    """Lead whoever comes back to a sent draft to its case: sending again gives the same case."""
    return proof.sent(request, application)


@never_cache
@require_GET
@visitor_page
def keep(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Say that everything is kept, and how to come back."""
    application = open_application(request, visitor, draft_id)
    draft = application.view.draft
    context = {
        "code": _spaced(application.secret),
        "contact": mask_contact(to) if (to := _contact_of(application)) else "",
        "link": links.address("citizen.resume", application.secret) if application.secret else "",
        "known": draft.person_id is not None,
        "until": forms.format_date(timezone.localdate(draft.expires_at), application.visitor.lang),
        "go_on": f"/permohonan/{draft.id}/",
        "discard": f"/permohonan/{draft.id}/buang/",
        "send": f"/permohonan/{draft.id}/simpan/kirim/",
    }
    return render(request, "portal/keep.html", context)


@never_cache
@require_POST
@visitor_page
def send_code(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Owe the code of a draft to the contact its writer gave."""
    application = open_application(request, visitor, draft_id)
    visitor = application.visitor
    throttle.take("resume-code", throttle.address_of(request), **limits.UPLOADS, now=visitor.now)
    to = _contact_of(application)
    if to and application.secret:
        link, code = links.address("citizen.resume", application.secret), _spaced(application.secret)
        cases.send_resume_code(
            actor=visitor.actor, now=visitor.now, draft_id=draft_id, secret=application.secret, to=to,
            lang=visitor.lang, words=parcels.write("resume", visitor.lang, code=code, link=link),
        )  # fmt: skip
        held_up = post.is_held_up(post.port_of(to))
        told = say("portal.keep.code_held_up" if held_up else "portal.keep.code_sent", to=mask_contact(to))
        messages.add_message(
            request, messages.WARNING if held_up else messages.SUCCESS, told, extra_tags="warn" if held_up else "ok"
        )
    return HttpResponseRedirect(f"/permohonan/{draft_id}/simpan/")


def _contact_of(application: Application) -> str:
    told = application.applicant
    return str(told.get("email") or told.get("phone") or "")


def _spaced(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


@never_cache
@FORM
@visitor_page
def resume(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for the code of a draft and lead back to it; list the drafts of whoever is signed in."""
    wrong = False
    if request.method == "POST":
        throttle.take("resume", throttle.address_of(request), **limits.CODES, now=visitor.now)
        found = _resume(request, visitor, request.POST.get("kode", ""))
        if found is not None:
            return found
        wrong = True
    drafts = case_queries.list_drafts(visitor.person_id) if visitor.person_id else []
    rows = tuple(
        Link(
            catalogue.get_service(draft.service_id, draft.service_key).text("title", visitor.lang),
            f"/permohonan/{draft.id}/",
        )
        for draft in drafts
    )
    context = {
        "drafts": rows,
        "wrong": wrong,
        "code": intake.plain(request.POST.get("kode", ""), 60, "kode"),
        "faults": (FormFault("kode", say("portal.resume.wrong")),) if wrong else (),
        "crumbs": (Link(say("portal.nav.home"), "/"), Link(say("portal.resume.title"))),
    }
    return render(request, "portal/resume.html", context, status=422 if wrong else 200)


@never_cache
@require_GET
@visitor_page
def resume_by_link(request: HttpRequest, visitor: Visitor, secret: str) -> HttpResponse:
    """Follow a resume link. :raises NotFound: when it leads nowhere."""
    throttle.take("resume", throttle.address_of(request), **limits.CODES, now=visitor.now)
    found = _resume(request, visitor, secret)
    if found is None:
        raise NotFound
    return found


def _resume(request: HttpRequest, visitor: Visitor, typed: str) -> HttpResponse | None:
    secret = "".join(letter for letter in typed.upper() if letter.isalnum())
    draft_id = case_queries.find_draft_by_secret(secret) if secret else None
    if draft_id is None:
        return None
    keep_secret(request, DRAFTS, str(draft_id), secret)
    return HttpResponseRedirect(f"/permohonan/{draft_id}/")


@never_cache
@FORM
@visitor_page
def discard(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Throw a draft away, after asking once."""
    application = open_application(request, visitor, draft_id)
    if request.method == "POST":
        cases.discard_draft(
            actor=application.visitor.actor, now=application.visitor.now, draft_id=draft_id, secret=application.secret
        )
        forget_secret(request, DRAFTS, str(draft_id))
        messages.success(request, say("portal.discard.done"), extra_tags="ok")
        return HttpResponseRedirect("/")
    return render(request, "portal/discard.html", {"back": f"/permohonan/{draft_id}/"})


@never_cache
@require_GET
@visitor_page
def send_file(request: HttpRequest, visitor: Visitor, draft_id: UUID, document_id: UUID) -> HttpResponseBase:
    """Show the applicant a file they gave. :raises NotFound: for a file of another draft."""
    application = open_application(request, visitor, draft_id)
    return sending.send(request, document_id, vault_id=application.view.draft.vault_id)
