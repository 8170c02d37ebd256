"""Is this letter real? Its face by the code of its QR; its text only to whoever holds the identical file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from balai.base import access_log, intake, throttle
from balai.base.errors import Altered, Invalid
from balai.base.pages import rendering
from balai.base.pages.attachments import name_file
from balai.base.pages.guards import open_page
from balai.base.pages.parts import Fact, FormFault, Link, Tone
from balai.base.pages.texts import language, say
from balai.casework.issuing import proving
from balai.casework.issuing import queries as issuing
from balai.casework.issuing.queries import PublicLetter, UploadCheck
from balai.doors.portal import limits
from balai.doors.portal.progress import moment_text
from balai.engine import forms
from balai.records.entrance.visitors import Visitor, visitor_page

MOST = 20_000_000  # bytes of a file that is compared; our letters are far smaller
TONES: dict[str, Tone] = {
    "identical": "ok",
    "valid": "ok",
    "revoked": "bad",
    "replaced": "bad",
    "distrusted": "bad",
    "changed": "bad",
    "altered": "bad",
}
FORM = require_http_methods(["GET", "POST"])


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one verdict of a page: in its title, its heading and the notice below it."""

    key: str
    title: str
    tone: Tone
    sentences: tuple[str, ...]


View = Callable[..., HttpResponse]


def told_of_a_fault(view: View) -> View:
    """Say of a letter whose record was changed by hand that nothing can be said of it, and alarm; never that it is good or bad."""

    @wraps(view)
    def answer(request: HttpRequest, visitor: Visitor, *args: str, **given: str) -> HttpResponse:
        try:
            return view(request, visitor, *args, **given)
        except Altered as found:
            access_log.note_altered(found, actor="anonymous", now=visitor.now)
            return _no_letter(request, visitor, Verdict("altered", *_altered()), status=503)

    return answer


def _altered() -> tuple[str, Tone, tuple[str, ...]]:
    return say("portal.verify.altered"), "bad", (say("portal.verify.altered_text"),)


@never_cache
@FORM
@visitor_page
@told_of_a_fault
def ask(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for the code on a letter, or for its file."""
    faults: tuple[FormFault, ...] = ()
    check: UploadCheck | None = None
    if request.method == "POST":
        upload = request.FILES.get("file")
        if isinstance(upload, UploadedFile):
            check = _compare(request, upload, None)
        elif code := "".join(letter for letter in request.POST.get("kode", "").upper() if letter.isalnum()):
            throttle.take("letter", throttle.address_of(request), **limits.LETTERS, now=visitor.now)
            if issuing.find_letter_by_code(code, now=visitor.now) is not None:
                return HttpResponseRedirect(f"/v/{code}")
            return _unknown(request, visitor, code, status=422)
        else:
            faults = (FormFault("kode", say("portal.verify.nothing")),)
    letter = check.letter if check else None
    context = {
        "faults": faults,
        "typed": intake.plain(request.POST.get("kode", ""), 60, "kode"),
        "crumbs": _crumbs(),
        "verdict": _verdict(check, letter, code="") if check else None,
        "check": check,
        "letter": letter,
        "facts": _face(letter) if letter else (),
        **_in_the_log(letter),
    }
    return render(request, "portal/verify.html", context, status=422 if faults else 200)


@never_cache
@FORM
@visitor_page
@told_of_a_fault
def show_letter(request: HttpRequest, visitor: Visitor, code: str) -> HttpResponse:
    """Show the face of a letter, and compare a file with it; a code that no signed letter has meets a page of its own (404)."""
    throttle.take("letter", throttle.address_of(request), **limits.LETTERS, now=visitor.now)
    letter = issuing.find_letter_by_code(code, now=visitor.now)
    if letter is None:
        return _unknown(request, visitor, code, status=404)
    upload = request.FILES.get("file")
    check = _compare(request, upload, code) if request.method == "POST" and isinstance(upload, UploadedFile) else None
    faults = (
        (FormFault("file", say("portal.verify.choose_file")),) if request.method == "POST" and check is None else ()
    )
    context = {
        "letter": letter,
        "verdict": _verdict(check, letter, code=code),
        "check": check,
        "facts": _face(letter),
        "faults": faults,
        "crumbs": _crumbs(Link(letter.number)),
        "code": code,
        "checked": moment_text(visitor.now, timezone.get_current_timezone(), language()),
        "address": f"{settings.BALAI_URL}/v/{code}",
        **_in_the_log(letter),
    }
    return render(request, "portal/letter.html", context, status=422 if faults else 200)


def _unknown(request: HttpRequest, visitor: Visitor, code: str, *, status: int) -> HttpResponse:
    """Say that a code is not known here, and what to do; the same for every such code, however it is written."""
    return _no_letter(request, visitor, _verdict(None, None, code=code), status=status)


def _no_letter(request: HttpRequest, visitor: Visitor, verdict: Verdict, *, status: int) -> HttpResponse:
    """Say why no letter is shown, and what to do."""
    context = {
        "verdict": verdict,
        "crumbs": _crumbs(),
        "unknown_code": verdict.key == "unknown",
        "typed": intake.plain(request.POST.get("kode", ""), 60, "kode"),
        "checked": moment_text(visitor.now, timezone.get_current_timezone(), language()),
        "home": urlsplit(settings.BALAI_URL).netloc,
    }
    return render(request, "portal/verify.html", context, status=status)


@never_cache
@require_safe
@visitor_page
@told_of_a_fault
def send_proof(request: HttpRequest, visitor: Visitor, code: str) -> HttpResponse:
    """Send what proves a letter without us, to whoever holds its code. :raises NotFound: for no letter, or no proof yet."""
    throttle.take("letter", throttle.address_of(request), **limits.LETTERS, now=visitor.now)
    name, content = proving.pack_proof(code, now=visitor.now)
    return _file(content, name, "application/zip")


@never_cache
@require_safe
@open_page
def send_revoked(request: HttpRequest) -> HttpResponse:
    """Send the signed statement of all letters that no longer hold. :raises NotFound: before the log began."""
    now = timezone.now()
    throttle.take("letter", throttle.address_of(request), **limits.LETTERS, now=now)
    return _file(proving.list_revoked(now=now).encode(), "pencabutan.note", "text/plain; charset=utf-8")


@never_cache
@require_safe
@open_page
def send_trust(request: HttpRequest) -> HttpResponse:
    """Send the public keys that our letters are judged by."""
    throttle.take("letter", throttle.address_of(request), **limits.LETTERS, now=timezone.now())
    return _file(str(proving.read_trust()).encode(), "kepercayaan.json", "application/json")


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    name_file(response, name)
    return response


def _in_the_log(letter: PublicLetter | None) -> dict[str, object]:
    """Say since when a letter is in the public log and who has seen it there."""
    if letter is None:
        return {}
    found = proving.find_inclusion(letter.code)
    if found is None:
        began = proving.find_beginning()
        older = say("portal.verify.log_older", at=_moment(began)) if began else say("portal.verify.log_none")
        return {"log": older, "proof_url": ""}
    at = _moment(found.since)
    words = "log_later" if found.later else "log_witnessed" if found.witnesses else "log_alone"
    told = say(f"portal.verify.{words}", at=at, witnesses=", ".join(found.witnesses), entry=found.index)
    return {"log": told, "proof_url": f"/v/{letter.code}/bukti"}


def _moment(at: datetime) -> str:
    return moment_text(at, timezone.get_current_timezone(), language())


def _compare(request: HttpRequest, upload: "UploadedFile[bytes]", code: str | None) -> UploadCheck:
    now = timezone.now()
    throttle.take("letter-file", throttle.address_of(request), **limits.UPLOADS, now=now)
    if (upload.size or 0) > MOST:
        raise Invalid("file-too-large", limit=rendering.size_text(MOST))
    return issuing.verify_upload(upload.read(), now=now, code=code)


def _verdict(check: UploadCheck | None, letter: PublicLetter | None, *, code: str) -> Verdict:
    """Put the one verdict into words: the only place that does."""
    key = check.verdict if check else letter.verdict if letter else "unknown"
    told = [say(f"portal.verify.{key}_text")] if key not in ("changed", "unknown", "sample") else []
    if letter is not None and letter.revoked_on and letter.status == "revoked":
        day = forms.format_date(letter.revoked_on, language())
        told.append(say("portal.verify.since", at=day, reason=letter.revoked_reason))
        if letter.replaced_by:
            told.append(say("portal.verify.instead", number=letter.replaced_by))
    told += _of_the_file(check)
    if key == "unknown":
        told.append(say(f"portal.verify.{'unknown_code' if code else 'unknown_file'}_text"))
    if letter is not None and (letter.demo or not letter.in_force):
        told.append(say("portal.verify.sample_text" if letter.demo else "portal.service.not_in_force_text"))
    if check is not None:
        told += _signature(check)
    return Verdict(key, say(f"portal.verify.{key}"), TONES.get(key, "warn"), tuple(told))


def _of_the_file(check: UploadCheck | None) -> list[str]:
    """Say what the comparison found, beside the verdict where that is about more than the file."""
    if check is None:
        return []
    if check.result == "identical":
        return [say("portal.verify.same_bytes")]
    return [say(f"portal.verify.trace.{check.trace}")] if check.trace else []


def _signature(check: UploadCheck) -> tuple[str, ...]:
    """Say what an identical file's signature is worth, also when its maker's key was withdrawn since."""
    if check.result != "identical" or check.signature is None or not check.signature.signatures:
        return ()
    if not check.signature.valid:
        return ()
    since = check.signature.signatures[0].withdrawn_at
    if since is None:
        return (say("portal.verify.signature_good"),)
    day = forms.format_date(timezone.localdate(since), language())
    return say("portal.verify.signature_good"), say("portal.verify.signature_withdrawn", at=day)


def _face(letter: PublicLetter) -> tuple[Fact, ...]:
    rows = [
        Fact(say("portal.verify.issuer"), letter.issuer),
        Fact(say("portal.verify.kind"), letter.title),
        Fact(say("portal.verify.number"), letter.number),
        Fact(say("portal.verify.date"), forms.format_date(letter.date, language())),
        Fact(say("portal.verify.holder"), letter.holder_masked, note=say("portal.verify.holder_note")),
        Fact(
            say("portal.verify.signer"),
            letter.signer_title or say("portal.verify.seal"),
            note=say("portal.verify.automatic") if letter.automatic else "",
        ),
    ]
    if letter.valid_until:
        rows.append(Fact(say("portal.verify.until"), forms.format_date(letter.valid_until, language())))
    if letter.object_until:
        at = moment_text(letter.object_until, letter.object_until.tzinfo or timezone.get_current_timezone(), language())
        rows.append(Fact(say("portal.verify.object_until"), at, note=say("portal.verify.object_until_note")))
    return tuple(rows)


def _crumbs(*links: Link) -> tuple[Link, ...]:
    place = Link(say("portal.nav.verify"), "/v/" if links else "")
    return (Link(say("portal.nav.home"), "/"), place, *links)
