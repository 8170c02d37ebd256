"""One case: everything about it on one page, and each deed an officer may do to it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound
from balai.base.numbers import whole
from balai.base.pages import rendering, texts
from balai.base.pages.attachments import name_file
from balai.casework.archive import policy as archive_policy
from balai.casework.cases import actions, queries, rules
from balai.casework.cases.queries import CaseView
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import queries as issuing_queries
from balai.casework.notices import queries as notices
from balai.doors.desk import words
from balai.doors.desk.shown import archive, clock_law, evidence, issued, linked, parking, registry, task, undo, walk
from balai.doors.desk.shown import case as shown
from balai.doors.desk.web import sending
from balai.engine import forms, manifest
from balai.records.documents import actions as documents_actions
from balai.records.documents import queries as documents
from balai.records.entrance import names
from balai.records.entrance.officers import Context, Desk, officer_page
from balai.records.entrance.posting import command_id, do_and_return, posted
from balai.records.offices import queries as offices
from balai.records.protection.rules import HIDDEN
from balai.records.registries import queries as registries

PARTS = ("proses", "riwayat", "arsip")  # what stands below the board, one at a time
ZOOMS = (100, 150, 200, 300)  # percent of the place a document is shown in
FILES_SALT = "desk.files"
SHOWABLE = ("image/jpeg", "image/png", "image/webp", "application/pdf")  # what a browser may show by itself


@dataclass(frozen=True)
class TypedTask:
    """What an officer typed into a task's form, kept whatever became of it."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    searches: Mapping[str, str] = field(default_factory=dict)
    added: str = ""  # the group that just got a further row
    files: Mapping[str, Any] = field(
        default_factory=dict
    )  # of the answers, those that hold files, and nothing else of them
    ticked: Mapping[str, tuple[str, ...]] | None = (
        None  # ids of phrases under "", sentences under the field they go into
    )
    marks: Mapping[str, str] = field(default_factory=dict)  # answers of the application marked wrong, with the reason

    @property
    def all_ticked(self) -> frozenset[str] | None:
        """Everything that was ticked; None where nobody was asked yet."""
        return None if self.ticked is None else frozenset(one for some in self.ticked.values() for one in some)


@require_GET
@officer_page
def show_case(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Open a case: the reading is recorded before anything is shown."""
    view = queries.open_case(desk.actor, number, now=desk.now)
    return _page(request, desk, view)


@require_POST
@officer_page
def show_nik(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show the NIK in full, once; that it was looked at is recorded by itself."""
    view = queries.open_case(desk.actor, number, now=desk.now, purpose="show-nik")
    return _page(request, desk, view, nik_shown=True)


@require_POST
@officer_page
def ask_registry(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Ask the population registry about the applicant and show what it says beside what was declared."""
    view = queries.open_case(desk.actor, number, now=desk.now, purpose="registry-check")
    return _page(request, desk, view, asked=_asked(desk, view))


def _asked(desk: Desk, view: CaseView) -> registry.ShownRegistry:
    nik = str(view.row.data.get("applicant", {}).get("nik", ""))
    title = texts.say("desk.registry.penduduk")
    if not nik:
        return registry.ShownRegistry(title, "no-key")
    try:
        answer = registries.look_up(
            nik,
            purpose=f"desk:{view.service.id}",
            actor=desk.actor,
            now=desk.now,
            person_id=view.row.applicant_id,
            fields=[name for name in registry.ASKED if not (view.hidden and name in HIDDEN)],
        )
    except BalaiError as error:
        return registry.ShownRegistry(title, "unavailable", at=error.message(desk.lang))
    return registry.answered(title, answer, view.row.data, view.service, desk.lang)


def _page(
    request: HttpRequest,
    desk: Desk,
    view: CaseView,
    *,
    typed: TypedTask | None = None,
    refused: BalaiError | None = None,
    nik_shown: bool = False,
    asked: registry.ShownRegistry | None = None,
) -> HttpResponse:
    """Make the case page; after a refusal it shows the new state, what was refused, and what was typed."""
    lang, number = desk.lang, view.row.number
    panel = task.choose(view, desk.actor, desk.now, lang)
    begun = [
        one for one in queries.list_begun(view.row, desk.person_id) if panel.task and one.token == panel.task.token
    ]
    mine = next((one for one in begun if one.person_id == desk.person_id), None) if panel.kind == "do" else None
    kept = mine if typed is None else None
    typed = typed or (_typed_before(mine.body) if mine else TypedTask())
    held, turns = documents.list_documents(view.row.vault_id), queries.list_turns(view.row.id)
    cards, former = (
        evidence.cards(
            view.service,
            view.data,
            held,
            address=lambda document_id: reverse("desk:document", args=[number, document_id]),
            reader=desk.person_id,
            lang=lang,
            turns=turns,
            former=old,
        )
        for old in (False, True)
    )
    changes, corrected = shown.changes(view, lang, former, cards, nik_shown=nik_shown)
    panel = task.with_form(
        panel,
        view,
        desk.now,
        lang,
        answers=typed.answers,
        errors=typed.errors,
        searches=typed.searches,
        added=typed.added,
        ticked=typed.all_ticked,
        stored=_stored(view, panel, typed),
    )
    others = tuple(
        (names.find_name(one.person_id), words.near(one.at, desk.now, lang)) for one in begun if one is not mine
    )
    panel = replace(panel, began=others)
    letters = issuing_queries.list_letters_of(view.row.id)
    status, tone = shown.status(view, lang)
    context: Context = {
        "desk": desk,
        "view": view,
        "row": view.row,
        "service": view.service,
        "title": view.service.text("title", lang),
        "status": status,
        "tone": tone,
        "holder": view.row.data.get("applicant", {}).get("name") or view.row.holder_masked,
        "applicant": shown.applicant(view, lang, nik_shown=nik_shown),
        "nik_shown": nik_shown,
        "has_nik": bool(view.row.data.get("applicant", {}).get("nik")),
        "has_number": shown.has_numbers(view),
        "pages": shown.answers(view, lang, typed.marks, nik_shown=nik_shown),
        "lead": shown.lead(view, lang, nik_shown=nik_shown),
        "changes": changes,
        "corrected": corrected,
        "marks": typed.marks,
        "zooms": ZOOMS,
        "kept_at": words.near(kept.at, desk.now, lang) if kept else "",
        "part": request.GET.get("bagian") if request.GET.get("bagian") in PARTS else PARTS[0],
        "has_record": view.row.applicant_id is not None,
        "earlier": shown.earlier_steps(view, lang, nik_shown=nik_shown),
        "reasons": shown.reasons(view, lang),
        "cards": cards,
        "registries": (*registry.found_in_case(view.service, view.row.data, lang), *((asked,) if asked else ())),
        "clock": shown.clock(view, desk.now, lang),
        "law_clock": clock_law.panel(view, desk),
        "picture": shown.picture(view, lang),
        "steps": shown.steps(view, lang),
        "moments": shown.timeline(view, desk.now, lang, desk.person_id),
        "notes": [(at, names.find_name(author), body) for at, author, body in view.notes],
        "linked": linked.panel(view, desk),
        "sheets": issued.sheets(
            view, letters, lang, issuing_queries.list_deliveries(view.row) if letters and not view.hidden else ()
        ),
        "told": issued.told(notices.list_of_case(view.row.id), desk.now, lang),
        "readers": issued.readers(
            queries.list_accesses(view.row.id, view.row.applicant_id), view, desk.now, lang, desk.person_id
        ),
        "keeping": archive.keeping(
            view.row.id,
            desk.now,
            lang,
            desk.person_id,
            may=archive_policy.may_keep(desk.actor, view.row.unit_path, desk.now),
        ),
        "panel": panel,
        "live_form": "isian" if panel.kind == "do" else "",
        "live_to": reverse("desk:complete", args=[number]),
        "colleagues": _colleagues(desk, view, panel),
        "refused": refused,
        "refused_text": refused.message(lang) if refused else "",
        "typed": _typed_words(view, panel, typed, lang) if refused else [],
        "back": {"typed": request.POST["back"], "fault": (refused.fields if refused else {}).get("reason", "")}
        if "back" in request.POST
        else None,
        "command": uuid4(),
        "kept_files": seal_files(number, typed.files),
        "walk": walk.find(request, desk, view.row.id),
        "undoable": undo.offers(desk),
        "parking": parking.parking(view, panel, desk, refused.fields if refused else {}),
        "crumbs": (),
        "sendable": sending.list_sendable(view, desk),
        "channel": texts.say(f"desk.channel.{view.row.channel}", lang),
    }
    return render(request, "desk/case.html", context, status=refused.status if refused else 200)


def _colleagues(desk: Desk, view: CaseView, panel: task.Panel) -> list[tuple[UUID, str]]:
    """List who may take the task over: who can work, holds the role in the unit and is not barred."""
    if panel.task is None or panel.step is None or not panel.may_hand_over:
        return []
    barred = view.row.barred(panel.step)
    able = offices.list_holders(
        panel.task.unit_path or view.row.unit_path, panel.task.role, timezone.localdate(desk.now), without=barred
    )
    others = [person for person in able if person != panel.task.assignee_id]
    return sorted(names.list_names(others).items(), key=lambda pair: pair[1])


def _typed_words(view: CaseView, panel: task.Panel, typed: TypedTask, lang: str) -> list[tuple[str, str]]:
    found = (
        [task.shown_before(form, typed.answers, view.service, lang) for form in view.service.forms.values()]
        if panel.kind != "do"
        else []
    )
    return max(found, key=len, default=[])


# ---- deeds ----------------------------------------------------------------------------------------------------------


@require_POST
@officer_page
def complete(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Do a task: one command. What cannot be taken comes back with everything that was typed."""
    listed, token = queries.get_listed(number), request.POST.get("token", "")
    assert listed.case_id is not None
    service, step = _step(request, listed.service_id)
    typed, asking = _read_form(request, desk, number, service, step)
    if "save" in request.POST or "discard" in request.POST:
        return _keep(request, desk, number, listed.case_id, service, step, typed)
    if asking or typed.errors:
        return show_again(request, desk, number, typed, Invalid() if typed.errors else None)
    data, marks = dict(typed.answers), dict(typed.marks)
    if step.form:
        spoken = request.POST.get("language", "") if request.POST.get("language") in texts.languages() else "id"
        data, marks = task.compose(service, step, data, typed.ticked or {}, marks, spoken)
    try:
        actions.act(
            actions.Command(
                id=command_id(request),
                actor=desk.actor,
                now=desk.now,
                case_id=listed.case_id,
                action="complete",
                token=token,
                data=data,
                marks=marks,
                lang=desk.lang,
                hold=actions.HELD,
            )
        )
    except Invalid as refused:
        return show_again(request, desk, number, replace(typed, errors=refused.fields), refused)
    except (Conflict, NotAllowed) as refused:
        return show_again(request, desk, number, typed, refused)
    with suppress(BalaiError):  # what was done is done
        actions.drop_sketch(actor=desk.actor, now=desk.now, case_id=listed.case_id, token=token)
    title = service.text(f"steps.{step.id}.title", desk.lang, step.id)
    messages.success(request, texts.say("desk.task.done", step=title, number=number), extra_tags="ok")
    return HttpResponseRedirect(walk.onward(request, desk, listed.case_id, number))


def _stored(view: CaseView, panel: task.Panel, typed: TypedTask) -> dict[str, rendering.Stored]:
    """Name the files that were taken in for a step's form, by document."""
    form = view.service.forms.get(panel.step.form) if panel.step else None
    held = [one.held for one in forms.list_files(form, typed.files)] if form else []
    return {str(one["document"]): rendering.Stored(str(one["name"]), int(one["size"])) for one in held}


def _step(request: HttpRequest, service_id: str) -> tuple[manifest.Service, manifest.Step]:
    """Find the step the form was made for; casework checks again that it is the step the token stands on.

    The version is the one the form was drawn with, also when the case was moved to another since; the service is the case's.
    """
    service = catalogue.get_service(service_id, request.POST.get("version", ""))
    step = service.steps.get(request.POST.get("node", ""))
    if step is None or service.id != service_id:
        raise NotFound
    return service, step


def _read_form(
    request: HttpRequest, desk: Desk, number: str, service: manifest.Service, step: manifest.Step
) -> tuple[TypedTask, bool]:
    """Read what was typed, taking files in; tell also whether only the questions should be drawn anew."""
    if not step.form:
        return TypedTask(), False
    form, post = service.forms[step.form], posted(request)
    answers = forms.from_post(form, form.fields.values(), post, _kept_files(request, number))
    errors: dict[str, str] = {}
    for name, upload in ((key, one) for key in request.FILES for one in request.FILES.getlist(key)):
        one = form.find(name.replace("-", "."))
        if one is not None and one.holds_files:
            try:
                forms.put_file(form, answers, name, _store(desk, number_vault(desk, number), one, upload))
            except (Invalid, BalaiError) as refused:
                errors[name.replace("-", ".")] = refused.message(desk.lang)
    edited = forms.edit_group(form, post, answers)
    asking = edited is not None or any(name in ("refresh", "search") or forms.takes_away(name) for name in post)
    ticked = {"": tuple(post.get("phrase", ()))}
    ticked |= {name.removeprefix("said-"): tuple(some) for name, some in post.items() if name.startswith("said-")}
    marks = {
        name.removeprefix("mark-"): values[-1].strip()
        for name, values in post.items()
        if name.startswith("mark-") and values[-1].strip()
    }
    kept = forms.only_files(form, answers if edited is None else edited)
    searches, added = forms.searches_in(post), forms.added_to(form, post)
    return TypedTask(edited or answers, errors, searches, added, kept, ticked, marks), asking


def _keep(
    request: HttpRequest,
    desk: Desk,
    number: str,
    case_id: UUID,
    service: manifest.Service,
    step: manifest.Step,
    typed: TypedTask,
) -> HttpResponse:
    """Keep what was typed for later, or throw it away; it is the officer's own until they send it."""
    back, token = reverse("desk:case", args=[number]), request.POST.get("token", "")
    if "discard" in request.POST:
        return do_and_return(
            request, back, "desk.sketch.dropped",
            lambda: actions.drop_sketch(actor=desk.actor, now=desk.now, case_id=case_id, token=token),
        )  # fmt: skip
    part = request.headers.get("X-Balai-Part")
    try:
        _save(desk, case_id, token, service, step, typed)
    except BalaiError as refused:
        if part:
            return HttpResponse(refused.message(desk.lang), content_type="text/plain", status=refused.status)
        return show_again(request, desk, number, typed, refused)
    if part:
        return HttpResponse(texts.say("desk.sketch.kept"), content_type="text/plain")
    messages.success(request, texts.say("desk.sketch.kept"), extra_tags="ok")
    return HttpResponseRedirect(f"{back}#tugas")


def _save(
    desk: Desk, case_id: UUID, token: str, service: manifest.Service, step: manifest.Step, typed: TypedTask
) -> None:
    answers = forms.to_json(service.forms[step.form], typed.answers) if step.form else {}
    body = {
        "answers": answers,
        "files": dict(typed.files),
        "ticked": dict(typed.ticked or {}),
        "marks": dict(typed.marks),
    }
    actions.save_sketch(actor=desk.actor, now=desk.now, case_id=case_id, token=token, body=body)


def _typed_before(body: Mapping[str, Any]) -> TypedTask:
    """Read back what an officer began and did not send."""
    ticked = {str(name): tuple(map(str, some)) for name, some in body.get("ticked", {}).items()}
    return TypedTask(body.get("answers", {}), files=body.get("files", {}), ticked=ticked, marks=body.get("marks", {}))


@require_POST
@officer_page
def turn_document(request: HttpRequest, desk: Desk, number: str, document_id: UUID) -> HttpResponse:
    """Turn a document by a quarter, for everybody who looks at it; what was typed beside it is kept."""
    case_id = queries.find_case_id(number)
    if request.POST.get("node"):
        listed = queries.get_listed(number)
        service, step = _step(request, listed.service_id)
        typed, _ = _read_form(request, desk, number, service, step)
        with suppress(Conflict, NotAllowed):  # somebody finished the task meanwhile: the page says so
            _save(desk, case_id, request.POST.get("token", ""), service, step, typed)
    actions.turn_document(
        command_id=uuid4(), actor=desk.actor, now=desk.now, case_id=case_id, document_id=document_id, by=90
    )
    if request.headers.get("X-Balai-Part"):
        return HttpResponse(status=204)
    return HttpResponseRedirect(f"{reverse('desk:case', args=[number])}#dok-{document_id}")


@require_GET
@officer_page
def show_others(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """List the applicant's other cases that this officer may see; that they were looked for is recorded."""
    view = queries.open_case(desk.actor, number, now=desk.now, purpose="others-of-applicant")
    found = [] if view.hidden else queries.list_others(desk.person_id, view.row.id, view.row.applicant_id, now=desk.now)
    queries.record_list(desk.actor, "others", [(one.case_id, one.applicant_id) for one in found], now=desk.now)
    rows = [
        (
            one,
            catalogue.get_service(one.service_id, one.service_key).text("title", desk.lang),
            *shown.listed_status(one, desk.lang),
        )
        for one in found
    ]
    return render(request, "desk/others.html", {"desk": desk, "row": view.row, "rows": rows, "hidden": view.hidden})


def number_vault(desk: Desk, number: str) -> UUID:
    """Find the vault that a case's files are kept under, for an officer who may open the case."""
    view = queries.open_case(desk.actor, number, now=desk.now, purpose="add-document")
    return view.row.vault_id


def _store(desk: Desk, vault_id: UUID, one: forms.Field, upload: Any) -> dict[str, Any]:
    more: dict[str, Any] = {"max_bytes": one.max_bytes} if one.max_bytes else {}
    kept = documents_actions.store(
        vault_id,
        upload.chunks(),
        name=upload.name or one.name,
        declared_type=upload.content_type or "",
        actor=desk.actor,
        now=desk.now,
        accept=one.accept,
        declared_size=upload.size,
        **more,
    )
    return {"document": str(kept.id), "name": upload.name, "size": kept.size, "type": kept.media_type}


def seal_files(number: str, files: Mapping[str, Any]) -> str:
    """Write which files a form has taken in, so that nobody else can write that list and no other case takes it."""
    return signing.dumps(dict(files), salt=_salt(number)) if files else ""


def _salt(number: str) -> str:
    return f"{FILES_SALT}.{rules.read_number(number)}"


def _kept_files(request: HttpRequest, number: str) -> dict[str, Any]:
    """Read which files were taken in on an earlier round of this form of this case."""
    try:
        kept = signing.loads(request.POST.get("kept", ""), salt=_salt(number), max_age=24 * 3600)
    except signing.BadSignature:
        return {}
    return dict(kept)


def show_again(
    request: HttpRequest, desk: Desk, number: str, typed: TypedTask | None, refused: BalaiError | None
) -> HttpResponse:
    """Show the case as it is now, with what was typed and why it was not taken."""
    view = queries.open_case(desk.actor, number, now=desk.now)
    return _page(request, desk, view, typed=typed, refused=refused)


# ---- documents ------------------------------------------------------------------------------------------------------


@require_GET
@officer_page
def open_document(request: HttpRequest, desk: Desk, number: str, document_id: UUID) -> HttpResponseBase:
    """Open a document of a case in the original; that it was opened is recorded first."""
    view = queries.open_case(desk.actor, number, now=desk.now, purpose="open-document")
    place = evidence.find_place(view, document_id)
    return send_document(request, desk, view, place, purpose=f"open-document:{place.key}.{place.path}")


def send_document(
    request: HttpRequest, desk: Desk, view: CaseView, place: evidence.DocumentPlace, *, purpose: str
) -> HttpResponseBase:
    """Send a document of an opened case in the original; that it was opened, and what for, is recorded first."""
    kept = documents.get_document(place.document_id)
    chunks = documents.read_document(
        desk.actor, place.document_id, purpose=purpose, person_id=view.row.applicant_id, now=desk.now
    )
    response = StreamingHttpResponse(chunks, content_type=kept.media_type)
    name_file(response, place.name, inline=kept.media_type in SHOWABLE and "unduh" not in request.GET)
    if kept.media_type != "application/pdf":  # a browser's own PDF viewer does not open inside a sandbox
        response["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@officer_page
def show_preview(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Send a small picture of a document to the officer whose case page named it."""
    document_id = evidence.read_preview(token, desk.person_id)
    if document_id is None:
        raise NotFound
    queries.require_shown(desk.actor, documents.get_document(document_id).vault_id, now=desk.now)
    page, width = _number(request, "halaman", 1), _number(request, "lebar", 480)
    response = HttpResponse(documents.preview(document_id, page, width), content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


@never_cache
@require_GET
@officer_page
def show_pages(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Show every page of a document to the officer whose case page named it."""
    document_id = evidence.read_preview(token, desk.person_id)
    if document_id is None:
        raise NotFound
    kept = documents.get_document(document_id)
    queries.require_shown(desk.actor, kept.vault_id, now=desk.now)
    view = {"desk": desk, "name": documents.name_of(kept), "pages": evidence.list_pages(token, kept.pages or 1)}
    return render(request, "desk/pages.html", view)


def _number(request: HttpRequest, name: str, default: int) -> int:
    return whole(request.GET.get(name, ""), default, most=9_999)
