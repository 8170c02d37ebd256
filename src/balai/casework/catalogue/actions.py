"""Publishing: a folder becomes the version that new cases are opened under."""

from datetime import datetime
from pathlib import Path
from uuid import uuid4

from balai.base import journal, sql
from balai.base.actors import Actor
from balai.base.errors import Invalid
from balai.casework.catalogue import folders, packing, queries
from balai.casework.catalogue.models import ServiceVersion
from balai.engine.problems import Problems


def publish(folder: Path, town: Path, *, actor: Actor, now: datetime) -> ServiceVersion:
    """Publish a folder as the current version of its service; a version that is published already becomes current again.

    :raises Problems: when the folder has faults or a golden example fails; nothing is published then.
    :raises Invalid: `version-reused` when other content was published under the same version name.
    """
    service = folders.read_folder(folder, town)
    problems = folders.play_examples(service)
    if problems:
        raise Problems(problems)
    with journal.deed(uuid4(), actor=actor, now=now, name="catalogue.publish") as deed:
        other = ServiceVersion.objects.filter(service_id=service.id, version=service.version).exclude(key=service.key)
        if service.in_force and other.exists():
            raise Invalid("version-reused", version=service.version)
        sql.execute(
            "UPDATE catalogue_serviceversion SET current = %s WHERE service_id = %s AND current = %s",
            [False, service.id, True],
        )
        row, made = ServiceVersion.objects.get_or_create(
            key=service.key,
            defaults={
                "service_id": service.id,
                "version": service.version,
                "files": packing.pack(folders.read_files(folder), folders.read_files(town)),
                "published_at": now,
            },
        )
        if not made:
            ServiceVersion.objects.filter(key=service.key).update(current=True)
        deed.record(
            f"service:{service.id}", "publish", {"version": service.version, "key": service.key, "again": not made}
        )
    queries.forget_current()
    return row
