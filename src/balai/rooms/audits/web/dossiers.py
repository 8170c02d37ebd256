"""Whole cases as one sealed file: asked for with a purpose, waited for, fetched."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balai.base import access_log, intake, throttle
from balai.base.errors import MESSAGES, BalaiError, Invalid, NotFound, TooMany
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.records.entrance.officers import Desk, auditing_page, auditor_page
from balai.records.entrance.posting import command_id
from balai.rooms.audits import actions, queries
from balai.rooms.audits.models import Dossier
from balai.rooms.audits.web.drawing import REFUSED, draw
from balai.rooms.audits.web.samples import as_number

STEPS = ("gather", "typeset", "seal")


@never_cache
@require_http_methods(["GET", "POST"])
@auditing_page
def list_dossiers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the files one asked for and how far each is, or ask for one."""
    if request.method == "GET":
        return _list(request, desk)
    number = intake.plain(request.POST.get("number", ""), 40, "number")
    try:
        _ask(request, desk, number)
    except (*REFUSED, TooMany) as refused:
        return _list(request, desk, refused)
    messages.success(request, texts.say("room_audits.dossier.asked"), extra_tags="ok")
    return HttpResponseRedirect(reverse("audits:dossiers"))


def _ask(request: HttpRequest, desk: Desk, number: str) -> None:
    throttle.take("audit-dossier", str(desk.person_id), limit=60, per=timedelta(hours=1), now=desk.now)
    unknown = Invalid(fields={"number": texts.say("room_audits.fault.number")})
    if not case_rules.is_number(number):
        raise unknown
    try:
        actions.ask_dossier(
            command_id=command_id(request), actor=desk.actor, now=desk.now, number=number,
            purpose=request.POST.get("purpose", ""), language=desk.lang,
        )  # fmt: skip
    except NotFound as error:
        if error.code != "not-found":
            raise Invalid(fields={"number": error.message(desk.lang)}) from None
        raise unknown from None


def _list(request: HttpRequest, desk: Desk, refused: BalaiError | None = None) -> HttpResponse:
    rows = queries.list_dossiers(desk.person_id)
    numbers = cases.list_numbers({one.case_id for one in rows})
    cases.record_list(desk.actor, "dossiers", cases.list_holders(case_ids={one.case_id for one in rows}), now=desk.now)
    context = {
        "rows": [_line(one, numbers.get(one.case_id, "—"), desk) for one in rows],
        "waiting": any(one.state == "waiting" for one in rows),
        "number": as_number(request.GET.get("nomor", "")),
    }
    return draw(request, desk, "audits/dossiers.html", refused, context)


def _line(one: Dossier, number: str, desk: Desk) -> dict[str, object]:
    code = MESSAGES.get(one.fault)
    return {
        "row": one, "number": number, "asked": moment(one.asked_at, desk.lang), "state": texts.say(f"room_audits.dossier.state.{one.state}"),
        "tone": {"made": "ok", "failed": "bad", "waiting": "info"}.get(one.state, ""),
        "done": STEPS.index(one.step) + 1 if one.step in STEPS else 0, "all": len(STEPS) + 1,
        "step": texts.say(f"room_audits.dossier.step.{one.step or 'wait'}") if one.state == "waiting" else "",
        "fault": code[0 if desk.lang == "id" else 1] if code else one.fault,
        "url": reverse("audits:dossier", args=[one.id]) if queries.can_open(one, desk.now) else "",
        "size": f"{(one.size or 0) / 1_000_000:.1f} MB".replace(".", "," if desk.lang == "id" else "."),
        "until": moment(one.made_at + queries.dossiers.KEPT, desk.lang) if one.made_at else "",
    }  # fmt: skip


@never_cache
@require_GET
@auditor_page
def fetch_dossier(request: HttpRequest, desk: Desk, dossier_id: UUID) -> HttpResponse:
    """Give a file to whoever asked for it, while it is kept; the reading is recorded once more, for the person to see."""
    row = queries.get_dossier(desk.person_id, dossier_id)
    if not queries.can_open(row, desk.now):
        raise NotFound
    number = cases.list_numbers([row.case_id])[row.case_id]
    face = cases.read_face(case_id=row.case_id)
    access_log.record_access(
        desk.actor,
        purpose=f"audit: {row.purpose}",
        object=f"case:{row.case_id}",
        person_id=face.applicant_id,
        now=desk.now,
    )
    cases.require_shown(desk.actor, row.vault_id, now=desk.now)  # they may have come under protection since it was made
    return HttpResponse(
        queries.open_dossier(row), content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="berkas-perkara-{number}.pdf"'},
    )  # fmt: skip
