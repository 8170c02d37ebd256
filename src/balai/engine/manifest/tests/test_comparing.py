"""What changes between two versions, in words, and when a second person must agree."""

from pathlib import Path

import pytest

from balai.engine import manifest
from balai.engine.problems import Problems

ROOT = Path(__file__).resolve().parents[5]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


BEFORE = files(ROOT / "services" / "izin-usaha-mikro")
TOWN = manifest.read_town(files(ROOT / "town"))


def read(made: dict[str, bytes]) -> manifest.Service:
    return manifest.read_service(made, folder="services/izin-usaha-mikro", town=TOWN, published=True)


def change(path: str, old: str, new: str) -> dict[str, bytes]:
    text = BEFORE[path].decode()
    assert old in text
    return BEFORE | {path: text.replace(old, new, 1).encode()}


@pytest.mark.parametrize(
    ("path", "old", "new", "whom", "said"),
    [
        ("rules.dmn", '"55130"', '"55131"', "law", 'Rule Risiko 3: "55130" → "MT" becomes "55131" → "MT"'),
        ("service.yaml", "check: {role: clerk, form: check, due: 2", "check: {role: clerk, form: check, due: 3", "officer", "due: 2 working days becomes 3 working days"),
        ("service.yaml", "decide: {role: head", "decide: {role: clerk", "officer", "role: head becomes clerk"),
        ("form.yaml", "minLength: 3", "minLength: 4", "applicant", "min_length: 3 becomes 4"),
        ("texts/en.yaml", "title: ", "title: New ", "applicant", "texts are worded differently"),
        ("process.bpmn", 'assess.route = "langsung"', 'assess.route = "lain"', "officer", "Condition of the way"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_words(path: str, old: str, new: str, whom: str, said: str) -> None:
    after = change(path, old, new)
    found = manifest.compare_services(read(BEFORE), read(after))
    assert any(one.whom == whom and said in one.en for one in found), [one.en for one in found]
    assert all(one.id and "Decimal" not in one.id + one.en and "Expression" not in one.en for one in found)
    assert manifest.takes_two(BEFORE, after) == (not path.startswith("texts/"))


def test_nothing_changes_nothing() -> None:
    assert manifest.compare_services(read(BEFORE), read(dict(BEFORE))) == ()
    assert not manifest.takes_two(BEFORE, dict(BEFORE))


def test_wording_takes_two_where_the_folder_says_so_and_sentences_of_law_always() -> None:
    after = change("texts/id.yaml", "title: ", "title: Baru ")
    renamed = after | {"service.yaml": after["service.yaml"].replace(b"version:", b'version: "9" #', 1)}
    assert not manifest.takes_two(BEFORE, renamed)
    asks = b"\nsecond_person: all\n"
    assert manifest.takes_two(BEFORE, renamed | {"service.yaml": renamed["service.yaml"] + asks})
    assert manifest.takes_two(BEFORE | {"service.yaml": BEFORE["service.yaml"] + asks}, renamed)
    text = BEFORE["texts/id.yaml"].decode()
    at = text.index("phrases:")
    assert manifest.takes_two(
        BEFORE,
        BEFORE | {"texts/id.yaml": (text[:at] + text[at:].replace("a", "e", 3).replace("phreses", "phrases")).encode()},
    )
    assert manifest.takes_two(BEFORE, {path: one for path, one in BEFORE.items() if not path.startswith("letters/")})


def test_who_must_agree_is_rules_or_all() -> None:
    wrong = BEFORE | {"service.yaml": BEFORE["service.yaml"] + b"\nsecond_person: nobody\n"}
    with pytest.raises(Problems, match=r"service\.yaml:\d+ \[second_person\]: \"nobody\" is not known here"):
        manifest.read_service(wrong, folder="services/izin-usaha-mikro", town=TOWN)
