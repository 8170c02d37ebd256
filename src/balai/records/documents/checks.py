"""What is looked at where files come in: room on the disk, and whether strangers' files are opened in a confined child."""

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from balai.base import confined, journal
from balai.base.checks import Finding, Line, counts, looks, needs
from balai.base.errors import BalaiError
from balai.base.pages import texts
from balai.base.proofs import Heads, Misfit, proves
from balai.records.documents import events, opening, policy, queries, rules

_SMALL = b"P5 1 1 255 x"  # no file that is taken: whoever looks at it answers


@looks(35)
def files(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether a file would be taken: room on the disk, and a child that opens it."""
    free, wanted = policy.free_space(), settings.BALAI_DISK_FREE
    if free < wanted:
        words = f"{rules.human_size(free)} are free and {rules.human_size(wanted)} must stay so: no file is taken. Make room."
        kata = f"{rules.human_size(free)} kosong padahal {rules.human_size(wanted)} harus tersisa: berkas tidak diterima. Kosongkan disk."
        yield Finding("files", "bad", words, kata)
    if not _opens():
        yield Finding(
            "files", "bad", "no confined child opens files: none is taken. The log says why it does not start.",
            "tidak ada proses terkurung yang membuka berkas: berkas tidak diterima. Sebabnya ada di catatan (log).",
        )  # fmt: skip
    elif confined.can_filter():
        yield Finding(
            "files", "good", "what strangers send is opened in a confined child, whose calls the kernel filters.",
            "kiriman orang luar dibuka dalam proses terkurung yang panggilannya disaring kernel.",
        )  # fmt: skip
    else:
        yield Finding(
            "files", "note",
            "what strangers send is opened in a child with limits, but this kind of machine has no filter of its calls. Use Linux on"
            " x86-64 or 64-bit ARM for both.",
            "kiriman orang luar dibuka dalam proses berbatas, tetapi mesin ini tidak dapat menyaring panggilannya. Pakai Linux x86-64 atau ARM 64-bit.",
        )  # fmt: skip


def _opens() -> bool:
    try:
        with opening.place():
            opening.inspect(io.BytesIO(_SMALL), len(_SMALL), rules.PNG, rules.FileLimits())
    except BalaiError as error:
        return error.code == "file-broken"
    return False


@counts
def count_full(now: datetime) -> Mapping[str, int]:
    """Count the disk that is almost full: none or one."""
    return {"documents.disk": int(policy.free_space() < settings.BALAI_DISK_FREE)}


@needs("documents.disk", order=5)
def list_full(now: datetime, lang: str) -> list[Line]:
    """Tell that no file is taken because the disk is almost full."""
    free, wanted = policy.free_space(), settings.BALAI_DISK_FREE
    if free >= wanted:
        return []
    title = texts.say("documents.attention.disk.line", lang, free=rules.human_size(free))
    return [Line(title, texts.say("documents.attention.disk.text", lang, wanted=rules.human_size(wanted)), None)]


@looks(230, deep=True)
def kept(home: Path, now: datetime) -> Iterator[Finding]:
    """Read every document to its end, and see that it is what was stored."""
    count, broken = 0, []
    for document in queries.list_all():
        count += 1
        broken += [] if queries.is_whole(document) else [str(document.id)]
    if broken:
        yield Finding(
            "files", "bad", f"{len(broken)} of {count} document(s) are gone or changed, such as {broken[0]}. Restore them from a backup.",
            f"{len(broken)} dari {count} dokumen hilang atau berubah, misalnya {broken[0]}. Pulihkan dari cadangan.",
        )  # fmt: skip
    else:
        yield Finding("files", "good", f"{count} document(s) are what was stored.", f"{count} dokumen utuh.")


@proves()
def hold_documents(heads: Heads, deep: bool) -> Iterator[Misfit]:
    """Hold every document's row against the entry that stored it: its digest, type, size and version, and whether it was given up."""
    stored: dict[str, tuple[datetime | None, dict[str, Any]]] = {}
    given_up: dict[str, datetime | None] = {}
    for _, at, action, told in journal.list_entries("document:"):
        if action == events.DOCUMENT_STORED:
            stored[told["document"]] = (at, told)
        else:
            given_up[told["document"]] = at
    for document in queries.iterate_documents():
        when, body = stored.pop(str(document.id), (None, {}))
        now = {
            "version": document.version, "type": document.media_type, "size": document.size, "digest": document.address,
        }  # fmt: skip
        names = [name for name, value in now.items() if body.get(name) != value]
        if not body:
            yield Misfit("documents_document", str(document.id), "no entry speaks of it")
        elif names:
            yield Misfit("documents_document", str(document.id), f"{', '.join(names)} changed", when)
        if (document.discarded_at is None) == (str(document.id) in given_up):
            yield Misfit(
                "documents_document",
                str(document.id),
                "discarded_at is not what its journal tells",
                given_up.get(str(document.id), when),
            )
    for gone, (when, _) in stored.items():
        yield Misfit("documents_document", gone, "its row is gone", when)
