"""What `/design` shows: the tokens every page is made of, read from the style sheet itself, the icons, and what pages weigh."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from balai.base.pages import assets, face, icons
from balai.base.sheets import read_sheet
from balai.engine.manifest import face as faces

WEIGHTS = Path(__file__).with_name("weights.yaml")  # written by the test that measures them
HOME, LAZY, JOURNEY = (
    14_336,
    30_000,
    60_000,
)  # bytes at most: the first page with all it names, its pictures, a guest's whole way
_TOKEN = re.compile(r"--([\w-]+):\s*([^;}]+)")
_SWATCH = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


@dataclass(frozen=True, slots=True)
class DesignToken:
    """One token: its name, and its value in light and in dark; `swatches` are those that are colours."""

    name: str
    light: str
    dark: str

    @property
    def swatches(self) -> tuple[str, ...]:
        """Give the values that are colours."""
        return tuple(value for value in (self.light, self.dark) if _SWATCH.fullmatch(value))


@lru_cache(maxsize=1)
def list_tokens() -> tuple[DesignToken, ...]:
    """List the tokens as pages get them, the town's own among them."""
    sheet = assets.get_asset("balai.css").body.decode()
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for layer in re.findall(r"@layer tokens\{(.*?\}\}|.*?\})(?=@layer|$)", sheet):
        first, _, night = layer.partition("@media (prefers-color-scheme:dark)")
        light |= dict(_TOKEN.findall(first.split("@media")[0]))
        dark |= dict(_TOKEN.findall(night))
    return tuple(DesignToken(name, value, dark.get(name, value)) for name, value in light.items())


def read_weights() -> dict[str, Any]:
    """Read what pages weigh: the day they were weighed, and a row for each."""
    found: dict[str, Any] = read_sheet(WEIGHTS.read_text("utf-8"))
    return found


def _contrasts(own: faces.Face) -> Iterator[tuple[str, str, str, str]]:
    """Yield each pair of colours that is judged, with its contrast in light and in dark and the least it must be."""
    pairs = list(faces.list_pairs(own))
    half = len(pairs) // 2
    for light, dark in zip(pairs[:half], pairs[half:], strict=True):
        yield f"{light.name} / {light.other}", f"{light.contrast:.1f}", f"{dark.contrast:.1f}", f"{light.least:g}"


def sample() -> dict[str, object]:
    """Make the values of the page."""
    tokens = list_tokens()
    weights = read_weights()
    return {
        "colours": tuple(one for one in tokens if one.swatches),
        "measures": tuple(one for one in tokens if not one.swatches),
        "contrasts": tuple(_contrasts(face.get_face())),
        "icons": tuple(icons.PATHS),
        "for_services": icons.SERVICES,
        "weighed_on": weights["date"],
        "weights": tuple(
            (row["what"], f"{row['bytes']:,}".replace(",", "."), f"{row['most']:,}".replace(",", "."))
            for row in weights["rows"]
        ),
    }
