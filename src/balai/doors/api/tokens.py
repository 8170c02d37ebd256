"""Making, listing, checking and revoking the keys of machines.

A token rests on the account of the person it acts for and, when it was made for an officer, on their holding a post: when
that goes, the token ends with it, without anybody having to think of it.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.utils.timezone import get_default_timezone, localdate

from balai.base import access_log, crypto, intake, journal, marks, sql, throttle
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotFound, TooMany
from balai.doors.api.errors import NoToken
from balai.doors.api.models import Token
from balai.records.offices import queries as offices
from balai.records.people import policy as people
from balai.records.people import queries as people_queries

SCOPES = {
    "cases:submit": "send applications and their files",
    "cases:read": "read the cases the person may read",
    "tasks:complete": "do the tasks the person may do",
    "messages:send": "send the messages the person may send into cases",
}
LIFE = timedelta(days=365)
LONGEST = timedelta(days=3650)
SEEN = timedelta(minutes=1)  # the last use is written down at most so often
_PREFIX = "balai_"

State = Literal["live", "expired", "revoked", "ended"]


@dataclass(frozen=True, slots=True)
class TokenHolder:
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


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token as the administration sees it; what it would show at the door is kept nowhere."""

    id: UUID
    name: str
    person_id: UUID
    owner_masked: str
    contact: str  # the account's e-mail address or phone number; "" when there is no account any more
    scopes: tuple[str, ...]
    on_post: bool
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_reason: str
    state: State


# What a token rests on: an account that is open and, for an officer's, a post that is held today.
_RESTS = """(a.is_active = %s AND p.erased_at IS NULL AND p.joined_into_id IS NULL AND (t.on_post = %s OR EXISTS (
    SELECT 1 FROM offices_appointment o WHERE o.person_id = t.person_id
    AND o.from_date <= %s AND (o.to_date IS NULL OR o.to_date >= %s))))"""
_FROM = "FROM api_token t JOIN people_person p ON p.id = t.person_id LEFT JOIN people_account a ON a.id = p.account_id"
_SHOWN = f"""SELECT t.id, t.person_id, t.scopes, t.revoked_at, t.expires_at, t.last_used_at, {_RESTS}
    {_FROM} WHERE t.hash = %s"""
_LISTED = f"""SELECT t.id, t.name, t.person_id, p.name_masked, COALESCE(a.email, a.phone, ''), t.scopes, t.on_post,
    t.created_at, t.expires_at, t.last_used_at, t.revoked_at, t.revoked_reason, {_RESTS}
    {_FROM} ORDER BY t.created_at DESC LIMIT %s"""


def list_held(person_ids: Collection[UUID]) -> list[tuple[str, list[str], datetime, datetime, datetime | None]]:
    """List the tokens that act for a person: (name, scopes, made, expires, ended), newest first; never the keys."""
    found = Token.objects.filter(person_id__in=person_ids).order_by("-created_at")
    return list(found.values_list("name", "scopes", "created_at", "expires_at", "revoked_at"))


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
    """Make a token and give it; only its hash is kept. The same command again is the same token.

    :raises Invalid: `fields` says what to mend: name, scopes, life, or a person without an open account.
    """
    people.require_administrator(actor)
    name = intake.line(name, 80, "name")
    _require(name, scopes, life, person_id)
    shown = _shown(command_id)
    digest = journal.digest_of(name, str(person_id), sorted(scopes), life.total_seconds())
    with journal.deed(command_id, actor=actor, now=now, name="api.make-token", digest=digest) as deed:
        if deed.repeated:
            return shown
        on_post = offices.is_officer(person_id, localdate(now))
        sql.insert(
            "api_token",
            ("id", "name", "hash", "person_id", "scopes", "on_post", "created_at", "expires_at", "revoked_reason"),
            [(command_id, name, _hash(shown), person_id, sorted(scopes), on_post, now, now + life, "")],
        )  # fmt: skip
        marks.write(Token, [command_id])
        deed.record("api", "make-token", {"token": str(command_id), "scopes": sorted(scopes), "person": str(person_id)})
    return shown


def _require(name: str, scopes: list[str], life: timedelta, person_id: UUID) -> None:
    faults = {}
    unknown = sorted(set(scopes) - set(SCOPES))
    if not name:
        faults["name"] = "Beri nama mesinnya. / Name the machine."
    if unknown or not scopes:
        faults["scopes"] = f"Scope tidak dikenal / unknown scope: {', '.join(unknown) or '-'}"
    if not timedelta(0) < life <= LONGEST:
        faults["days"] = f"Antara 1 dan {LONGEST.days} hari. / Between 1 and {LONGEST.days} days."
    if not people_queries.has_open_account(person_id):
        faults["email"] = "Orang ini tidak punya akun yang terbuka. / This person has no open account."
    if faults:
        raise Invalid(fields=faults)


def revoke_token(*, command_id: UUID, actor: Actor, now: datetime, token_id: UUID, reason: str = "") -> bool:
    """Revoke a token from now on; tell whether it had not been revoked before. :raises NotFound: there is no such token."""
    people.require_administrator(actor)
    digest = journal.digest_of(str(token_id), reason)
    with journal.deed(command_id, actor=actor, now=now, name="api.revoke-token", digest=digest) as deed:
        if sql.row("SELECT 1 FROM api_token WHERE id = %s", [token_id]) is None:
            raise NotFound
        changed = sql.execute(
            "UPDATE api_token SET revoked_at = %s, revoked_reason = %s WHERE id = %s AND revoked_at IS NULL",
            [now, intake.words(reason, 400, "reason"), token_id],
        )
        if changed:
            marks.write(Token, [token_id])
            deed.record("api", "revoke-token", {"token": str(token_id)})
    return bool(changed)


def list_tokens(now: datetime, limit: int = 500) -> list[TokenRow]:
    """List the tokens, newest first, each with what became of it. One query."""
    return [_row(row, now) for row in sql.rows(_LISTED, [*_rests(now), limit])]


def find_tokens(beginning: str, now: datetime) -> list[TokenRow]:
    """Find the tokens whose id begins like this, as `list` prints it."""
    return [row for row in list_tokens(now) if str(row.id).startswith(beginning.lower())]


def _row(row: tuple[Any, ...], now: datetime) -> TokenRow:
    token_id, person_id = sql.as_uuid(row[0]), sql.as_uuid(row[2])
    created, expires, revoked = sql.as_datetime(row[7]), sql.as_datetime(row[8]), sql.as_datetime(row[10])
    assert token_id is not None and person_id is not None and created is not None and expires is not None
    return TokenRow(
        token_id, row[1], person_id, row[3], row[4], tuple(sql.as_json(row[5])), bool(row[6]), created, expires,
        sql.as_datetime(row[9]), revoked, row[11], _state(revoked, expires, bool(row[12]), now),
    )  # fmt: skip


def _state(revoked: datetime | None, expires: datetime, rests: bool, now: datetime) -> State:
    if revoked is not None:
        return "revoked"
    if expires <= now:
        return "expired"
    return "live" if rests else "ended"


def open_token(shown: str, now: datetime) -> TokenHolder:
    """Tell who stands behind a token that was shown, and note that it was used. One query, and a write a minute.

    :raises NoToken: when it is unknown, run out, revoked, or what it rests on is gone; the last three are told to the
        security log, a minute and token once.
    """
    row = sql.row(_SHOWN, [*_rests(now), _hash(shown)]) if shown.startswith(_PREFIX) else None
    if row is None:
        raise NoToken
    token_id, person_id, expires = sql.as_uuid(row[0]), sql.as_uuid(row[1]), sql.as_datetime(row[4])
    assert token_id is not None and person_id is not None and expires is not None
    state = _state(sql.as_datetime(row[3]), expires, bool(row[6]), now)
    if state != "live":
        _tell(token_id, person_id, state, now)
        raise NoToken(
            "token-revoked" if state == "revoked" else "token-expired" if state == "expired" else "token-ended"
        )
    used = sql.as_datetime(row[5])
    if used is None or now - used >= SEEN:
        sql.execute("UPDATE api_token SET last_used_at = %s WHERE id = %s", [now, token_id])
    return TokenHolder(token_id, person_id, frozenset(sql.as_json(row[2])))


def _tell(token_id: UUID, person_id: UUID, state: State, now: datetime) -> None:
    """Write down that a token which no longer counts was shown; a machine that tries on and on fills no log."""
    try:
        throttle.take("api-token", f"{token_id}:{state}", limit=1, per=SEEN, now=now)
    except TooMany:
        return
    access_log.record_security(f"token-{state}", actor=f"person:{person_id}", now=now, token=str(token_id)[:8])


def _rests(now: datetime) -> list[object]:
    today = localdate(now, get_default_timezone())  # a machine has no zone of its own
    return [True, False, today, today]


def _shown(command_id: UUID) -> str:
    """Make the secret of a token from the id of the command that makes it, so that a second click shows the same one.

    Without the town's key, which lies in no database, the id says nothing.
    """
    return _PREFIX + urlsafe_b64encode(
        hmac.digest(crypto.derive("api-token"), command_id.bytes, "sha256")
    ).decode().rstrip("=")


def _hash(shown: str) -> bytes:
    # 256 bits that nobody can guess need no slow hash; a digest keeps the table useless to a thief.
    return hashlib.sha256(shown.encode()).digest()
