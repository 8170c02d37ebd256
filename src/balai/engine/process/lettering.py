"""Text in a drawing: SVG knows no line breaks, so words are measured and wrapped here."""

from html import escape

_NARROW = frozenset("iljtfrI.,:;'|!()[]/ -")
_WIDE = frozenset("mwMW@%")
LINE = 1.2


def width_of(text: str, size: float) -> float:
    """Estimate the width of a text in a common sans-serif face."""
    units = sum(0.32 if c in _NARROW else 0.86 if c in _WIDE else 0.68 if c.isupper() else 0.55 for c in text)
    return units * size


def wrap(text: str, width: float, size: float) -> list[str]:
    """Break a text into lines that fit the width; the author's own line breaks stay, over-long words are cut."""
    lines: list[str] = []
    for paragraph in text.replace("\r", "").split("\n"):
        line = ""
        for word in paragraph.split():
            for piece in _pieces(word, width, size):
                longer = f"{line} {piece}" if line else piece
                if line and width_of(longer, size) > width:
                    lines.append(line)
                    line = piece
                else:
                    line = longer
        if line:
            lines.append(line)
    return lines


def _pieces(word: str, width: float, size: float) -> list[str]:
    if width_of(word, size) <= width:
        return [word]
    for mark in ("-", "/", "_"):
        head, found, tail = word.partition(mark)
        if found and head and tail and width_of(head, size) <= width:
            return [head + mark, *_pieces(tail, width, size)]
    if width_of(word, size) <= width * 1.15:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def number(value: float) -> str:
    """Write a coordinate with one decimal at most."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def lines_of_text(lines: list[str], x: float, top: float, size: float, anchor: str = "middle", extra: str = "") -> str:
    """Write lines of text below each other, the first one's upper edge at `top`."""
    if not lines:
        return ""
    where = "" if anchor == "middle" else f' text-anchor="{anchor}"'
    font = "" if size == 11 else f' font-size="{number(size)}"'
    first = top + size * 0.95
    if len(lines) == 1:
        return f'<text x="{number(x)}" y="{number(first)}"{where}{font}{extra}>{escape(lines[0])}</text>'
    spans = "".join(
        f'<tspan x="{number(x)}" y="{number(first + row * size * LINE)}">{escape(line)}</tspan>'
        for row, line in enumerate(lines)
    )
    return f"<text{where}{font}{extra}>{spans}</text>"
