"""Is this letter real? Its face by the code of its QR; its text only to whoever holds the identical file."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import throttle
from balai.base.errors import Invalid, NotFound
from balai.base.pages import rendering
from balai.base.pages.parts import Fact, Fault, Link
from balai.base.pages.texts import language, say
from balai.casework.issuing import queries as issuing
from balai.casework.issuing.queries import PublicLetter, UploadCheck
from balai.doors.portal import limits
from balai.doors.portal.progress import moment_text
from balai.engine import forms
from balai.records.entrance.visitors import Visitor, visitor_page

MOST = 20_000_000  # bytes of a file that is compared; our letters are far smaller
TONES = {"valid": "ok", "expired": "warn", "revoked": "bad"}
FORM = require_http_methods(["GET", "POST"])


@never_cache
@FORM
@visitor_page
def ask(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for the code on a letter, or for its file."""
    faults: tuple[Fault, ...] = ()
    check: UploadCheck | None = None
    if request.method == "POST":
        upload = request.FILES.get("file")
        if isinstance(upload, UploadedFile):
            check = _compare(request, upload, None)
        elif code := "".join(letter for letter in request.POST.get("kode", "").upper() if letter.isalnum())[:40]:
            throttle.take("letter", throttle.address_of(request), **limits.LETTERS, now=visitor.now)
            if issuing.find_letter_by_code(code, now=visitor.now) is not None:
                return HttpResponseRedirect(f"/v/{code}")
            faults = (Fault("kode", say("portal.verify.unknown_code")),)
        else:
            faults = (Fault("kode", say("portal.verify.nothing")),)
    context = {"faults": faults, "crumbs": _crumbs(), **_result(check)}
    return render(request, "portal/verify.html", context, status=422 if faults else 200)


@never_cache
@FORM
@visitor_page
def show_letter(request: HttpRequest, visitor: Visitor, code: str) -> HttpResponse:
    """Show the face of a letter, and compare a file with it. :raises NotFound: when no signed letter has the code."""
    throttle.take("letter", throttle.address_of(request), **limits.LETTERS, now=visitor.now)
    letter = issuing.find_letter_by_code(code, now=visitor.now)
    if letter is None:
        raise NotFound
    upload = request.FILES.get("file")
    check = _compare(request, upload, code) if request.method == "POST" and isinstance(upload, UploadedFile) else None
    faults = (Fault("file", say("portal.verify.choose_file")),) if request.method == "POST" and check is None else ()
    context = {
        "letter": letter,
        "tone": TONES[letter.status],
        "status": say(f"portal.verify.{letter.status}"),
        "meaning": say(f"portal.verify.{letter.status}_text"),
        "facts": _face(letter),
        "faults": faults,
        "crumbs": _crumbs(Link(letter.number)),
        "code": code,
        "checked": moment_text(visitor.now, timezone.get_current_timezone(), language()),
        "address": f"{settings.BALAI_URL}/v/{code}",
        **_result(check),
    }
    return render(request, "portal/letter.html", context, status=422 if faults else 200)


def _compare(request: HttpRequest, upload: "UploadedFile[bytes]", code: str | None) -> UploadCheck:
    now = timezone.now()
    throttle.take("letter-file", throttle.address_of(request), **limits.UPLOADS, now=now)
    if (upload.size or 0) > MOST:
        raise Invalid("file-too-large", limit=rendering.size_text(MOST))
    return issuing.verify_upload(upload.read(), now=now, code=code)


def _result(check: UploadCheck | None) -> dict[str, object]:
    """Put the outcome of a comparison into words."""
    if check is None:
        return {}
    tone = {"identical": "ok", "changed": "bad"}.get(check.result, "warn")
    return {
        "check": check,
        "check_tone": tone,
        "check_title": say(f"portal.verify.{check.result}"),
        "check_text": say(f"portal.verify.{check.result}_text"),
        "check_facts": _face(check.letter) if check.letter and check.result == "identical" else (),
        "signature": _signature(check),
    }


def _signature(check: UploadCheck) -> tuple[str, ...]:
    """Say what an identical file's signature is worth, also when its maker's key was withdrawn since."""
    if check.result != "identical" or check.signature is None or not check.signature.signatures:
        return ()
    if not check.signature.valid:
        return (say("portal.verify.signature_revoked"),) if check.signature.problem == "revoked" else ()
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
    if letter.revoked_on:
        rows.append(
            Fact(
                say("portal.verify.revoked_on"),
                forms.format_date(letter.revoked_on, language()),
                note=letter.revoked_reason,
            )
        )
    return tuple(rows)


def _crumbs(*links: Link) -> tuple[Link, ...]:
    place = Link(say("portal.nav.verify"), "/v/" if links else "")
    return (Link(say("portal.nav.home"), "/"), place, *links)
