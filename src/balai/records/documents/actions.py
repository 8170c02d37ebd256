"""Every write of documents: store a file, discard one."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID, uuid4

import puremagic
from django.db.models import Max

from balai.base import crypto, journal
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotFound
from balai.records.documents import events, opening, policy, queries, rules, scanning, sealing
from balai.records.documents.models import Document


def store(
    vault_id: UUID,
    stream: BinaryIO | Iterable[bytes],
    *,
    name: str,
    declared_type: str = "",
    actor: Actor,
    now: datetime,
    accept: Sequence[str] = (),
    max_bytes: int = rules.MAX_BYTES,
    declared_size: int | None = None,
    sender: str = "",
    replaces: UUID | None = None,
    command_id: UUID | None = None,
) -> Document:
    """Take a file in: encrypt it while it comes, look what it is, scan it, and enter it as a document or a new version.

    Memory stays bounded whatever the size; the plaintext never lies on a disk. What the sender says of type and size is
    used only to refuse early. A photo larger than `max_bytes`, to 15 MB, is made smaller where a JPEG is accepted: then the smaller
    one is all that is kept, and the journal says from how many bytes it was made. The same bytes in the same vault are kept once. `sender` is the address of whoever has no account.
    :raises Invalid: `file-too-large`, `file-empty`, `file-type`, `file-heic`, `file-polyglot`, `file-active`, `file-broken`,
        `file-locked`, `file-image-size`, `file-pages`, `file-moving`, `file-fonts`, `file-too-complex`, `file-infected`, `case-files`.
    :raises TooMany: `files-today`. :raises Unavailable: `files-busy`; `disk-full`; `scanner-unavailable` when the scanner does not answer: nothing is taken unscanned.
    """
    taken = max(max_bytes, rules.SHRINKABLE) if accept and rules.accepts(accept, rules.JPEG) else max_bytes
    if declared_size is not None and declared_size > (
        taken if rules.may_be_picture(declared_type, name) else max_bytes
    ):
        raise Invalid("file-too-large", limit=rules.human_size(max_bytes))
    policy.count_for_sender(actor, sender, declared_size or 0, now)
    policy.require_room(vault_id, declared_size or 0)
    limits = replace(rules.FileLimits(), max_bytes=taken)
    key, salt = crypto.data_key(vault_id), secrets.token_bytes(16)
    folder = queries.folder(vault_id)
    _ensure_folder(folder)
    temporary = folder / f"new-{uuid4().hex}"
    try:
        intake = _Intake(stream, limits, max_bytes)
        _write(temporary, sealing.file_key(key, salt), intake)
        document, large = _inspect(temporary, sealing.file_key(key, salt), intake, accept, limits), 0
        if intake.size > max_bytes:
            large, made = intake.size, _shrink(temporary, sealing.file_key(key, salt), document, max_bytes, limits)
            temporary.unlink()
            intake, salt = _Intake([made], limits, max_bytes), secrets.token_bytes(16)
            _write(temporary, sealing.file_key(key, salt), intake)
            document = _inspect(temporary, sealing.file_key(key, salt), intake, accept, limits)
        document.vault_id, document.salt, document.name_sealed = vault_id, salt, b""
        document.address = crypto.mac_with(key, "document", intake.digest).hex()
        document.name_sealed = crypto.seal_with(
            key, rules.clean_name(name, document.media_type).encode(), "document:name"
        )
        _settle(document, temporary)
        return _enter(document, actor, now, replaces, command_id, shrunk_from=large)
    finally:
        temporary.unlink(missing_ok=True)


class _Intake:
    """A stream on its way in: counted, digested, its head and tail kept for sniffing, refused once it is too long."""

    def __init__(self, stream: BinaryIO | Iterable[bytes], limits: rules.FileLimits, most: int) -> None:
        """Take a stream of at most `most` bytes, a picture's of as many as the limits say."""
        is_file = hasattr(stream, "read")  # a file is iterable too, but by lines, which may be as long as it
        self._pieces = sealing.pieces_of(cast(BinaryIO, stream)) if is_file else iter(stream)
        self._limits, self._most = limits, most
        self._sha = hashlib.sha256()
        self.size, self.head, self.tail = 0, b"", b""
        self.hidden = rules.HiddenWatch()

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.size += len(piece)
            self._sha.update(piece)
            self.head += piece[: rules.HEAD - len(self.head)] if len(self.head) < rules.HEAD else b""
            if self.size > self._most:
                most = self._limits.max_bytes if rules.sniff(self.head) in rules.IMAGES else self._most
                if self.size > most:
                    raise Invalid("file-too-large", limit=rules.human_size(most))
            self.tail = (self.tail + piece)[-rules.TAIL :]
            self.hidden.see(piece)
            yield piece
        if self.size == 0:
            raise Invalid("file-empty")

    @property
    def digest(self) -> bytes:
        """Give the SHA-256 of the plaintext."""
        return self._sha.digest()


def _write(path: Path, key: bytes, pieces: Iterable[bytes]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        sealing.write_sealed(file, key, pieces)
        file.flush()
        os.fsync(file.fileno())


def _inspect(path: Path, key: bytes, intake: _Intake, accept: Sequence[str], limits: rules.FileLimits) -> Document:
    """Look at the sealed file through its key, and make the row it will have."""
    media_type = rules.sniff(intake.head)
    if media_type == rules.HEIC:
        raise Invalid("file-heic")
    if media_type not in rules.SHOWN or not rules.accepts(accept, media_type):
        found = rules.name_type(media_type) if media_type else _guess(intake.head)
        raise Invalid("file-type", found=found, accepted=rules.name_types(accept))
    if intake.hidden.found(media_type) or rules.is_polyglot(media_type, intake.head, intake.tail):
        raise Invalid("file-polyglot")
    with opening.place(), BufferedReader(sealing.SealedFile(path, key, intake.size)) as plain:
        pages = opening.inspect(plain, intake.size, media_type, limits)
        plain.seek(0)
        scan = scanning.scan(plain)
    return Document(id=uuid4(), media_type=media_type, size=intake.size, pages=pages, scan=scan)


def _shrink(path: Path, key: bytes, document: Document, max_bytes: int, limits: rules.FileLimits) -> bytes:
    """Have a large photo made smaller, after it was looked into."""
    most = min(rules.SHRUNK, max_bytes)
    with opening.place(), BufferedReader(sealing.SealedFile(path, key, document.size)) as plain:
        return opening.shrink(plain, document.size, document.media_type, most, limits)


def _guess(head: bytes) -> str:
    """Name an unknown type for the sender's eyes only."""
    try:
        return str(puremagic.from_string(head)).lstrip(".").upper() or "?"
    except (puremagic.PureError, ValueError):
        return "?"


def _ensure_folder(folder: Path) -> None:
    """Make a vault's folder so that it survives a power cut: its name is synced in the folder above."""
    if folder.is_dir():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for above in (folder.parent, folder.parent.parent):
        _sync(above)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _settle(document: Document, temporary: Path) -> None:
    """Give the sealed file its name for good, or reuse the one that holds the same bytes in this vault already."""
    same = Document.objects.filter(vault_id=document.vault_id, address=document.address, discarded_at__isnull=True)
    for other in same:
        path = queries.path_of(other)
        if path.exists():
            os.utime(path)  # young again, so that the collector leaves it until our row has committed
            document.salt = bytes(other.salt)
            return
    path = queries.path_of(document)
    temporary.rename(path)
    _sync(path.parent)  # the name must survive a power cut before a row points to it


def _enter(
    document: Document, actor: Actor, now: datetime, replaces: UUID | None, command_id: UUID | None, *, shrunk_from: int
) -> Document:
    digest = journal.digest_of(document.vault_id, document.address, replaces)
    with journal.deed(command_id or uuid4(), actor=actor, now=now, name="documents.store", digest=digest) as deed:
        if deed.repeated:
            return queries.get_document(UUID(deed.answer["document"]))
        document.series, document.version = document.id, 1
        if replaces is not None:
            document.series, document.version = _next_version(replaces, document.vault_id)
        document.stored_at, document.stored_by = now, actor.reference
        document.save(force_insert=True)
        body = {
            "document": str(document.id), "version": document.version, "type": document.media_type,
            "size": document.size, "digest": document.address, **({"shrunk_from": shrunk_from} if shrunk_from else {}),
        }  # fmt: skip
        deed.record(f"document:{document.series}", events.DOCUMENT_STORED, body)
        deed.answer = {"document": str(document.id)}
        return document


def _next_version(replaces: UUID, vault_id: UUID) -> tuple[UUID, int]:
    """Find the series and next number for a new version. :raises NotFound: when the old one is not of this vault."""
    before = Document.objects.select_for_update().filter(id=replaces, vault_id=vault_id).first()
    if before is None:
        raise NotFound
    last = Document.objects.filter(series=before.series).aggregate(last=Max("version"))["last"]
    return before.series, last + 1


def discard(*, command_id: UUID, actor: Actor, now: datetime, document_id: UUID) -> None:
    """Give a document up: it can no longer be opened, and its file is removed by the collector."""
    digest = journal.digest_of(document_id)
    with journal.deed(command_id, actor=actor, now=now, name="documents.discard", digest=digest) as deed:
        if deed.repeated:
            return
        document = queries.get_document(document_id)
        Document.objects.filter(id=document_id).update(discarded_at=now)
        deed.record(f"document:{document.series}", events.DOCUMENT_DISCARDED, {"document": str(document_id)})
