"""The administration of signers: whose keys there are, how long they hold, and taking one out of use."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from balai.base.errors import BalaiError, Invalid, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import Fact, FormFault
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import queries, signing
from balai.doors.desk import words
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import do_and_return
from balai.records.offices import queries as offices

TONES = {"valid": "ok", "soon": "warn", "expired": "bad", "withdrawn": ""}


@require_GET
@administrator_page
def show_signers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show whose signing keys there are, those in use first, and which were withdrawn and why."""
    titles = offices.list_post_titles(timezone.localdate(desk.now))
    rows = [_line(row, desk, titles) for row in queries.list_signers(desk.now)]
    elsewhere = settings.BALAI_PLUGS.get(signing.PORT) != "local"
    return render(request, "desk/admin/signers.html", {"desk": desk, "rows": rows, "elsewhere": elsewhere})


def _line(row: queries.SignerKey, desk: Desk, titles: dict[UUID, tuple[str, ...]]) -> dict[str, object]:
    at = row.key.withdrawn_at
    return {
        "person_id": row.key.person_id,
        "name": names.find_name(row.key.person_id),
        "posts": titles.get(row.key.person_id, ()),
        "state": texts.say(f"desk.signers.state.{row.state}"),
        "tone": TONES[row.state],
        "made": words.day(timezone.localdate(row.key.made_at), desk.lang),
        "until": words.day(timezone.localdate(row.key.valid_until), desk.lang),
        "signed": row.signed,
        "waiting": row.waiting,
        "withdrawn": words.moment(at, desk.lang) if at else "",
        "reason": row.key.withdrawn_reason,
    }


@require_http_methods(["GET", "POST"])
@administrator_page
def withdraw(request: HttpRequest, desk: Desk, person_id: UUID) -> HttpResponse:
    """Say what withdrawing a signer's key means, and withdraw it with a reason when that was understood."""
    row = next((one for one in queries.list_signers(desk.now, person_id) if one.state != "withdrawn"), None)
    if row is None:
        raise NotFound("no-signing-key")
    name = names.find_name(person_id)
    if request.method == "GET":
        return _asking(request, desk, row, name)

    def deed() -> None:
        if not request.POST.get("sure"):
            raise Invalid(fields={"sure": texts.say("desk.signers.fault.sure")})
        issuing.withdraw_signer(
            actor=desk.actor, now=desk.now, person_id=person_id, reason=request.POST.get("reason", "")
        )

    return do_and_return(
        request, reverse("desk:admin-signers"), "desk.signers.withdrawn", deed,
        again=lambda refused: _asking(request, desk, row, name, refused), name=name,
    )  # fmt: skip


def _asking(
    request: HttpRequest, desk: Desk, row: queries.SignerKey, name: str, refused: BalaiError | None = None
) -> HttpResponse:
    errors = dict(refused.fields) if refused else {}
    if "reason" in errors:
        errors["reason"] = texts.say("desk.signers.fault.reason")
    context = {
        "desk": desk,
        "name": name,
        "facts": [
            Fact(texts.say("desk.signers.made"), words.day(timezone.localdate(row.key.made_at), desk.lang)),
            Fact(texts.say("desk.signers.until"), words.day(timezone.localdate(row.key.valid_until), desk.lang)),
            Fact(texts.say("desk.signers.signed"), str(row.signed)),
            Fact(texts.say("desk.signers.waiting"), str(row.waiting)),
        ],
        "waiting": row.waiting,
        "errors": errors,
        "faults": [FormFault(key, said) for key, said in errors.items()],
        "typed": request.POST,
    }
    return render(request, "desk/admin/signer_withdraw.html", context, status=refused.status if refused else 200)
