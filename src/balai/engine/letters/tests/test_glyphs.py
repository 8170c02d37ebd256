"""Which characters a letter shows is known without the press: asked of Typst at the edges of every range."""

import unicodedata
from datetime import UTC, datetime

import pytest

from balai.engine.forms import glyphs
from balai.engine.letters import typeset
from balai.engine.problems import Problems

SOURCE = b'#set document(title: "x")\n#set text(lang: "id", font: "Libertinus Serif")\n#for v in json("/data.json").v [#par[#v]]'


def shows(*texts: str) -> bool:
    try:
        typeset.render(
            {"letters/x.typ": SOURCE}, "x", {"v": list(texts)}, qr_svg=None, created_at=datetime(2026, 1, 1, tzinfo=UTC)
        )
    except Problems:
        return False
    return True


def test_both_ends_of_every_range_are_shown() -> None:
    ends = [chr(code) for pair in glyphs._PAIRS for code in pair]
    assert shows(*(f"Wa{one}rung" for one in ends)), [one for one in ends if not shows(f"Wa{one}rung")]


def test_what_lies_beside_a_range_is_not_shown() -> None:
    beside = {chr(code) for low, high in glyphs._PAIRS for code in (low - 1, high + 1) if code >= 0xA0}
    assigned = [one for one in beside if unicodedata.category(one) not in ("Cn", "Cs", "Co", "Cc")]
    assert len(assigned) > 50
    wrong = [f"U+{ord(one):04X}" for one in assigned if glyphs.is_drawable(one) or shows(f"Wa{one}", f"{one}o")]
    assert not wrong, wrong


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Warung \N{STEAMING BOWL} Contoh", "\N{STEAMING BOWL}"),
        ("Toko \u8001\u5e97", "\u8001\u5e97"),
        ("\ufeffToko", "\ufeff"),
        ("Rumah \u1a05", "\u1a05"),
        ("D\u2019hien \u0141\u00f3d\u017a \u2605 \u0645\u0631\u062d\u0628\u0627\nbaris\tkedua", ""),
        ("", ""),
    ],
)
def test_a_text_is_judged_as_the_press_judges_it(text: str, missing: str) -> None:
    assert "".join(glyphs.list_undrawable(text)) == missing
    assert shows(text) == (not missing)


def test_what_looks_like_nothing_is_named_by_its_number() -> None:
    assert glyphs.name_characters(["\N{STEAMING BOWL}", "\ufeff"]) == "“\N{STEAMING BOWL}” (U+1F35C), U+FEFF"
