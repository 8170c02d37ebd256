"""The tests themselves: what they try is the same every time, unless a search at random is asked for."""

import ast
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from tests.house.source import ROOT, SOURCE, dotted, nodes

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
        for node in nodes(path)
        if isinstance(node, ast.Call) and dotted(node.func) in ("settings", "hypothesis.settings")
        if any(
            one.arg == "derandomize" or (one.arg == "deadline" and ast.unparse(one.value) != "None")
            for one in node.keywords
        )
    ]  # fmt: skip
    assert found == []


@pytest.fixture
def conftest(request: pytest.FixtureRequest) -> Any:
    """Give what all tests share, as pytest loaded it."""
    return request.config.pluginmanager.get_plugin(str(ROOT / "conftest.py"))


def test_what_begins_first_is_there(conftest: Any) -> None:
    assert [name for name in conftest.LONGEST if not (ROOT / name).is_file()] == []


def test_files_without_a_test_for_postgresql_are_left_unread_there_and_no_others(
    conftest: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [path for path in SUITES if path.name.startswith("test_")]
    assert [path for path in files if conftest.pytest_ignore_collect(path, request.config)] == []
    monkeypatch.setenv("TESTS_PART", "postgres")
    left = {path.relative_to(ROOT).as_posix() for path in files if conftest.pytest_ignore_collect(path, request.config)}
    assert {"src/balai/engine/rules/tests/test_answers.py", "tests/house/test_docs.py"} <= left
    read = {
        item.path.relative_to(ROOT).as_posix() for item in request.session.items if item.get_closest_marker("postgres")
    }
    assert read & left == set()
    assert {"src/balai/doors/desk/tests/test_costs.py", "src/balai/rooms/messages/tests/test_costs.py"} <= left
    assert (
        not {
            "src/balai/doors/api/tests/test_api.py",
            "src/balai/casework/cases/tests/test_jobs.py",
            "tests/house/test_matrix.py",
        }
        & left
    )


POOLED = """
import os, pytest
def test_first(tmp_path): (tmp_path / "file").touch()
def test_second(): assert {end}
def test_third(): os.environ["SEEN"] = "here"
def test_fourth(): assert os.environ["SEEN"] == "here"
def test_left(): pytest.skip("so")
"""


def test_files_handed_out_are_run_once_each_and_a_worker_that_dies_is_told(tmp_path: Path) -> None:
    """A file stays with one worker; behind a test that killed its own, the file goes on in another."""
    for name, end in (("a", "True"), ("b", "False, 'so it fails'"), ("c", "os.kill(os.getpid(), 9)"), ("d", "True")):
        (tmp_path / f"test_{name}.py").write_text(POOLED.format(end=end))
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rf", "-c", "/dev/null", f"--rootdir={tmp_path}", "--junitxml=report.xml",
         "-p", "no:cacheprovider", "-p", "no:django", "-p", "tests.pool", "--workers", "2", str(tmp_path)],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": f"{ROOT}:{SOURCE.parent}", "DJANGO_SETTINGS_MODULE": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "2 failed, 14 passed, 4 skipped" in told.stdout, told.stdout + told.stderr
    assert told.returncode == 1 and "so it fails" in told.stdout
    assert "test_c.py::test_second - The worker died in this test (-9)." in told.stdout
    ran = Counter(
        f"{case.get('classname')}.{case.get('name')}" for case in ET.parse(tmp_path / "report.xml").iter("testcase")
    )
    assert len(ran) == 20 and set(ran.values()) == {1}
