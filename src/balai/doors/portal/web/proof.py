"""The page of the one-time code: whoever has no account proves that they can be reached, and their application is sent."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake, post, throttle
from balai.base.errors import Conflict, Invalid
from balai.base.pages.parts import FormFault
from balai.base.pages.texts import say
from balai.casework.cases import actions as cases
from balai.casework.cases import queries as case_queries
from balai.doors.portal import contact, limits, parcels, together
from balai.doors.portal.application import REVIEW, Application, open_application
from balai.records.entrance.visitors import TRACKS, Visitor, keep_secret, secret_of, visitor_page

DECLARED = "declared"  # which drafts their writer declared to be true, and so wants sent once the code is right


def begin(request: HttpRequest, application: Application) -> HttpResponse:
    """Send the first code to whoever declared and pressed send, and lead to its page."""
    keep_secret(request, DECLARED, str(application.id), "1")
    to = first_of(application)
    known = any(_is_running(application, each) for each in application.contacts.values())
    if to and not known:
        _send(request, application, to)
    return HttpResponseRedirect(_address(application))


def first_of(application: Application) -> str:
    """Give the contact the first code goes to: the e-mail address, or the phone without one."""
    return application.contacts.get("email") or application.contacts.get("phone") or ""


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
def prove(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Ask for the code, send another one, or take it and send the application."""
    application = open_application(request, visitor, draft_id)
    if application.view.draft.case_id is not None:
        return sent(request, application)
    if not application.must_prove:
        return _go_on(request, application)
    if request.method == "GET":
        return _page(request, application)
    wanted = request.POST.get("ke", "")
    if wanted in application.contacts:
        _send(request, application, application.contacts[wanted])
        return HttpResponseRedirect(_address(application))
    return _take(request, application)


def _send(request: HttpRequest, application: Application, to: str) -> None:
    visitor = application.visitor
    for who in (throttle.address_of(request), str(application.id)):
        throttle.take("contact-code", who, **limits.UPLOADS, now=visitor.now)
    throttle.take("contact-code-to", to, **limits.CONTACT_CODES, now=visitor.now)
    cases.send_code(
        actor=visitor.actor, now=visitor.now, draft_id=application.id, secret=application.secret, to=to,
        lang=visitor.lang, write=lambda code: parcels.write("contact_code", visitor.lang, code=code),
    )  # fmt: skip


def _take(request: HttpRequest, application: Application) -> HttpResponse:
    visitor = application.visitor
    throttle.take("contact-code-typed", throttle.address_of(request), **limits.CODES, now=visitor.now)
    typed = intake.plain(request.POST.get("kode", ""), 40, "kode")
    try:
        cases.prove_contact(
            actor=visitor.actor, now=visitor.now, draft_id=application.id, secret=application.secret, code=typed
        )
    except Invalid as refused:
        return _page(request, open_application(request, visitor, application.id), refused.message(visitor.lang), typed)
    return _go_on(request, open_application(request, visitor, application.id))


def _go_on(request: HttpRequest, application: Application) -> HttpResponse:
    """Send what was declared before the code was asked for; else lead back to the review, where it is."""
    if application.must_prove:  # the contact was changed after the code had gone to the old one
        return HttpResponseRedirect(_address(application))
    if secret_of(request, DECLARED, str(application.id)):
        try:
            return sent(request, application)
        except Invalid:
            pass  # the review names what is missing
        except Conflict as refused:
            if refused.code != "service-not-open":
                raise  # the review says why, and that the answers are kept
    messages.success(request, say("portal.proof.proven"), extra_tags="ok")
    return HttpResponseRedirect(application.url(REVIEW))


def sent(request: HttpRequest, application: Application) -> HttpResponse:
    """Send it, and lead to the page that says so, with the secret by which its holder follows it and what else was begun with it."""
    submitted = application.submit()
    if rest := next(
        (one.url for one in together.list_beside(request, application) if not one.here and not one.sent), ""
    ):
        keep_secret(request, together.NEXT, submitted.number, rest)
    keep_secret(request, TRACKS, submitted.number, submitted.track_code)
    return HttpResponseRedirect(f"/berkas/{submitted.number}/terkirim/")


def _page(request: HttpRequest, application: Application, fault: str = "", typed: str = "") -> HttpResponse:
    now_at = next((to for to in application.contacts.values() if _is_running(application, to)), "")
    others = [
        (name, say(f"portal.proof.send_{'again' if to == now_at else 'to'}", to=to))
        for name, to in application.contacts.items()
    ]
    held_up = any(post.is_held_up(post.port_of(to)) for to in application.contacts.values())
    context = {
        "to": now_at,
        "typed": typed,
        "fault": fault,
        "faults": (FormFault("kode", fault),) if fault else (),
        "others": others,
        "held_up": held_up,
        "change": f"{application.url(contact.PAGE)}?kembali=1#phone" if application.asks_contact else "/akun/email/",
        "declared": bool(secret_of(request, DECLARED, str(application.id))),
        "stages": application.stages(REVIEW),
        "service_title": application.view.service.text("title", application.visitor.lang),
        "before": application.url(REVIEW),
        "keep_url": f"/permohonan/{application.id}/simpan/",
    }
    return render(request, "portal/proof.html", context, status=422 if fault else 200)


def _is_running(application: Application, to: str) -> bool:
    return case_queries.is_code_running(application.view.draft, to, application.visitor.now)


def _address(application: Application) -> str:
    return f"/permohonan/{application.id}/kode/"
