"""Every read of registries: the one look-up, written down before it is made."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import access_log, plugs
from balai.base.actors import Actor
from balai.records.errors import wrong
from balai.records.people.rules import read_nik
from balai.records.registries.adapters import Registry
from balai.records.registries.rules import Answer, RecordFound, RegistrySilent

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


def ask(
    registry: str,
    key: str,
    *,
    purpose: str,
    actor: Actor,
    now: datetime,
    person_id: UUID | None = None,
    fields: Sequence[str] = (),
) -> dict[str, Any]:
    """Look up for a step of a process: `found`, `available` and `record` as plain data.

    A key that cannot be one is found nowhere. `available` false means that nothing may be concluded.
    :raises LookupError: for a registry that no adapter knows.
    """
    if read_nik(key) is None:
        plugs.get(f"registry:{registry}")
        return {"found": False, "available": True, "record": None}
    answer = look_up(key, purpose=purpose, actor=actor, now=now, person_id=person_id, fields=fields, registry=registry)
    record = answer.record.as_json() if isinstance(answer, RecordFound) else None
    return {"found": answer.found, "available": answer.available, "record": record}
