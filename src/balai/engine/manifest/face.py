"""How a town's pages look: its colours, judged by contrast in both themes, a telephone number, one picture.

`face.yaml`, `emblem.svg` and a picture lie in the town's folder. What stands on what is known here, so that no town can make its
own words unreadable; the grounds are those of the style sheet, and a test holds the two together.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from balai.engine.forms.branch import Branch
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem

FILE = "face.yaml"
THEMES = ("light", "dark")
LANGS = ("id", "en")
COLOURS: Mapping[str, tuple[str, str]] = {  # what a town may set, as it is where it sets nothing
    "brand": ("#0c4a47", "#0b3735"),
    "act": ("#0b6456", "#7ccdb9"),
    "link": ("#0a5a6b", "#86d0e0"),
    "gold": ("#e3a72f", "#e3a72f"),
}
GROUNDS: Mapping[str, tuple[str, str]] = {
    "paper": ("#faf7f1", "#161614"),
    "card": ("#ffffff", "#21211e"),
    "sunk": ("#f1ece2", "#1b1b19"),
    "tint": ("#e4f0ec", "#1b302c"),
}
INKS = ("#ffffff", "#08231d")  # what is written on a button: whichever is read better there
WORDS, SHAPES = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
PICTURES = ("picture.svg", "picture.webp", "picture.jpg")
PICTURE_BYTES, EMBLEM_BYTES = 30_000, 12_000
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PHONE = re.compile(r"\+?[0-9][0-9 -]{2,20}")


@dataclass(frozen=True, slots=True)
class Face:
    """What a town sets; a colour it does not name stays as it is. `alt` tells what the picture shows, by language."""

    colours: Mapping[str, tuple[str, str]] = field(default_factory=lambda: dict(COLOURS))
    phone: str = ""
    picture: str = ""
    alt: Mapping[str, str] = field(default_factory=dict)
    emblem: bool = False

    def tokens(self, theme: int) -> dict[str, str]:
        """Give the tokens of a theme (0 light, 1 dark) that differ from the style sheet's own, with what follows from them."""
        found = {name: pair[theme] for name, pair in self.colours.items() if pair[theme] != COLOURS[name][theme]}
        if act := found.get("act"):
            found |= {"act-ink": ink_on(act), "act-hover": pressed(act)}
        return found


def read_face(files: Mapping[str, bytes], problems: list[Problem]) -> Face:
    """Read a town's face out of its files; what is wrong with it is added to `problems`."""
    picture = next((name for name in PICTURES if name in files), "")
    for name, most in ((picture, PICTURE_BYTES), ("emblem.svg", EMBLEM_BYTES)):
        if name in files and len(files[name]) > most:
            problems.append(
                Problem(f"The file has {len(files[name])} bytes.", f"Make it smaller: {most} at most.", f"town/{name}")
            )
    emblem = "emblem.svg" in files
    if FILE not in files:
        return Face(emblem=emblem)
    root = read_yaml(files[FILE], f"town/{FILE}", problems)
    face = face_of(root, picture, emblem)
    if picture and not root.child("picture"):
        problems.append(
            Problem(
                f"Nothing says what {picture} shows.", "Write picture: {id: …, en: …} in face.yaml.", f"town/{FILE}"
            )
        )
    at = root.child("colours") or root
    problems.extend(Problem(message, fix, at.file, at.line) for message, fix in judge(face))
    return face


def face_of(root: Branch, picture: str = "", emblem: bool = False) -> Face:
    """Read face.yaml, adding what is wrong to the branch's problems; what its colours come to is `judge`'s to tell."""
    keys = root.keys(("colours", "phone", "picture"))
    colours = dict(COLOURS)
    if "colours" in keys:
        for name, branch in keys["colours"].keys(tuple(COLOURS)).items():
            colours[name] = _pair(branch, COLOURS[name])
    if "picture" in keys and not picture:
        keys["picture"].wrong("There is no picture in the town's folder.", f"Put one there: {', '.join(PICTURES)}.")
    return Face(
        colours=colours,
        phone=_phone(keys["phone"]) if "phone" in keys else "",
        picture=picture if "picture" in keys else "",
        alt={lang: one.text() for lang, one in keys["picture"].keys(LANGS, required=LANGS).items()}
        if "picture" in keys
        else {},
        emblem=emblem,
    )


def _pair(branch: Branch, default: tuple[str, str]) -> tuple[str, str]:
    given = {theme: one.text().lower() for theme, one in branch.keys(THEMES, required=THEMES).items()}
    if any(not _COLOUR.fullmatch(value) for value in given.values()) or len(given) < len(THEMES):
        branch.wrong(
            "A colour is # and six digits or letters from a to f.", 'Write {light: "#0c4a47", dark: "#0b3735"}.'
        )
        return default
    return given["light"], given["dark"]


def _phone(branch: Branch) -> str:
    said = branch.text()
    if said and not _PHONE.fullmatch(said):
        branch.wrong("This is no telephone number.", 'Write it with digits, such as "0541 731489".')
        return ""
    return said


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour of the town's and what it stands on or under, in one theme: how far they are apart, and how far they must be."""

    name: str
    other: str
    theme: str
    one: str
    two: str
    least: float

    @property
    def contrast(self) -> float:
        """Give how far they are apart, from 1 to 21."""
        return contrast(self.one, self.two)


def list_pairs(face: Face) -> Iterator[Pair]:
    """Yield every pair of colours that must be told apart, theme by theme."""
    for at, theme in enumerate(THEMES):
        own = {name: pair[at] for name, pair in face.colours.items()}
        ground = {name: pair[at] for name, pair in GROUNDS.items()}
        act, ink = own["act"], ink_on(own["act"])
        yield Pair("brand", "masthead words", theme, own["brand"], "#ffffff", WORDS)
        yield Pair("gold", "brand", theme, own["gold"], own["brand"], SHAPES)
        yield Pair("act", "act-ink", theme, act, ink, WORDS)
        yield Pair("act", "act-ink, pressed", theme, pressed(act), ink, WORDS)
        for name in ("paper", "card", "sunk"):
            yield Pair("act", name, theme, act, ground[name], SHAPES)
        for name in GROUNDS:
            yield Pair("link", name, theme, own["link"], ground[name], WORDS)


def judge(face: Face) -> Iterator[tuple[str, str]]:
    """Tell each colour that cannot be told from what it stands on: (what is wrong, what to do)."""
    for one in list_pairs(face):
        if one.contrast < one.least:
            yield (
                f"The colour {one.name} ({one.theme}, {one.one}) stands out too little from {one.other} ({one.two}): "
                f"{one.contrast:.1f} to 1, {one.least} at least.",
                "Choose one that is further from it.",
            )


def luminance(colour: str) -> float:
    """Give the relative luminance of a colour #rrggbb, from 0 (black) to 1 (white), as WCAG defines it."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours, from 1 (the same) to 21 (black on white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def ink_on(colour: str) -> str:
    """Choose the ink that is read best on a colour."""
    return max(INKS, key=lambda ink: contrast(ink, colour))


def pressed(colour: str) -> str:
    """Give the colour of a button under the pointer: further from its ink than before."""
    toward = 0 if ink_on(colour) == "#ffffff" else 255
    return "#" + "".join(f"{round(int(colour[at : at + 2], 16) * 0.75 + toward * 0.25):02x}" for at in (1, 3, 5))
