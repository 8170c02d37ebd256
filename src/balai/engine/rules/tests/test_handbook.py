"""Every example of the handbook pages on rules is run: what an author reads is what the engine does."""

import re
from pathlib import Path

import pytest

from balai.engine import rules
from balai.engine.problems import Problems
from balai.engine.rules.operators import identical

_HANDBOOK = Path(__file__).parents[5] / "docs" / "handbook"
PAGES = ["write-a-rule.md", "tulis-aturan.md"]
_HEADS = {
    "expression": ("| Expression | Data | Answer |", "| Ungkapan | Data | Jawaban |"),
    "cell": ("| Cell | Value | Fits |", "| Sel | Nilai | Cocok |"),
    "mistake": ("| You write | Balai says |", "| Anda menulis | Kata Balai |"),
}
_BLOCK = re.compile(r"^```(xml|feel question|text [a-z-]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _text(page: str) -> str:
    return (_HANDBOOK / page).read_text(encoding="utf-8")


def _rows(kind: str) -> list[tuple[str, ...]]:
    """Answer the rows of all tables of a kind, on both pages, without their marks of code."""
    found: list[tuple[str, ...]] = []
    for page in PAGES:
        inside = False
        for line in _text(page).splitlines():
            inside = line in _HEADS[kind] or (inside and line.startswith("|"))
            if inside and line not in _HEADS[kind] and not line.startswith("|---"):
                found.append(tuple(cell.strip().removeprefix("`").removesuffix("`") for cell in line.split("|")[1:-1]))
    return found


def _value(text: str) -> object:
    value, problems = rules.compile_expression(text).evaluate_with_problems({})
    assert not problems, problems
    return value


@pytest.mark.parametrize(("text", "data", "answer"), _rows("expression"))
def test_expressions(text: str, data: str, answer: str) -> None:
    scope = _value(data)
    assert isinstance(scope, dict)
    value = rules.compile_expression(text, names=scope).evaluate(scope)
    assert identical(value, _value(answer)) or (value is None and answer == "null"), value


@pytest.mark.parametrize(("cell", "value", "fits"), _rows("cell"))
def test_cells(cell: str, value: str, fits: str) -> None:
    assert rules.compile_unary_tests(cell).evaluate({"?": _value(value)}) is (fits == "true")


@pytest.mark.parametrize(("text", "message"), _rows("mistake"))
def test_mistakes(text: str, message: str) -> None:
    with pytest.raises(Problems) as caught:
        rules.compile_expression(text, names=["days"])
    assert message in str(caught.value)


@pytest.mark.parametrize("page", PAGES)
def test_the_table_and_what_it_says(page: str) -> None:
    blocks = _BLOCK.findall(_text(page))
    (xml,) = (body for kind, body in blocks if kind == "xml")
    model = rules.load_dmn({"rules.dmn": xml.encode()})
    decision = model.decisions[0].name
    question: dict[str, object] = {}
    checked = 0
    for kind, body in blocks:
        if kind == "feel question":
            asked = _value(body.strip())
            assert isinstance(asked, dict)
            question = asked
        elif kind.startswith("text explain-"):
            told = model.decide(decision, question).explain("id" if kind.endswith("id") else "en")
            assert told == body.splitlines()
            checked += 1
        elif kind.startswith("text change-"):
            texts = [change.text[kind[-2:]] for change in model.what_would_change(decision, question)]
            assert texts == body.splitlines()
            checked += 1
    assert checked >= 4


def test_the_pages_show_the_same_examples() -> None:
    first, second = (set(_BLOCK.findall(_text(page))) for page in PAGES)
    assert {body for kind, body in first if kind == "xml"} == {body for kind, body in second if kind == "xml"}
    for kind in _HEADS:
        rows = _rows(kind)
        assert len(rows) >= 6
