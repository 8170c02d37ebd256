"""Bundles: one PDF/A-3 that carries other files inside, each by its SHA-256 in a manifest, under the hall's seal.

The cover is typeset by the press as letters are; the files are put in as they are, whole and unread, and told to a reader as
associated files (ISO 19005-3, 6.8). `manifest.json` is the first of them; the seal covers all.
"""

import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from balai.base import later
from balai.base.errors import Invalid
from balai.casework.issuing import press, signing
from balai.engine import forms, manifest
from balai.engine.problems import Problems

pikepdf = later.module("pikepdf")

MANIFEST = "manifest.json"
FORMAT = "balai-bundle-1"
_NAME = "balai-bundle"  # no letter of a service is called so: its names are identifiers
_SOURCE = Path(__file__).with_name("bundle.typ")


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file inside: a flat name, its type, what it is in words, its bytes."""

    name: str
    media_type: str
    what: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Give the hex digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def write_manifest(parts: Sequence[BundleFile], facts: Mapping[str, Any]) -> BundleFile:
    """Write the list of all parts with their digests, and the facts that go with them, as the part that says so."""
    listed = [
        {"name": one.name, "media_type": one.media_type, "what": one.what, "size": len(one.data), "sha256": one.sha256}
        for one in parts
    ]
    told = json.dumps({"format": FORMAT, **facts, "parts": listed}, ensure_ascii=False, indent=1, sort_keys=True)
    return BundleFile(MANIFEST, "application/json", "Manifest", told.encode())


def typeset(
    service: manifest.Service, cover: Mapping[str, Any], parts: Sequence[BundleFile], *, now: datetime
) -> bytes:
    """Typeset the cover and put the parts in. :raises Invalid: `letter-broken`, `letter-too-slow`."""
    sources = {**service.letter_sources, f"letters/{_NAME}.typ": _SOURCE.read_bytes()}
    try:
        pdf = press.render(sources, _NAME, forms.spell(cover), qr_svg=None, created_at=now, seconds=60)
    except Problems as problems:
        press.log.error("bundle: %s", problems)
        raise Invalid("letter-broken") from problems
    return _attach(pdf, parts, now)


def seal(pdf: bytes, *, now: datetime, place: str = "") -> bytes:
    """Put the hall's seal under a bundle. :raises Unavailable: `no-seal`, `plug-failed`."""
    return signing.signer().seal(now).sign(pdf, at=now, place=place)


def read_parts(pdf: bytes) -> dict[str, bytes]:
    """Read the files inside a bundle by name. :raises: what pikepdf does, for what is no PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return {name: bytes(spec.get_file().read_bytes()) for name, spec in document.attachments.items()}


def find_fault(parts: Mapping[str, bytes]) -> str:
    """Tell what is wrong with the files inside a bundle against its manifest; "" when nothing is."""
    try:
        told = json.loads(parts[MANIFEST])
        listed = {one["name"]: one["sha256"] for one in told["parts"]}
    except (KeyError, TypeError, ValueError):
        return MANIFEST
    if set(listed) != set(parts) - {MANIFEST}:
        return sorted(set(listed) ^ (set(parts) - {MANIFEST}))[0]
    return next((name for name, mark in sorted(listed.items()) if hashlib.sha256(parts[name]).hexdigest() != mark), "")


def _attach(pdf: bytes, parts: Sequence[BundleFile], now: datetime) -> bytes:
    """Put files into a PDF/A-3: by name, and as associated files of the whole; its metadata is left alone."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        associated = pikepdf.Array()
        for part in parts:
            stated = (
                pikepdf.Name("/Data")
                if part.media_type in ("application/json", "text/plain")
                else pikepdf.Name("/Source")
            )
            spec = pikepdf.AttachedFileSpec(
                document, part.data, description=part.what, filename=part.name, mime_type=part.media_type,
                creation_date=_pdf_date(now), mod_date=_pdf_date(now), relationship=stated,
            )  # fmt: skip
            document.attachments[part.name] = spec
            associated.append(document.attachments[part.name].obj)
        document.Root.AF = document.make_indirect(associated)
        out = io.BytesIO()
        document.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
    # An incremental update (the seal) written right behind %%EOF would break PDF/A.
    return out.getvalue().rstrip(b"\n") + b"\n"


def _pdf_date(at: datetime) -> str:
    return f"D:{at:%Y%m%d%H%M%S}{at.strftime('%z')[:3] or '+00'}'{at.strftime('%z')[3:] or '00'}'"
