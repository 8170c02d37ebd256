"""The comparison with SpiffWorkflow measures the same case on both sides: same steps, same rows."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from balai.doors.console.bench import spiff

pytest.importorskip("SpiffWorkflow")


def lived(
    file: Path, engine: spiff.Engine
) -> tuple[list[list[str]], list[tuple[object, ...]], list[tuple[object, ...]]]:
    """Live one case and answer the tasks open after each step, the task rows and the journal rows."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(spiff._TABLES)
        store = spiff.Store(connection)
        spiff.live(engine, store, 1)
        assert connection.execute("SELECT done, revision FROM cases").fetchall() == [(1, len(spiff.STEPS))]
        tasks = connection.execute("SELECT name, opened, closed FROM tasks ORDER BY opened, name").fetchall()
        return store.seen, tasks, connection.execute("SELECT seq, name FROM journal ORDER BY seq").fetchall()


def test_both_engines_live_the_same_case(tmp_path: Path) -> None:
    ours, theirs = lived(tmp_path / "ours", spiff.Ours()), lived(tmp_path / "theirs", spiff.Theirs())
    assert ours == theirs
    seen, tasks, journal = ours
    assert seen[:2] == [["check"], ["correct"]] and ["legal", "survey"] in seen and seen[-1] == []
    assert len(tasks) == len(spiff.STEPS) and all(closed is not None for _, _, closed in tasks)
    assert [name for _, name in journal] == ["start", *(name for name, _ in spiff.STEPS)]


def test_the_comparison_keeps_its_goal(tmp_path: Path) -> None:
    found = spiff.compare(tmp_path, 10)
    assert found["process_vs_spiff"] >= 8
    assert found["process_kept_bytes"] < found["spiff_kept_bytes"] / 10


def test_engines_that_part_are_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spiff.Ours, "_keep", lambda self, move: ("{}", ["elsewhere"]))
    monkeypatch.setattr(spiff.Ours, "complete", lambda self, kept, name, data: ("{}", ["elsewhere"]))
    with pytest.raises(RuntimeError, match="different steps"):
        spiff.compare(tmp_path, 1)
