"""The demonstration's own pages: enter as one of the cast, and read the mail that was sent.

They exist only where `project.urls` mounts them (BALAI_DEMO and the home's DEMO mark, which `balai serve` never sets), and they
answer only this machine itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from ipaddress import ip_address
from pathlib import Path

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from balai.base.pages import guards, texts
from balai.base.stories import title_of
from balai.doors.console.demo import progress
from balai.doors.console.demo.cast import DISTRICT, IDENTITIES, PASSPHRASE
from balai.records.people.models import Account

ENTRANCES = {"siti": "/", "budi": "/meja/", "ratna": "/meja/", "joko": "/", "camat": "/meja/", "penelaah": "/meja/"}
_WHO = IDENTITIES | {name: identity for name, (identity, _) in DISTRICT.items()}
SHOWN = 100

# The headers by which proxies, tunnels and clouds tell that they passed something on, by the words they are made of.
_PASSED_ON = re.compile(
    r"HTTP_(.*FORWARDED.*|VIA|CDN_LOOP|CF_.+|X_ORIGINAL_.+|X_ENVOY_.+|X_AMZN_.+|(.+_)?TRACE_ID|(.+_)?IP(V[46])?|.*CLIENTIP)"
)

View = Callable[..., HttpResponse]


def is_demo() -> bool:
    """Tell whether this process runs a demonstration on a demonstration's home."""
    return bool(settings.BALAI_DEMO) and (Path(settings.BALAI_HOME) / "DEMO").is_file()


def demo_only(view: View) -> View:
    """Answer 404 unless this is a demonstration and the caller sits at this machine."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            local = ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
        except ValueError:
            local = False
        if not (is_demo() and local) or was_passed_on(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guards.mark(guarded, "this machine")


def was_passed_on(request: HttpRequest) -> bool:
    """Tell whether something between passed this on: then who asks may sit anywhere, whatever address it comes from."""
    return any(_PASSED_ON.fullmatch(name) for name in request.META)


@demo_only
@require_GET
def show_entrances(request: HttpRequest) -> HttpResponse:
    """Show the cast, with what each can try."""
    cast = [(name, _WHO[name].name.removesuffix(" Contoh")) for name in ENTRANCES]
    city = progress.read(Path(settings.BALAI_HOME))
    told = [StoryProgress(_title(name), each) for name, each in city.progress.items()] if city else []
    shown = {"told": told, "count": city.count_told if city else 0, "failed": any(each.failed for each in told)}
    return render(request, "console/entrances.html", {"cast": cast, "passphrase": PASSPHRASE} | shown)


def _title(name: str) -> str:
    """Say a story's title; its name, where its app brings no words for it or is gone."""
    key = title_of(name)
    return texts.say(key) if texts.has(key) else name


@dataclass(frozen=True, slots=True)
class StoryProgress:
    """One story of the city, as the page tells how far it came."""

    title: str
    progress: progress.Progress

    @property
    def failed(self) -> bool:
        return self.progress.state == progress.FAILED

    @property
    def tone(self) -> str:
        return {progress.TOLD: "ok", progress.FAILED: "bad", progress.PLAYING: "info"}.get(self.progress.state, "")


@demo_only
@require_POST
def enter(request: HttpRequest, name: str) -> HttpResponse:
    """Sign the visitor in as one of the cast, second factor included."""
    if name not in ENTRANCES:
        raise Http404
    account = Account.objects.filter(email=_WHO[name].email).first()
    if account is None:
        raise Http404
    logout(request)
    login(request, account, backend="allauth.account.auth_backends.AuthenticationBackend")
    # What allauth notes after a real second factor; the demonstration has no telephone to show a code on.
    record_authentication(request, account, method="password", email=account.email)
    record_authentication(request, account, method="mfa", type="totp")
    return HttpResponseRedirect(ENTRANCES[name])


@dataclass(frozen=True, slots=True)
class Mail:
    """One thing the demonstration sent."""

    to: str
    subject: str
    body: str
    link: str
    at: datetime
    is_text: bool


@demo_only
@require_GET
def show_mailbox(request: HttpRequest) -> HttpResponse:
    """Show the newest mail and SMS."""
    wanted = request.GET.get("untuk", "").strip().lower()
    return render(request, "console/mailbox.html", {"mails": list_mails(wanted), "wanted": wanted})


def list_mails(wanted: str = "") -> list[Mail]:
    """List what lies in the demonstration's mailbox, newest first, optionally for one address."""
    folder = Path(settings.BALAI_HOME) / "mailbox"
    files = (
        sorted(folder.glob("*.txt"), key=lambda path: path.stat().st_mtime_ns, reverse=True) if folder.is_dir() else []
    )
    found = (_read(path) for path in files[: SHOWN * 20])
    return [mail for mail in found if wanted in mail.to.lower()][:SHOWN]


def _read(path: Path) -> Mail:
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    words = body.split()
    link = next((word.rstrip(".,)") for word in words if word.startswith(settings.BALAI_URL)), "")
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    to = fields.get("To", "")
    return Mail(to, fields.get("Subject", ""), body.strip(), link.removeprefix(settings.BALAI_URL), at, "@" not in to)
