"""Every refusal has a stable code, and each code says in both languages what to do next."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from tests.house.source import dotted, modules, name_of, nodes

from balai.base.errors import MESSAGES

assert apps.ready  # the apps add their refusals when they are loaded
REFUSALS = {"NotAllowed", "NotFound", "Conflict", "Invalid", "TooMany", "Unavailable"}


def raised() -> Iterator[tuple[str, str, set[str]]]:
    """Yield each code that the source raises by name: (code, file, its parameters)."""
    for path in modules():
        known = refusals_of(path)
        for node in nodes(path):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = dotted(node.func)
            if name.removeprefix("errors.") in REFUSALS and (name in known or name.startswith("errors.")):
                given = {keyword.arg or "**" for keyword in node.keywords} - {"fields"}
                for code in codes(node.args[0]):
                    yield code, name_of(path), given


def refusals_of(path: Path) -> set[str]:
    """Name what a module imports from the page of refusals; an exception of its own may bear the same name."""
    return {
        alias.asname or alias.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "balai.base.errors"
        for alias in node.names
    }


def codes(node: ast.expr) -> Iterator[str]:
    """Yield the literal codes of an argument, both sides of a choice."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from codes(node.body)
        yield from codes(node.orelse)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_that_is_raised_has_its_words() -> None:
    found = list(raised())
    assert len(found) > 60
    assert {(code, file) for code, file, _ in found if code not in MESSAGES} == set()


def test_every_place_in_the_words_is_filled() -> None:
    missing = {
        (code, file, place)
        for code, file, given in raised()
        if code in MESSAGES and "**" not in given
        for place in places(MESSAGES[code][0]) - given
    }
    assert missing == set()


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_words_exist_in_both_languages_and_say_something(code: str) -> None:
    indonesian, english = MESSAGES[code]
    assert len(indonesian.split()) >= 3
    assert len(english.split()) >= 3
    assert indonesian != english
    assert places(indonesian) == places(english)
    assert code == code.lower().replace("_", "-").replace(" ", "-")
