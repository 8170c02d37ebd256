"""Deliberate breaks stay what they were made for: each still fits into the source, and the test that must see it is there."""

import ast
from functools import lru_cache

import pytest
from tests.house.source import ROOT, SOURCE, nodes
from tools import mutants

from balai.base import rooms

LEAST, EACH = 60, 5  # breaks of the hall, and of a room
FOUND = mutants.read()


@lru_cache(maxsize=400)
def names_in(name: str) -> frozenset[str]:
    """Name the tests of a file."""
    return frozenset(node.name for node in nodes(SOURCE / name) if isinstance(node, ast.FunctionDef))


def faults_of(mutant: mutants.Mutant) -> list[str]:
    """Tell why a break can no longer be made, or nobody would see it."""
    path, (file, _, test) = SOURCE / mutant.file, mutant.test.partition("::")
    times = path.read_text("utf-8").count(mutant.old) if path.is_file() else 0
    told = [] if times == 1 else [f"{mutant.name}: {mutant.file} holds its text {times} times"]
    if mutant.new == mutant.old:
        told.append(f"{mutant.name}: breaks nothing")
    if not (SOURCE / file).is_file() or test not in names_in(file):
        told.append(f"{mutant.name}: there is no {mutant.test}")
    return told


def test_every_break_fits_and_its_test_is_there() -> None:
    assert [fault for mutant in FOUND for fault in faults_of(mutant)] == []
    assert len({mutant.name for mutant in FOUND}) == len(FOUND), "two of one name"


def test_the_logic_that_matters_is_broken_often_enough_and_so_is_each_room() -> None:
    assert len(mutants.read(mutants.lists()[0])) >= LEAST
    poor = [
        name
        for name in rooms.names()
        if not (file := SOURCE / "rooms" / name / "tests/mutants.yaml").is_file() or len(mutants.read(file)) < EACH
    ]
    assert poor == [], "a room brings five breaks of its own"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"old": "no such text"}, "0 times"),
        ({"old": "the"}, "times"),
        ({"test": "base/tests/test_clock.py::test_nothing"}, "there is no"),
        ({"file": "base/nowhere.py"}, "0 times"),
    ],
)
def test_a_break_that_no_longer_fits_is_seen(change: dict[str, str], why: str) -> None:
    spoilt = mutants.Mutant(**{**vars(FOUND[0]), **change})
    assert any(why in fault for fault in faults_of(spoilt))


def test_the_halls_breaks_ask_no_room() -> None:
    """It stands without any of them, and so do its breaks."""
    assert [one.name for one in mutants.read(mutants.lists()[0]) if "rooms/" in one.file + one.test] == []


def test_each_list_is_where_the_runner_looks() -> None:
    assert {file.relative_to(ROOT).as_posix() for file in mutants.lists()} == {
        file.relative_to(ROOT).as_posix()
        for folder in ("src", "tests")
        for file in (ROOT / folder).rglob("mutants.yaml")
    }
