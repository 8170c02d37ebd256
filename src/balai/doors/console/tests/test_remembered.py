"""What the check found good is remembered, and nothing else: whatever changes is judged again."""

from pathlib import Path

import pytest

from balai.doors.console import __main__ as console
from balai.doors.console import parallel, remembered
from balai.engine.manifest.tests.test_counter_service import SHEET

NAME = "surat-numpang-nikah"


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write one service at the counter, beside a cache of its own."""
    monkeypatch.setenv("BALAI_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "services" / NAME
    folder.mkdir(parents=True)
    (folder / "counter.yaml").write_text(SHEET, "utf-8")
    return folder


def test_a_good_folder_is_judged_once_and_again_when_anything_changes(
    entry: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judged: list[int] = []
    real = parallel._judge_at
    monkeypatch.setattr(parallel, "_judge_at", lambda at: judged.append(at) or real(at))
    for count, change in ((1, ""), (1, ""), (2, "Gratis"), (2, "")):
        if change:
            (entry / "counter.yaml").write_text(SHEET.replace(change, "Rp5.000"), "utf-8")
        assert console.main(["check", str(entry)]) == 0
        assert len(judged) == count
        assert capsys.readouterr().out.splitlines()[-1].endswith("At the counter, not online yet: 1.")
    assert console.main(["check", str(entry), "--fresh"]) == 0
    assert len(judged) == 3
    (entry / "counter.yaml").write_text(SHEET.replace("fee:", "fees:"), "utf-8")
    assert [console.main(["check", str(entry)]) for _ in range(2)] == [1, 1]
    assert len(judged) == 5  # what is wrong is never remembered


def test_the_program_is_part_of_it_and_a_spoilt_memory_is_none(entry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = remembered.digest_of("counter", entry, {"a": b"1"}, {}, [])
    remembered.remember(entry, digest, ["", "good"])
    assert remembered.recall(entry, digest) == ["", "good"]
    assert remembered.recall(entry, digest[::-1]) is None
    monkeypatch.setattr(remembered, "_program", lambda: "another")
    assert remembered.digest_of("counter", entry, {"a": b"1"}, {}, []) != digest
    place = remembered._place(entry)
    assert place is not None and place.parent.stat().st_mode & 0o077 == 0
    place.write_text("{", "utf-8")
    assert remembered.recall(entry, digest) is None
    monkeypatch.setenv("BALAI_CACHE", "")
    remembered.remember(entry, digest, ["", "good"])
    assert remembered.recall(entry, digest) is None


def test_an_entry_grows_into_a_service_by_a_file_beside_it(entry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--services", str(entry.parent), "--short", "NNK"]
    assert console.main(["new-service", NAME, *where]) == 0
    assert "passes its check" in capsys.readouterr().out
    assert "Surat Numpang Nikah" in (entry / "texts" / "id.yaml").read_text("utf-8")
    assert console.main(["check", str(entry)]) == 0
    assert (
        capsys.readouterr().out.splitlines()[-1]
        == "Services online by tier: 1 bronze. At the counter, not online yet: 0."
    )
    assert console.main(["new-service", NAME, *where]) == 1  # never over what is there
