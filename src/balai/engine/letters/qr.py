"""The QR code of a letter, as an SVG that the letterhead places."""

import io

import segno


def qr_svg(text: str) -> bytes:
    """Draw `text` as a QR code of error level M (15 % may be damaged), without quiet zone: the letterhead adds it."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return out.getvalue()
