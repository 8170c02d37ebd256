"""A kind of folder that is added in a few lines has all of the machinery: the glossary, terms in two languages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest

from balai.base import marks, sql
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotFound
from balai.base.models import Entry
from balai.doors.console.__main__ import main
from balai.engine.problems import Problems
from balai.records.folders import actions, checks, judging, kinds, queries, schemas
from balai.records.folders.models import FolderVersion

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CONSOLE = Actor("system", "console", name="test")
MOST = 60  # lines a new kind may take

# ---- the kind: from here -------------------------------------------------------------------------------------------
from balai.engine.folders import Law, check_names, key_of, words_of  # noqa: E402
from balai.engine.forms.branch import Branch  # noqa: E402
from balai.engine.manifest import Town, TownValue  # noqa: E402
from balai.engine.manifest.town import read_value  # noqa: E402
from balai.engine.manifest.yaml_tree import read_yaml  # noqa: E402
from balai.engine.problems import Problem  # noqa: E402


@dataclass(frozen=True)
class Glossary:
    """Terms in two languages, and for how long they are reviewed."""

    id: str
    version: str
    key: str
    terms: Mapping[str, Mapping[str, str]]
    review: TownValue
    warnings: tuple[Problem, ...] = ()


def read_terms(root: Branch) -> tuple[str, dict[str, dict[str, str]], TownValue | None]:
    keys = root.keys(("version", "terms", "review_years"), required=("version", "terms", "review_years"))
    terms = {one.key: words_of(one) for one in keys["terms"].entries()} if "terms" in keys else {}
    review = read_value(keys["review_years"], "review_years", "value") if "review_years" in keys else None
    return keys["version"].text() if "version" in keys else "", terms, review


def read(files: Mapping[str, bytes], folder: str, town: Town | None, published: bool) -> Glossary:
    problems: list[Problem] = []
    check_names(files, ("terms.yaml", "README.md"), folder, problems)
    version, terms, review = read_terms(read_yaml(files["terms.yaml"], f"{folder}/terms.yaml", problems))
    if problems or review is None:
        raise Problems(problems)
    name = folder.rpartition("/")[2]
    return Glossary(name, version, key_of("glossary", name, files), terms, review)


def rehearse(glossary: Glossary) -> Iterator[Problem]:
    for name, words in glossary.terms.items():
        if words["id"].lower() == words["en"].lower():
            yield Problem(f'"{name}" says the same in both languages.', "Translate it.", f"glossary/{glossary.id}")


def law(glossary: Glossary) -> Iterator[Law]:
    one = glossary.review
    yield Law("review_years", str(one.value), one.legal_basis, one.status, one.valid_from, one.valid_to,
              one.file, one.line)  # fmt: skip


KIND = kinds.FolderKind(
    name="glossary", place="glossary", main="terms.yaml", words={"id": "istilah", "en": "terms"}, read=read,
    rehearse=rehearse, law=law, with_town=False, shapes={"terms.yaml": read_terms},
)  # fmt: skip
# ---- the kind: to here ---------------------------------------------------------------------------------------------

TERMS = """\
version: "1"
terms:
  petikan: {id: Petikan, en: Extract}
  akta: {id: Akta, en: Deed}
review_years: {type: integer, value: 2, valid_from: "2026-01-01", legal_basis: "Contoh", status: unconfirmed}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a glossary, and enter its kind for one test."""
    kinds.list_kinds()
    monkeypatch.setattr(kinds, "_KINDS", dict(kinds._KINDS))
    kinds.register(KIND)
    queries.forget_current()
    made = tmp_path / "glossary" / "umum"
    made.mkdir(parents=True)
    (made / "terms.yaml").write_text(TERMS, "utf-8")
    return made


def change(folder: Path, old: str, new: str) -> None:
    text = (folder / "terms.yaml").read_text("utf-8")
    assert old in text
    (folder / "terms.yaml").write_text(text.replace(old, new), "utf-8")


def publish(folder: Path) -> FolderVersion:
    return actions.publish(KIND, folder, folder.parent.parent / "town", actor=CONSOLE, now=NOW)


def test_a_kind_takes_fewer_lines_than_it_may() -> None:
    own = Path(__file__).read_text("utf-8").split("# ---- the kind: ")[1].splitlines()
    assert 30 < sum(1 for line in own if line.strip()) < MOST


def test_check_praises_it_and_tells_every_fault_with_file_and_line(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(folder.parent)]) == 0
    assert "umum 1: good." in capsys.readouterr().out
    change(folder, "en: Deed}", "eng: Deed}")
    (folder / "notes.txt").touch()
    assert main(["check", str(folder)]) == 1
    told = capsys.readouterr().out
    assert 'glossary/umum/terms.yaml:4 [terms.akta.eng]: Unknown key "eng".' in told
    assert 'glossary/umum/terms.yaml:4 [terms.akta]: The key "en" is missing.' in told
    assert "glossary/umum/notes.txt: This file does not belong in this folder." in told


def test_check_rehearses_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(folder, "en: Deed}", "en: akta}")
    assert main(["check", "--quiet", str(folder)]) == 1
    assert '"akta" says the same in both languages. Translate it.' in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_it_is_published_and_its_old_version_stays(folder: Path) -> None:
    old = publish(folder)
    change(folder, "en: Deed}", "en: Certificate}")
    with pytest.raises(Invalid) as refused:
        publish(folder)
    assert refused.value.code == "version-reused"
    change(folder, 'version: "1"', 'version: "2"')
    new = publish(folder)
    assert queries.get("glossary", "umum").terms["akta"]["en"] == "Certificate"
    assert queries.get("glossary", "umum", old.key).terms["akta"]["en"] == "Deed"
    assert queries.current_keys("glossary") == {"umum": new.key}
    assert [(one.version, one.current) for one in queries.list_versions("glossary", "umum")] == [
        ("2", True),
        ("1", False),
    ]
    assert queries.find_key("glossary", "umum", old.key[:8]) == queries.find_key("glossary", "umum", "1") == old.key
    assert Entry.objects.filter(stream="glossary:umum", action="publish").count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_version_that_was_changed_by_hand_is_named(folder: Path) -> None:
    publish(folder)
    actions.withdraw(KIND, "umum", actor=CONSOLE, now=NOW, command_id=uuid4())
    publish(folder)

    def told() -> list[str]:
        return [one.what for one in marks.hold({}, False) if one.table == "folders_folderversion" and not one.open]

    assert told() == []
    sql.execute("UPDATE folders_folderversion SET current = %s", [False])
    assert told() == ["current was changed by hand"]
    sql.execute("UPDATE folders_folderversion SET current = %s, files = %s", [True, b"other"])
    assert told() == ["files was changed by hand"]


@pytest.mark.django_db(transaction=True)
def test_what_differs_from_the_version_in_force_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], settings: Any
) -> None:
    settings.BALAI_SERVICES, settings.BALAI_TOWN_FOLDER = folder.parents[1] / "services", folder.parents[1] / "town"

    def told() -> str:
        return " ".join(one.words for one in checks.folders(folder, NOW))

    assert main(["diff", str(folder)]) == 1
    assert "glossary/umum: no version is in force" in capsys.readouterr().out
    publish(folder)
    assert main(["diff", str(folder)]) == 0
    assert "glossary/umum: as the version in force." in capsys.readouterr().out
    assert told() == "each says what its version in force says."
    change(folder, "en: Deed}", "en: Certificate}")
    (folder / "README.md").write_bytes(b"\xff\x00")
    assert main(["diff", str(folder.parent)]) == 1
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    assert {"glossary/umum: README.md added", "README.md: 0 bytes before, 2 now", "glossary/umum: terms.yaml changed",
            "-  akta: {id: Akta, en: Deed}", "+  akta: {id: Akta, en: Certificate}"} <= set(lines)  # fmt: skip
    assert "glossary/umum says something else than the version in force (2 file(s))" in told()
    assert main(["diff", "--names", str(folder)]) == 1
    assert "akta" not in capsys.readouterr().out


def test_it_has_a_schema_that_takes_and_refuses_what_its_reader_does(folder: Path) -> None:
    [made] = schemas.schemas_of(KIND)  # each kind that is registered is asked so
    assert (KIND.read.__module__, made.pattern, made.name) == (__name__, "terms.yaml", "glossary.terms.json")
    judge = jsonschema_rs.validator_for(made.schema)
    good = {
        "version": "1", "terms": {"akta": {"id": "Akta", "en": "Deed"}},
        "review_years": {"type": "integer", "value": 2, "valid_from": "2026-01-01", "legal_basis": "x", "status": "confirmed"},
    }  # fmt: skip
    assert judge.is_valid(good)
    for bad in (
        {**good, "more": "x"}, {**good, "terms": {"akta": {"id": "Akta"}}}, {**good, "version": 1}, {"version": "1"},
        {**good, "terms": {"akta": {"id": "Akta", "en": "Deed", "fr": "Acte"}}},
        {**good, "review_years": {**good["review_years"], "status": "perhaps"}},
    ):  # fmt: skip
        assert not judge.is_valid(bad), bad


def test_its_law_is_told(folder: Path) -> None:
    [one] = KIND.law(judging.read(KIND, folder).thing)
    assert (one.name, one.value, one.status, one.line) == ("review_years", "2", "unconfirmed", 5)
    assert one.file == "glossary/umum/terms.yaml"


@pytest.mark.django_db(transaction=True)
def test_what_has_a_fault_is_not_published(folder: Path) -> None:
    change(folder, "en: Deed}", "en: akta}")
    with pytest.raises(Problems):
        publish(folder)
    assert not FolderVersion.objects.exists()
    with pytest.raises(NotFound):
        queries.get("glossary", "umum")


def test_two_kinds_never_stand_in_one_place(folder: Path) -> None:
    for place, main_file in (("glossary", "x.yaml"), ("x", "terms.yaml")):
        with pytest.raises(ValueError, match="stands where glossary does"):
            kinds.register(
                kinds.FolderKind(name="x", place=place, main=main_file, words={"id": "x", "en": "x"}, read=read)
            )
    with pytest.raises(LookupError, match="glossary"):
        kinds.get_kind("x")
