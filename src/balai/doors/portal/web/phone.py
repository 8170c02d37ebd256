"""A person's own phone: what it is told of their drafts and cases, and what was typed on it without a connection."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import journal
from balai.base.errors import BalaiError, Conflict, NotFound
from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.casework.cases import actions as cases
from balai.casework.cases import queries as case_queries
from balai.doors.portal import answering, phone
from balai.doors.portal.application import open_application
from balai.doors.portal.filling import store_file, take_page
from balai.doors.portal.web.case import open_case
from balai.engine import forms
from balai.records.entrance.visitors import Visitor, account_page


@never_cache
@require_GET
@account_page
def show_phone(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Say what a phone keeps and for how long; with script, let it begin or end."""
    context = {
        "days": phone.KEPT.days,
        "crumbs": (
            Link(say("portal.nav.home"), "/"), Link(say("portal.account.title"), reverse("portal:account")),
            Link(say("portal.phone.title")),
        ),
    }  # fmt: skip
    return render(request, "portal/phone.html", context)


@never_cache
@require_GET
@account_page
def send_list(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Tell a phone which drafts and cases it may keep; one that did so too long without us is told to wipe itself (410)."""
    if phone.is_stale(request.GET.get("sejak", ""), visitor.now):
        response = JsonResponse({"why": "stale"}, status=410)
        phone.wipe(response)
        return response
    told = {
        "who": phone.name_person(visitor.known),
        "at": visitor.now.isoformat(),
        "days": phone.KEPT.days,
        "most": phone.MOST,
        "token": get_token(request),
        "words": phone.words(visitor.lang),
        "drafts": [str(one.id) for one in case_queries.list_drafts(visitor.known)],
        "cases": [one.number for one in case_queries.list_cases_of(visitor.known, limit=phone.CASES)],
    }
    answer = JsonResponse(told)
    phone.note(answer)
    return answer


@never_cache
@require_GET
@account_page
def send_case(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Give a copy of a case to its holder's phone. :raises NotFound: for strangers."""
    view = open_case(request, visitor, number)
    asked = [(one, answering.read_answers(request, one)) for one in answering.list_asked(view, visitor)]
    return JsonResponse(phone.copy_case(view, visitor.lang, asked))


@never_cache
@require_GET
@account_page
def send_draft(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Give a copy of an application to its writer's phone. :raises NotFound: for strangers, and of one that was sent."""
    application = open_application(request, visitor, draft_id)
    if application.view.draft.case_id is not None:
        raise NotFound
    return JsonResponse(phone.copy_draft(application))


@never_cache
@require_POST
@account_page
def take_answers(request: HttpRequest, visitor: Visitor, draft_id: UUID, page: str) -> HttpResponse:
    """Take what was typed on one page without a connection: saved once, however often it is sent.

    What changed elsewhere too is told side by side (409) and saved by nobody until the person chose.
    """
    try:
        command = UUID(request.POST.get("command", ""))
        application = open_application(request, visitor, draft_id)
    except (ValueError, NotFound):
        return JsonResponse({"why": "gone"}, status=404)
    found = application.form.page(page)
    if found is None:
        return JsonResponse({"why": "gone"}, status=404)
    if application.view.draft.case_id is not None:
        return JsonResponse({"why": "sent", "words": Conflict("draft-sent").message(visitor.lang)}, status=409)
    taken = take_page(
        request, application.form, found.fields, application.answers, application.scope, application.keep_file,
        visitor.lang,
    )  # fmt: skip
    if taken.file_errors:
        words = " ".join(dict.fromkeys(taken.file_errors.values()))
        return JsonResponse({"why": "refused", "words": words}, status=taken.status)
    base, force = phone.read_marks(request.POST.get("base", "")), request.POST.get("force") == "1"
    try:
        cases.save_draft(
            actor=visitor.actor, now=visitor.now, draft_id=draft_id, secret=application.secret, answers={}, seen={},
            page=page, command_id=uuid5(command, f"{draft_id} {page}"),
            merge=lambda stored: phone.merge(stored, taken.answers, found.fields, base, force=force),
        )  # fmt: skip
    except Conflict as refused:
        why = "sent" if refused.code == "draft-sent" else "changed"
        rows = []
        if why == "changed":
            now = open_application(request, visitor, draft_id)
            rows = phone.compare(
                now.view.service, now.form, now.scope, found.fields, typed=taken.answers, stored=now.answers,
                lang=visitor.lang,
            )  # fmt: skip
        return JsonResponse({"why": why, "words": refused.message(visitor.lang), "rows": rows}, status=409)
    except BalaiError as refused:
        return JsonResponse({"why": "refused", "words": refused.message(visitor.lang)}, status=refused.status)
    return JsonResponse({"done": True})


@never_cache
@require_POST
@account_page
def take_correction(request: HttpRequest, visitor: Visitor, number: str, token: str) -> HttpResponse:
    """Take what was typed for a returned case without a connection: kept, and sent on where its holder pressed so, once.

    What the office or another device changed meanwhile is told (409), and nothing of it is lost.
    """
    try:
        command = uuid5(UUID(request.POST.get("command", "")), f"{number} {token}")
        view = open_case(request, visitor, number)
    except (ValueError, NotFound):
        return JsonResponse({"why": "gone"}, status=404)
    if journal.find_body(
        f"case:{view.row.id}", journal.bound(command, visitor.actor)
    ):  # the answer was lost on its way
        return JsonResponse({"done": True})
    try:
        asked = answering.get_asked(view, token, visitor)
    except Conflict as moved:
        return JsonResponse({"why": "sent", "words": moved.message(visitor.lang)}, status=409)

    def keep(one: forms.Field, file: "UploadedFile[bytes]") -> Mapping[str, Any]:
        return store_file(view.row.vault_id, one, file, visitor)

    names, stored = tuple(asked.form.fields), answering.read_answers(request, asked)
    taken = take_page(request, asked.form, names, stored, asked.scope, keep, visitor.lang)
    if taken.file_errors:
        words = " ".join(dict.fromkeys(taken.file_errors.values()))
        return JsonResponse({"why": "refused", "words": words}, status=taken.status)
    base, force = phone.read_marks(request.POST.get("base", "")), request.POST.get("force") == "1"
    try:
        answers = stored | phone.merge(stored, taken.answers, names, base, force=force)
    except Conflict as refused:
        rows = phone.compare(
            view.service, asked.form, asked.scope, names, typed=taken.answers, stored=stored, lang=visitor.lang
        )
        return JsonResponse({"why": "changed", "words": refused.message(visitor.lang), "rows": rows}, status=409)
    answering.remember(request, asked, answers)
    if request.POST.get("final") != "1":
        return JsonResponse({"done": True})
    return _complete(request, visitor, asked, command, answers)


def _complete(
    request: HttpRequest, visitor: Visitor, asked: answering.Asked, command: UUID, answers: Mapping[str, Any]
) -> HttpResponse:
    """Send the answers of a correction on; what is wrong with them is told, and they stay in its form."""
    try:
        cases.act(
            cases.Command(
                id=command, actor=visitor.actor, now=visitor.now, case_id=asked.view.row.id, action="complete",
                token=asked.task.token, data=answers, lang=visitor.lang,
            )
        )  # fmt: skip
    except Conflict as moved:
        return JsonResponse({"why": "sent", "words": moved.message(visitor.lang)}, status=409)
    except BalaiError as refused:
        words = " ".join(dict.fromkeys(refused.fields.values())) or refused.message(visitor.lang)
        return JsonResponse({"why": "refused", "words": words}, status=refused.status)
    answering.forget(request, asked)
    return JsonResponse({"done": True})


@require_POST
@account_page
def wipe(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Let the browser take away whatever this phone kept; without script too."""
    messages.success(request, say("portal.phone.wiped"), extra_tags="ok")
    response = HttpResponseRedirect(reverse("portal:phone"))
    phone.wipe(response)
    return response
