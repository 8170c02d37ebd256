"""Signing: look at each letter, then sign one or many with passphrase and second factor; each has its own result."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa.base.forms import ReauthenticateForm
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound, TooMany, Unavailable
from balai.base.numbers import whole
from balai.base.pages import texts
from balai.base.pages.attachments import name_file
from balai.base.pages.parts import Fact, FormFault
from balai.casework.cases import queries as cases
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import drafts, flow, queries
from balai.casework.issuing import policy as issuing_policy
from balai.casework.issuing import rules as issuing_rules
from balai.casework.issuing.models import Letter
from balai.doors.desk import words
from balai.doors.desk.shown import inbox as shown
from balai.doors.desk.shown import issued
from balai.records.entrance.officers import Desk, officer_page
from balai.records.people import policy as people_policy
from balai.records.people import queries as people

AT_ONCE = 5  # letters between two lines of progress; the key is opened once for each such handful
MARK = "<!--letters-->"


@dataclass(frozen=True, slots=True)
class LetterChoice:
    """One letter that waits for a signature: whether its signer saw it, whether it is looked at now, whether it is ticked."""

    line: shown.InboxLine
    value: str
    seen: bool
    current: bool
    ticked: bool
    url: str


@dataclass(frozen=True, slots=True)
class Look:
    """The letter that is looked at: its pages, what a signer must know, and where "seen, next" leads."""

    number: str
    token: str
    facts: tuple[Fact, ...]
    refused: str
    lacks_identity: bool
    pages: range
    next_url: str
    last: bool


@require_GET
@officer_page
def show_letters(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the letters that wait for this officer's signature, the one that is looked at beside the list; only what was seen is ticked."""
    return _form(request, desk, looked=request.GET.get("berkas", ""), all_seen="dilihat" in request.GET)


def _waiting(desk: Desk) -> list[cases.Listed]:
    return [
        row
        for row in queries.list_to_sign(desk.person_id, now=desk.now, limit=flow.MAX_BATCH)
        if row.assignee_id in (None, desk.person_id)
    ]


def _form(
    request: HttpRequest,
    desk: Desk,
    *,
    looked: str = "",
    all_seen: bool = False,
    ticked: set[str] | None = None,
    error: BalaiError | None = None,
    faults: Sequence[FormFault] = (),
) -> HttpResponse:
    """Show the list with the form, and the letter of the case `looked`, or the first that was not seen; `ticked` None ticks what was seen."""
    rows = _waiting(desk)
    cases.record_list(desk.actor, "sign", ((row.case_id, row.applicant_id) for row in rows), now=desk.now)
    seen = _seen(desk, {row.case_id for row in rows})
    made = shown.lines(rows, now=desk.now, lang=desk.lang, reader=desk.person_id, names={})
    unseen = [line.number for line in made if (line.case_id, line.token) not in seen]
    at = looked or ("" if all_seen or error or faults else next(iter(unseen), ""))
    now_at = next((line for line in made if line.number == at), None)
    choices = [
        LetterChoice(
            line, value, is_seen, line is now_at, is_seen and (ticked is None or value in ticked),
            f"{reverse('desk:sign')}?berkas={line.number}",
        )
        for line in made
        for value, is_seen in [(f"{line.case_id}:{line.token}", (line.case_id, line.token) in seen)]
    ]  # fmt: skip
    status = error.status if error else 422 if faults else 200
    context = {
        "desk": desk,
        "choices": choices,
        "look": _look(desk, now_at, made, unseen) if now_at is not None else None,
        "seen_count": sum(one.seen for one in choices),
        "needs_code": _needs_code(desk),
        "faults": faults,
        "error": error,
        "error_text": error.message(desk.lang) if error else "",
        "no_key": error is not None and error.code == "no-signing-key",
    }
    return render(request, "desk/sign.html", context, status=status)


def _seen(desk: Desk, case_ids: Collection[UUID | None]) -> set[tuple[UUID, str]]:
    found = queries.list_sights(desk.person_id, [one for one in case_ids if one])
    return {key for key, one in found.items() if issuing_rules.is_seen(one.drawn, one.pages)}


def _look(desk: Desk, line: shown.InboxLine, made: Sequence[shown.InboxLine], unseen: Sequence[str]) -> Look:
    """Open the letter that is looked at; what stands in its way is said in its place, with the way to mend it."""
    numbers = [one.number for one in made]
    at = numbers.index(line.number)
    others = [number for number in (*numbers[at + 1 :], *numbers[:at]) if number in unseen]
    url = f"{reverse('desk:sign')}?" + (f"berkas={others[0]}" if others else "dilihat=1#tanda-tangani")
    facts: tuple[Fact, ...] = ()
    try:
        view = drafts.open_to_sign(desk.actor, line.number, line.token, now=desk.now)
        facts = issued.facts_to_sign(view, line.token, desk.now, desk.lang)
        pages = drafts.make_draft(desk.actor, line.number, line.token, now=desk.now, opened=view).pages
    except (Invalid, NotAllowed, Conflict, Unavailable) as refused:
        lacks = refused.code == "letter-identity"
        return Look(line.number, line.token, facts, refused.message(desk.lang), lacks, range(0), url, not others)
    return Look(line.number, line.token, facts, "", False, range(1, pages + 1), url, not others)


@require_POST
@officer_page
def sign(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Sign the ticked letters; a wrong passphrase or code signs nothing, and one letter's refusal stops no other."""
    values = request.POST.getlist("letter")
    passphrase, code = request.POST.get("passphrase", ""), request.POST.get("code", "").replace(" ", "")
    faults = _faults(request, desk, values, passphrase, code)
    if faults:
        return _form(request, desk, ticked=set(values) or {"-"}, faults=faults)
    tasks = [_read(value) for value in values]
    try:
        first = flow.sign_many(actor=desk.actor, tasks=tasks[:AT_ONCE], passphrase=passphrase, now=desk.now)
    except (Invalid, NotFound, Conflict, TooMany, Unavailable) as refused:
        return _form(request, desk, ticked=set(values), error=refused)
    page = render_to_string("desk/signed.html", {"desk": desk, "count": len(tasks), "mark": MARK}, request=request)
    return StreamingHttpResponse(_tell(request, desk, page, tasks, first, passphrase))


def _faults(request: HttpRequest, desk: Desk, values: list[str], passphrase: str, code: str) -> list[FormFault]:
    """List what is missing or wrong before any key is touched; the code is checked last, as it works only once."""
    found = []
    if not values:
        found.append(FormFault("letters", texts.say("desk.sign.fault.none")))
    elif unseen := _unseen(desk, values):
        found.append(FormFault("letters", texts.say("desk.sign.fault.unseen", count=unseen)))
    if len(values) > flow.MAX_BATCH:
        found.append(FormFault("letters", texts.say("desk.sign.fault.many", most=flow.MAX_BATCH)))
    if not passphrase:
        found.append(FormFault("passphrase", texts.say("desk.sign.fault.passphrase")))
    if not found and not _proves(request, desk, code):
        found.append(FormFault("code", texts.say("desk.sign.fault.code")))
    return found


def _unseen(desk: Desk, values: list[str]) -> int:
    """Count what was ticked and waits for this officer, and was not seen by them; what does not wait is told letter by letter."""
    waiting = {(row.case_id, row.token): f"{row.case_id}:{row.token}" for row in _waiting(desk)}
    seen = _seen(desk, {case_id for case_id, _ in waiting})
    return sum(value in values for key, value in waiting.items() if key not in seen)


def _needs_code(desk: Desk) -> bool:
    """Tell whether a code of the authenticator app is asked for: not in the demonstration, where nobody has the app."""
    return issuing_policy.asks_second_factor() and people_policy.has_authenticator_app(desk.account_id)


def _proves(request: HttpRequest, desk: Desk, code: str) -> bool:
    """Check the code of the authenticator app; an account with a passkey alone proved it when this session began."""
    if not _needs_code(desk):
        return desk.actor.second_factor
    form = ReauthenticateForm(user=request.user, data={"code": code})
    if not form.is_valid():
        return False
    form.save()
    return True


def _read(value: str) -> tuple[UUID, str]:
    case, _, token = value.partition(":")
    try:
        return UUID(case), token
    except ValueError:
        raise NotFound from None


def _tell(
    request: HttpRequest,
    desk: Desk,
    page: str,
    tasks: list[tuple[UUID, str]],
    first: tuple[flow.Result, ...],
    passphrase: str,
) -> Iterator[str]:
    """Send the page's head at once, then each letter's result as it comes, then the sum; works without script."""
    head, foot = page.split(MARK)
    yield head
    results = list(first)
    yield from (_line(request, desk, result) for result in first)
    for start in range(AT_ONCE, len(tasks), AT_ONCE):
        handful = flow.sign_many(
            actor=desk.actor, tasks=tasks[start : start + AT_ONCE], passphrase=passphrase, now=desk.now
        )
        results += handful
        yield from (_line(request, desk, result) for result in handful)
    failed = [result for result in results if result.error is not None]
    yield render_to_string(
        "desk/parts/signed_sum.html",
        {
            "done": len(results) - len(failed),
            "all": len(results),
            "failed": [f"{one.case_id}:{one.token}" for one in failed],
        },
        request=request,
    )
    yield foot


def _line(request: HttpRequest, desk: Desk, result: flow.Result) -> str:
    letter = result.signed.letter if result.signed else None
    words = result.error.message(desk.lang) if result.error else ""
    return render_to_string(
        "desk/parts/signed_line.html", {"letter": letter, "result": result, "words": words}, request=request
    )


# ---- looking first --------------------------------------------------------------------------------------------------


@require_GET
@officer_page
def show_draft(request: HttpRequest, desk: Desk, number: str, token: str) -> HttpResponse:
    """Send the letter as it will be, as PDF."""
    pdf = drafts.make_draft(desk.actor, number, token, now=desk.now).pdf
    response = HttpResponse(pdf, content_type="application/pdf")
    name_file(response, f"konsep-{number}.pdf", inline=True)
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@officer_page
def show_draft_picture(request: HttpRequest, desk: Desk, number: str, token: str) -> HttpResponse:
    """Send a page of the letter as it will be, as a picture, and note that its signer saw it.

    A script asks for the picture alone (`lihat=0`), and notes the page once its end came into view (`lihat=1`, no picture).
    """
    page, part = whole(request.GET.get("halaman", "1"), 1, least=1, most=9_999), request.GET.get("lihat")
    picture = drafts.show_page(desk.actor, number, token, page, now=desk.now, noted=part != "0")
    response = HttpResponse(status=204) if part == "1" else HttpResponse(picture, content_type="image/png")
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@officer_page
def show_letter(request: HttpRequest, desk: Desk, letter_id: UUID) -> HttpResponse:
    """Send a signed letter; the reading is recorded."""
    return send_letter(*queries.open_letter(desk.actor, letter_id, now=desk.now))


def send_letter(letter: Letter, pdf: bytes) -> HttpResponse:
    """Send a letter's file to whoever may read it."""
    response = HttpResponse(pdf, content_type="application/pdf")
    name_file(response, issuing_rules.file_name(letter.title, letter.number), inline=True)
    response["Cache-Control"] = "private, no-store"
    return response


# ---- the key --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@officer_page
def make_key(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Make this officer's signing key under a passphrase only they know."""
    if request.method == "GET":
        return _key_page(request, desk)
    passphrase = request.POST.get("passphrase", "")
    faults = (
        [] if passphrase == request.POST.get("again", "") else [FormFault("again", texts.say("desk.key.fault.again"))]
    )
    if not faults:
        try:
            issuing.enroll_signer(
                actor=desk.actor,
                now=desk.now,
                name=people.get_person(desk.person_id).name,
                organisation=desk.units[0][1] if desk.units else texts.say("pages.town"),
                passphrase=passphrase,
            )
        except (Invalid, Conflict) as refused:
            faults = [FormFault("passphrase", refused.message(desk.lang))]
    if faults:
        return _key_page(request, desk, faults)
    messages.success(request, texts.say("desk.key.made"), extra_tags="ok")
    return HttpResponseRedirect(reverse("desk:sign"))


def _key_page(request: HttpRequest, desk: Desk, faults: Sequence[FormFault] = ()) -> HttpResponse:
    """Show the form, and to whoever's key was withdrawn when and why, while they have no new one."""
    keys = queries.list_keys_of(desk.person_id)
    gone = keys[0] if keys and keys[0].withdrawn_at else None
    withdrawn = ""
    if gone is not None and gone.withdrawn_at is not None:
        withdrawn = texts.say(
            "desk.signers.gone", at=words.moment(gone.withdrawn_at, desk.lang), reason=gone.withdrawn_reason
        )
    context = {"desk": desk, "faults": faults, "demo": settings.BALAI_DEMO, "withdrawn": withdrawn}
    return render(request, "desk/key.html", context, status=422 if faults else 200)
