"""What a stranger's PDF says of itself: the codes in its text and links, the certificates in its signatures. Runs in a confined child.

Nothing here is believed: whoever asks looks the codes up and judges the certificates. What lies deep in a file made to hurt is left
unread, and only the first pages are read.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from balai.base import codes, later

if TYPE_CHECKING:
    import pikepdf
    import pypdfium2
    from asn1crypto import cms
else:
    pikepdf, pypdfium2 = later.module("pikepdf"), later.module("pypdfium2")
    cms = later.module("asn1crypto.cms")

PAGES = 20
LETTERS = 200_000  # of text
MOST = 8  # codes, and certificates
_SIGNATURES = 16
_LINKS = 200
_CERTIFICATE = 4_000  # bytes

# An empty SignedData, so that the reader of signatures is loaded before the walls are up.
_EMPTY = bytes.fromhex("302506092a864886f70d010702a01830160201013100300b06092a864886f70d010701a0003100")


def prepare() -> None:
    """Load the readers of text and of signatures, and the alphabets they decode by."""
    for alphabet in ("utf-16-le", "utf-16-be", "utf-8", "latin-1", "pdfdoc"):
        codecs.lookup(alphabet)
    document = pikepdf.new()
    document.add_blank_page()
    made = io.BytesIO()
    document.save(made)
    read(made.getvalue(), 26)
    list(_certificates(_EMPTY))


def read(data: bytes, length: int) -> dict[str, list[str]]:
    """Read the codes of so many letters that a PDF shows, and the certificates (DER, in hex) that its signatures carry."""
    words = list(_texts(data))
    links, signers = _structure(data)
    return {"codes": _codes([*links, *words], length), "signers": signers}


def _codes(texts: list[str], length: int) -> list[str]:
    """Find codes as they are printed or linked: in one piece, at the end of a link or alone."""
    shape = re.compile(rf"(?<![0-9A-Za-z])[0-9A-Za-z]{{{length}}}(?![0-9A-Za-z])")
    found = dict.fromkeys(
        code for text in texts for match in shape.finditer(text) if codes.is_code(code := codes.read(match[0]), length)
    )
    return list(found)[:MOST]


def _texts(data: bytes) -> Iterator[str]:
    left = LETTERS
    try:
        with pypdfium2.PdfDocument(io.BytesIO(data)) as document:
            for number in range(min(len(document), PAGES)):
                text = document[number].get_textpage().get_text_range()[:left]
                left -= len(text)
                yield text
    except (pypdfium2.PdfiumError, ValueError):
        return


def _structure(data: bytes) -> tuple[list[str], list[str]]:
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            return list(_links(pdf))[:_LINKS], _signers(pdf)
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError, RecursionError, AttributeError, KeyError):
        return [], []


def _links(pdf: Any) -> Iterator[str]:
    for page in list(pdf.pages)[:PAGES]:
        for note in list(page.get("/Annots", []))[:_LINKS]:
            action = note.get("/A")
            if action is not None and "/URI" in action:
                yield str(action["/URI"])[:300]


def _signers(pdf: Any) -> list[str]:
    found: dict[str, None] = {}
    fields = list(pdf.Root.get("/AcroForm", {}).get("/Fields", []))[:_SIGNATURES]
    for field in fields:
        value = field.get("/V")
        if isinstance(value, pikepdf.Dictionary) and "/Contents" in value:
            found |= dict.fromkeys(_certificates(bytes(value["/Contents"])))
    return list(found)[:MOST]


def _certificates(content: bytes) -> Iterator[str]:
    try:
        told = cms.ContentInfo.load(content)["content"]["certificates"]
        for one in list(told)[:MOST]:
            made = one.chosen.dump()
            if len(made) <= _CERTIFICATE:
                yield made.hex()
    except (ValueError, TypeError, KeyError):
        return
