"""Who stands at the door: the actor behind a request, and the secrets that let in whoever has no account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from balai.base import throttle
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.base.pages import guards, texts
from balai.records.people import queries as people

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
VisitorView = Callable[Concatenate[HttpRequest, "Visitor", P], HttpResponseBase]

DRAFTS, TRACKS = "drafts", "tracks"
MOST = 20  # secrets kept in one session; the oldest give way


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks, in which language, and when: made once per request."""

    actor: Actor
    lang: str
    now: datetime
    address: str = ""  # of their machine: what is counted for whoever has no account

    @property
    def person_id(self) -> UUID | None:
        """Give the person, if signed in."""
        return self.actor.person_id

    @property
    def known(self) -> UUID:
        """Give the person who is signed in. :raises NotFound: when nobody is."""
        if self.actor.person_id is None:
            raise NotFound
        return self.actor.person_id


def visitor_page(view: VisitorView[P]) -> View[P]:
    """Let in everybody and tell the view who it is; whoever holds no secret and no account sees what is open to all."""

    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, visitor_of(request), *args, **kwargs)

    return guards.mark(enter, "visitors")


def account_page(view: VisitorView[P]) -> View[P]:
    """Let in whoever is signed in as a person; others are led to the door of accounts and back."""

    @login_required
    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visitor = visitor_of(request)
        if visitor.person_id is None:
            raise NotFound
        return view(request, visitor, *args, **kwargs)

    return guards.mark(enter, "accounts")


def visitor_of(request: HttpRequest) -> Visitor:
    """Tell who asks; costs one query for whoever is signed in."""
    person_id = people.find_person_of_account(request.user.pk) if request.user.is_authenticated else None
    kind = "person" if person_id else "anonymous"
    actor = Actor(kind, "portal", person_id=person_id)  # type: ignore[arg-type]
    return Visitor(actor, texts.language(), timezone.now(), throttle.address_of(request))


def keep_secret(request: HttpRequest, kind: str, key: str, secret: str) -> None:
    """Remember in the visitor's session the secret of a draft or case."""
    held = {**request.session.get(kind, {}), key: secret}
    request.session[kind] = dict(list(held.items())[-MOST:])


def secret_of(request: HttpRequest, kind: str, key: str) -> str:
    """Give the secret this visitor holds for a draft or case, "" when none."""
    return str(request.session.get(kind, {}).get(key, ""))


def forget_secret(request: HttpRequest, kind: str, key: str) -> None:
    """Forget a secret that has done its work."""
    held = dict(request.session.get(kind, {}))
    if held.pop(key, None) is not None:
        request.session[kind] = held
