"""Sealing and finding personal data: vaults with a wrapped data key, AES-256-GCM envelopes, keyed look-up hashes.

The town's keys live in `BALAI_HOME/keys` (made once by `project.home`, readable by the owner only). Each case and each person
has a vault: a random data key wrapped by the town's key. Shredding the wrapped key makes all that was sealed under it noise.
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
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from django.conf import settings
from django.db import connection

from balai.base import sql
from balai.base.errors import NotFound
from balai.base.models import Vault

_VERSION = b"\x01"


class Tampered(Exception):
    """Sealed bytes do not open: they were changed, swapped, or belong to another place."""


@lru_cache(maxsize=8)
def _key_in(home: str, name: str) -> bytes:
    key = (Path(home) / "keys" / name).read_bytes()
    if len(key) != 32:
        raise ValueError(f"{name} must hold exactly 32 bytes")
    return key


def _key_file(name: str) -> bytes:
    return _key_in(str(settings.BALAI_HOME), name)


def town_key_id() -> str:
    """Name the town key in use by a digest of it, so that a rotated installation knows which one wrapped a vault."""
    return hashlib.sha256(b"key-id" + _key_file("town.key")).hexdigest()[:16]


def derive(purpose: str) -> bytes:
    """Derive a 32-byte key for one named purpose from the town's key."""
    return _derived(purpose, _key_file("town.key"))


@lru_cache(maxsize=64)
def _derived(purpose: str, town_key: bytes) -> bytes:
    return HKDFExpand(hashes.SHA256(), 32, purpose.encode()).derive(town_key)


@lru_cache(maxsize=8)
def _wrapping(town_key: bytes) -> AESGCM:
    return AESGCM(_derived("wrap", town_key))


def wrap(vault_id: UUID, key: bytes) -> bytes:
    """Wrap a data key for one vault under the town's key."""
    nonce = secrets.token_bytes(12)
    return nonce + _wrapping(_key_file("town.key")).encrypt(nonce, key, vault_id.bytes)


def unwrap(vault_id: UUID, wrapped: bytes | memoryview | None) -> bytes:
    """Open a wrapped data key.

    :raises NotFound: `vault-shredded` when it was destroyed; :raises Tampered: when it belongs to another vault or town.
    """
    if wrapped is None:
        raise NotFound("vault-shredded")
    kept = bytes(wrapped)
    try:
        return _wrapping(_key_file("town.key")).decrypt(kept[:12], kept[12:], vault_id.bytes)
    except InvalidTag as error:
        raise Tampered("wrapped key does not open under the town's key") from error


class NewVault(NamedTuple):
    """A vault just made, with its data key."""

    id: UUID
    key: bytes


def new_vault() -> NewVault:
    """Make and store a vault with a fresh data key; part of the caller's transaction."""
    made = NewVault(uuid4(), secrets.token_bytes(32))
    sql.insert("base_vault", ("id", "wrapped_key", "key_id"), [(made.id, wrap(*made), town_key_id())])
    return made


def prepare_vault() -> Vault:
    """Make an unsaved vault, for callers that insert many at once."""
    vault_id = uuid4()
    return Vault(id=vault_id, wrapped_key=wrap(vault_id, secrets.token_bytes(32)), key_id=town_key_id())


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
    return hmac.new(_key_file("lookup.key"), f"{kind}\x00{value}".encode(), hashlib.sha256).digest()


def shred(vault_id: UUID, now: datetime) -> None:
    """Destroy a vault's data key for good; what it sealed can never be opened again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE base_vault SET wrapped_key = NULL, shredded_at = %s WHERE id = %s",
            [now, vault_id.hex if connection.vendor == "sqlite" else vault_id],
        )
