"""QR codes as SVG: a letter's, which the letterhead places, and one on a page, which fills the room it is given."""

import io

import segno


def qr_svg(text: str, *, fills: bool = False) -> bytes:
    """Draw `text` as a QR code of error level M (15 % may be damaged), without quiet zone: what frames it adds that.

    With `fills` it has no size of its own and takes that of its box.
    """
    out = io.BytesIO()
    made = segno.make(text, error="m", micro=False)
    made.save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False, omitsize=fills)
    return out.getvalue()
