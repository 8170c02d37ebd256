"""The author's preview: what it looks at, what it says, and one day of an author from the command to the pages."""

import os
import re
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.casework.cases import actions as cases
from balai.casework.catalogue.folders import SERVICES
from balai.doors.console import claims
from balai.doors.console.__main__ import main
from balai.doors.console.preview import kept, look, shown, watch
from balai.doors.console.preview.follow import FollowFolder
from balai.doors.console.preview.standing import STANDING, PreviewStanding
from balai.engine import rules
from balai.engine.problems import Problems
from balai.records.folders import actions as publishing

ROOT = Path(__file__).resolve().parents[5]
TOWN = ROOT / "town"
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A service of the author's own."""
    return Path(shutil.copytree(ROOT / "services" / "surat-keterangan-usaha", tmp_path / "services" / "surat-keterangan-usaha"))  # fmt: skip


def test_a_save_is_seen_and_what_an_editor_leaves_beside_it_is_not(folder: Path) -> None:
    before = watch.take_prints((folder,))
    (folder / "texts" / ".id.yaml.swp").write_text("x")
    (folder / "form.yaml~").write_text("x")
    assert watch.take_prints((folder,)) == before
    (folder / "form.yaml").write_text((folder / "form.yaml").read_text("utf-8") + "\n", "utf-8")
    assert watch.take_prints((folder,)) != before
    (folder / "form.yaml").unlink()
    assert str(folder / "form.yaml") not in watch.take_prints((folder,))
    assert watch.take_prints((folder / "gone",)) == {}


def test_a_broken_file_is_a_fault_with_its_line_and_the_folder_recovers(folder: Path) -> None:
    texts = folder / "texts" / "id.yaml"
    whole = texts.read_text("utf-8")
    texts.write_text("title: [\n", "utf-8")
    broken = look.rehearse(look.read_look(SERVICES, folder, TOWN, NOW))
    assert broken.judged is None and broken.rehearsed
    assert broken.faults[0].file.endswith("texts/id.yaml") and broken.faults[0].line
    texts.write_text(whole, "utf-8")
    read = look.read_look(SERVICES, folder, TOWN, NOW)
    assert read.judged is not None and not read.rehearsed
    good = look.rehearse(read)
    assert not good.faults and good.summary.endswith("reach all 3 ends")
    assert good.played["granted"].end == "granted"
    shutil.rmtree(folder)
    assert "No such file" in str(look.read_look(SERVICES, folder, TOWN, NOW).faults[0])


def test_a_large_file_in_the_folder_is_told_and_ends_nothing(folder: Path) -> None:
    (folder / "rekaman.bin").write_bytes(b"\0" * 40_000_000)
    assert "rekaman.bin" in " ".join(map(str, look.read_look(SERVICES, folder, TOWN, NOW).faults))
    (folder / "lagi.bin").write_bytes(b"\0" * 20_000_000)
    assert "is it the right folder?" in str(look.read_look(SERVICES, folder, TOWN, NOW).faults[0])


def test_a_new_look_has_a_new_name_and_results_come_under_the_same(folder: Path) -> None:
    standing, read = PreviewStanding(), look.read_look(SERVICES, folder, TOWN, NOW)
    standing.take(read)
    first, result, waiting = standing.news.split()
    standing.take(look.rehearse(read))
    assert standing.news.split() == [first, str(int(result) + 1), "0"] and waiting == "-"
    (folder / "form.yaml").write_text("nonsense: [", "utf-8")
    standing.take(look.read_look(SERVICES, folder, TOWN, NOW))
    assert standing.news.split()[0] != first
    assert standing.shown is not None and standing.shown.judged is not None, "the last that could be read stays"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        ("gone", "There is no folder"),
        ("empty", "is a folder of no kind: it needs one of"),
        ("many", "holds 2 folders. Name one, such as"),
    ],
)
def test_what_is_no_folder_to_preview_is_said(
    make: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / make
    if make != "gone":
        place.mkdir()
    for name in ("a", "b") if make == "many" else ():
        (place / name).mkdir()
        (place / name / "service.yaml").write_text("id: a\n", "utf-8")
    assert main(["preview", str(place)]) == 2
    assert said in capsys.readouterr().out


def test_a_port_that_is_taken_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not claims.is_claimable("127.0.0.1", port)
        with pytest.raises(SystemExit):
            main(["preview", str(folder), "--port", str(port), "--town", str(TOWN)])
    assert f"port {port} of 127.0.0.1 is taken" in capsys.readouterr().err


def test_a_rule_is_asked_with_what_is_typed() -> None:
    text, number, day = (rules.InputInfo("x", kind) for kind in ("string", "number", "date"))
    assert shown.read_input("rendah", text) == "rendah"
    assert shown.read_input(" 5 ", number) == 5
    assert str(shown.read_input("2026-03-02", day)) == "2026-03-02"
    assert shown.read_input("", number) is None
    with pytest.raises(Problems):
        shown.read_input("5 +", number)
    assert shown.show_value(True) == "true" and shown.show_value(None) == ""


def test_every_page_bears_the_line_of_the_preview(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(STANDING, "look", look.read_look(SERVICES, folder, TOWN, NOW))
    page = b'<html><head></head><body><a class="skip" href="#main">x</a><main></main></body></html>'

    def answer(kind: str) -> bytes:
        def view(request: HttpRequest) -> HttpResponse:
            return HttpResponse(page, content_type=kind)

        return FollowFolder(view)(RequestFactory().get("/")).content

    assert b"/pratinjau/ikut.js" in answer("text/html") and b"preview-bar" in answer("text/html; charset=utf-8")
    assert answer("text/plain") == page


def test_a_real_hall_tries_nothing_out(folder: Path) -> None:
    judged = look.read_look(SERVICES, folder, TOWN, NOW).judged
    assert judged is not None
    deed: dict[str, Any] = {"actor": Actor("system", "console"), "now": NOW, "command_id": uuid4()}
    with pytest.raises(NotAllowed):
        publishing.try_out(**deed, kind=SERVICES, judged=judged)
    with pytest.raises(NotAllowed):
        cases.follow_version(**deed, service_id="surat-keterangan-usaha")


def test_the_empty_hall_is_made_anew_for_another_month_and_taken_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "ROOT", tmp_path)
    place = kept.find_place(NOW.date())
    assert place != kept.find_place(NOW.date().replace(month=4))
    assert not kept.take(place, tmp_path / "home")
    home = tmp_path / "first"
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "town").write_text("k")
    sqlite3.connect(home / kept.DATABASE).execute("CREATE TABLE x (y)").connection.close()
    (home / "mailbox").mkdir()
    kept.keep(place, home)
    (tmp_path / "second").mkdir()
    assert kept.take(place, tmp_path / "second")
    assert sorted(path.name for path in (tmp_path / "second").iterdir()) == ["balai.sqlite3", "keys"]
    assert place.stat().st_mode & 0o077 == 0


# ---- a day as an author, as the handbook tells it -------------------------------------------------------------------


def _commands(page: str, heading: str) -> list[str]:
    """List the commands of a section of the handbook."""
    text = (ROOT / "docs" / "handbook" / page).read_text("utf-8")
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.S)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_the_commands_of_an_authors_day_do_what_the_handbook_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "services").mkdir()
    beside = ("surat-keterangan-usaha", "keberatan", "pembetulan-surat", "pembatalan-surat")  # it, and whom it names
    for name in beside:
        shutil.copytree(ROOT / "services" / name, tmp_path / "services" / name)
    (tmp_path / "town").symlink_to(TOWN)
    monkeypatch.chdir(tmp_path)
    done, lines = [], _commands("service-author.md", "A day as an author")
    assert lines == _commands("hari-penulis.md", "Sehari sebagai penulis")
    for line in lines:
        words = shlex.split(line)
        assert words[0] == "./balai"
        done.append(words[1])
        if words[1] not in (
            "preview",
            "diff",
            "publish",
        ):  # the first is walked below, the others need a hall of one's own
            assert main(words[1:]) == 0, (line, capsys.readouterr().out)
    assert done == ["new-service", "preview", "check", "simulate", "letter", "diff", "publish"]


@pytest.fixture
def previewed(folder: Path, tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[str]", Path]]:
    """A preview that runs: its address, its process, its output."""
    out = tmp_path / "out"
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(tmp_path / "homes")}
    (tmp_path / "homes").mkdir()
    with out.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "balai.doors.console", "preview", str(folder), "--town", str(TOWN)],
            env=environ, stdout=told, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    try:
        end = time.monotonic() + 240
        while time.monotonic() < end and "/pratinjau/" not in out.read_text("utf-8") and process.poll() is None:
            time.sleep(0.1)
        found = re.search(r"http://127\.0\.0\.1:\d+", out.read_text("utf-8"))
        assert found, out.read_text("utf-8")
        yield found[0], process, out
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())


def _wait(url: str, word: str, *, gone: bool = False) -> float:
    begun = time.monotonic()
    while (word in _get(url)) is gone:
        assert time.monotonic() - begun < 60, word
        time.sleep(0.1)
    return time.monotonic() - begun


@pytest.mark.long
def test_a_folder_is_previewed_saved_broken_and_mended(
    previewed: tuple[str, "subprocess.Popen[str]", Path], folder: Path, tmp_path: Path
) -> None:
    base, process, out = previewed
    front = _get(f"{base}/pratinjau/")
    assert "granted-partners" in front and "preview-bar" in front
    page = _get(f"{base}/layanan/surat-keterangan-usaha/")
    assert "Surat Keterangan Usaha" in page and "/pratinjau/ikut.js" in page
    texts = folder / "texts" / "id.yaml"
    whole = texts.read_text("utf-8")
    texts.write_text(whole.replace("title: Surat Keterangan Usaha", "title: Surat Kios", 1), "utf-8")
    _wait(f"{base}/layanan/surat-keterangan-usaha/", "Surat Kios")
    texts.write_text(whole + "\n\tx: [", "utf-8")
    _wait(f"{base}/pratinjau/", "texts/id.yaml:")
    assert "Surat Kios" in _get(f"{base}/layanan/surat-keterangan-usaha/"), "what could be read last stays"
    texts.write_text(whole, "utf-8")
    _wait(f"{base}/pratinjau/", "texts/id.yaml:", gone=True)
    story = _get(f"{base}/pratinjau/contoh/granted/")
    picture = re.search(r'src="(/pratinjau/contoh/granted/[^"]+\.png)"', story)
    assert picture and urllib.request.urlopen(base + picture[1], timeout=60).read(4) == b"\x89PNG"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _get(f"{base}/pratinjau/contoh/none/")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert "nothing of it was kept" in out.read_text("utf-8")
    assert list((tmp_path / "homes").iterdir()) == []
