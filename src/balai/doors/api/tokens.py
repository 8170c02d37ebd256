"""Making, checking and revoking the keys of machines."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from balai.base import journal, sql
from balai.base.actors import Actor
from balai.base.errors import Invalid
from balai.records.people import policy as people

SCOPES = {
    "cases:submit": "send applications and their files",
    "cases:read": "read the cases the person may read",
    "tasks:complete": "do the tasks the person may do",
}
LIFE = timedelta(days=365)
_PREFIX = "balai_"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who stands behind a token that was shown."""

    token_id: UUID
    person_id: UUID
    scopes: frozenset[str]

    def as_citizen(self) -> Actor:
        """Give the person as a citizen acting through this machine."""
        return Actor("person", "api", person_id=self.person_id, name=str(self.token_id))

    def as_officer(self) -> Actor:
        """Give the person as an officer acting through this machine; a token never signs, so no second factor is claimed."""
        return Actor("officer", "api", person_id=self.person_id, name=str(self.token_id))


def make_token(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    name: str,
    person_id: UUID,
    scopes: list[str],
    life: timedelta = LIFE,
) -> str:
    """Make a token and give it, this once; only its hash is kept. :raises Invalid: for an unknown scope."""
    people.require_administrator(actor)
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise Invalid(fields={"scopes": f"Scope tidak dikenal / unknown scope: {', '.join(unknown) or '-'}"})
    shown = _PREFIX + secrets.token_urlsafe(32)
    with journal.deed(command_id, actor=actor, now=now, name="api.make-token") as deed:
        token_id = uuid4()
        sql.insert(
            "api_token", ("id", "name", "hash", "person_id", "scopes", "created_at", "expires_at"),
            [(token_id, name[:80], _hash(shown), person_id, sorted(scopes), now, now + life)],
        )  # fmt: skip
        deed.record("api", "make-token", {"token": str(token_id), "scopes": sorted(scopes)})
    return shown


def revoke_token(*, command_id: UUID, actor: Actor, now: datetime, token_id: UUID) -> bool:
    """Revoke a token from now on; tell whether it was live."""
    people.require_administrator(actor)
    with journal.deed(command_id, actor=actor, now=now, name="api.revoke-token", digest=token_id.bytes) as deed:
        changed = sql.execute(
            "UPDATE api_token SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL", [now, token_id]
        )
        if changed:
            deed.record("api", "revoke-token", {"token": str(token_id)})
    return bool(changed)


def find_holder(shown: str, now: datetime) -> Holder | None:
    """Find who stands behind a token, None when it is unknown, revoked or over. One query."""
    if not shown.startswith(_PREFIX):
        return None
    row = sql.row(
        "SELECT id, person_id, scopes FROM api_token WHERE hash = %s AND revoked_at IS NULL AND expires_at > %s",
        [_hash(shown), now],
    )
    if row is None:
        return None
    token_id, person_id = sql.as_uuid(row[0]), sql.as_uuid(row[1])
    assert token_id is not None and person_id is not None
    return Holder(token_id, person_id, frozenset(sql.as_json(row[2])))


def _hash(shown: str) -> bytes:
    # 256 random bits need no slow hash; a digest keeps the table useless to a thief.
    return hashlib.sha256(shown.encode()).digest()
