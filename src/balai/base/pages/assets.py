"""The style sheet and the script, read once, made small, and named by their content so that they are cached for ever.

They need no build and no collecting: `serve` and `demo` send the same bytes from memory.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from balai.base.pages import drawn, face

FOLDER = Path(__file__).parent / "assets"
TYPES = {
    "balai.css": "text/css; charset=utf-8",
    "paper.css": "text/css; charset=utf-8",
    "balai.js": "text/javascript; charset=utf-8",
    "place.js": "text/javascript; charset=utf-8",  # fetched by pages that ask for a place alone
    "offline.js": "text/javascript; charset=utf-8",
    "sw.js": "text/javascript; charset=utf-8",  # sent at its own address alone: pages/offline.py
    "icon.svg": "image/svg+xml",
    **{f"icon-{kind}{size}.png": "image/png" for kind in ("", "maskable-") for size in (192, 512)},
    "emblem.svg": "image/svg+xml",  # these are the town's
    "picture.svg": "image/svg+xml",
    "picture.webp": "image/webp",
    "picture.jpg": "image/jpeg",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent: its bytes, the same gzipped, and the first 12 hex digits of its SHA-256."""

    name: str
    content_type: str
    body: bytes
    packed: bytes
    digest: str


@lru_cache(maxsize=16)
def get_asset(name: str) -> Asset:
    """Read an asset and make it small. :raises KeyError: for a name we do not send."""
    content_type = TYPES[name]
    body = _read(name)
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(name, content_type, body, packed, hashlib.sha256(body).hexdigest()[:12])


def _read(name: str) -> bytes:
    if name.startswith(("emblem.", "picture.")):
        if (found := face.read_file(name)) is None:
            raise KeyError(name)
        return found
    if name.endswith(".png"):
        colours = face.get_face().colours
        size = int(name.removesuffix(".png").rpartition("-")[2])
        return drawn.icon(size, colours["brand"][0], colours["gold"][0], maskable="maskable" in name)
    text = Path(f"{FOLDER}/{name}").read_text("utf-8")  # a template hands over a SafeString, which pathlib refuses
    if name == "balai.css":
        return (shorten_css(text) + face.css(face.get_face())).encode()
    return (shorten_css(text) if name.endswith(".css") else shorten_lines(text)).encode()


def shorten_css(text: str) -> str:
    """Drop comments and the spaces that CSS does not need."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s*([{};,])\s*", r"\1", text)
    return re.sub(r":\s+", ":", text).replace(";}", "}").strip()


def shorten_lines(text: str) -> str:
    """Drop indentation, empty lines and lines that are only a comment; lines stay lines, so no statement can change."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))
