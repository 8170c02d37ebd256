"""Publishing: a folder becomes the version that new cases are opened under. Pausing: for a while it takes none."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import intake, journal
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotFound
from balai.casework.catalogue import queries
from balai.casework.catalogue.folders import SERVICES
from balai.casework.catalogue.models import Pause
from balai.engine import manifest
from balai.records.folders import actions as folder_actions
from balai.records.folders import judging
from balai.records.folders import queries as versions
from balai.records.folders.kinds import FolderKind
from balai.records.folders.models import FolderVersion
from balai.records.offices import queries as offices
from balai.records.people import policy as people


def publish(
    folder: Path, town: Path, *, actor: Actor, now: datetime, command_id: UUID | None = None,
    before: Callable[[journal.Deed, Any], None] | None = None, kind: FolderKind[Any] = SERVICES,
) -> FolderVersion:  # fmt: skip
    """Publish a folder as the current version of its service, or of what is served at a counter; a version that is published already becomes current again.

    `before` is asked inside the deed, with the service that was read, and may refuse it. By it alone a person publishes: what two of
    them settled (`casework/legal`); without it only the house does, the first time and at the operator's console.
    :raises Conflict: `proposal-needed` for a person by themselves. :raises Problems: when the folder has faults or a golden example fails; nothing is published then.
    :raises Invalid: `version-reused` when other content was published under the same version name.
    """
    if before is None and actor.person_id is not None:
        raise Conflict("proposal-needed")
    return folder_actions.publish(kind, folder, town, actor=actor, now=now, command_id=command_id, before=before)


def publish_wording(*, command_id: UUID, actor: Actor, now: datetime, folder: Path, town: Path) -> FolderVersion:
    """Publish a folder that changes nothing but wording of the version in force; everything else takes a proposal and two persons.

    :raises NotAllowed: :raises NotFound: it is not in force; :raises Problems: as `publish`
    :raises Conflict: `proposal-needed`; `proposal-nothing` where nothing differs
    """
    people.require_administrator(actor)
    judged = judging.read(SERVICES, folder, town, units=offices.list_unit_codes())
    key = versions.find_key_in_force(SERVICES.name, judged.thing.id)
    if key is None:
        raise NotFound
    if queries.takes_second_person(key, judged.files, judged.town):
        raise Conflict("proposal-needed")
    if judged.thing.key == key:
        raise Conflict("proposal-nothing")

    def still(deed: journal.Deed, service: manifest.Service) -> None:
        in_force = versions.find_key_in_force(SERVICES.name, service.id)
        if service.key != judged.thing.key or in_force != key:
            raise Conflict("proposal-needed")

    return publish(folder, town, actor=actor, now=now, command_id=command_id, before=still)


@command("catalogue.pause")
def pause(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    service_id: str,
    reason_id: str,
    reason_en: str,
    until: date | None = None,
    closed: bool = False,
) -> None:
    """Let a published service take no applications, for a public reason; once more changes reason and last day.

    Drafts are kept and running cases go on. After the last day it opens by itself. One that is `closed` has none: it is
    listed nowhere, and its page says why it was closed, until somebody opens it again.
    :raises NotAllowed, NotFound: it is not published; :raises Invalid: `fields` names the reason or day that is missing.
    """
    people.require_administrator(actor)
    told = {
        "reason_id": intake.line(reason_id, 300, "reason_id"),
        "reason_en": intake.line(reason_en, 300, "reason_en"),
    }
    faults = {name: "Tulis alasannya. / Write the reason." for name, value in told.items() if not value}
    if closed and until is not None:
        faults["until"] = "Layanan yang ditutup tidak punya hari terakhir. / A service that is closed has no last day."
    elif until is not None and until < localdate(now):
        faults["until"] = "Hari itu sudah lewat. / That day has passed."
    if faults:
        raise Invalid(fields=faults)
    if service_id not in queries.current_keys():
        raise NotFound
    with once() as deed:
        running = {**told, "until": until, "since": now, "ended_at": None, "closed": closed}
        Pause.objects.update_or_create(service_id=service_id, defaults=running)
        deed.record(f"service:{service_id}", "close" if closed else "pause", {"until": str(until or "")})
    queries.forget_current()


@command("catalogue.resume")
def resume(*, command_id: UUID, actor: Actor, now: datetime, service_id: str) -> None:
    """Let a paused service take applications again. :raises NotAllowed:; :raises Conflict: it takes them already."""
    people.require_administrator(actor)
    queries.forget_current()
    with once() as deed:
        if service_id not in queries.list_paused(now):
            raise Conflict("service-open-already")
        if not Pause.objects.filter(service_id=service_id, ended_at__isnull=True).update(ended_at=now):
            raise Conflict("service-open-already")
        deed.record(f"service:{service_id}", "resume", {})
    queries.forget_current()
