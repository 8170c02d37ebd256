"""Who comes in at the officers' door: an account with a second factor proved in this session, and a post or the keys.

Whoever has neither post nor keys is told that there is nothing here, never that something is hidden.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID, uuid4

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from balai.base import outbox
from balai.base.actors import Actor, Channel
from balai.base.errors import BalaiError, NotAllowed, NotFound
from balai.base.pages import refusals, texts
from balai.casework.cases import queries as cases
from balai.casework.cases.policy import AUDITOR
from balai.doors.desk import names
from balai.records.offices import queries as offices
from balai.records.offices.queries import Held
from balai.records.people import policy as people_policy
from balai.records.people import queries as people
from balai.records.people.models import Account

P = ParamSpec("P")
# The views take their request and desk by position; Concatenate says just that.
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
DeskView = Callable[Concatenate[HttpRequest, "Desk", P], HttpResponseBase]


@dataclass
class Desk:
    """One officer at their desk during one request; `now` is the only reading of the clock."""

    actor: Actor
    account_id: UUID
    person_id: UUID
    held: tuple[Held, ...]  # posts that work; an auditor's post only reads, on pages of its own
    administrator: bool
    audits: bool
    now: datetime
    lang: str

    @cached_property
    def counts(self) -> dict[str, int]:
        """Count what waits on this desk: all, late, soon, sign."""
        return cases.count_inbox(self.person_id, self.now)

    @cached_property
    def attention(self) -> dict[str, int]:
        """Count what waits for an administrator: stuck steps, tasks on nobody's desk, dead messages. Two queries."""
        return cases.count_attention() | {"dead": outbox.count_dead()}

    @property
    def name(self) -> str:
        """Name the officer, for the corner that says who is at work."""
        return names.find_name(self.person_id)

    @property
    def main(self) -> Held | None:
        """Give the post this officer is at home in: held definitively, in the smallest unit."""
        return max(self.held, key=lambda held: (held.kind == "definitive", len(held.unit_path)), default=None)

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """List the units this officer holds a post in: (code, name), each once, the one they are at home in first."""
        first = [self.main] if self.main else []
        return tuple({held.unit_code: held.unit_name for held in (*first, *self.held)}.items())

    @property
    def unit_words(self) -> str:
        """Name the first unit, and how many more there are."""
        found = [name for _, name in self.units]
        more = len(found) - 1
        return texts.say("desk.inbox.units", unit=found[0], count=more) if more > 0 else "".join(found)

    @property
    def at_counter(self) -> bool:
        """Tell whether this officer holds a post at a counter, where identities are bound."""
        return any(held.role == "counter" for held in self.held)

    @property
    def keeps_archive(self) -> bool:
        """Tell whether this officer keeps the archive: as an archivist, or as an administrator."""
        return self.administrator or any(held.role == "archivist" for held in self.held)

    def through(self, channel: Channel) -> Actor:
        """Give the same officer acting through another channel, such as the counter."""
        return Actor(self.actor.kind, channel, self.person_id, second_factor=self.actor.second_factor)

    @property
    def operator(self) -> Actor:
        """Give this administrator as the house's operator, who may move stuck cases; their person stays on record.

        :raises NotAllowed: for everybody else.
        """
        if not self.administrator:
            raise NotAllowed
        return Actor("system", "console", self.person_id, name="operator", second_factor=True)


def officer_page(view: DeskView[P], *, auditors: bool = False) -> View[P]:
    """Let in whoever holds a post that works, or the keys, with a second factor; answer refusals on their own page.

    An auditor's post opens only what says `auditors`: for auditors nothing else of the desk is there, least of all a deed.
    """

    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = request.user
        if not isinstance(account, Account) or not account.is_active:
            return _lead_to(request, "account_login")
        try:
            desk = _recognise(request, account)
            if not desk.actor.second_factor:
                known = people_policy.has_second_factor(account.id)
                return _lead_to(request, "mfa_reauthenticate" if known else "mfa_activate_totp")
            if not (desk.held or desk.administrator or (auditors and desk.audits)):
                raise NotFound
            setattr(request, "desk", desk)  # noqa: B010 (the navigation asks for it)
            return view(request, desk, *args, **kwargs)
        except BalaiError as error:
            return refusals.refuse(request, error)

    return enter


def counter_page(view: DeskView[P]) -> View[P]:
    """Let in whoever works at a counter; for other officers there is no such page."""

    @wraps(view)
    def check(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not desk.at_counter:
            raise NotFound
        return view(request, desk, *args, **kwargs)

    return officer_page(check)


def administrator_page(view: DeskView[P]) -> View[P]:
    """Let in whoever administers the installation; for other officers there is no such page."""

    @wraps(view)
    def check(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not desk.administrator:
            raise NotFound
        return view(request, desk, *args, **kwargs)

    return officer_page(check)


def archive_page(view: DeskView[P]) -> View[P]:
    """Let in whoever keeps the archive; for other officers there is no such page."""

    @wraps(view)
    def check(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not desk.keeps_archive:
            raise NotFound
        return view(request, desk, *args, **kwargs)

    return officer_page(check)


def desk_page(view: DeskView[P]) -> View[P]:
    """Let in whoever comes to the desk at all; the view leads each to where their work is."""
    return officer_page(view, auditors=True)


def auditor_page(view: DeskView[P]) -> View[P]:
    """Let in auditors, to read; for other officers there is no such page, and nothing can be sent to it."""

    @wraps(view)
    def check(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not desk.audits or request.method not in ("GET", "HEAD"):
            raise NotFound
        return view(request, desk, *args, **kwargs)

    return officer_page(check, auditors=True)


def _recognise(request: HttpRequest, account: Account) -> Desk:
    """Work out who this is: two queries. :raises NotFound: for an account without post and without keys."""
    now = timezone.now()
    person_id = people.find_person_of_account(account.id)
    if person_id is None:
        raise NotFound
    held = offices.list_roles(person_id, timezone.localdate(now))
    if not held and not account.is_administrator:
        raise NotFound
    actor = Actor("officer", "desk", person_id, second_factor=proved_second_factor(request))
    working = tuple(one for one in held if one.role != AUDITOR)
    audits = len(working) < len(held)
    return Desk(actor, account.id, person_id, working, account.is_administrator, audits, now, texts.language())


def proved_second_factor(request: HttpRequest) -> bool:
    """Tell whether this session was opened, or confirmed since, with an authenticator app or a passkey."""
    if not isinstance(request.user, Account):
        return False
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def _lead_to(request: HttpRequest, url_name: str) -> HttpResponse:
    onward = request.get_full_path() if request.method == "GET" else reverse("desk:inbox")
    return HttpResponseRedirect(f"{reverse(url_name)}?{urlencode({'next': onward})}")


def command_id(request: HttpRequest) -> UUID:
    """Read the id that the page gave its form, so that a second click is the same deed; a missing one is new."""
    try:
        return UUID(str(request.POST.get("command", "")))
    except ValueError:
        return uuid4()


def posted_id(request: HttpRequest, name: str) -> UUID:
    """Read an id from a form. :raises NotFound: when it is none."""
    try:
        return UUID(str(request.POST.get(name, "")))
    except ValueError:
        raise NotFound from None


def posted(request: HttpRequest) -> dict[str, list[str]]:
    """Give what was posted as plain lists, as the engine's forms read it."""
    return {str(name): [str(value) for value in values] for name, values in request.POST.lists()}


Context = dict[str, Any]
