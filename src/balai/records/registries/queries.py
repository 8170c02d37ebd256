"""Every read of registries: the one look-up, written down before it is made."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import access_log, plugs
from balai.base.actors import Actor
from balai.engine import manifest
from balai.engine.manifest import RecordShape
from balai.records.errors import wrong
from balai.records.people.rules import read_nik
from balai.records.registries import connections
from balai.records.registries.adapters import Registry
from balai.records.registries.rules import Answer, RecordFound, RegistrySilent

PENDUDUK = "penduduk"
ATTEMPTS = 10  # before the population registry counts as unavailable: about forty minutes
log = logging.getLogger("balai.registries")


def look_up(
    nik: str,
    *,
    purpose: str,
    actor: Actor,
    now: datetime,
    person_id: UUID | None = None,
    fields: Sequence[str] = (),
    registry: str = "penduduk",
) -> Answer:
    """Look a resident up in a registry and give no more than the asked fields.

    Who asked, for what purpose and about whom is written down first, in its own transaction; when that fails the
    registry is not asked. A registry that does not answer gives `RegistrySilent`, from which nothing may be concluded.
    :raises Invalid: `nik-format` for what cannot be a NIK, or without a purpose.
    """
    if read_nik(nik) is None:
        raise wrong("nik-format", "nik")
    if not purpose.strip():
        raise wrong("invalid", "purpose")
    port = f"registry:{registry}"
    adapter: Registry = plugs.get(port)
    access_log.record_access(actor, purpose=purpose, object=port, person_id=person_id, now=now)
    answer = adapter.look_up(nik, purpose=purpose, fields=tuple(fields), now=now)
    if isinstance(answer, RegistrySilent):
        log.warning("%s did not answer: %s", port, answer.reason)
    return RecordFound(answer.record.only(fields)) if isinstance(answer, RecordFound) else answer


def list_rows(
    registry: str, rows: str, key: str, *, purpose: str, actor: Actor, now: datetime, person_id: UUID | None
) -> list[dict[str, Any]] | None:
    """List what a registry holds under `rows` of somebody's record; None where it does not answer, so nothing follows."""
    told = ask(registry, key, purpose=purpose, actor=actor, now=now, person_id=person_id, fields=("name", rows))
    listed = (told["record"] or {}).get(rows) or []
    return [dict(one) for one in listed] if told["available"] else None


def attempts_of(registry: str) -> int:
    """Tell how often a registry is asked before it counts as unavailable."""
    connection = connections.find_connection(registry)
    return connection.attempts if connection is not None else ATTEMPTS


def _ask_connection(
    registry: str,
    key: str,
    purpose: str,
    actor: Actor,
    now: datetime,
    person_id: UUID | None,
    shape: RecordShape | None,
) -> dict[str, Any]:
    nothing = {"found": False, "available": True, "record": None}
    if not key.strip():
        return nothing
    connection = connections.find_connection(registry)
    if connection is None:
        log.error("registry:%s is not among the town's connections", registry)
        return nothing | {"available": False}
    access_log.record_access(actor, purpose=purpose, object=f"registry:{registry}", person_id=person_id, now=now)
    try:
        record = connections.ask(connection, key.strip())
        known = None if record is None else manifest.fit(shape or connection.record, record)
    except connections.Silent as silent:
        log.warning("registry:%s did not answer: %s", registry, silent)
        return nothing | {"available": False}
    except ValueError as misfit:
        log.error("registry:%s told what its schema does not: %s", registry, misfit)
        return nothing | {"available": False}
    return {"found": known is not None, "available": True, "record": known}


def ask(
    registry: str,
    key: str,
    *,
    purpose: str,
    actor: Actor,
    now: datetime,
    person_id: UUID | None = None,
    fields: Sequence[str] = (),
    shape: RecordShape | None = None,
) -> dict[str, Any]:
    """Look up for a step of a process: `found`, `available` and `record`, of the shape that its service knows.

    A key that cannot be one is found nowhere. `available` false means that nothing may be concluded: also of a record that does
    not fit, and of a registry that the town reaches no more.
    """
    if registry != PENDUDUK:
        return _ask_connection(registry, key, purpose, actor, now, person_id, shape)
    if read_nik(key) is None:
        plugs.get(f"registry:{registry}")
        return {"found": False, "available": True, "record": None}
    answer = look_up(key, purpose=purpose, actor=actor, now=now, person_id=person_id, fields=fields, registry=registry)
    record = answer.record.as_json() if isinstance(answer, RecordFound) else None
    return {"found": answer.found, "available": answer.available, "record": record}
