"""What tests throw away lies in memory where the machine lends enough of it, and on the disk where it does not."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from balai.doors.console import lent


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", None)


def elsewhere() -> str:
    """Ask another process where it puts what is temporary."""
    script = "import tempfile; print(tempfile.gettempdir())"
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def test_what_is_temporary_lies_there_here_and_in_other_processes_and_is_gone_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lent, "ENOUGH", 1)
    before = tempfile.gettempdir()
    with lent.temporary(tmp_path):
        folder = Path(tempfile.gettempdir())
        assert folder.parent == tmp_path
        assert elsewhere() == str(folder)
        assert folder.stat().st_mode & 0o777 == 0o711  # others find their own folders in it, and nobody else's
        (folder / "left").touch()
    assert list(tmp_path.iterdir()) == []
    assert tempfile.gettempdir() == before
    assert "TMPDIR" not in os.environ


def test_too_little_memory_none_and_a_folder_that_somebody_named_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tempfile.gettempdir()
    with lent.temporary(tmp_path / "none"):
        assert tempfile.gettempdir() == before
    monkeypatch.setattr(lent, "ENOUGH", 2**80)
    with lent.temporary(tmp_path):
        assert tempfile.gettempdir() == before
    monkeypatch.setattr(lent, "ENOUGH", 1)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with lent.temporary(tmp_path):
        assert tempfile.gettempdir() == str(tmp_path)
