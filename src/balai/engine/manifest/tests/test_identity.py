"""What a letter prints of its applicant is read from its source, and the reading agrees with what is typeset."""

from pathlib import Path

import pytest

from balai.engine import letters, manifest
from balai.engine.manifest import proof
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problems

ROOT = Path(__file__).parents[5]
NAMES = sorted(path.name for path in (ROOT / "services").iterdir() if (path / "service.yaml").is_file())
WORN = {
    "name": "Siti Uji Cetak", "nik": "9901014101900001", "birth_place": "Tenggarong", "birth_date": "1990-05-17",
    "address": "Gang Uji Cetak 77",
}  # fmt: skip
FIRM = {"name": "PT Uji Cetak", "nib": "9120001234567", "address": "Gang Uji Cetak 77"}


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def service_of(name: str) -> manifest.Service:
    town = manifest.read_town(files_of(ROOT / "town"))
    return manifest.read_service(files_of(ROOT / "services" / name), folder=f"services/{name}", town=town)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_from_the_source_is_what_the_letter_prints(name: str) -> None:
    service, seen, played = service_of(name), dict[str, set[str]](), dict[str, manifest.Played]()
    for example in service.examples:
        made = manifest.play(service, example, calendar=Weekdays(), prove=False)
        played |= dict.fromkeys(made.letters, made)
    assert set(played) == set(service.letters), "each letter is reached by an example"
    for letter, made in played.items():
        for known in (WORN, FIRM):
            at = made.log[-1].at
            content = proof.letter_data(service, letter, {**made.data, "applicant": known}, lang="id", at=at)
            content["objection"] = None
            text = " ".join(proof._text_of(proof._set(service, letter, content, at)).split())
            shown = {**known, "birth_date": "17 Mei 1990"}
            found = {one for one in known if shown[one] in text}
            if "document_number" in service.prints[letter]:  # which a NIK is, of whoever has one
                found = {"document_number" if one == "nik" else one for one in found}
            seen.setdefault(letter, set()).update(found)
        assert seen[letter] <= service.prints[letter], letter
    assert set().union(*seen.values()) == service.printed, "and nobody is asked for what no letter prints"


def test_whoever_lacks_a_fact_that_is_printed_is_found_and_a_firm_is_no_person() -> None:
    printed = frozenset(letters.FIELDS) - {"document_number"}
    for known, firm in ((WORN, False), (FIRM, True)):
        assert letters.list_missing(printed, known, firm=firm) == ()
        for name in known:
            assert letters.list_missing(printed, known | {name: " "}, firm=firm) == (name,)
            assert letters.list_missing(printed - {name}, known | {name: ""}, firm=firm) == ()


@pytest.mark.parametrize(
    "line",
    [
        "#for (key, value) in data.applicant { value }",
        "#let a = data.applicant\n#a.pairs().map(p => p.last()).join()",
        "#let a = data.applicant\n#a.at(field)",
        "#let a = data.applicant\n#whoever(a)",
        '#data.at("applicant").name',
    ],
)
def test_a_use_that_cannot_be_followed_is_told_with_its_line(line: str) -> None:
    told = letters.find_prints({"letters/x.typ": f"// first\n{line}".encode()}, "x").unread
    assert [(one.file, one.line) for one in told] == [("letters/x.typ", line.count("\n") + 2)]


def test_a_letter_is_followed_through_what_it_imports_and_not_through_what_is_commented_out() -> None:
    sources = {
        "letters/x.typ": b'#import "/letters/body.typ": body\n// data.applicant.address\n#data.applicant.at("name")',
        "letters/body.typ": b'#let a = data.applicant\n#if "nib" in a [#a.nib]\n#a.at("birth_date", default: "")',
    }
    assert letters.find_prints(sources, "x") == letters.Prints(frozenset({"name", "nib", "birth_date"}))


def test_the_check_of_a_folder_tells_it() -> None:
    files = files_of(ROOT / "services" / "surat-keterangan-usaha")
    files["letters/grant.typ"] += b"\n#let whole = data.applicant.pairs()\n"
    with pytest.raises(Problems) as wrong:
        manifest.read_service(files, folder="services/surat-keterangan-usaha", town=None)
    assert "services/surat-keterangan-usaha/letters/grant.typ" in {
        one.file for one in wrong.value.problems if "applicant" in one.message
    }
