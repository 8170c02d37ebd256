"""Looking inside files that strangers sent, without running anything of them: PDF structure and pictures' headers.

Every reader is handed a file object that decrypts on the way, so the plaintext never lies on a disk.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from balai.base import later
from balai.base.errors import Invalid
from balai.records.documents import rules

if TYPE_CHECKING:
    import pikepdf
    import PIL
    import pypdfium2
    from PIL import Image, ImageOps
else:
    pikepdf, pypdfium2, PIL = later.module("pikepdf"), later.module("pypdfium2"), later.module("PIL")
    Image, ImageOps = later.module("PIL.Image"), later.module("PIL.ImageOps")


_MAX_OBJECTS = 200_000
_MAX_DEPTH = 60
_PREVIEW_PIXELS = 8_000_000
_PDFIUM = threading.Lock()  # pdfium is not thread-safe

# Actions (key /S) that run, submit or start something; a plain link (/URI, /GoTo) does not.
_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "perintah menjalankan program (Launch)",
    "/ImportData": "ImportData",
    "/SubmitForm": "SubmitForm",
    "/Rendition": "Rendition",
    "/RichMediaExecute": "RichMedia",
}
_KEYS = {"/JS": "JavaScript", "/XFA": "XFA", "/RichMediaContent": "RichMedia"}
_ATTACHMENTS = (".xml", ".json", ".csv", ".txt", ".pdf", ".png", ".jpg", ".jpeg")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def inspect(file: BinaryIO, media_type: str, limits: rules.Limits) -> int | None:
    """Look into a file and count its pages (1 for a picture, None where we cannot know).

    :raises Invalid: `file-broken`, `file-locked`, `file-active`, `file-pages`, `file-image-size`.
    """
    if media_type == rules.PDF:
        return _inspect_pdf(file, limits)
    if media_type in rules.IMAGES:
        _inspect_image(file, media_type, limits)
        return 1
    return None


# -- PDF --------------------------------------------------------------------------------------------------------------


def _inspect_pdf(file: BinaryIO, limits: rules.Limits) -> int:
    try:
        with pikepdf.open(file, suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
            if pages == 0:
                raise Invalid("file-broken")
            if pages > limits.max_pages:
                raise Invalid("file-pages", pages=pages, limit=limits.max_pages)
            found = next(_active_parts(pdf), None)
    except pikepdf.PasswordError as error:
        raise Invalid("file-locked") from error
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as error:
        raise Invalid("file-broken") from error
    if found:
        raise Invalid("file-active", found=found)
    return pages


def _active_parts(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Name each part of a PDF that could run something, in every object, reachable or not."""
    for count, root in enumerate(pdf.objects):
        if count > _MAX_OBJECTS:
            raise Invalid("file-broken")
        yield from _active_in(root)


def _active_in(root: Any) -> Iterator[str]:
    """Walk the direct values of one object; indirect ones come along on their own."""
    waiting = [(root, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            raise Invalid("file-broken")
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            yield from _active_keys(value)
            waiting += [(child, depth + 1) for child in _direct(value.values())]
        elif isinstance(value, pikepdf.Array):
            waiting += [(child, depth + 1) for child in _direct(value)]


def _direct(values: Any) -> Iterator[Any]:
    for child in values:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield child


def _active_keys(value: Any) -> Iterator[str]:
    for key, name in _KEYS.items():
        if key in value:
            yield name
    kind = value.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in _ACTIONS:
        yield _ACTIONS[str(kind)]
    if "/EF" in value and not _is_harmless_attachment(value):
        yield "lampiran tersemat yang bukan data"


def _is_harmless_attachment(spec: Any) -> bool:
    """Tell whether an embedded file is plain data, as letters in PDF/A-3 carry it, and not a program or an archive."""
    name = str(spec.get("/UF", spec.get("/F", ""))).lower()
    files = [stream for stream in spec["/EF"].values() if isinstance(stream, pikepdf.Stream)]
    if not name.endswith(_ATTACHMENTS) or not files:
        return False
    return not any(bytes(stream.get_stream_buffer())[:8].startswith(_PROGRAMS) for stream in files)


# -- pictures ---------------------------------------------------------------------------------------------------------

_FORMATS = {rules.JPEG: "JPEG", rules.PNG: "PNG", rules.WEBP: "WEBP"}


def _open_image(file: BinaryIO, media_type: str, limits: rules.Limits) -> Image.Image:
    """Read a picture's header only, with the one decoder its type needs; refuse what would be a bomb to decode."""
    try:
        image = Image.open(file, formats=(_FORMATS[media_type],))
    except Image.DecompressionBombError as error:
        raise Invalid("file-image-size", pixels="> 178 000 000") from error
    except (PIL.UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise Invalid("file-broken") from error
    pixels = image.width * image.height
    allowed = limits.max_pixels if media_type == rules.JPEG else limits.max_pixels_lossless
    if pixels > allowed:
        raise Invalid("file-image-size", pixels=f"{pixels:,}".replace(",", " "))
    return image


def _inspect_image(file: BinaryIO, media_type: str, limits: rules.Limits) -> None:
    with _open_image(file, media_type, limits) as image:
        try:
            if media_type == rules.PNG:
                image.verify()  # checks every chunk's checksum without unpacking the pixels
            else:
                image.draft("RGB", (256, 256))
                image.load()
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise Invalid("file-broken") from error


# -- previews ---------------------------------------------------------------------------------------------------------


def draw(file: BinaryIO, media_type: str, page: int, width: int, limits: rules.Limits) -> bytes:
    """Draw a page (from 1) or a picture as PNG of a width in pixels, without the camera's and the author's metadata.

    :raises Invalid: `no-such-page`, `no-preview`, `file-broken`.
    """
    if media_type == rules.PDF:
        image = _draw_page(file, page, width)
    elif media_type in rules.IMAGES:
        if page != 1:
            raise Invalid("no-such-page")
        image = _draw_image(file, media_type, width, limits)
    else:
        raise Invalid("no-preview")
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


def _draw_page(file: BinaryIO, page: int, width: int) -> Image.Image:
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            raise Invalid("file-broken") from error
        try:
            if not 1 <= page <= len(document):
                raise Invalid("no-such-page")
            sheet = document[page - 1]
            wide, high = sheet.get_size()
            scale = min(width / max(wide, 1), (_PREVIEW_PIXELS / max(wide * high, 1)) ** 0.5)
            bitmap = sheet.render(scale=scale, may_draw_forms=False)
            return cast(Image.Image, bitmap.to_pil().convert("RGB"))
        finally:
            document.close()


def _draw_image(file: BinaryIO, media_type: str, width: int, limits: rules.Limits) -> Image.Image:
    with _open_image(file, media_type, limits) as image:
        try:
            scale = width / min(image.size)  # of the shorter side, since the picture may lie on it
            # JPEG only: decode at an eighth, a quarter or a half where that suffices.
            image.draft("RGB", (int(image.width * scale), int(image.height * scale)))
            upright = ImageOps.exif_transpose(image).convert("RGB")
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise Invalid("file-broken") from error
    upright.thumbnail((width, max(1, _PREVIEW_PIXELS // width)))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    return clean
