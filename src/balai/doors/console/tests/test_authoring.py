"""The author's commands: check, new-service and simulate, as they are typed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest

from balai.casework.catalogue.folders import SERVICES
from balai.doors.console.__main__ import main
from balai.engine.manifest.tests.grown_folder import grow, list_blocks
from balai.engine.problems import Problems
from balai.records.folders import judging

ROOT = Path(__file__).resolve().parents[5]


def run(*words: str) -> int:
    """Run a command and answer its exit code."""
    return main(list(words))


@pytest.fixture
def made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A new service folder."""
    folder = tmp_path / "services" / "surat-contoh"
    assert run("new-service", "surat-contoh", "--title", 'Surat "Contoh"', "--services", str(folder.parent)) == 0
    assert "passes its check" in capsys.readouterr().out
    return folder


def test_a_new_service_passes_its_check(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", str(made)) == 0
    out = capsys.readouterr().out
    assert "surat-contoh 1: good; 3 golden examples pass and reach all 2 ends." in out
    assert "not confirmed by an official yet" in out


def test_a_new_service_points_editors_at_the_schema_of_each_file(made: Path) -> None:
    pointed = {}
    for path in made.rglob("*.yaml"):
        first = path.read_text("utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        schema = (path.parent / first.partition("$schema=")[2]).resolve()
        pointed[path.relative_to(made).as_posix()] = json.loads(schema.read_text("utf-8"))["title"]
    assert pointed["service.yaml"] == "services/*/service.yaml"
    assert pointed["texts/en.yaml"] == pointed["texts/id.yaml"] == "services/*/texts/*.yaml"
    assert pointed["examples/granted.yaml"] == "services/*/examples/*.yaml"


@pytest.mark.parametrize("service", sorted(path.parent.name for path in (ROOT / "services").glob("*/service.yaml")))
def test_every_service_can_be_begun_from(service: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    title = 'Izin Acara: Keramaian & "Bazar" #1'
    words = ("--title", title, "--title-en", "Permit for a crowd", "--short", "IKB", "--services", str(tmp_path))
    like = ("--like", str(ROOT / "services" / service), "--town", str(ROOT / "town"))
    assert run("new-service", "izin-keramaian", *words, *like) == 0, capsys.readouterr().out
    assert "passes its check" in capsys.readouterr().out
    made = SERVICES.read(
        {path.relative_to(tmp_path / "izin-keramaian").as_posix(): path.read_bytes()
         for path in (tmp_path / "izin-keramaian").rglob("*") if path.is_file()},
        "services/izin-keramaian", None, True,
    )  # fmt: skip
    assert (made.id, made.version, made.short, made.in_force) == ("izin-keramaian", "1", "IKB", False)
    assert made.text("title", "id") == title
    assert all(one.status == "unconfirmed" for one in SERVICES.law(made))
    looked = {made.quality.rules.get(one) or "todo" for one in ("tried-with-citizens", "letters-looked-at")}
    assert all(one == "todo" or one.startswith("exempt: ") for one in looked), "what people did is not done for it"
    told = "\n".join(path.read_text("utf-8") for path in (tmp_path / "izin-keramaian").rglob("*.yaml"))
    old = (ROOT / "services" / service / "texts" / "id.yaml").read_text("utf-8").splitlines()[0].partition(": ")[2]
    assert not re.search(rf"(?m)^id: {service}$|services/{service}\b", told)
    if "-" in service:  # else it is a word that sentences use, or a part of the name of a value that the town sets
        assert service not in told
    assert re.search(rf"\b{re.escape(old)}\b", told, re.IGNORECASE) is None


def test_a_service_begins_like_no_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("new-service", "izin-baru", "--like", "tidak-ada", "--services", str(tmp_path)) == 1
    assert "There is no service tidak-ada." in capsys.readouterr().out
    assert not (tmp_path / "izin-baru").exists()


def test_missing_texts_are_filled_in_marked_and_keep_it_from_being_published(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = made / "texts" / "id.yaml", made / "texts" / "en.yaml"
    whole = ours.read_text("utf-8")
    cut = whole.replace("      phone: {label: Nomor telepon}\n", "").replace("{title: Pemeriksaan berkas}", "{}")
    ours.write_text("# mine: é 🐎\n" + cut.replace("label: Keputusan", 'label: ""'), "utf-8")
    theirs.unlink()
    assert run("check", str(made)) == 1
    assert "This text is missing" in capsys.readouterr().out
    assert run("check", "--fill", str(made)) == 0
    out = capsys.readouterr().out
    assert "texts/id.yaml: missing texts are written, each marked TODO." in out
    assert "not to be published yet: services/surat-contoh/texts/en.yaml:" in out
    filled = ours.read_text("utf-8")
    assert filled.startswith("# mine: é 🐎\n") and filled.count("TODO") == 3
    assert '{title: "TODO forms.check.pages.all.title"}' in filled
    again = filled
    assert run("check", "--fill", "--quiet", str(made)) == 0
    assert ours.read_text("utf-8") == again
    with pytest.raises(Problems) as refused:
        judging.judge(SERVICES, made)
    told = [str(one) for one in refused.value.problems]
    assert any("id.yaml" in one and "“TODO” is no text for the public" in one for one in told), told
    assert any("tulis di sini" in one for one in told)


def test_nothing_is_ever_overwritten(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "form.yaml").write_text("mine")
    assert run("new-service", "surat-contoh", "--services", str(made.parent)) == 1
    assert (made / "form.yaml").read_text() == "mine"
    assert "exists already" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["Surat", "../etc", "a b", "a--b", "-a", "a/b"])
def test_a_name_that_cannot_be_an_id(name: str, tmp_path: Path) -> None:
    assert run("new-service", "--services", str(tmp_path), "--", name) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_service_begun_from_another(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--from", made.name, "--title", "Surat Lain", "--services", str(made.parent))
    assert run("new-service", "surat-lain", *words) == 0
    sheet = (made.parent / "surat-lain" / "service.yaml").read_text()
    assert "id: surat-lain\n" in sheet and "short: SL\n" in sheet and "in_force: false" in sheet
    assert 'title: "Surat Lain"' in (made.parent / "surat-lain" / "texts" / "id.yaml").read_text()


def test_every_fault_is_printed_with_file_and_line(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = made / "service.yaml"
    sheet.write_text(sheet.read_text().replace("role: clerk", "role: clerc").replace("short: SC", "short: sc"))
    assert run("check", str(made.parent)) == 1
    out = capsys.readouterr().out
    assert 'service.yaml:5 [short]: "sc" does not fit here.' in out
    assert 'Did you mean "clerk"?' in out


def test_a_story_that_fails_is_printed_with_expected_and_got(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = made / "examples" / "granted.yaml"
    story.write_text(story.read_text().replace("end: granted", "end: refused"))
    assert run("check", str(made)) == 1
    assert "Expected end refused, got granted." in capsys.readouterr().out


def test_nothing_to_check(tmp_path: Path) -> None:
    assert run("check", str(tmp_path / "gone")) == 2


def test_simulate_plays_the_stories(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("simulate", str(made), "--example", "granted") == 0
    out = capsys.readouterr().out
    for words in (
        "task opens",
        "legal clock   paused",
        "legal clock   resumed",
        "letter        grant",
        "the end       granted",
    ):
        assert words in out
    assert run("simulate", str(made), "--example", "gone") == 2


def test_simulate_plays_news_and_payments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a service needs more is played from the handbook, and what people are told is said."""
    handbook = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")
    for name, told in (
        ("Let news come into a case", ("message comes found", "Kunjungan untuk")),
        ("Ask to be paid", ("task done     pay", "Bayar Rp25.000 untuk")),
    ):
        folder = tmp_path / name / "surat-keterangan-usaha"
        for path, content in grow(list_blocks(handbook, name))[0].items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        assert run("simulate", str(folder), "--town", str(ROOT / "town"), "--example", "granted-partners") == 0
        out = capsys.readouterr().out
        assert all(words in out for words in told), out


def test_a_letter_of_a_story_is_typeset_without_a_case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As its office would send it, until when it holds and one may object too, but marked as a sample."""
    grant, refusal = tmp_path / "a.pdf", tmp_path / "b.pdf"
    assert run("letter", "surat-keterangan-usaha", "--example", "granted", "-o", str(grant)) == 0
    assert run("letter", "surat-keterangan-usaha", "--letter", "refusal", "--lang", "en", "-o", str(refusal)) == 0
    for file, words in (
        (grant, ("CONTOH", "Warung Siti", "4 September 2026")),
        (refusal, ("SPECIMEN", "considerations")),
    ):
        text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(file))
        for word in words:
            assert word.casefold() in text.casefold(), (file, text)
    capsys.readouterr()
    assert run("letter", "surat-keterangan-usaha", "--example", "lapsed", "-o", str(tmp_path / "c.pdf")) == 2
    assert "No example lapsed leads to a letter" in capsys.readouterr().err
    assert not (tmp_path / "c.pdf").exists()
    assert run("letter", "surat-keterangan-usaha", "--example", "gone") == 2
    said = capsys.readouterr().err
    assert "No example gone" in said and "granted-partners" in said, "those there are, are named"


def test_a_folder_takes_every_letter_of_an_example_and_a_path_names_the_service(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("letter", "services/surat-keterangan-usaha", "--example", "granted", "-o", str(tmp_path)) == 0
    assert [one.name for one in tmp_path.iterdir()] == [
        "grant.pdf"
    ] and "grant.pdf: grant of granted" in capsys.readouterr().out
    text = pypdfium2.PdfDocument(tmp_path / "grant.pdf")[0].get_textpage().get_text_range()
    assert "NIP 19800101 200501 2 001" in text and "Penata Tingkat I (III/d)" in text


def test_a_letter_of_a_fresh_clone_asks_for_no_home(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if not name.startswith(("BALAI_", "DJANGO_"))}
    home, out = tmp_path / "home", tmp_path / "a.pdf"
    words = ["letter", "services/surat-keterangan-usaha", "--example", "granted", "-o", str(out)]
    done = subprocess.run(
        [sys.executable, "-m", "balai.doors.console", *words], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env=bare | {"BALAI_HOME": str(home), "PYTHONPATH": "src"},
    )  # fmt: skip
    assert done.returncode == 0 and out.read_bytes().startswith(b"%PDF"), done.stderr
    assert not home.exists(), "nothing is made where a hall would live"


def test_simulate_asks_at_a_terminal(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(
        ["64.72.01.1001", "untuk bank", "a.pdf", "tidak",  # refused: the statement is not ticked
         "64.72.01.1001", "untuk bank", "a.pdf", "ya",
         "check", "complete", "", "Budi", "wait P1D", "decide", "grant", "lengkap", "Ratna", "sign_grant", "Ratna"]
    )  # fmt: skip
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    assert run("simulate", str(made)) == 0
    out = capsys.readouterr().out
    assert "centang pernyataan ini" in out
    assert "the end       granted" in out
