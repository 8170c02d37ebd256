"""Every read of documents: rows, plaintext as a stream or a range, previews."""

import hashlib
from collections.abc import Collection, Iterator
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from uuid import UUID

from django.conf import settings

from balai.base import access_log, crypto
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.engine.forms import FileFacts
from balai.records.documents import opening, rules, sealing
from balai.records.documents.models import Document

NAME = "document:name"


def folder(vault_id: UUID) -> Path:
    """Give the folder that holds the files of a vault."""
    return Path(settings.BALAI_HOME) / "documents" / vault_id.hex[:2] / vault_id.hex


def path_of(document: Document) -> Path:
    """Give the path of a document's sealed file; the salt keeps two writers of the same bytes apart."""
    return folder(document.vault_id) / f"{document.address}-{bytes(document.salt).hex()[:8]}"


def get_document(document_id: UUID) -> Document:
    """Fetch a document's row. :raises NotFound: unknown or discarded."""
    found = Document.objects.filter(id=document_id, discarded_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def facts(document_id: UUID) -> FileFacts:
    """Give what a form is judged by: the file's name, its true type and its size."""
    document = get_document(document_id)
    return FileFacts(name=name_of(document), type=document.media_type, size=document.size)


def name_of(document: Document) -> str:
    """Open the file name a document came with."""
    return crypto.open_sealed(document.vault_id, bytes(document.name_sealed), NAME).decode()


def name_with(document: Document, key: bytes) -> str:
    """Open the file name a document came with, by its vault's key that is open already."""
    return crypto.open_with(key, bytes(document.name_sealed), NAME).decode()


def read_marks(data: bytes, length: int) -> opening.PdfMarks:
    """Have a stranger's PDF read for what it says of itself: codes of so many letters, certificates; nothing of it is proven.

    :raises Invalid: `file-too-complex`, `file-broken`; :raises Unavailable: `files-busy`.
    """
    return opening.read_marks(data, length)


def list_versions(series: UUID) -> list[Document]:
    """List the versions of a document, latest first."""
    return list(Document.objects.filter(series=series).order_by("-version"))


def list_documents(vault_id: UUID) -> list[Document]:
    """List the documents kept under one vault, oldest first."""
    return list(Document.objects.filter(vault_id=vault_id, discarded_at__isnull=True).order_by("stored_at"))


def iterate_documents() -> Iterator[Document]:
    """Go through the rows of all documents, those given up too."""
    return Document.objects.order_by("id").iterator(500)


def list_ids(vault_id: UUID) -> list[UUID]:
    """List the ids of every document that ever lay under a vault. One query."""
    return list(Document.objects.filter(vault_id=vault_id).values_list("id", flat=True))


def find_vault(document_id: UUID) -> UUID | None:
    """Find under which vault a document lies, discarded or not. One query."""
    return Document.objects.filter(id=document_id).values_list("vault_id", flat=True).first()


def list_filed(vault_id: UUID, document_ids: Collection[str]) -> list[Document]:
    """List those of the named documents that are kept under this very vault."""
    return list(Document.objects.filter(vault_id=vault_id, id__in=document_ids, discarded_at__isnull=True))


def open_file(document_id: UUID) -> BufferedReader:
    """Open a document as a seekable file of plaintext; the caller closes it.

    :raises NotFound: `vault-shredded` when its vault was destroyed.
    :raises Tampered: when its file is not what was stored.
    """
    return _open(get_document(document_id))


def open_document(document_id: UUID) -> Iterator[bytes]:
    """Give a document's plaintext as a stream of chunks; row and first chunk are checked before this returns."""
    file = open_file(document_id)
    file.peek(1)

    def chunks() -> Iterator[bytes]:
        with file:
            yield from sealing.pieces_of(file)

    return chunks()


def read_document(
    actor: Actor, document_id: UUID, *, purpose: str, person_id: UUID | None, now: datetime
) -> Iterator[bytes]:
    """Give a document to somebody: an access row is written first, unless the document is about themselves."""
    note_reading(actor, get_document(document_id).id, purpose=purpose, person_id=person_id, now=now)
    return open_document(document_id)


def note_reading(actor: Actor, document_id: UUID, *, purpose: str, person_id: UUID | None, now: datetime) -> None:
    """Write down that somebody opens a document, before it is opened, unless it is about themselves."""
    if person_id is None or actor.person_id != person_id:
        access_log.record_access(actor, purpose=purpose, object=f"document:{document_id}", person_id=person_id, now=now)


def read_bytes(document_id: UUID) -> bytes:
    """Read a whole document into memory; for letters and other things known to be small."""
    with open_file(document_id) as file:
        return file.read()


def preview(document_id: UUID, page: int = 1, width: int = 800) -> bytes:
    """Draw a page of a document as PNG, at most as wide as each was drawn when the document was taken.

    :raises Invalid: `no-such-page`, `no-preview`. :raises Unavailable: `files-busy`.
    """
    document = get_document(document_id)
    width = min(max(width, 16), rules.WIDEST)
    with _open(document) as file:
        return opening.draw(file, document.size, document.media_type, page, width, rules.FileLimits())


def _open(document: Document) -> BufferedReader:
    key = sealing.file_key(crypto.data_key(document.vault_id), bytes(document.salt))
    return BufferedReader(sealing.SealedFile(path_of(document), key, document.size), sealing.CHUNK)


def list_all() -> Iterator[Document]:
    """List every document that is not discarded and whose vault is still open, a few at a time."""
    return Document.objects.filter(discarded_at__isnull=True, vault__wrapped_key__isnull=False).iterator(200)


def is_whole(document: Document) -> bool:
    """Tell whether a document's file is there and, read to its end, what was stored."""
    digest = hashlib.sha256()
    try:
        key = crypto.data_key(document.vault_id)
        with _open(document) as file:
            for piece in sealing.pieces_of(file):
                digest.update(piece)
    except (crypto.Tampered, NotFound, OSError):
        return False
    return crypto.mac_with(key, "document", digest.digest()).hex() == document.address
