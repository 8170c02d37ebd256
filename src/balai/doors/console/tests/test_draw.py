"""`balai draw`: the command writes the picture, or says what is wrong."""

import argparse
from pathlib import Path

import pytest

from balai.doors.console.commands import draw
from balai.engine import process


def call(*words: str) -> int:
    parser = argparse.ArgumentParser()
    draw.add_arguments(parser)
    return draw.run(parser.parse_args(words))


def test_it_writes_the_picture_and_tells_the_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "p.bpmn", tmp_path / "p.svg"
    source.write_bytes(process.standard_process())
    assert call(str(source), "-o", str(target), "--live", "check", "--steps", "--lang", "en") == 0
    assert target.read_text().startswith("<svg") and 'class="live"' in target.read_text()
    assert "Start: Permohonan masuk" in capsys.readouterr().out


def test_it_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "p.bpmn"
    source.write_text("<nonsense>")
    assert call(str(source)) == 1
    assert "p.bpmn" in capsys.readouterr().err and not (tmp_path / "p.svg").exists()
    assert call(str(tmp_path / "absent.bpmn")) == 1
