"""What an officer may do to a case beside answering its form: one button each, one deed each."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from balai.base import intake
from balai.base.errors import BalaiError, NotFound
from balai.base.pages import texts
from balai.casework.cases import actions, queries
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import queries as issuing_queries
from balai.doors.desk.shown import parking, walk
from balai.doors.desk.web.case import show_again
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.posting import command_id, do_and_return, posted_id


@require_POST
@officer_page
def release(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Put my task back among the unit's open ones."""
    return _to_case(request, desk, number, "desk.task.released", _with_task(request, desk, number, actions.release))


@require_POST
@officer_page
def unpark(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Take a parked task up again."""
    return _to_case(request, desk, number, "desk.park.ended", _with_task(request, desk, number, actions.unpark))


@require_POST
@officer_page
def hand_over(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Give the task to a colleague, with the reason as a note beside it."""
    reason, to = intake.words(request.POST.get("reason", ""), 400, "reason"), posted_id(request, "to")
    deed = partial(_with_task(request, desk, number, actions.hand_over), to=to, reason=reason)
    return _to_case(request, desk, number, "desk.task.handed_over", deed, name=names.find_name(to))


@require_POST
@officer_page
def send_back(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Send the case from the decision back to the officer before."""
    return _onward(
        request, desk, number, "desk.back.done",
        lambda case_id: actions.act(
            actions.Command(
                id=command_id(request), actor=desk.actor, now=desk.now, case_id=case_id, action="send-back",
                token=request.POST.get("token", ""), reason=request.POST.get("back", ""), lang=desk.lang,
                hold=actions.HELD,
            )
        ),
    )  # fmt: skip


@require_POST
@officer_page
def extend(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Take the more time that the law allows, for a reason that the applicant reads."""
    deed = partial(_of_case(request, desk, number, actions.extend), reason=request.POST.get("extend", ""))
    return _to_case(request, desk, number, "desk.law_clock.extend_done", deed)


@require_POST
@officer_page
def allow_return(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Allow that the case goes back to its applicant a second time."""
    deed = partial(_of_case(request, desk, number, actions.allow_return), reason=request.POST.get("allow", ""))
    return _to_case(request, desk, number, "desk.law_clock.allow_done", deed)


@require_POST
@officer_page
def park(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Put the task aside until a day on which to look again."""
    return _onward(
        request, desk, number, "desk.park.done",
        lambda case_id: actions.park(
            command_id=command_id(request), actor=desk.actor, now=desk.now, case_id=case_id,
            token=request.POST.get("token", ""), until=parking.read_day(request.POST.get("until", "")),
            why=request.POST.get("why", ""), words=request.POST.get("words", ""),
        ),
    )  # fmt: skip


@require_POST
@officer_page
def add_note(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Note something for colleagues."""
    deed = partial(_of_case(request, desk, number, actions.add_note), body=request.POST.get("body", ""))
    return _to_case(request, desk, number, "desk.note.added", deed, anchor="catatan")


@require_POST
@officer_page
def add_external_id(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Store the number under which another system knows this case."""

    def file() -> object:
        return _of_case(request, desk, number, actions.file_external_id)(
            system=intake.line(request.POST.get("system", ""), 40, "system"),
            value=intake.plain(request.POST.get("value", ""), 120, "value"),
        )

    return _to_case(request, desk, number, "desk.external.added", file, anchor="nomor-luar")


@require_POST
@officer_page
def revoke(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Take a signed letter out of force; whoever checks the letter reads the reason."""

    def revoke() -> None:
        issuing.revoke(
            command_id=command_id(request), actor=desk.actor, now=desk.now, letter_id=_letter(request, number),
            reason=request.POST.get("reason", ""),
            replaced_by=intake.plain(request.POST.get("replaced_by", ""), 120, "replaced_by"),
        )  # fmt: skip

    return _to_case(request, desk, number, "desk.letter.revoked", revoke, anchor="surat")


def _letter(request: HttpRequest, number: str) -> UUID:
    """Read which letter of this case is meant. :raises NotFound: for a letter of another."""
    letter = issuing_queries.get_letter(posted_id(request, "letter"))
    if letter.case_id != queries.find_case_id(number):
        raise NotFound
    return letter.id


def _of_case(request: HttpRequest, desk: Desk, number: str, deed: Callable[..., object]) -> Callable[..., object]:
    """Give a deed to this case all that every deed takes; what is wrong with it is refused when it is done."""

    def do(**more: object) -> object:
        return deed(
            command_id=command_id(request), actor=desk.actor, now=desk.now, case_id=queries.find_case_id(number), **more
        )

    return do


def _with_task(request: HttpRequest, desk: Desk, number: str, deed: Callable[..., object]) -> Callable[..., object]:
    """Give a deed the task that the form names besides."""
    return partial(_of_case(request, desk, number, deed), token=request.POST.get("token", ""))


def _to_case(
    request: HttpRequest,
    desk: Desk,
    number: str,
    done: str,
    deed: Callable[[], object],
    *,
    anchor: str = "",
    **words: str,
) -> HttpResponse:
    """Do a deed and lead back to the case; a refusal is shown on the case page as it is now."""
    return do_and_return(
        request,
        walk.case_url(number, walk.read(request, desk)) + (f"#{anchor}" if anchor else ""),
        done,
        deed,
        again=lambda refused: show_again(request, desk, number, None, refused),
        **words,
    )


def _onward(request: HttpRequest, desk: Desk, number: str, done: str, deed: Callable[[UUID], object]) -> HttpResponse:
    """Do a deed that ends one's work on the case for now, and go on with the next of the list."""
    case_id = queries.find_case_id(number)
    try:
        deed(case_id)
    except BalaiError as refused:
        return show_again(request, desk, number, None, refused)
    messages.success(request, texts.say(done, number=number), extra_tags="ok")
    return HttpResponseRedirect(walk.onward(request, desk, case_id, number))


@require_POST
@officer_page
def amend(request: HttpRequest, desk: Desk, number: str, kind: str) -> HttpResponse:
    """Begin a correction or an annulment of a decided case's letter, and lead to its form. :raises NotFound: for strangers."""
    draft_id = actions.begin_amendment(
        actor=desk.through("counter"), now=desk.now, number=number, kind=kind, lang=desk.lang
    )
    return HttpResponseRedirect(reverse("desk:amendment", args=[draft_id]))
