"""Opening what strangers sent: each file in a confined child, few at once, with a share of time and memory.

Nothing else in the hall hands a stranger's bytes to a reader of PDF or pictures.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.conf import settings

from balai.base import confined
from balai.base.errors import Invalid, Unavailable
from balai.records.documents import rules

MB = 1024 * 1024
JUDGING = confined.ChildLimits(cpu=20, wall=45, memory=640 * MB, answer=0)
SHRINKING = confined.ChildLimits(cpu=10, wall=20, memory=640 * MB, answer=4 * MB)
DRAWING = confined.ChildLimits(cpu=10, wall=20, memory=640 * MB, answer=40 * MB)
READING = confined.ChildLimits(cpu=4, wall=8, memory=320 * MB, answer=0)
HURRY = 0.8  # seconds a picture waits for a place: a page with many asks for all at once

porter = confined.Porter("balai.records.documents.inspecting")
_GATE = confined.Gate(folder=lambda: settings.BALAI_HOME / "tmp" / "opening")

# What a child may say, and with which words; it read a stranger's file, so it is believed nothing else.
_REFUSALS: dict[str, tuple[str, ...]] = {
    "file-broken": (), "file-locked": (), "file-active": ("found",), "file-pages": ("pages", "limit"),
    "file-image-size": ("pixels",), "file-moving": (), "file-fonts": (), "file-too-complex": (), "no-such-page": (), "no-preview": (),
}  # fmt: skip


@contextmanager
def place(hurry: float = 0.0) -> Iterator[None]:
    """Wait for a turn to open a file. :raises Unavailable: `files-busy`."""
    try:
        with _GATE.place(hurry):
            yield
    except confined.Full as error:
        raise Unavailable("files-busy") from error


def inspect(file: BinaryIO, size: int, media_type: str, limits: rules.FileLimits) -> int:
    """Have a file looked into and every page of it drawn once; tell how many pages. Call it in a `place`.

    :raises Invalid: `file-broken`, `file-locked`, `file-active`, `file-pages`, `file-image-size`, `file-moving`,
        `file-too-complex`, `file-fonts`.
    """
    job = {"do": "inspect", "type": media_type, "limits": limits.as_json()}
    pages = _ask(job, file, size, JUDGING)[0].get("pages")
    if not isinstance(pages, int) or not 1 <= pages <= limits.max_pages:
        raise Invalid("file-broken")
    return pages


def shrink(file: BinaryIO, size: int, media_type: str, most: int, limits: rules.FileLimits) -> bytes:
    """Have a picture drawn anew as a smaller JPEG, upright and without what the camera wrote beside it. Call it in a `place`.

    :raises Invalid: as `inspect` does.
    """
    job = {"do": "shrink", "type": media_type, "most": most, "limits": limits.as_json()}
    return _ask(job, file, size, SHRINKING)[1]


def draw(file: BinaryIO, size: int, media_type: str, page: int, width: int, limits: rules.FileLimits) -> bytes:
    """Have a page drawn as PNG, by itself or in its turn.

    :raises Invalid: `no-such-page`, `no-preview`, `file-broken`, `file-too-complex`. :raises Unavailable: `files-busy`.
    """
    job = {"do": "draw", "type": media_type, "page": page, "width": width, "limits": limits.as_json()}
    with place(HURRY):
        return _ask(job, file, size, DRAWING)[1]


@dataclass(frozen=True, slots=True)
class PdfMarks:
    """What a stranger's PDF says of itself; nothing of it is proven."""

    codes: tuple[str, ...]
    signers: tuple[bytes, ...]  # certificates in its signatures, DER


def read_marks(data: bytes, length: int) -> PdfMarks:
    """Have the codes of so many letters, and the signatures' certificates, read from a PDF.

    :raises Invalid: `file-too-complex`, for whatever the child fell over; :raises Unavailable: `files-busy`.
    """
    job = {"do": "marks", "length": length, "limits": rules.FileLimits().as_json()}
    with place(HURRY):
        words = _ask(job, io.BytesIO(data), len(data), READING)[0]
    codes, signers = _strings(words.get("codes")), _strings(words.get("signers"))
    try:
        return PdfMarks(codes, tuple(map(bytes.fromhex, signers)))
    except ValueError as error:
        raise Invalid("file-broken") from error


def _strings(told: object) -> tuple[str, ...]:
    return tuple(str(one) for one in told[:8]) if isinstance(told, list) else ()


def _ask(job: dict[str, Any], file: BinaryIO, size: int, limits: confined.ChildLimits) -> tuple[dict[str, Any], bytes]:
    try:
        words, made = porter.ask(job, file, size, limits)
    except confined.Died as error:
        raise Invalid("file-too-complex") from error
    if "refused" in words:
        raise _refusal(words["refused"], words.get("params"))
    return words, made


def _refusal(code: object, told: object) -> Invalid:
    """Make the refusal that a child tells of."""
    if not isinstance(code, str) or code not in _REFUSALS:
        return Invalid("file-broken")
    params = told if isinstance(told, dict) else {}
    refusal = Invalid(code)
    refusal.params = {name: str(params.get(name, "?"))[:100] for name in _REFUSALS[code]}
    return refusal
