"""Proposed versions of services: what differs, what they would have done to past cases, and their publishing by a second person."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base.errors import BalaiError, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column
from balai.casework.catalogue import folders
from balai.casework.catalogue import queries as catalogue
from balai.casework.legal import actions, queries, rules
from balai.casework.legal.models import Proposal
from balai.doors.desk import words
from balai.doors.desk.web.law import law_page
from balai.engine import manifest
from balai.engine.problems import Problems
from balai.records.entrance import names
from balai.records.entrance.officers import Desk
from balai.records.entrance.posting import REFUSED, command_id, do_and_return
from balai.records.folders import differences, judging
from balai.records.folders.kinds import FolderKind
from balai.records.offices import queries as offices


@never_cache
@require_GET
@law_page
def show_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what is proposed and was, and which folders could be."""
    return _list(request, desk)


def _list(request: HttpRequest, desk: Desk, *, faults: list[str] | None = None, of: str = "") -> HttpResponse:
    found = queries.list_proposals()
    known = names.list_names({one.proposed_by for one in found})
    context = {
        "desk": desk,
        "rows": [{**_row(one, desk), "by": known.get(one.proposed_by, "")} for one in found],
        "folders": _proposable(desk, {(one.kind, one.service_id) for one in found if one.state == "open"}),
        "faults": faults or [],
        "of": of,
    }
    return render(request, "desk/law/proposals.html", context, status=422 if faults else 200)


def _proposable(desk: Desk, proposed: set[tuple[str, str]]) -> list[dict[str, str]]:
    """List the folders that differ from the version in force, are not in force yet, or cannot be read."""
    found = []
    for kind in KINDS:
        current = catalogue.current_keys(kind.name)
        for path in list_folders(kind):
            before = current.get(path.name, "")
            if (kind.name, path.name) not in proposed and (not before or _key_of(kind, path, before) != before):
                found.append({"id": path.name, "kind": kind.name, "title": read_title(kind, path, desk.lang)})
    return found


def list_folders(kind: FolderKind[Any]) -> list[Path]:
    """List the folders of a kind that the pages may publish."""
    return kind.list_folders(folders.place_of(kind.name, settings.BALAI_SERVICES, settings.BALAI_TOWN_FOLDER))


def read_title(kind: FolderKind[Any], path: Path, lang: str) -> str:
    """Read what a folder calls itself."""
    return folders.read_counter_title(path, lang) if kind is folders.COUNTER else folders.read_title(path, lang)


def _key_of(kind: FolderKind[Any], path: Path, in_force: str) -> str:
    """Give the key of a folder as it lies on disk; it is read only where one of its files, or of the town's, differs at all."""
    try:
        if not differences.compare_folder(kind, path, settings.BALAI_TOWN_FOLDER):
            return in_force
        return str(judging.read(kind, path, settings.BALAI_TOWN_FOLDER).thing.key)
    except (Problems, ValueError, OSError):
        return ""  # proposing it tells what is wrong


def _row(one: Proposal, desk: Desk) -> dict[str, Any]:
    place = folders.place_of(one.kind, settings.BALAI_SERVICES, settings.BALAI_TOWN_FOLDER) / one.service_id
    try:
        known = one.kind == folders.SERVICES.name
        title = catalogue.get_service(one.service_id).text("title", desk.lang) if known else ""
    except NotFound:
        title = ""
    title = title or read_title(folders.SERVICES if known else folders.COUNTER, place, desk.lang)
    return {
        "id": one.id, "title": title, "version": one.version, "at": words.moment(one.proposed_at, desk.lang),
        "state": texts.say(f"legal.state.{one.state}"),
        "tone": {"open": "warn", "published": "ok"}.get(one.state, ""), "replay": _progress(one),
    }  # fmt: skip


def _progress(one: Proposal) -> str:
    if one.replay == "done":
        return ""
    return texts.say(f"legal.{'progress' if one.replay == 'running' else 'waiting'}", place=one.place, size=one.size)


FAULTY = (Problems, *REFUSED)


KINDS: tuple[FolderKind[Any], ...] = (folders.SERVICES, folders.COUNTER)  # what people are served by


def folder_of(request: HttpRequest) -> tuple[FolderKind[Any], Path]:
    """Find the folder that a form names, and its kind: a service's, unless it says otherwise. :raises NotFound:"""
    wanted, named = request.POST.get("service", ""), request.POST.get("kind", folders.SERVICES.name)
    for kind in KINDS:
        for path in list_folders(kind) if kind.name == named else ():
            if path.name == wanted:
                return kind, path
    raise NotFound


def list_faults(faulty: Exception, desk: Desk) -> list[str]:
    """Say what is wrong with a folder, each fault with its file and line, or why it is refused."""
    if isinstance(faulty, Problems):
        return [str(one) for one in faulty.problems]
    return [faulty.message(desk.lang) if isinstance(faulty, BalaiError) else str(faulty)]


@never_cache
@require_POST
@law_page
def propose(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Propose a folder as its service's next version; every fault is shown with file and line."""
    kind, folder = folder_of(request)
    try:
        made = actions.propose(
            command_id=command_id(request), actor=desk.actor, now=desk.now, folder=folder,
            town=settings.BALAI_TOWN_FOLDER, kind=kind,
        )  # fmt: skip
    except FAULTY as faulty:
        return _list(request, desk, faults=list_faults(faulty, desk), of=folder.name)
    messages.success(request, texts.say("legal.done.proposed"), extra_tags="ok")
    return HttpResponseRedirect(reverse("desk:proposal", args=[made]))


@never_cache
@require_GET
@law_page
def show_proposal(request: HttpRequest, desk: Desk, proposal_id: UUID) -> HttpResponse:
    """Show one proposal: what differs, how far its replay is, what came of it."""
    return _page(request, desk, proposal_id)


def _page(request: HttpRequest, desk: Desk, proposal_id: UUID, *, faults: list[str] | None = None) -> HttpResponse:
    one = queries.get_proposal(proposal_id)
    known = names.list_names({one.proposed_by, *([one.settled_by] if one.settled_by else [])})
    by = texts.say("legal.by", name=known.get(one.proposed_by, ""), at=words.moment(one.proposed_at, desk.lang))
    context = {
        "desk": desk,
        "one": _row(one, desk),
        "by": by,
        "settled": _settled(one, known, desk),
        "differs": one.differs,
        **_proposed(proposal_id, desk),
        "open": one.state == "open",
        "own": one.proposed_by == desk.person_id,
        "done": one.replay == "done",
        "share": round(100 * one.place / one.size) if one.size else 0,
        "faults": faults or [],
        **(_result(one, desk) if one.replay == "done" else {}),
    }
    return render(request, "desk/law/proposal.html", context, status=422 if faults else 200)


def _proposed(proposal_id: UUID, desk: Desk) -> dict[str, Any]:
    """Say what the version would change, for whom, and what it would open with."""
    found = queries.find_proposed(proposal_id)
    if found is None:
        return {"groups": [], "unconfirmed": (), "unstaffed": []}
    groups = [
        (texts.say(f"legal.whom.{whom}"), [one.words(desk.lang) for one in found.changes if one.whom == whom])
        for whom in ("applicant", "officer", "law")
    ]
    return {
        "groups": [(title, lines) for title, lines in groups if lines],
        "unconfirmed": found.unconfirmed,
        "unstaffed": unstaffed_lines(found.service, desk) if found.service is not None else [],
    }


def unstaffed_lines(service: manifest.Service, desk: Desk, held: Mapping[str, int] | None = None) -> list[str]:
    """Say which steps of a service nobody could do today."""
    known = offices.count_by_role(localdate(desk.now)) if held is None else held
    return [
        texts.say(
            f"legal.unstaffed.{'alone' if one.alone else 'nobody'}",
            step=service.text(f"steps.{one.step}.title", desk.lang, one.step), role=one.role,
        )
        for one in catalogue.list_unstaffed(service, known)
    ]  # fmt: skip


def _settled(one: Proposal, known: Mapping[UUID, str], desk: Desk) -> str:
    if one.settled_by is None or one.settled_at is None:
        return ""
    at = words.moment(one.settled_at, desk.lang)
    return texts.say(f"legal.settled.{one.state}", name=known.get(one.settled_by, ""), at=at)


def _result(one: Proposal, desk: Desk) -> dict[str, Any]:
    groups: Mapping[str, int] = one.counts.get("groups", {})
    order = sorted(groups, key=lambda name: (" > " not in name, name != rules.SAME, -groups[name]))
    return {
        "size": one.size, "closed": one.closed, "total": one.counts.get("total", 0),
        "hidden": one.counts.get("hidden", False),
        "columns": (Column(texts.say("legal.columns.group")), Column(texts.say("legal.columns.count"), numeric=True)),
        "rows": [(Cell(_group(one, name, desk)), Cell(str(groups[name]))) for name in order],
    }  # fmt: skip


def _group(one: Proposal, name: str, desk: Desk) -> str:
    if " > " in name:
        before, after = (_ending(one, part, desk) for part in name.split(" > "))
        return texts.say("legal.group.change", before=before, after=after)
    kind, _, what = name.partition(" ")
    return texts.say(f"legal.group.{kind}", what=_title(one, f"forms.apply.fields.{what}.label", what, desk))


def _ending(one: Proposal, told: str, desk: Desk) -> str:
    kind, _, rest = told.partition(" ")
    name = rest.partition(" ")[0]
    places = {"end": f"ends.{name}.title", "waits": f"steps.{name}.title"}
    return texts.say(
        f"legal.ending.{kind}", what=_title(one, places.get(kind, f"forms.apply.fields.{name}.label"), name, desk)
    )


def _title(one: Proposal, place: str, name: str, desk: Desk) -> str:
    try:
        service: manifest.Service = catalogue.get_service(one.service_id)
    except NotFound:
        return name
    return service.text(place, desk.lang, name)


@never_cache
@require_POST
@law_page
def publish(request: HttpRequest, desk: Desk, proposal_id: UUID) -> HttpResponse:
    """Publish what another person proposed."""
    one = queries.get_proposal(proposal_id)
    folder = folders.place_of(one.kind, settings.BALAI_SERVICES, settings.BALAI_TOWN_FOLDER) / one.service_id
    try:
        actions.publish(
            command_id=command_id(request), actor=desk.actor, now=desk.now, proposal_id=proposal_id, folder=folder,
            town=settings.BALAI_TOWN_FOLDER,
        )  # fmt: skip
    except (Problems, OSError) as faulty:
        return _page(request, desk, proposal_id, faults=list_faults(faulty, desk))
    except REFUSED as refused:
        messages.error(request, refused.message(desk.lang), extra_tags="bad")
    else:
        messages.success(request, texts.say("legal.done.published", version=one.version), extra_tags="ok")
    return HttpResponseRedirect(reverse("desk:proposal", args=[proposal_id]))


@never_cache
@require_POST
@law_page
def drop(request: HttpRequest, desk: Desk, proposal_id: UUID) -> HttpResponse:
    """Take a proposal back."""
    return do_and_return(
        request, reverse("desk:proposals"), "legal.done.dropped",
        lambda: actions.drop(command_id=command_id(request), actor=desk.actor, now=desk.now, proposal_id=proposal_id),
    )  # fmt: skip
