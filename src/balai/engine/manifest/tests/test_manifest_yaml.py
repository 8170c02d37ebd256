"""YAML as a service folder may use it: plain data with lines; every trap is told."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balai.engine.manifest.yaml_tree import MAX_DEPTH, read_yaml
from balai.engine.problems import Problem


def told(text: str) -> list[Problem]:
    """Answer what is wrong with a text."""
    problems: list[Problem] = []
    read_yaml(text.encode(), "a.yaml", problems)
    return problems


def test_plain_data_with_lines() -> None:
    problems: list[Problem] = []
    root = read_yaml(
        b"a: 1\nb:\n  - x\n  - {c: 2.50, d: true, e: null}\nf: 2026-03-02\ng: 12:30:45\n", "a.yaml", problems
    )
    assert not problems
    assert root.value == {
        "a": 1, "b": ["x", {"c": Decimal("2.50"), "d": True, "e": None}], "f": "2026-03-02", "g": "12:30:45",
    }  # fmt: skip
    assert root.lines[("b", 1, "d")] == 4
    below = root.child("b")
    assert below is not None and below.line == 2


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: yes", 1, "ambiguous"),
        ("a: NO", 1, "ambiguous"),
        ("a: True", 1, "ambiguous"),
        ("x: 1\non: 2", 2, "bare key on"),
        ("a: 0123", 1, "begins with a zero"),
        ("a: 0x1F", 1, "begins with a zero"),
        ("a: 1\nb: 2\na: 3", 3, "twice"),
        ("a: &x 1\nb: *x", 2, "Anchors"),
        ("a: {<<: {b: 1}}", 1, "Merge keys"),
        ("a: !!python/object/apply:os.system [ls]", 1, "tag"),
        ("a: !!int '3'", 1, "tag"),
        ("? [a]\n: b", 1, "plain word"),
        ("a: 1\n---\nb: 2", 2, "second document"),
        ("a: [1, 2\n", 2, "not YAML"),
        ("a: b: c", 1, "not YAML"),
        ("a:\n\t- b", 2, "not YAML"),
    ],
)
def test_traps_are_told_with_their_line(text: str, line: int, words: str) -> None:
    problems = told(text)
    assert any(words in problem.message and problem.line == line for problem in problems), problems


def test_a_quoted_word_is_a_text() -> None:
    problems: list[Problem] = []
    root = read_yaml(b"{'on': 'yes', \"a\": '0123', b: ~}", "a.yaml", problems)
    assert not problems
    assert root.value == {"on": "yes", "a": "0123", "b": None}


def test_a_file_cannot_grow_or_go_deep() -> None:
    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]" for i in range(20)
    )
    assert told(bomb)
    assert any("deeply" in problem.message for problem in told("[" * (MAX_DEPTH + 5)))
    assert any("deeply" in problem.message for problem in told("a: " + "[" * 5000))
    assert any("larger" in problem.message for problem in told("a: " + "x" * 1_000_001))


def test_what_is_no_text() -> None:
    problems: list[Problem] = []
    assert read_yaml(b"\xff\xfe\x00", "a.yaml", problems).value == {}
    assert "UTF-8" in problems[0].message


@settings(max_examples=300)
@given(
    st.one_of(
        st.binary(max_size=200), st.text(alphabet="ab:-[]{}&*!#'\"|>%@?\n ,0123yesno<", max_size=80).map(str.encode)
    )
)
def test_reading_never_raises(content: bytes) -> None:
    problems: list[Problem] = []
    read_yaml(content, "a.yaml", problems)
    for problem in problems:
        assert problem.message and problem.file == "a.yaml"
