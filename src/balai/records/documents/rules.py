"""Pure rules of documents: what a file is by its bytes, what may be hidden in it, which types a form accepts."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

PDF, JPEG, PNG, WEBP, HEIC = "application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic"
IMAGES = (JPEG, PNG, WEBP)
SHOWN = (PDF, *IMAGES)  # what can be drawn here, so what is taken: an officer must see what the applicant sent

_EXTENSIONS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", WEBP: ".webp", HEIC: ".heic"}
_SHORT = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG", WEBP: "WebP", HEIC: "HEIC"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}

WIDEST = 1400  # pixels of a page as an officer may have it drawn
MAX_BYTES = 20 * 1024 * 1024
SHRINKABLE = 15_000_000  # bytes of a photo that is taken where less is asked for, and made smaller
SHRUNK = 2_000_000  # bytes a photo is made smaller to, as near as its drawing allows
HEAD = 4096  # bytes looked at from the start
TAIL = 66_000  # bytes looked at from the end: a ZIP's end record with the longest comment

# Archives that open from the middle of a file. Six bytes and more, so chance hits do not happen.
_ARCHIVES = (
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"PK\x03\x04\x14\x00",
    b"PK\x03\x04\x0a\x00",
    b"PK\x03\x04\x2d\x00",
)
_MARKUP = (b"<script", b"<html", b"<!doctype html", b"<svg", b"<?php")
# What a picture holds nowhere, from its comments to what follows its end, by chance or honestly (the XMP of a camera is no page).
_PAGES = (
    b"<script",
    b"<!doctype html",
    b"<html>",
    b"<html ",
    b"<iframe",
    b"<svg xmlns",
    b"<?php ",
    b"<body>",
    b"<body ",
    b"%pdf-1.",
)


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How much one file may be."""

    max_bytes: int = MAX_BYTES
    max_pages: int = 300
    max_pixels: int = 64_000_000  # a 64-megapixel phone; JPEG is decoded at reduced size
    max_pixels_lossless: int = 25_000_000  # PNG and WebP are decoded whole: 100 MB at four bytes a pixel
    max_pixels_drawn: int = 100_000_000  # of one picture in a PDF; of two colours, a plan of A0, six times that

    def as_json(self) -> dict[str, int]:
        """Give the limits for a child's job."""
        return asdict(self)


def sniff(head: bytes) -> str | None:
    """Tell a file's media type by its first bytes, or None when it is none that a citizen's paper can have."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    return None


def is_polyglot(media_type: str, head: bytes, tail: bytes) -> bool:
    """Tell whether a file is of another kind as well: a picture that is also a PDF, a page or an archive.

    Trailing data as such is allowed: phones append the film of a moving picture to its JPEG.
    """
    start = head[:1024]
    if media_type != PDF and b"%PDF-" in start:
        return True
    lower = start.lower()
    if any(mark in lower for mark in _MARKUP) and not _is_metadata(media_type, lower):
        return True
    return _ends_as_zip(tail)


def _is_metadata(media_type: str, lower: bytes) -> bool:
    """Tell whether markup at the start of a PDF is its XMP packet, which may mention such words."""
    return media_type == PDF and b"<?xpacket" in lower


def _ends_as_zip(tail: bytes) -> bool:
    """Tell whether a file ends in a ZIP's end record: its signature, and a comment that reaches just to the end."""
    at = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if len(tail) >= at + 22 and at + 22 + struct.unpack_from("<H", tail, at + 20)[0] == len(tail):
            return True
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return False


class HiddenWatch:
    """Looks for what hides anywhere in a stream, across the borders of its pieces: archives, and in pictures pages."""

    def __init__(self) -> None:
        self._edge = b""
        self._archive = self._page = False

    def see(self, piece: bytes) -> None:
        """Look at the next piece."""
        window = self._edge + piece
        self._archive = self._archive or any(mark in window for mark in _ARCHIVES)
        lower = window.lower()
        self._page = self._page or any(mark in lower for mark in _PAGES)
        self._edge = window[-16:]

    def found(self, media_type: str) -> bool:
        """Tell whether something hides in a file of this type."""
        return self._archive or (self._page and media_type in IMAGES)


def accepts(accepted: Sequence[str], media_type: str) -> bool:
    """Tell whether a form's `accept` list (media types, "image/*", extensions) takes a type; empty takes all known."""
    if not accepted:
        return True
    family = media_type.split("/")[0] + "/*"
    same = {media_type, family, _EXTENSIONS[media_type]}
    if media_type == JPEG:
        same.add(".jpeg")
    return any(each.strip().lower() in same for each in accepted)


def may_be_picture(declared_type: str, name: str) -> bool:
    """Tell whether a file says of itself that it is a picture; its bytes say so later, and they count."""
    return declared_type in IMAGES or name.lower().endswith((".jpg", ".jpeg", ".png", ".webp"))


def name_types(accepted: Iterable[str]) -> str:
    """Name accepted types for a person: "PDF, JPEG"."""
    return ", ".join(dict.fromkeys(_SHORT.get(each, each) for each in accepted)) or ", ".join(
        _SHORT[each] for each in SHOWN
    )


def name_type(media_type: str) -> str:
    """Name one type for a person."""
    return _SHORT.get(media_type, media_type)


def clean_name(name: str, media_type: str) -> str:
    """Make a file name harmless: its last part only, no control characters, the extension of what it really is."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(". ")
    stem = kept.rsplit(".", 1)[0] if "." in kept else kept
    return (stem[:100] or "berkas") + _EXTENSIONS[media_type]


def human_size(size: int) -> str:
    """Write a size as people read it: "20 MB"."""
    return f"{size / 1024 / 1024:.0f} MB" if size >= 1024 * 1024 else f"{size / 1024:.0f} KB"
