"""Sealing and finding personal data: vaults with a wrapped data key, AES-256-GCM envelopes, keyed look-up hashes.

The town's keys live in `BALAI_HOME/keys` (`keyring`; made once by `project.home`). Each case and each person has a vault: a random
data key wrapped by one of them. Shredding the wrapped key makes all that was sealed under it noise.

A case's key is wrapped together with whose case it is (`bind`): the ids of its holders are the cipher's associated data. A case that
is given to somebody else by hand does not open. Such a key is kept as format, holders, nonce and sealed key; one that is bound
to its vault alone, of a person or a draft, as nonce and sealed key.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection

from balai.base import keyring, sql
from balai.base.errors import NotFound
from balai.base.models import Vault

_VERSION = b"\x01"
_BOUND = b"\x02"  # a wrapped key that is bound to holders
_WRAPPED = 12 + 32 + 16  # bytes of a wrapped key: nonce, key, tag


class Tampered(Exception):
    """Sealed bytes do not open: they were changed, swapped, or belong to another place."""


def _ring() -> keyring.Ring:
    return keyring.load(settings.BALAI_HOME)


def town_key_id() -> str:
    """Name the town's root key by a digest of it."""
    return keyring.name_key(_ring().root)


def derive(purpose: str) -> bytes:
    """Derive a 32-byte key for one named purpose from the town's root key; a rotation leaves it as it is."""
    return _ring().derive(purpose)


def holders_of(*person_ids: UUID | None) -> bytes:
    """Write down the holders that a key is bound to: 16 bytes each, zeros for nobody."""
    return b"".join(person_id.bytes if person_id is not None else bytes(16) for person_id in person_ids)


def wrap(vault_id: UUID, key: bytes, holders: bytes = b"") -> bytes:
    """Wrap a data key for one vault under the current key; with `holders` it opens for these alone."""
    return _wrap(_ring(), vault_id, key, holders)


def rewrap(ring: keyring.Ring, vault_id: UUID, wrapped: bytes | memoryview) -> bytes:
    """Wrap a key anew under a ring's current key, for whom it was wrapped. :raises Tampered:"""
    return _wrap(ring, vault_id, unwrap(vault_id, wrapped), _read_holders(bytes(wrapped)))


def bind(vault_id: UUID, key: bytes, holders: bytes) -> None:
    """Wrap a vault's key anew, for these holders alone; part of the caller's deed."""
    ring = _ring()
    sql.execute(
        "UPDATE base_vault SET wrapped_key = %s, key_id = %s WHERE id = %s AND wrapped_key IS NOT NULL",
        [_wrap(ring, vault_id, key, holders), ring.current, vault_id],
    )


def _wrap(ring: keyring.Ring, vault_id: UUID, key: bytes, holders: bytes) -> bytes:
    if not holders:
        return ring.wrap(key, vault_id.bytes)
    return _BOUND + holders + ring.wrap(key, vault_id.bytes + holders)


def _read_holders(wrapped: bytes) -> bytes:
    """Tell whom a wrapped key is bound to, as it says itself; what says so falsely does not open."""
    return wrapped[1:-_WRAPPED] if len(wrapped) > _WRAPPED and wrapped[:1] == _BOUND else b""


def read_holders(vault_id: UUID, wrapped: bytes | memoryview) -> bytes | None:
    """Tell whom a wrapped key is bound to, b"" for nobody; None when it does not open."""
    try:
        unwrap(vault_id, wrapped)
    except Tampered:
        return None
    return _read_holders(bytes(wrapped))


def unwrap(vault_id: UUID, wrapped: bytes | memoryview | None, holders: bytes | None = None) -> bytes:
    """Open a wrapped data key, under whichever of the town's keys it was wrapped; with `holders` only when it is bound to these.

    :raises NotFound: `vault-shredded` when it was destroyed; :raises Tampered: when it belongs to another vault, holder or town.
    """
    if wrapped is None:
        raise NotFound("vault-shredded")
    whole = bytes(wrapped)
    own = holders if holders is not None else _read_holders(whole)
    kept, context = (whole[1 + len(own) :], vault_id.bytes + own) if own else (whole, vault_id.bytes)
    key = _ring().unwrap(kept, context)
    if key is None:  # a key that came in the same tick of the clock as the one before is not seen by the folder's time
        key = keyring.Ring(Path(settings.BALAI_HOME) / "keys").unwrap(kept, context)
    if key is None:
        raise Tampered("wrapped key does not open under the town's keys")
    return key


class NewVault(NamedTuple):
    """A vault just made, with its data key."""

    id: UUID
    key: bytes


def new_vault(holders: bytes = b"") -> NewVault:
    """Make and store a vault with a fresh data key, bound to holders if there are any; part of the caller's transaction."""
    made = NewVault(uuid4(), secrets.token_bytes(32))
    sql.insert("base_vault", ("id", "wrapped_key", "key_id"), [(made.id, *_wrapped(*made, holders))])
    return made


def prepare_vault() -> Vault:
    """Make an unsaved vault, for callers that insert many at once."""
    vault_id = uuid4()
    wrapped, key_id = _wrapped(vault_id, secrets.token_bytes(32))
    return Vault(id=vault_id, wrapped_key=wrapped, key_id=key_id)


def _wrapped(vault_id: UUID, key: bytes, holders: bytes = b"") -> tuple[bytes, str]:
    """Wrap a data key and name what it is wrapped under; of one ring, whatever a rotation does meanwhile."""
    ring = _ring()
    return _wrap(ring, vault_id, key, holders), ring.current


def data_key(vault_id: UUID) -> bytes:
    """Fetch and unwrap a vault's data key. :raises NotFound: `vault-shredded` when it was destroyed."""
    row = sql.row("SELECT wrapped_key FROM base_vault WHERE id = %s", [vault_id])
    return unwrap(vault_id, row[0] if row else None)


def seal_with(key: bytes, plain: bytes, context: str) -> bytes:
    """Seal bytes under a data key, bound to a context ("case:answers") so that they cannot be moved elsewhere."""
    nonce = secrets.token_bytes(12)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def open_with(key: bytes, sealed: bytes | memoryview, context: str) -> bytes:
    """Open sealed bytes. :raises Tampered: when they were changed or moved."""
    sealed = bytes(sealed)
    if sealed[:1] != _VERSION:
        raise Tampered("unknown envelope")
    try:
        return AESGCM(key).decrypt(sealed[1:13], sealed[13:], context.encode())
    except InvalidTag as error:
        raise Tampered("sealed bytes do not open here") from error


def seal(vault_id: UUID, plain: bytes, context: str) -> bytes:
    """Seal bytes under a stored vault."""
    return seal_with(data_key(vault_id), plain, context)


def open_sealed(vault_id: UUID, sealed: bytes | memoryview, context: str) -> bytes:
    """Open bytes that were sealed under a stored vault."""
    return open_with(data_key(vault_id), sealed, context)


def mac_with(key: bytes, purpose: str, data: bytes) -> bytes:
    """Digest data under a vault's key: proof of content that dies with the vault."""
    return hmac.digest(hashlib.sha256(key + purpose.encode()).digest(), data, "sha256")


def mac(purpose: str, data: bytes) -> bytes:
    """Mark data under a key of the town for one purpose: 32 bytes, by BLAKE2b with its key (RFC 7693).

    The step path asks this three times, and it takes a third of what HMAC with SHA-256 does.
    """
    return hashlib.blake2b(data, key=_lasting(settings.BALAI_HOME, purpose), digest_size=32).digest()


@lru_cache(maxsize=64)
def _lasting(home: Path | str, purpose: str) -> bytes:
    """Derive a key from a home's root, once: the root stays for the life of the hall, so the folder need not be looked at again."""
    return keyring.load(home).derive(purpose)


def lookup_hash(kind: str, value: str) -> bytes:
    """Hash a value for exact look-up (NIK, phone, search word) under the town's look-up key: 32 bytes."""
    return hmac.digest(_look_up(settings.BALAI_HOME), f"{kind}\x00{value}".encode(), "sha256")


@lru_cache(maxsize=8)
def _look_up(home: Path | str) -> bytes:
    """Read a home's look-up key, once: it stays as the root does."""
    return keyring.load(home).lookup


def shred(vault_id: UUID, now: datetime) -> None:
    """Destroy a vault's data key for good; what it sealed can never be opened again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE base_vault SET wrapped_key = NULL, shredded_at = %s WHERE id = %s",
            [now, vault_id.hex if connection.vendor == "sqlite" else vault_id],
        )
