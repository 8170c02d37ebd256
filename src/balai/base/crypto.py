"""Sealing and finding personal data: vaults with a wrapped data key, AES-256-GCM envelopes, keyed look-up hashes.

The town's keys live in `BALAI_HOME/keys` (`keyring`; made once by `project.home`). Each case and each person has a vault: a random
data key wrapped by one of them. Shredding the wrapped key makes all that was sealed under it noise.
"""

import hashlib
import hmac
import secrets
from datetime import datetime
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


def wrap(vault_id: UUID, key: bytes) -> bytes:
    """Wrap a data key for one vault under the current key."""
    return _ring().wrap(key, vault_id.bytes)


def unwrap(vault_id: UUID, wrapped: bytes | memoryview | None) -> bytes:
    """Open a wrapped data key, under whichever of the town's keys it was wrapped.

    :raises NotFound: `vault-shredded` when it was destroyed; :raises Tampered: when it belongs to another vault or town.
    """
    if wrapped is None:
        raise NotFound("vault-shredded")
    kept, context = bytes(wrapped), vault_id.bytes
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


def new_vault() -> NewVault:
    """Make and store a vault with a fresh data key; part of the caller's transaction."""
    made = NewVault(uuid4(), secrets.token_bytes(32))
    sql.insert("base_vault", ("id", "wrapped_key", "key_id"), [(made.id, *_wrapped(*made))])
    return made


def prepare_vault() -> Vault:
    """Make an unsaved vault, for callers that insert many at once."""
    vault_id = uuid4()
    wrapped, key_id = _wrapped(vault_id, secrets.token_bytes(32))
    return Vault(id=vault_id, wrapped_key=wrapped, key_id=key_id)


def _wrapped(vault_id: UUID, key: bytes) -> tuple[bytes, str]:
    """Wrap a data key and name what it is wrapped under; of one ring, whatever a rotation does meanwhile."""
    ring = _ring()
    return ring.wrap(key, vault_id.bytes), ring.current


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
    return hmac.new(hashlib.sha256(key + purpose.encode()).digest(), data, hashlib.sha256).digest()


def lookup_hash(kind: str, value: str) -> bytes:
    """Hash a value for exact look-up (NIK, phone, search word) under the town's look-up key: 32 bytes."""
    return hmac.new(_ring().lookup, f"{kind}\x00{value}".encode(), hashlib.sha256).digest()


def shred(vault_id: UUID, now: datetime) -> None:
    """Destroy a vault's data key for good; what it sealed can never be opened again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE base_vault SET wrapped_key = NULL, shredded_at = %s WHERE id = %s",
            [now, vault_id.hex if connection.vendor == "sqlite" else vault_id],
        )
