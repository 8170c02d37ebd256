"""QR codes: as SVG a letter's, which the letterhead places, and one on a page, which fills its room; as bits for who draws it itself."""

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


def qr_bits(text: str) -> tuple[int, bytes]:
    """Give `text` as a QR code of error level M: modules a side, and its modules row by row, eight to a byte, dark is 1."""
    matrix = segno.make(text, error="m", micro=False).matrix
    bits = "".join("1" if module & 1 else "0" for row in matrix for module in row)
    bits += "0" * (-len(bits) % 8)
    return len(matrix), int(bits, 2).to_bytes(len(bits) // 8, "big")
