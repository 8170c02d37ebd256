"""The tests themselves: what they try is the same every time, unless a search at random is asked for."""

import ast
import os

import hypothesis
from tests.house.source import ROOT, dotted, tree

SUITES = sorted(
    path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py") if "tests" in path.parts
)  # fmt: skip


def test_examples_are_the_same_every_time_unless_a_search_is_asked_for() -> None:
    told = hypothesis.settings()
    assert told.derandomize is (os.environ.get("BALAI_TEST_ALL") != "1")
    assert told.deadline is None


def test_no_test_chooses_its_own_chance_or_time_limit() -> None:
    """What a suite says for itself would undo the profile: `derandomize`, a `deadline`."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SUITES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and dotted(node.func) in ("settings", "hypothesis.settings")
        if any(
            one.arg == "derandomize" or (one.arg == "deadline" and ast.unparse(one.value) != "None")
            for one in node.keywords
        )
    ]  # fmt: skip
    assert found == []
