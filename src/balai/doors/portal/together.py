"""Several applications of one moment of life: begun at once, each filled with what was told in another, each sent by itself."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from balai.base.errors import Conflict, NotAllowed, NotFound
from balai.base.pages.texts import say
from balai.casework.cases import actions as cases
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal import town
from balai.doors.portal.application import CONTACT, Application, open_application
from balai.engine import manifest
from balai.records.entrance.visitors import DRAFTS, Visitor, keep_secret
from balai.records.people import policy as people_policy

NEXT = "next"  # what goes on after an application was sent that was begun together with it
TOGETHER = (
    "$together"  # beside a draft's answers: of which moment of life, with which other drafts, and what they filled in
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A service that a moment of life leads to, and why it cannot be begun here, "" where it can."""

    id: str
    title: str
    words: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class BegunBeside:
    """Another application that was begun together with one."""

    title: str
    url: str
    here: bool = False
    sent: bool = False


def list_choices(visitor: Visitor, event: str) -> tuple[Choice, ...]:
    """List the services online that a moment of life leads to, in its order. :raises NotFound: where it has no such way."""
    guide = town.get_town().guides.get(event)
    if guide is None:
        raise NotFound
    offered = catalogue.map_offered(visitor.now)
    found = ((one, offered[one.service]) for one in guide.steps if one.service in offered)
    return tuple(
        Choice(service.id, service.text("title", visitor.lang), one.words.get(visitor.lang, ""), _why_not(service, visitor))
        for one, service in found
        if isinstance(service, manifest.Service) and service.about is None
    )  # fmt: skip


def _why_not(service: manifest.Service, visitor: Visitor) -> str:
    if catalogue.find_pause(service.id, visitor.now):
        return say("portal.paused.short")
    if service.identity not in ("seen", "national"):
        return ""
    if visitor.person_id is None:
        return say("portal.together.sign_in")
    try:
        people_policy.require_identity(visitor.person_id, service.identity)
    except NotAllowed:
        return say("portal.together.counter")
    return ""


def begin(request: HttpRequest, visitor: Visitor, event: str, services: tuple[str, ...]) -> str:
    """Begin a draft of each service, each knowing the others; answer where the first goes on."""
    made = []
    for service_id in services:
        draft_id, secret = cases.start_draft(actor=visitor.actor, now=visitor.now, service_id=service_id, answers={})
        keep_secret(request, DRAFTS, str(draft_id), secret)
        made.append(draft_id)
    ids = [str(one) for one in made]
    for one in made if len(made) > 1 else ():
        open_application(request, visitor, one).keep_beside({TOGETHER: {"event": event, "ids": ids, "given": {}}})
    return f"/permohonan/{made[0]}/"


def spread(request: HttpRequest, application: Application) -> None:
    """Fill the others with what this one was told and they ask too; what somebody wrote there stays."""
    kept = _kept(application)
    if not kept:
        return
    good = application.judged(application.answers).answers
    told = {name: value for name, value in application.answers.items() if name in good}
    means = _meanings(str(kept.get("event", "")))
    for other in _others(request, application):
        ours, theirs = application.view.service, other.view.service
        shared = manifest.share_answers(
            ours, told, theirs, of_source=means.get(ours.id, {}), of_target=means.get(theirs.id, {})
        )
        _fill(other, shared, application.contact)


def _fill(other: Application, shared: Mapping[str, Any], contact: Mapping[str, Any]) -> None:
    kept = _kept(other)
    given: dict[str, Any] = dict(kept.get("given", {}))
    before = {**other.answers, **{f"{CONTACT}.{name}": value for name, value in other.contact.items()}}
    asked = other.contact_form.fields if other.asks_about else {}
    offered = {**shared, **{f"{CONTACT}.{name}": value for name, value in contact.items() if _base(name) in asked}}
    fresh = {
        name: value
        for name, value in offered.items()
        if value not in (None, "", [], {}) and value != before.get(name)
        and (before.get(name) in (None, "", [], {}) or before[name] == given.get(name))
    }  # fmt: skip
    if not fresh:
        return
    about = {name.removeprefix(f"{CONTACT}."): value for name, value in fresh.items() if name.startswith(CONTACT)}
    changed: dict[str, Any] = {name: value for name, value in fresh.items() if not name.startswith(CONTACT)}
    if about:
        changed[CONTACT] = {**other.contact, **about}
    with suppress(Conflict, NotFound):  # sent or thrown away in this moment: it needs nothing any more
        other.keep_beside({**changed, TOGETHER: {**kept, "given": {**given, **fresh}}})


def _base(name: str) -> str:
    return name.partition("-")[0]


def list_beside(request: HttpRequest, application: Application) -> tuple[BegunBeside, ...]:
    """List all that were begun together with an application, itself among them, in their order; none where it is alone."""
    if not _kept(application):
        return ()
    found = {str(one.id): one for one in (application, *_others(request, application, sent=True))}
    ordered = [found[one] for one in _kept(application)["ids"] if one in found]
    return tuple(
        BegunBeside(
            one.view.service.text("title", application.visitor.lang),
            f"/permohonan/{one.id}/",
            one.id == application.id,
            one.view.draft.case_id is not None,
        )
        for one in ordered
    )


def is_filled(application: Application) -> bool:
    """Tell whether something of this one was filled in from another."""
    return bool(_kept(application).get("given"))


def _kept(application: Application) -> Mapping[str, Any]:
    found: Mapping[str, Any] = application.view.answers.get(TOGETHER, {})
    return found


def _others(request: HttpRequest, application: Application, *, sent: bool = False) -> Iterator[Application]:
    """Open the others that this visitor may open: elsewhere, by one's link alone, they are not there; sent ones are closed."""
    for one in _kept(application).get("ids", ()):
        if one == str(application.id):
            continue
        try:
            other = open_application(request, application.visitor, UUID(one))
        except NotFound:
            continue
        if sent or other.view.draft.case_id is None:
            yield other


def _meanings(event: str) -> dict[str, Mapping[str, str]]:
    guide = town.get_town().guides.get(event)
    return {one.service: one.means for one in guide.steps} if guide else {}
