"""A case as its holder sees it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import throttle
from balai.base.errors import NotAllowed
from balai.base.pages.parts import Fact, Link
from balai.base.pages.texts import say
from balai.casework.cases import actions as case_actions
from balai.casework.cases import queries as case_queries
from balai.casework.cases.queries import CaseView
from balai.doors.portal import given, journey, letters, limits, linked, progress, together
from balai.engine import forms
from balai.records.documents import sending
from balai.records.entrance.visitors import DRAFTS, TRACKS, Visitor, keep_secret, secret_of, visitor_page
from balai.records.offices import queries as offices
from balai.records.people.rules import mask_contact


def open_case(request: HttpRequest, visitor: Visitor, number: str) -> CaseView:
    """Open a case for its holder, by account or by the code their session holds. :raises NotFound: for strangers."""
    code = secret_of(request, TRACKS, number.upper())
    return case_queries.open_case(visitor.actor, number, now=visitor.now, purpose="own case", track_code=code)


@never_cache
@require_GET
@visitor_page
def show_case(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Show where a case stands, what is asked of its holder, and its letters."""
    view = open_case(request, visitor, number)
    word, tone = progress.status(view, visitor.lang)
    title = view.service.text("title", visitor.lang)
    listed = letters.of_case(view, visitor)
    gone = bool(listed and listed[0].reason)
    refused, revoked = view.row.outcome == "refused", any(letter.reason for letter in listed)
    objecting = linked.find_way(view, visitor)
    context = {
        "view": view,
        "number": view.row.number,
        "title": title,
        "word": word,
        "tone": tone,
        "since": progress.since(view, visitor.lang),
        "headline": say(f"portal.letter.{'replaced' if listed[0].replaced else 'gone'}")
        if gone
        else progress.headline(view, visitor.lang),
        "lead": "" if gone else progress.outcome_text(view, visitor.lang),
        "open": view.row.status != "closed",
        "deadline": progress.deadline(
            view, offices.get_built_calendar(*view.row.unit_calendar), visitor.now, visitor.lang
        ),
        "asked": progress.asked(view, visitor.lang),
        "way": journey.waypoints(view, visitor.lang),
        "picture": journey.picture(view, visitor.lang),
        "moments": progress.timeline(view, visitor.lang),
        "letters": listed,
        "given": given.documents(view, visitor.lang),
        "answers": _answers(view, visitor),
        "unit": view.row.unit_name,
        "changes": letters.changes(view, visitor) if refused else (),
        "linked": linked.rows(request, view, visitor),
        "objecting": objecting,
        "objection": letters.objection(view, visitor.lang)
        if (refused or revoked or objecting) and not (objecting and objecting.before)
        else (),
        "objection_first": refused or revoked or view.service.about is not None,
        "objection_text": say(f"portal.objection.{'text' if refused else 'revoked_text' if revoked else 'any_text'}"),
        "crumbs": crumbs(visitor, Link(view.row.number)),
    }
    return render(request, "portal/case.html", context)


@never_cache
@require_POST
@visitor_page
def begin_objection(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Begin an objection to the decision of a case, bound to it, and lead to its form. :raises NotFound: for strangers."""
    throttle.take("draft", throttle.address_of(request), **limits.DRAFTS, now=visitor.now)
    code = secret_of(request, TRACKS, number.upper())
    draft_id, secret = case_actions.begin_objection(
        actor=visitor.actor, now=visitor.now, number=number, lang=visitor.lang, track_code=code
    )
    keep_secret(request, DRAFTS, str(draft_id), secret)
    return HttpResponseRedirect(f"/permohonan/{draft_id}/")


def crumbs(visitor: Visitor, *links: Link) -> tuple[Link, ...]:
    """Say where a page of a case stands: under one's own cases, or under tracking for whoever has no account."""
    place = (
        Link(say("portal.nav.mine"), "/berkas-saya/") if visitor.person_id else Link(say("portal.nav.track"), "/lacak/")
    )
    return (Link(say("portal.nav.home"), "/"), place, *links)


def _answers(view: CaseView, visitor: Visitor) -> tuple[Fact, ...]:
    """List what the applicant told, as they told it."""
    form = view.service.forms["apply"]
    told = view.data.get("apply", {})
    rows = []
    for one in form.fields.values():
        if told.get(one.name) is None:
            continue
        if one.kind == "files":
            rows += _files(view, one, told[one.name], visitor.lang)
            continue
        shown = forms.show(one, told[one.name], view.service.texts, visitor.lang, tables=view.service.tables)
        document = told[one.name].get("document") if one.kind == "file" and isinstance(told[one.name], dict) else None
        url = f"/berkas/{view.row.number}/bukti/{document}/" if document else ""
        rows.append(Fact(view.service.text(f"{one.text_key}.label", visitor.lang, one.name), shown, url=url))
    return tuple(rows)


def _files(view: CaseView, one: forms.Field, value: object, lang: str) -> list[Fact]:
    """List the files of one question, each to be opened."""
    label = view.service.text(f"{one.text_key}.label", lang, one.name)
    held = (each for each in forms.files_of(value) if isinstance(each, dict))
    place = f"/berkas/{view.row.number}/bukti"
    return [Fact(label, str(each.get("name") or ""), url=f"{place}/{each.get('document')}/") for each in held]


@never_cache
@require_GET
@visitor_page
def show_sent(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Confirm that an application arrived: number, code, what comes next; made to be printed."""
    view = open_case(request, visitor, number)
    code = secret_of(request, TRACKS, view.row.number)
    known = view.row.applicant_id is not None
    context = {
        "number": view.row.number,
        "next": secret_of(request, together.NEXT, view.row.number),
        "title": view.service.text("title", visitor.lang),
        "code": "" if known else " ".join(code[at : at + 4] for at in range(0, len(code), 4)),
        "deadline": progress.deadline(
            view, offices.get_built_calendar(*view.row.unit_calendar), visitor.now, visitor.lang
        ),
        "unit": view.row.unit_name,
        "address": f"{settings.BALAI_URL}/lacak/",
        "contact": say("portal.review.news.and").join(_reach(view)),
        "steps": view.service.text_list("standard.procedure", visitor.lang)[1:],
        "crumbs": crumbs(visitor, Link(view.row.number)),
    }
    return render(request, "portal/sent.html", context)


def _reach(view: CaseView) -> list[str]:
    kept = view.data.get("contact", {})
    return [mask_contact(str(kept[name])) for name in ("email", "phone") if kept.get(name)]


@never_cache
@require_GET
@visitor_page
def send_file(request: HttpRequest, visitor: Visitor, number: str, document_id: UUID) -> HttpResponseBase:
    """Send the holder a file they gave or were given. :raises NotFound: for a file of another case."""
    return sending.send(request, document_id, vault_id=_open_papers(request, visitor, number).row.vault_id)


@never_cache
@require_GET
@visitor_page
def send_letter(request: HttpRequest, visitor: Visitor, number: str, letter_id: UUID) -> HttpResponseBase:
    """Send the holder a signed letter. :raises NotFound: for a letter of another case, or one not signed."""
    return letters.send(_open_papers(request, visitor, number), visitor, letter_id)


def _open_papers(request: HttpRequest, visitor: Visitor, number: str) -> CaseView:
    """Open a case whose papers are asked for. :raises NotAllowed: `protected-person`, for an agent or a link of somebody protected."""
    view = open_case(request, visitor, number)
    if view.hidden:
        raise NotAllowed("protected-person")
    return view
