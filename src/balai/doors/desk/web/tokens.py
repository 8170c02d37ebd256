"""The administration of machines' keys: which there are, whose they are, when they were used, one more, one less."""

from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from balai.base import intake
from balai.base.errors import BalaiError, Conflict, Invalid
from balai.base.numbers import whole
from balai.base.pages import texts
from balai.base.pages.parts import FormFault
from balai.casework.cases import queries as cases
from balai.doors.api import tokens
from balai.doors.desk import queries, words
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id
from balai.records.people import queries as people
from balai.records.people.rules import mask_contact

TONES = {"live": "ok", "expired": "warn", "revoked": "bad", "ended": "bad"}
DAYS = "90"


@never_cache
@require_http_methods(["GET", "POST"])
@administrator_page
def show_tokens(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the keys of machines, and make one, which is shown this once."""
    if request.method == "GET":
        return _page(request, desk)
    days = whole(request.POST.get("days", "").strip(), 0, most=99_999)
    try:
        person_id = people.find_person_by_email(request.POST.get("email", ""))
        if person_id is None:
            raise Invalid(fields={"email": texts.say("desk.tokens.fault.email")})
        shown = tokens.make_token(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            name=request.POST.get("name", ""),
            person_id=person_id,
            scopes=request.POST.getlist("scope"),
            life=timedelta(days=days),
        )
    except (Invalid, Conflict) as refused:
        return _page(request, desk, refused)
    until = words.day(timezone.localdate(desk.now + timedelta(days=days)), desk.lang)
    made = {"desk": desk, "shown": shown, "name": request.POST.get("name", ""), "until": until}
    return render(request, "desk/admin/token_made.html", made)


def _page(request: HttpRequest, desk: Desk, refused: BalaiError | None = None) -> HttpResponse:
    errors = {name: texts.say(f"desk.tokens.fault.{name}") for name in refused.fields} if refused else {}
    found = tokens.list_tokens(desk.now)
    cases.record_list(desk.actor, "tokens", ((None, row.person_id) for row in found), now=desk.now)
    context = {
        "desk": desk,
        "rows": [_line(row, desk) for row in found],
        "scopes": [(key, texts.say(f"desk.tokens.scope.{key.replace(':', '_')}")) for key in tokens.SCOPES],
        "contacts": queries.list_officer_contacts(),
        "chosen": request.POST.getlist("scope"),
        "typed": request.POST,
        "days": request.POST.get("days", DAYS),
        "errors": errors,
        "faults": [FormFault(name, said) for name, said in errors.items()],
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "command": request.POST.get("command") or uuid4(),
    }
    return render(request, "desk/admin/tokens.html", context, status=refused.status if refused else 200)


def _line(row: tokens.TokenRow, desk: Desk) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "owner": row.owner_masked,
        "contact": mask_contact(row.contact) if row.contact else "",
        "scopes": row.scopes,
        "created": words.day(timezone.localdate(row.created_at), desk.lang),
        "until": words.day(timezone.localdate(row.expires_at), desk.lang),
        "used": words.near(row.last_used_at, desk.now, desk.lang) if row.last_used_at else "",
        "live": row.state == "live",
        "state": texts.say(f"desk.tokens.state.{row.state}"),
        "tone": TONES[row.state],
        "revoked": words.moment(row.revoked_at, desk.lang) if row.revoked_at else "",
        "reason": row.revoked_reason,
    }


@require_POST
@administrator_page
def revoke(request: HttpRequest, desk: Desk, token_id: UUID) -> HttpResponse:
    """Revoke one key at once, with a reason that stands beside it from then on."""
    reason = intake.words(request.POST.get("reason", ""), 400, "reason")
    if not reason:
        messages.error(request, texts.say("desk.recovery.fault.reason"), extra_tags="bad")
        return HttpResponseRedirect(reverse("desk:admin-tokens"))
    try:
        fresh = tokens.revoke_token(
            command_id=command_id(request), actor=desk.actor, now=desk.now, token_id=token_id, reason=reason
        )
    except Conflict as refused:
        messages.error(request, refused.message(desk.lang), extra_tags="bad")
    else:
        said = texts.say(f"desk.tokens.{'revoked' if fresh else 'was_revoked'}")
        messages.success(request, said, extra_tags="ok" if fresh else "warn")
    return HttpResponseRedirect(reverse("desk:admin-tokens"))
