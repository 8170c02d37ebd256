"""Comparing the parts of a folder: one mistake at a time, each told with its file, its line and a way out."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from balai.engine import manifest
from balai.engine.manifest import scaffold
from balai.engine.problems import Problem, Problems
from balai.engine.process import standard_process

TEMPLATE = Path(manifest.__file__).parent / "template"
TOWN = manifest.Town(
    "64.72",
    "Kota Contoh",
    life_events={"usaha": {"id": "Usaha", "en": "Business"}},
    units=frozenset({"disdukcapil"}),
    units_sure=True,
)


def folder(**changes: str) -> dict[str, bytes]:
    """Answer the template's files under the id contoh; changes are given as `service_yaml="old => new"`."""
    files = {
        str(path.relative_to(TEMPLATE)): path.read_bytes() for path in sorted(TEMPLATE.rglob("*")) if path.is_file()
    }
    made = scaffold.fill_template(files, id_="contoh", title="Contoh", title_en="Example", short="CTH")
    for name, change in changes.items():
        path = name.replace("__", "/").replace("_yaml", ".yaml").replace("_bpmn", ".bpmn").replace("_typ", ".typ")
        old, _, new = change.partition(" => ")
        assert old in made[path].decode(), f"{old!r} is not in {path}"
        made[path] = made[path].decode().replace(old, new, 1).encode()
    return made


def problems_of(files: Mapping[str, bytes], town: manifest.Town | None = TOWN) -> tuple[Problem, ...]:
    """Answer what is wrong with a folder."""
    try:
        manifest.read_service(files, folder="services/contoh", town=town)
    except Problems as wrong:
        return wrong.problems
    return ()


def test_the_template_is_good() -> None:
    service = manifest.read_service(folder(), folder="services/contoh", town=TOWN)
    assert service.id == "contoh"
    assert service.steps["check"].kind == "userTask"
    assert service.text("forms.apply.fields.village.label", "en") == "Village (kelurahan)"
    assert service.is_unconfirmed and service.warnings


MISTAKES = [
    ("service_yaml", "short: CTH => short: contoh", "capital letters"),
    ("service_yaml", "id: contoh => id: lain", "folder's name"),
    ("service_yaml", 'version: "1" => version: 1.1', "quotes"),
    ("service_yaml", "identity: contact => identity: contakt", 'Did you mean "contact"'),
    ("service_yaml", "keywords: [] => keyword: []", 'Did you mean "keywords"'),
    ("service_yaml", "in_force: false => in_force: no", "ambiguous"),
    ("service_yaml", "area: apply.village => area: apply.vilage", 'Did you mean "apply.village"'),
    ("service_yaml", "area: apply.village => area: apply.reason", "is not a village"),
    ("service_yaml", "{unit_kind: kelurahan, area: apply.village} => {unit: dukcapil}", 'Did you mean "disdukcapil"'),
    ("service_yaml", "life_events: [] => life_events: [usahaa]", 'Did you mean "usaha"'),
    ("service_yaml", "once_only: [nik => once_only: [reason", "once only"),
    ("service_yaml", "applicant.phone => applicant.phon", 'Did you mean "applicant.phone"'),
    ("service_yaml", "due: 3 working-days => due: 3 weeks", "not a period"),
    ("service_yaml", "remind: 1 working-day => remind: 5 working-days", "before the beginning"),
    (
        "service_yaml",
        "deemed-granted\n  silence_basis: {ref => none\n  # {ref",
        "legal basis",
    ),
    ("service_yaml", "amount: town.fee => amount: town.fees", 'There is no "town.fees"'),
    ("service_yaml", 'default: "0" => default: "gratis"', "not a number"),
    ("service_yaml", "roles: [clerk, head] => roles: [clerk, head, mayor]", "No step is done"),
    ("service_yaml", "role: clerk => role: clerc", 'Did you mean "clerk"'),
    ("service_yaml", "form: check => form: chek", 'Did you mean "check"'),
    ("service_yaml", "  check: {role => chekc: {role", "not YAML"),
    ("service_yaml", "letter: grant, due => letter: grand, due", 'Did you mean "grant"'),
    ("service_yaml", "operation: document.sign => operation: document.seal", "cannot be done by a userTask"),
    ("service_yaml", "operation: document.sign => operation: document.sing", 'Did you mean "document.sign"'),
    ("service_yaml", "not_same_person_as: [check] => not_same_person_as: [correct]", "that an officer does"),
    ("service_yaml", "check, due => check, pauses_clock: true, due", "only stand still"),
    ("service_yaml", "check, due => check, aside: {for: system}, due", '"look_again"'),
    (
        "service_yaml",
        "check, due => check, aside: {for: sistem, look_again: 1 working-day}, due",
        'Did you mean "system"',
    ),
    ("service_yaml", "form: apply, p => form: apply, aside: {for: visit, look_again: 2 days}, p", "no officer's desk"),
    (
        "service_yaml",
        "granted: {outcome: granted, letter: grant} => granted: {outcome: granted, letter: refusal}",
        "cannot be told",
    ),
    ("service_yaml", "refused, letter: refusal} => refused}", "A refusal must be a letter"),
    ("service_yaml", "{class}/{seq:04}/{unit}/{year} => {class}/{unit}/{year}", "seq"),
    ("service_yaml", "signature: person => signature: seal", "signature is seal"),
    ("service_yaml", "issuer: this_office => issuer: other_system", "crime"),
    (
        "service_yaml",
        "  - {when: granted, to: applicant, by: [portal, email, sms]}\n => ",
        "Nobody tells the applicant",
    ),
    ("service_yaml", "when: overdue, to: superior => when: ready, to: applicant", "Nothing ever brings"),
    ("service_yaml", "sensitive: [apply.phone] => sensitive: [apply.phones]", 'Did you mean "phone"'),
    ("service_yaml", "objection: {to => # {to", "object"),
    ("service_yaml", "keep: 5 years, then: review => then: destroy", "how long"),
    ("service_yaml", "fee: {amount: town.fee}\n => ", "component 4"),
    (
        "service_yaml",
        "fee: {amount: town.fee}\n => fee: {amount: town.fee}\nphrases: {x: {into: chek.missing}}\n",
        "No officer fills in",
    ),
    (
        "service_yaml",
        "fee: {amount: town.fee}\n => fee: {amount: town.fee}\nphrases: {x: {into: check.result}}\n",
        "has no text",
    ),
    (
        "service_yaml",
        "fee: {amount: town.fee}\n => fee: {amount: town.fee}\nphrases: {x: {into: check.missing, about: phto}}\n",
        "has no answer",
    ),
    (
        "service_yaml",
        "fee: {amount: town.fee}\n => fee: {amount: town.fee}\nphrases: {x: {into: check.missing, with: {result: grant}}}\n",
        "Nobody can answer",
    ),
    (
        "service_yaml",
        "fee: {amount: town.fee}\n => fee: {amount: town.fee}\nphrases: {x: {into: check.missing, ref: UU}}\n",
        "without its mark",
    ),
    (
        "service_yaml",
        "fee: {amount: town.fee}\n => fee: {amount: town.fee}\nphrases: {x: {into: check.missing}}\n",
        "This text is missing",
    ),
    ("service_yaml", "  refused: {outcome => rejected: {outcome", ""),
    ("form_yaml", "format: village => format: vilage", 'Did you mean "village"'),
    ("form_yaml", 'result = "incomplete" => result = "incomplet"', 'Did you mean "incomplete"'),
    ("form_yaml", 'result = "incomplete" => result = 1', "compared with a number"),
    ("form_yaml", 'result = "incomplete" => resultt = "incomplete"', 'There is no "resultt"'),
    ("form_yaml", "type: string, format: phone => type: number, format: phone", "type: string"),
    ("form_yaml", "maxLength: 500} => maxLength: 3}", "below the lower"),
    ("form_yaml", "{type: boolean, const: true} => {type: string, source: kbli}", 'There is no table "kbli"'),
    ("process_bpmn", 'id="decide" name => id="decision2" name', ""),
    ("process_bpmn", 'check.result = "complete" => check.result = "lengkap"', 'never "lengkap"'),
    ("process_bpmn", "check.result => check.resultt", 'There is no "check.resultt"'),
    ("texts__id_yaml", "village: {label: Kelurahan, => village: {lable: Kelurahan,", "text is missing"),
    ("texts__en_yaml", "complete: Complete and right, => ", "text is missing"),
    ("texts__en_yaml", "title: Decision} => titel: Decision}", "Nobody would ever read"),
    ("texts__id_yaml", "  complaints: => complaint:", "missing"),
    ("texts__id_yaml", "{data.check.missing} => {data.check.missin}", "placeholder"),
    ("examples__granted_yaml", "9901014101900001 => 6472014101900001", "real NIK"),
    ("examples__granted_yaml", "step: decide => step: decid", 'Did you mean "decide"'),
    ("examples__granted_yaml", "end: granted => end: grantd", 'Did you mean "granted"'),
    ("examples__granted_yaml", "letters: [grant] => letters: [grand]", 'Did you mean "grant"'),
    ("examples__granted_yaml", "result: complete => resul: complete", 'Did you mean "result"'),
    ("examples__granted_yaml", "  reason: Melengkapi => raison: Melengkapi", ""),
    ("examples__granted_yaml", "+08:00 => ", "with its zone"),
    ("letters__grant_typ", "/town/letter.typ => @preview/letter:1.0", "package"),
    ("quality_yaml", "tier: bronze => tier: brons", 'Did you mean "bronze"'),
]


@pytest.mark.parametrize(("file", "change", "words"), MISTAKES, ids=[change.strip()[:40] for _, change, _ in MISTAKES])
def test_a_mistake_is_told(file: str, change: str, words: str) -> None:
    problems = problems_of(folder(**{file: change}))
    assert problems, "nothing was told"
    assert any(words in f"{one.message} {one.fix}" for one in problems), "\n".join(map(str, problems))
    for one in problems:
        assert one.file.startswith("services/contoh/"), one


def test_all_mistakes_are_told_at_once_in_order() -> None:
    files = folder(service_yaml="role: clerk => role: clerc", form_yaml="format: village => format: vilage")
    files["texts/id.yaml"] = files["texts/id.yaml"].replace(b'title: "Contoh"', b'titel: "Contoh"', 1)
    told = problems_of(files)
    assert {one.file.rpartition("/")[2] for one in told} >= {"service.yaml", "form.yaml", "id.yaml"}
    assert list(told) == sorted(told, key=lambda one: (one.file, one.line))


@pytest.mark.parametrize("path", ["form.yaml", "service.yaml", "texts/en.yaml", "letters/grant.typ", "quality.yaml"])
def test_a_missing_file_is_told(path: str) -> None:
    files = folder()
    del files[path]
    assert any(path.rpartition("/")[2] in f"{one.file} {one.message}" for one in problems_of(files))


def test_a_stray_file_is_told() -> None:
    assert any("belong" in one.message for one in problems_of({**folder(), "notes.txt": b""}))
    assert any("No letter uses" in one.message for one in problems_of({**folder(), "letters/old.typ": b""}))


def test_without_process_the_standard_one_serves() -> None:
    files = folder()
    del files["process.bpmn"]
    assert not problems_of(files)


def test_the_key_follows_every_byte_and_the_town() -> None:
    def key(files: Mapping[str, bytes], town: manifest.Town | None = TOWN) -> str:
        return manifest.read_service(files, folder="services/contoh", town=town).key

    plain = key(folder())
    assert plain == key(dict(reversed(folder().items())))
    assert plain != key({**folder(), "README.md": b"x"})
    assert plain != key(folder(), manifest.Town("64.72", "Kota", parts={"letter.typ": b"x"}))


def test_a_value_of_the_town_wins_over_the_folders() -> None:
    fee = 'fee: {type: money, value: "5000", valid_from: "2026-01-01", legal_basis: Perda 1, status: confirmed}'
    own = manifest.read_town(
        {
            "town.yaml": f'code: "64.72"\nname: Kota\nvalues:\n  {fee}\n'.encode(),
            "contact.yaml": b'phone: "0541 000000"',
        }
    )
    service = manifest.read_service(folder(), folder="services/contoh", town=own)
    assert service.town_at(date(2026, 5, 1)) == {"fee": 5000}
    assert service.town_at(date(2025, 5, 1)) == {}


def test_a_file_is_kept_from_the_end_of_a_validity_only_where_a_letter_has_one() -> None:
    files = folder(service_yaml="from: closed => from: valid_until")
    assert b"valid: 6 months" in files["service.yaml"]
    assert problems_of(files) == ()
    files["service.yaml"] = files["service.yaml"].replace(b", valid: 6 months", b"")
    (problem,) = problems_of(files)
    assert "no letter has one" in problem.message
    assert b"from: valid_until" in files["service.yaml"].splitlines()[problem.line - 1]


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "a tab": lambda content: content + b"\nodd:\n\t- <",
    "a byte": lambda content: content + b"# \xe9\n",
    "UTF-16": lambda content: content.decode().encode("utf-16"),
    "cut off": lambda content: content[: content.index(b"\n")] + b'\n"<[{',
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize(
    "path", ["service.yaml", "form.yaml", "texts/id.yaml", "examples/granted.yaml", "process.bpmn", "rules.dmn"]
)
def test_a_file_that_cannot_be_read_is_told_alone_and_first(path: str, how: str) -> None:
    files = folder()
    if path.startswith("examples/"):
        path = next(name for name in sorted(files) if name.startswith("examples/"))
    files.setdefault("process.bpmn", standard_process())
    files.setdefault("rules.dmn", b'<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"\n  name="x"/>')
    files[path] = BROKEN[how](files[path])
    other = "form.yaml" if path != "form.yaml" else "service.yaml"
    files[other] += b"\nodd: [1, 2"
    told = problems_of(files)
    broken = {other} if how == "UTF-16" and not path.endswith(".yaml") else {path, other}  # XML may be UTF-16
    assert sorted(one.file for one in told) == sorted(f"services/contoh/{one}" for one in broken), told


def test_a_file_that_is_empty_or_missing_is_told_alone_and_a_byte_with_its_line() -> None:
    for content in (b"", b"# nothing\n", b"- a\n", b"words\n"):
        (told,) = problems_of(folder() | {"form.yaml": content})
        assert (told.file, told.line) == ("services/contoh/form.yaml", 1) and told.fix
    files = folder()
    del files["form.yaml"]
    (told,) = problems_of(files)
    assert "no form.yaml" in told.message
    (told,) = problems_of(folder() | {"data/x.csv": b"code,id\na,b\nc,\xe9\n"})
    assert (told.file, told.line) == ("services/contoh/data/x.csv", 3)
    content = folder()["texts/id.yaml"]
    (told,) = problems_of(folder() | {"texts/id.yaml": content + b"x: \xe9\n"})
    assert told.line == len(content.splitlines()) + 1


def test_the_own_faults_of_the_other_files_stand_after_the_one_that_cannot_be_read() -> None:
    files = folder()
    files["form.yaml"] = files["form.yaml"].replace(b"type:", b"tpye:", 1)
    files["service.yaml"] = BROKEN["a tab"](files["service.yaml"])
    told = problems_of(files)
    assert told[0].file == "services/contoh/service.yaml" and "not YAML" in told[0].message
    assert {one.file for one in told[1:]} == {"services/contoh/form.yaml"} and "apply.schema" in str(told[1])
