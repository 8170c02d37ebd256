"""The archive: what falls due, what is held and why; holds placed and lifted with reason and legal basis."""

from collections.abc import Callable, Mapping
from typing import get_args
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from balai.base import intake
from balai.base.errors import BalaiError, NotFound
from balai.base.numbers import whole
from balai.base.pages import texts
from balai.base.pages.parts import Column, FormFault, Pager
from balai.casework.archive import actions, policy, queries
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk.shown import archive as shown
from balai.records.entrance.officers import Desk, archive_page, officer_page
from balai.records.entrance.posting import command_id, do_and_return, posted_id
from balai.records.filing import queries as filing
from balai.records.filing.queries import Which

PAGE = 40
WHICH: dict[str, Which] = {
    "jatuh-tempo": "due", "setahun": "soon", "ditahan": "held", "semua": "all",
}  # fmt: skip
assert set(WHICH.values()) == set(get_args(Which))


@require_GET
@archive_page
def show_archive(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List what is kept within my units: what fell due, what soon will, what is held; a case's number leads to it."""
    number = intake.plain(request.GET.get("nomor", ""), 40, "nomor")
    if case_rules.is_number(number):
        return HttpResponseRedirect(reverse("desk:archive-case", args=[case_rules.read_number(number)]))
    return render(request, "desk/archive.html", archive_context(request, desk, number))


def archive_context(request: HttpRequest, desk: Desk, number: str, *, audit: bool = False) -> dict[str, object]:
    """Make what the archive list shows, for those who keep it and for those who only read it (`audit`).

    A `number` that is no case's finds what is called so.
    """
    chosen = request.GET.get("pilih", "semua" if number else "jatuh-tempo")
    which, class_code = WHICH.get(chosen, "due"), intake.plain(request.GET.get("kelas", ""), 40, "kelas")
    page = whole(request.GET.get("halaman", "1"), 1, least=1, most=99_999)
    today, paths = timezone.localdate(desk.now), archive_paths(desk)
    found, total = filing.list_kept(
        paths, which, today, class_code=class_code, reference=number, start=(page - 1) * PAGE, limit=PAGE
    )
    kept = urlencode({"pilih": chosen, "kelas": class_code} | ({"nomor": number} if number else {}))
    columns = ("case", "class", "keep", "due", "state")
    return {
        "desk": desk,
        "number": number,
        "tabs": [(key, texts.say(f"desk.archive.which.{name}"), name == which) for key, name in WHICH.items()],
        "which": which,
        "chosen": chosen,
        "classes": [(code, code == class_code) for code in filing.list_classes(paths)],
        "class_code": class_code,
        "columns": tuple(Column(texts.say(f"desk.archive.column.{name}")) for name in columns),
        "rows": shown.rows(found, today, desk.lang, audit=audit),
        "total": total,
        "pager": Pager(page, PAGE, total, f"?{kept}&halaman={{}}"),
    }


def archive_paths(desk: Desk) -> tuple[str, ...]:
    """List the paths whose archive this officer may read."""
    return policy.list_readable(desk.actor, desk.now)


@require_GET
@officer_page
def show_case(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show how one case is kept and the holds on it, masked; that it was listed is recorded."""
    return _case(request, desk, number)


def _case(
    request: HttpRequest,
    desk: Desk,
    number: str,
    *,
    refused: BalaiError | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    listed = _keepers_case(desk, number)
    assert listed.case_id is not None
    cases.record_list(desk.actor, "archive", [(listed.case_id, listed.applicant_id)], now=desk.now)
    service = catalogue.get_service(listed.service_id, listed.service_key)
    errors = refused.fields if refused else {}
    context = {
        "desk": desk,
        "row": listed,
        "title": service.text("title", desk.lang),
        "keeping": shown.keeping(listed.case_id, desk.now, desk.lang, desk.person_id, may=True),
        "status": texts.say(f"desk.outcome.{listed.outcome}" if listed.outcome else f"desk.status.{listed.status}"),
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "errors": errors,
        "faults": [FormFault(_anchor(name, typed or {}), said) for name, said in errors.items()],
        "typed": typed or {},
        "number": listed.number,
    }
    return render(request, "desk/archive_case.html", context, status=refused.status if refused else 200)


def _anchor(name: str, typed: Mapping[str, str]) -> str:
    return f"lift-{typed['hold']}" if typed.get("hold") else f"hold-{name}"


def _keepers_case(desk: Desk, number: str) -> cases.Listed:
    """Find a case this officer keeps. :raises NotFound: for everybody else."""
    listed = cases.get_listed(number)
    assert listed.case_id is not None
    policy.require_keeper(desk.actor, listed.case_id, desk.now)
    return listed


@require_POST
@officer_page
def place_hold(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Place a hold, with reason and legal basis."""
    case_id = _keepers_case(desk, number).case_id
    assert case_id is not None
    return _deed(
        request,
        desk,
        number,
        "desk.archive.hold.placed",
        lambda: actions.place_hold(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            case_id=case_id,
            reason=request.POST.get("reason", ""),
            basis=request.POST.get("basis", ""),
        ),
    )


def _hold(request: HttpRequest, desk: Desk, number: str) -> UUID:
    """Read which hold on this case is meant. :raises NotFound: for a hold on another."""
    case_id, hold_id = _keepers_case(desk, number).case_id, posted_id(request, "hold")
    if case_id is None or hold_id not in {hold.id for hold in queries.list_holds(case_id)}:
        raise NotFound
    return hold_id


@require_POST
@officer_page
def lift_hold(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Lift one hold, with a reason."""
    return _deed(
        request,
        desk,
        number,
        "desk.archive.hold.was_lifted",
        lambda: actions.lift_hold(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            hold_id=_hold(request, desk, number),
            reason=request.POST.get("reason", ""),
        ),
    )


def _deed(request: HttpRequest, desk: Desk, number: str, done: str, deed: Callable[[], object]) -> HttpResponse:
    """Do a deed and lead back to where it was asked for; a refusal keeps what was typed."""
    typed = {name: request.POST.get(name, "") for name in ("reason", "basis", "hold")}
    back = reverse("desk:archive-case", args=[number])
    if request.POST.get("back") == "case":
        back = reverse("desk:case", args=[number]) + "#arsip"
    return do_and_return(
        request, back, done, deed, again=lambda refused: _case(request, desk, number, refused=refused, typed=typed)
    )
