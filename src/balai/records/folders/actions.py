"""Publishing: a folder becomes the version that is in force."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from balai.base import journal
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotAllowed, NotFound
from balai.records.folders import judging, packing, queries
from balai.records.folders.kinds import FolderKind
from balai.records.folders.models import FolderVersion
from balai.records.offices import queries as offices


def publish(
    kind: FolderKind[Any], folder: Path, town: Path, *, actor: Actor, now: datetime, command_id: UUID | None = None,
    before: Callable[[journal.Deed, Any], None] | None = None, beside: judging.Beside | None = None, rehearsed: bool = False,
) -> FolderVersion:  # fmt: skip
    """Publish a folder as the version in force; a version that is published already comes into force again.

    `before` is asked inside the deed, with what was read, and may refuse it. Who publishes many looks `beside` them once, and
    may have them `rehearsed` beforehand.
    :raises Problems: when the folder has faults or what is rehearsed fails; nothing is published then.
    :raises Invalid: `version-reused` when other content was published under the same version name.
    """
    thing, files, town_files = judging.judge(
        kind, folder, town, units=offices.list_unit_codes(), beside=beside, rehearsed=rehearsed
    )
    digest = f"{kind.name} {thing.id} {thing.key}".encode()
    with journal.deed(command_id or uuid4(), actor=actor, now=now, name="folders.publish", digest=digest) as deed:
        if deed.repeated:
            return FolderVersion.objects.get(key=thing.key)
        if before is not None:
            before(deed, thing)
        others = FolderVersion.objects.filter(kind=kind.name, folder_id=thing.id)
        if kind.is_fixed(thing) and others.filter(version=thing.version).exclude(key=thing.key).exists():
            raise Invalid("version-reused", version=thing.version)
        others.filter(current=True).update(current=False)
        row, made = FolderVersion.objects.get_or_create(
            key=thing.key,
            defaults={
                "kind": kind.name,
                "folder_id": thing.id,
                "version": thing.version,
                "files": packing.pack(files, town_files),
                "published_at": now,
            },
        )
        if not made:
            FolderVersion.objects.filter(key=thing.key).update(current=True)
        body = {"version": thing.version, "key": thing.key, "again": not made}
        deed.record(f"{kind.name}:{thing.id}", "publish", body)
    queries.forget_current()
    return row


def try_out(
    *, command_id: UUID, actor: Actor, now: datetime, kind: FolderKind[Any], judged: judging.Judged
) -> FolderVersion:
    """Bring what was read into force without rehearsing it, in the throwaway hall of `balai preview` alone.

    What is tried may be unfinished and keep its version's name while it changes, so it goes another way than publishing.
    :raises NotAllowed: in every other hall.
    """
    if not getattr(settings, "PREVIEWING", False):
        raise NotAllowed
    thing, files, beside = judged
    digest = f"{kind.name} {thing.id} {thing.key}".encode()
    with journal.deed(command_id, actor=actor, now=now, name="folders.try-out", digest=digest) as deed:
        if not deed.repeated:
            FolderVersion.objects.filter(kind=kind.name, folder_id=thing.id, current=True).update(current=False)
            FolderVersion.objects.update_or_create(
                key=thing.key,
                defaults={"current": True},
                create_defaults={
                    "kind": kind.name, "folder_id": thing.id, "version": thing.version,
                    "files": packing.pack(files, beside), "published_at": now, "current": True,
                },
            )  # fmt: skip
            deed.record(f"{kind.name}:{thing.id}", "try-out", {"key": thing.key})
    queries.forget_current()
    return FolderVersion.objects.get(key=thing.key)


def withdraw(kind: FolderKind[Any], folder_id: str, *, actor: Actor, now: datetime, command_id: UUID) -> None:
    """Take a folder out of force; its versions stay, and publishing it brings it back. :raises NotFound: it is not in force."""
    digest = f"{kind.name} {folder_id}".encode()
    with journal.deed(command_id, actor=actor, now=now, name="folders.withdraw", digest=digest) as deed:
        if deed.repeated:
            return
        found = FolderVersion.objects.filter(kind=kind.name, folder_id=folder_id, current=True)
        key = found.values_list("key", flat=True).first()
        if key is None or not found.update(current=False):
            raise NotFound
        deed.record(f"{kind.name}:{folder_id}", "withdraw", {"key": key})
    queries.forget_current()
