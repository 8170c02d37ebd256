"""Looking inside files that strangers sent, without running anything of them. This runs in a confined child (`opening.py`).

`prepare` loads the readers; after that nothing can be loaded and no file can be opened. Each page is drawn once, so that what an
officer would not see is refused while the applicant is there.
"""

from __future__ import annotations

import io
import signal
import zlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from balai.base import later
from balai.base.errors import Invalid
from balai.records.documents import pdf_claims, rules

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
_MAX_DATA = 20 * 1024 * 1024  # bytes that one attached data file may unpack to
_PREVIEW_PIXELS = 8_000_000
_STEP_SECONDS = (
    5  # of CPU for looking through a file, for a picture, for each page; the kernel ends the child that is over it
)


# -- the child's part -------------------------------------------------------------------------------------------------


def prepare() -> None:
    """Load the readers and let each read something of its own, so that nothing is left to load."""
    for media_type, kind in _FORMATS.items():
        made = io.BytesIO()
        Image.new("RGB", (8, 8)).save(made, kind)
        _draw_image(made, media_type, 8, rules.FileLimits())
    document = pikepdf.new()
    document.add_blank_page()
    for revision in (4, 6):  # each cipher is loaded with its first file
        made = io.BytesIO()
        document.save(
            made, encryption=pikepdf.Encryption(user="", owner="x", R=revision, aes=revision == 6, metadata=False)
        )
        inspect(made, rules.PDF, rules.FileLimits())
        draw(made, rules.PDF, 1, 100, rules.FileLimits())
    pdf_claims.prepare()
    signal.setitimer(signal.ITIMER_PROF, 0)  # the porter has all the time it wants


def answer(job: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Open one file: `inspect` gives how many pages it has, `draw` a picture, `shrink` a smaller one, `marks` what it says of itself; what is refused gives its code."""
    file, limits = io.BytesIO(data), rules.FileLimits(**job["limits"])
    try:
        if job["do"] == "marks":
            _begin_step()
            return dict(pdf_claims.read(data, int(job["length"]))), b""
        if job["do"] == "shrink":
            _begin_step()
            return {}, shrink(file, job["type"], int(job["most"]), limits)
        if job["do"] == "draw":
            return {}, draw(file, job["type"], job["page"], job["width"], limits)
        return {"pages": inspect(file, job["type"], limits)}, b""
    except Invalid as refused:
        return {"refused": refused.code, "params": refused.params}, b""
    except MemoryError:
        return {"refused": "file-too-complex"}, b""


def inspect(file: BinaryIO, media_type: str, limits: rules.FileLimits) -> int:
    """Look into a file, draw each of its pages, and count them (1 for a picture).

    :raises Invalid: `file-broken`, `file-locked`, `file-active`, `file-pages`, `file-image-size`, `file-moving`,
        `file-fonts`.
    """
    _begin_step()
    if media_type == rules.PDF:
        return _inspect_pdf(file, limits)
    _inspect_image(file, media_type, limits)
    return 1


def _begin_step() -> None:
    signal.setitimer(signal.ITIMER_PROF, _STEP_SECONDS)


# -- PDF --------------------------------------------------------------------------------------------------------------

# Actions (key /S) that run, submit, start or fetch something. A link that a person clicks may name a page of the same file or an
# address (/GoTo, /URI), and nothing else that leaves the file.
_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "perintah menjalankan program (Launch)",
    "/ImportData": "ImportData",
    "/SubmitForm": "SubmitForm",
    "/Rendition": "Rendition",
    "/RichMediaExecute": "RichMedia",
    "/GoToR": "perintah membuka berkas lain (GoToR)",
    "/GoToE": "perintah membuka lampiran (GoToE)",
    "/Movie": "film",
    "/Sound": "suara",
    "/GoTo3DView": "adegan 3D",
}
_KEYS = {"/JS": "JavaScript", "/XFA": "XFA", "/RichMediaContent": "RichMedia"}
_MOVING = {
    "/Movie": "film",
    "/Sound": "suara",
    "/Screen": "film",
    "/3D": "adegan 3D",
    "/RichMedia": "RichMedia",
}  # annotations
_ATTACHMENTS = (".xml", ".json", ".csv", ".txt")  # data; what is meant to be seen belongs on a page
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
)


def _inspect_pdf(file: BinaryIO, limits: rules.FileLimits) -> int:
    try:
        with pikepdf.open(file, suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
            if pages == 0:
                raise Invalid("file-broken")
            if pages > limits.max_pages:
                raise Invalid("file-pages", pages=pages, limit=limits.max_pages)
            found = next(_active_parts(pdf, limits), None)
    except pikepdf.PasswordError as error:
        raise Invalid("file-locked") from error
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError) as error:
        raise Invalid("file-broken") from error
    if found:
        raise Invalid("file-active", found=found)
    _draw_every_page(file, pages)
    return pages


def _active_parts(pdf: pikepdf.Pdf, limits: rules.FileLimits) -> Iterator[str]:
    """Name each part of a PDF that could run something, in every object, reachable or not."""
    if "/OpenAction" in pdf.Root:
        yield from _acting(pdf.Root["/OpenAction"])
    if "/Collection" in pdf.Root:
        yield "berkas lain sebagai portofolio"  # which a viewer shows instead of the pages
    for count, root in enumerate(pdf.objects):
        if count > _MAX_OBJECTS:
            raise Invalid("file-broken")
        yield from _active_in(root, limits)


def _active_in(root: Any, limits: rules.FileLimits) -> Iterator[str]:
    """Walk the direct values of one object; indirect ones come along on their own."""
    waiting = [(root, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            raise Invalid("file-broken")
        if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
            yield from _active_keys(value, limits)
            waiting += [(child, depth + 1) for child in _direct(value.values())]
        elif isinstance(value, pikepdf.Array):
            waiting += [(child, depth + 1) for child in _direct(value)]


def _direct(values: Any) -> Iterator[Any]:
    for child in values:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield child


def _active_keys(value: Any, limits: rules.FileLimits) -> Iterator[str]:
    for key, name in _KEYS.items():
        if key in value:
            yield name
    kind = value.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in _ACTIONS:
        yield _ACTIONS[str(kind)]
    kind = value.get("/Subtype")
    if isinstance(kind, pikepdf.Name) and str(kind) in _MOVING and "/Rect" in value:
        yield _MOVING[str(kind)]
    triggers = value.get("/AA")
    if isinstance(triggers, pikepdf.Dictionary):
        for one in triggers.values():
            yield from _acting(one)
    if "/EF" in value and not _is_harmless_attachment(value):
        yield "lampiran tersemat yang bukan data"
    if value.get("/Subtype") in ("/CIDFontType0", "/CIDFontType2"):
        _require_embedded(value)
    if isinstance(value, pikepdf.Stream):
        yield from _outside(value)
        _require_drawable(value, limits)


def _acting(action: Any) -> Iterator[str]:
    """Name what happens by itself, at opening or at a trigger, along the chain of /Next: only going to a page may."""
    waiting, seen = [action], 0
    while waiting:
        one, seen = waiting.pop(), seen + 1
        if seen > 1000:
            raise Invalid("file-broken")
        if isinstance(one, pikepdf.Dictionary):
            kind = str(one.get("/S", "/GoTo"))
            if kind != "/GoTo":
                yield f"perintah yang berjalan sendiri ({kind.lstrip('/')[:20]})"
            following = one.get("/Next")
            waiting += list(cast(Any, following)) if isinstance(following, pikepdf.Array) else [following]


def _outside(stream: Any) -> Iterator[str]:
    """Name what a stream would fetch from elsewhere: data in another file, a page of another PDF."""
    if ("/F" in stream and "/FFilter" in stream) or isinstance(stream.get("/F"), pikepdf.Dictionary):
        yield "isi dari berkas lain"
    if stream.get("/Subtype") == "/Form" and "/Ref" in stream:
        yield "halaman dari berkas lain"


def _require_embedded(font: Any) -> None:
    """Refuse a font of many characters that does not come along: what it writes would be left out in silence."""
    described = font.get("/FontDescriptor")
    if not isinstance(described, pikepdf.Dictionary) or not any(
        key in described for key in ("/FontFile", "/FontFile2", "/FontFile3")
    ):
        raise Invalid("file-fonts")


def _require_drawable(stream: Any, limits: rules.FileLimits) -> None:
    """Refuse a picture in a PDF that says it is larger than can be drawn: it would be left out in silence."""
    if stream.get("/Subtype") != "/Image":
        return
    width, height = stream.get("/Width"), stream.get("/Height")
    if not isinstance(width, int) or not isinstance(height, int):
        return
    two_colours = stream.get("/BitsPerComponent") == 1 or "/ImageMask" in stream
    pixels = width * height
    if pixels > limits.max_pixels_drawn * (6 if two_colours else 1):
        raise Invalid("file-image-size", pixels=_grouped(pixels))


def _grouped(pixels: int) -> str:
    return f"{pixels:,}".replace(",", " ")


def _is_harmless_attachment(spec: Any) -> bool:
    """Tell whether an embedded file is plain data, as letters in PDF/A-3 carry it, and not a program or an archive."""
    name = str(spec.get("/UF", spec.get("/F", ""))).lower()
    files = [stream for stream in spec["/EF"].values() if isinstance(stream, pikepdf.Stream)]
    if not name.endswith(_ATTACHMENTS) or not files:
        return False
    return not any(_unpacked_head(stream).startswith(_PROGRAMS) for stream in files)


def _unpacked_head(stream: Any) -> bytes:
    """Give the first bytes of attached data, unpacking it piece by piece and keeping none.

    :raises Invalid: `file-too-complex` when it unpacks to more than data would, or is packed as nobody packs data.
    """
    raw, filters = stream.read_raw_bytes(), stream.get("/Filter", pikepdf.Array([]))
    names = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters)]
    if not names:
        return bytes(raw[:8])
    if names != ["/FlateDecode"] or "/DecodeParms" in stream:
        raise Invalid("file-too-complex")
    unpack, head, size = zlib.decompressobj(), b"", 0
    try:
        while raw and not unpack.eof:
            piece = unpack.decompress(raw, 64 * 1024)
            raw, head, size = unpack.unconsumed_tail, (head + piece)[:8] if size < 8 else head, size + len(piece)
            if size > _MAX_DATA:
                raise Invalid("file-too-complex")
    except zlib.error as error:
        raise Invalid("file-broken") from error
    return head


def _draw_every_page(file: BinaryIO, pages: int) -> None:
    """Draw each page as an officer would have it drawn. :raises Invalid: `file-broken` when the two readers disagree."""
    with _Drawing(file) as drawing:
        if len(drawing.document) != pages:
            raise Invalid("file-broken")
        for page in range(1, pages + 1):
            _begin_step()
            drawing.draw(page, rules.WIDEST, grey=True)  # a third of the memory, and so of the time for a simple page


# -- pictures ---------------------------------------------------------------------------------------------------------

_FORMATS = {rules.JPEG: "JPEG", rules.PNG: "PNG", rules.WEBP: "WEBP"}


def _open_image(file: BinaryIO, media_type: str, limits: rules.FileLimits) -> Image.Image:
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
        raise Invalid("file-image-size", pixels=_grouped(pixels))
    return image


def _inspect_image(file: BinaryIO, media_type: str, limits: rules.FileLimits) -> None:
    """Draw a picture once. What a camera puts beside it in a JPEG (MPO) no viewer shows; frames every viewer does."""
    with _open_image(file, media_type, limits) as image:
        if media_type != rules.JPEG and getattr(image, "is_animated", False):
            raise Invalid("file-moving")
        if media_type == rules.PNG:
            _verify(image)  # every chunk's checksum
    file.seek(0)
    _draw_image(file, media_type, rules.WIDEST, limits)


def _verify(image: Image.Image) -> None:
    try:
        image.verify()
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise Invalid("file-broken") from error


# -- previews ---------------------------------------------------------------------------------------------------------


def draw(file: BinaryIO, media_type: str, page: int, width: int, limits: rules.FileLimits) -> bytes:
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


_SMALLER = ((2600, 85), (2600, 75), (2000, 75), (1600, 70))  # pixels of the longer side, quality: paper stays readable


def shrink(file: BinaryIO, media_type: str, most: int, limits: rules.FileLimits) -> bytes:
    """Draw a picture anew as a JPEG of at most so many bytes, upright and without the camera's metadata.

    :raises Invalid: `file-broken`, `file-image-size`; `file-too-complex` when it cannot be made that small.
    """
    for longest, quality in _SMALLER:
        with _open_image(file, media_type, limits) as image:
            try:
                image.draft("RGB", (longest, longest))
                image.thumbnail((longest, longest))
                upright = _on_white(ImageOps.exif_transpose(image))
            except (OSError, SyntaxError, ValueError, EOFError) as error:
                raise Invalid("file-broken") from error
        clean, made = Image.new("RGB", upright.size), io.BytesIO()
        clean.paste(upright)
        clean.save(made, "JPEG", quality=quality)
        if made.tell() <= most:
            return made.getvalue()
        file.seek(0)
    raise Invalid("file-too-complex")


class _Drawing:
    """A PDF open for drawing: with what was typed into its form, notes and layers, as a viewer shows it on the screen."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        try:
            self.document = pypdfium2.PdfDocument(file)
            if self.document.get_formtype() != pypdfium2.raw.FORMTYPE_NONE:
                self.document.init_forms()  # before any page is loaded; no script runs, this pdfium knows none
        except pypdfium2.PdfiumError as error:
            raise Invalid("file-broken") from error

    def __enter__(self) -> _Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        self.document.close()

    def draw(self, page: int, width: int, *, grey: bool = False) -> pypdfium2.PdfBitmap:
        """Draw a page (from 1) at a width in pixels. :raises Invalid: `file-broken`."""
        try:
            sheet = self.document[page - 1]
            wide, high = sheet.get_size()
            scale = min(width / max(wide, 1), (_PREVIEW_PIXELS / max(wide * high, 1)) ** 0.5)
            made = sheet.render(scale=scale, may_draw_forms=True, grayscale=grey)
            sheet.close()
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise Invalid("file-broken") from error
        return made


def _draw_page(file: BinaryIO, page: int, width: int) -> Image.Image:
    with _Drawing(file) as drawing:
        if not 1 <= page <= len(drawing.document):
            raise Invalid("no-such-page")
        return cast("Image.Image", drawing.draw(page, width).to_pil().convert("RGB"))


def _draw_image(file: BinaryIO, media_type: str, width: int, limits: rules.FileLimits) -> Image.Image:
    with _open_image(file, media_type, limits) as image:
        try:
            scale = width / min(image.size)  # of the shorter side, since the picture may lie on it
            # JPEG only: decode at an eighth, a quarter or a half where that suffices.
            image.draft("RGB", (int(image.width * scale), int(image.height * scale)))
            longest = max(width, max(1, _PREVIEW_PIXELS // width))
            image.thumbnail((longest, longest))  # before it is turned, so that no second large one is made
            upright = _on_white(ImageOps.exif_transpose(image))
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise Invalid("file-broken") from error
    upright.thumbnail((width, max(1, _PREVIEW_PIXELS // width)))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    return clean


def _on_white(image: Image.Image) -> Image.Image:
    """Give a picture as a viewer shows it: what is transparent on white, sixteen bits as eight."""
    if image.mode.startswith("I"):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if "A" not in image.mode and "transparency" not in image.info:
        return image.convert("RGB")
    above = image.convert("RGBA")
    sheet = Image.new("RGB", above.size, "white")
    sheet.paste(above, mask=above.getchannel("A"))
    return sheet
