"""A town's face: its colours are read on what they stand on, in both themes, and the style sheet says the same."""

import re
from pathlib import Path

import pytest

from balai.engine.manifest import face
from balai.engine.problems import Problem

SHEET = (Path(__file__).parents[3] / "base/pages/assets/balai.css").read_text("utf-8")


def told(text: str, **files: bytes) -> list[str]:
    """Read a face and give what is wrong with it."""
    problems: list[Problem] = []
    face.read_face({"face.yaml": text.encode(), **files}, problems)
    return [str(one) for one in problems]


def test_what_a_town_does_not_set_is_what_the_style_sheet_says_and_can_be_read() -> None:
    day, night = SHEET.split("@media (prefers-color-scheme: dark)")[:2]
    for name, pair in (*face.COLOURS.items(), *face.GROUNDS.items()):
        for part, value in zip((day, night), pair, strict=True):
            found = re.search(rf"--{name}:\s*(#\w+)", part)
            written = found[1] if found else pair[0]  # what the night does not name stays as by day
            full = written if len(written) == 7 else "#" + "".join(digit * 2 for digit in written[1:])
            assert full == value, f"{name}: {written} in the style sheet, {value} here"
    assert list(face.judge(face.Face())) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('colours: {link: {light: "#9fc9c1", dark: "#86d0e0"}}', "colour link (light"),
        ('colours: {link: {light: "#0a5a6b", dark: "#0a5a6b"}}', "colour link (dark"),
        ('colours: {brand: {light: "#f2d024", dark: "#0b3735"}}', "masthead words"),
        ('colours: {act: {light: "#f4efe6", dark: "#7ccdb9"}}', "colour act (light"),
        ('colours: {act: {light: "green", dark: "#7ccdb9"}}', "A colour is #"),
        ('phone: "tanya RT"', "no telephone number"),
        ("picture: {id: Sungai, en: River}", "no picture in the town's folder"),
    ],
)
def test_what_nobody_could_read_is_refused(text: str, words: str) -> None:
    assert any(words in one and "town/face.yaml" in one for one in told(text)), told(text)


def test_what_weighs_too_much_is_refused_and_a_towns_own_colours_bring_what_follows() -> None:
    assert "30000 at most" in told("picture: {id: Sungai, en: River}", **{"picture.jpg": b"x" * 30_001})[0]
    problems: list[Problem] = []
    made = face.read_face({"face.yaml": b'colours: {act: {light: "#7a1f1f", dark: "#f0b0a8"}}'}, problems)
    assert problems == []
    assert made.tokens(0) == {"act": "#7a1f1f", "act-ink": "#ffffff", "act-hover": "#5c1717"}
    assert made.tokens(1)["act-ink"] == "#08231d"
