"""The hall's icon as pixels, for a phone's first screen, which takes no SVG: drawn in the town's colours when it is asked for."""

import io

from balai.base import later

PIL = later.module("PIL.Image")
DRAW = later.module("PIL.ImageDraw")

ROOF = ((4.5, 14.5), (16.0, 6.0), (27.5, 14.5))  # the lines of icon.svg, on 32 by 32
COLUMNS = (7.5, 13.2, 18.8, 24.5)
FLOOR = ((5.0, 25.0), (27.0, 25.0))
STROKE, CORNER = 2.2, 7.0
FINE = 4  # drawn so many times as large, then made smaller: smooth edges


def icon(size: int, ground: str, line: str, *, maskable: bool) -> bytes:
    """Draw the icon as PNG, `size` pixels wide and high; a maskable one fills its square and keeps its lines in the safe middle."""
    whole = size * FINE
    picture = PIL.new("RGBA", (whole, whole), (0, 0, 0, 0))
    pen = DRAW.Draw(picture)
    unit = whole / 32
    pen.rounded_rectangle((0, 0, whole - 1, whole - 1), 0 if maskable else CORNER * unit, fill=ground)
    shrunk = 0.72 if maskable else 1.0  # a mask may cut a circle of 80 % out of the square

    def at(x: float, y: float) -> tuple[float, float]:
        return (16 + (x - 16) * shrunk) * unit, (16 + (y - 16) * shrunk) * unit

    width = STROKE * unit * shrunk
    for points in (ROOF, FLOOR, *(((x, 14.5), (x, 24.0)) for x in COLUMNS)):
        pen.line([at(*point) for point in points], fill=line, width=round(width), joint="curve")
        for x, y in (at(*point) for point in points):
            pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=line)
    made = io.BytesIO()
    picture.resize((size, size), PIL.Resampling.LANCZOS).save(made, "PNG", optimize=True)
    return made.getvalue()
