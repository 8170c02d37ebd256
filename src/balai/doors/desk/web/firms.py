"""Who may act for a firm: confirmed at the counter by the document the officer sees, listed, and taken back."""

from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import access_log, intake, throttle
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import FormFault
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import counter, words
from balai.doors.desk.web.counter import in_words, read_birth_date
from balai.records.entrance.officers import Desk, counter_page
from balai.records.entrance.posting import command_id, do_and_return, posted, posted_id
from balai.records.people import actions
from balai.records.people import queries as people
from balai.records.people.models import Mandate
from balai.records.people.rules import Identity, fits, read_organisation_number

ANCHORS = {"birth_date": "birth_date-day"}
LOOKS = 40  # an hour and officer


@never_cache
@require_GET
@counter_page
def show_firm(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask for a firm's number, and show who may act for it with the form that records one more."""
    text = intake.plain(request.GET.get("nib", ""), 20, "nib")
    return _page(request, desk, text, {"number": text}, {})


def _page(
    request: HttpRequest, desk: Desk, text: str, typed: Mapping[str, str], errors: Mapping[str, str], status: int = 200
) -> HttpResponse:
    number = read_organisation_number(text) if text else None
    firm_id, mandates = _mandates(desk, number)
    known = people.get_person(firm_id) if firm_id else None
    faults = dict(errors)
    if text and number is None and not errors:
        faults["number"] = texts.say("desk.firm.fault.number")
    context = {
        "desk": desk,
        "asked": text,
        "number": number or "",
        "firm": known.name if known else "",
        "firm_contacts": (known.email, known.phone) if known else ("", ""),
        "mandates": mandates,
        "services": [
            (one.id, one.text("title", desk.lang))
            for one in catalogue.list_services()
            if fits(Mandate.Kind.BUSINESS, one.on_behalf)
        ],
        "chosen": request.POST.getlist("service"),
        "typed": typed,
        "errors": faults,
        "faults": [FormFault(ANCHORS.get(name, name), said) for name, said in faults.items()],
        "months": list(enumerate(texts.say("pages.form.months").split(), 1)),
        "documents": counter.list_documents(desk.lang),
        "born": tuple(typed.get(f"birth_date-{part}", "") for part in ("day", "month", "year")),
        "command": typed.get("command") or uuid4(),
        "today": timezone.localdate(desk.now).isoformat(),
    }
    return render(request, "desk/firms.html", context, status=422 if faults and status == 200 else status)


def _mandates(desk: Desk, number: str | None) -> tuple[UUID | None, list[dict[str, object]]]:
    """List who may act for the firm of a number, masked; each look is counted."""
    if number is None:
        return None, []
    throttle.take("firm", str(desk.person_id), limit=LOOKS, per=timedelta(hours=1), now=desk.now)
    firm_id = people.find_organisation(number)
    if firm_id is None:
        return None, []
    found = [one for one in people.list_mandates(firm_id) if one.principal_id == firm_id]
    cases.record_list(desk.through("counter"), "firm", ((None, one.agent_id) for one in found), now=desk.now)
    return firm_id, [_line(one, desk) for one in found]


def _line(one: Mandate, desk: Desk) -> dict[str, object]:
    ended = one.state != Mandate.State.ACTIVE or (
        one.to_date is not None and one.to_date < timezone.localdate(desk.now)
    )
    return {
        "id": one.id,
        "name": one.agent.name_masked or texts.say("desk.forget.forgotten"),
        "from": words.day(one.from_date, desk.lang),
        "to": words.day(one.to_date, desk.lang) if one.to_date else "",
        "services": [
            service.text("title", desk.lang) for service in catalogue.list_services() if service.id in one.services
        ],
        "delegate": one.may_delegate,
        "evidence": one.reason,
        "ended": ended,
        "state": texts.say(f"desk.firm.state.{'ended' if ended else 'active'}"),
        "tone": "" if ended else "ok",
    }


@never_cache
@require_POST
@counter_page
def record(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Record that the person with this card may act for the firm, by the document in the officer's hand."""
    typed = {name: values[-1].strip() for name, values in posted(request).items()}
    try:
        agent_id = _agent(desk, typed)
        actions.record_mandate(
            command_id=command_id(request),
            actor=desk.through("counter"),
            now=desk.now,
            firm=Identity(
                intake.line(typed.get("firm", ""), 120, "firm"),
                nik=typed.get("number", ""),
                email=intake.plain(typed.get("firm_email", ""), 120, "firm_email").lower(),
                phone=counter.read_phone(typed.get("firm_phone", ""), "firm_phone"),
            ),
            agent_id=agent_id,
            services=_services(request),
            to_date=_date(typed.get("to_date", "")),
            may_delegate=bool(typed.get("may_delegate")),
            evidence=typed.get("evidence", ""),
        )
    except (Invalid, Conflict, NotAllowed) as refused:
        errors = _errors(refused, desk.lang)
        status = 422 if isinstance(refused, Invalid) else refused.status
        return _page(request, desk, typed.get("number", ""), typed, errors, status)
    messages.success(request, texts.say("desk.firm.recorded"), extra_tags="ok")
    return HttpResponseRedirect(f"{reverse('desk:firms')}?nib={read_organisation_number(typed['number'])}")


def _errors(refused: BalaiError, lang: str) -> dict[str, str]:
    own = {name: texts.say(f"desk.firm.fault.{name}") for name in refused.fields if name in ("firm", "evidence")}
    return in_words(refused, lang) | own or {"nik": refused.message(lang)}


def _agent(desk: Desk, typed: Mapping[str, str]) -> UUID:
    """Find who stands at the counter by their card. :raises Invalid: when nobody was bound to it."""
    found = counter.find_by_card(desk, counter.ShownDocument.of(typed), read_birth_date(typed), bool(typed.get("seen")))
    if found is None:
        access_log.record_security("mandate-not-found", actor=desk.actor.reference, now=desk.now)
        raise Invalid(fields={"nik": texts.say("desk.firm.fault.nobody")})
    return found


def _services(request: HttpRequest) -> list[str]:
    """Read which services the mandate is for; none ticked means all."""
    known = {one.id for one in catalogue.list_services()}
    return sorted(set(request.POST.getlist("service")) & known)


def _date(text: str) -> date | None:
    if not text:
        return None
    try:
        return intake.day(text)
    except ValueError:
        raise Invalid(fields={"to_date": texts.say("desk.admin.fault.date")}) from None


def _mandate(request: HttpRequest, number: str) -> UUID:
    """Read which mandate of this firm is meant. :raises NotFound: for a mandate of anybody else."""
    firm_id, wanted = people.find_organisation(number), posted_id(request, "mandate")
    if firm_id is None or wanted not in {
        one.id for one in people.list_mandates(firm_id) if one.principal_id == firm_id
    }:
        raise NotFound
    return wanted


@require_POST
@counter_page
def revoke(request: HttpRequest, desk: Desk) -> HttpResponse:
    """End a firm's mandate at once, with a reason."""
    number = read_organisation_number(request.POST.get("number", "")) or ""
    reason = intake.words(request.POST.get("reason", ""), 400, "reason")

    def deed() -> None:
        if not reason:
            raise Invalid(fields={"reason": texts.say("desk.recovery.fault.reason")})
        actions.revoke_mandate(
            command_id=command_id(request), actor=desk.through("counter"), now=desk.now,
            mandate_id=_mandate(request, number), reason=reason,
        )  # fmt: skip

    return do_and_return(request, f"{reverse('desk:firms')}?nib={number}", "desk.firm.revoked", deed)
