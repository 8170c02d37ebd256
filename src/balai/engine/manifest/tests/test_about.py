"""A service about another case: the handbook's words come true, and what cannot be is refused with file, line and way out."""

import re
from functools import cache

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests import handbook
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problem, Problems

HEADING = "When somebody objects"
PREFIX = "keberatan/"


@cache
def deciding() -> dict[str, bytes]:
    """Give the template with the handbook's lines of a deciding service."""
    return _with(handbook.template(), [one for one in handbook.blocks(HEADING) if not one[0].startswith(PREFIX)])


@cache
def objecting() -> dict[str, bytes]:
    """Give the template as the handbook's objecting service, with its story alone."""
    files = {path: body for path, body in handbook.template().items() if not path.startswith("examples/")}
    own = [(path.removeprefix(PREFIX), body) for path, body in handbook.blocks(HEADING) if path.startswith(PREFIX)]
    refused = own[-1][1].replace(
        "outcome: grant, reason: Alasannya terbukti", "outcome: refuse, reason: Tidak terbukti, remedy: Kirim bukti"
    )
    refused = (
        refused.replace("sign_grant", "sign_refusal")
        .replace("granted", "refused")
        .replace("letters: [grant]", "letters: [refusal]")
    )
    own.append(("examples/refused.yaml", refused))
    return _with(files, own)


def _with(files: dict[str, bytes], blocks: list[tuple[str, str]]) -> dict[str, bytes]:
    """Put the blocks' keys in the place of the folder's own."""
    made = dict(files)
    for path, body in blocks:
        text = made.get(path, handbook.STORY.encode()).decode()
        for part in re.split(r"(?m)^(?=\S)", body):
            if part.strip():
                key = part.partition(":")[0]
                text = re.sub(rf"(?ms)^{key}:.*?(?=^\S|\Z)", "", text).rstrip("\n") + "\n" + part
        made[path] = text.encode()
    return made


def read(
    files: dict[str, bytes], *changes: tuple[str, str, str], town: manifest.Town | None = None
) -> manifest.Service:
    made = dict(files)
    for path, old, new in changes:
        assert old.encode() in made[path], old
        made[path] = made[path].replace(old.encode(), new.encode(), 1)
    return manifest.read_service(made, folder="services/contoh", town=town)


def test_the_handbooks_folders_come_true() -> None:
    service = read(objecting())
    assert manifest.play_all(service, calendar=Weekdays(), prove=False) == ()
    assert (service.about, service.letters["grant"].overturns) == (
        manifest.DisputedCase("objection", ("reason",), service.about.line if service.about else 0), "replaces",
    )  # fmt: skip
    way = read(deciding()).objection
    assert way is not None and (way.service, way.reason, way.shares, way.late) == (
        "keberatan", ("decide", "reason"), ("reason",), "refused",
    )  # fmt: skip
    played = manifest.play(service, service.examples[0], calendar=Weekdays(), prove=False)
    told = played.data["objected"]
    assert isinstance(told, dict) and told["answers"] == {"reason": "Melengkapi berkas"} and told["late"] is False


def test_who_decided_does_no_step_of_a_story() -> None:
    service = read(objecting(), ("examples/granted.yaml", "as: Joko", "as: Budi"))
    told = manifest.play_all(service, calendar=Weekdays(), prove=False)
    assert [
        one for one in told if "Budi decided the case" in one.message and one.line and one.file.endswith("granted.yaml")
    ]


@pytest.mark.parametrize(
    ("files", "path", "old", "new", "words", "fix"),
    [
        (objecting, "service.yaml", "about: {case: objection, answers: [reason]}\n", "", "no letter to overturn", "Add about"),
        (objecting, "service.yaml", "about: {case: objection, answers: [reason]}\n", "", "nobody decided it", "Add about"),
        (objecting, "service.yaml", ", replaces: objected", "", "would still hold", "Name a letter with replaces: objected"),
        (objecting, "service.yaml", "replaces: objected", "replaces: objected, annuls: objected", "replaces another, or annuls", "Keep"),
        (objecting, "service.yaml", "case: objection", "case: appeal", '"appeal"', ""),
        (objecting, "examples/granted.yaml", "answers: {reason:", "answers: {name:", '"objected.answers.name"', "reason"),
        (objecting, "examples/granted.yaml", "letter_number:", "letter:", '"objected.letter"', "letter_"),
        (deciding, "service.yaml", "shares: [reason]", "shares: [document]", "no answer in words", "Share answers"),
        (deciding, "service.yaml", "shares: [reason]", "shares: [raeson]", 'no field "raeson"', "reason"),
        (deciding, "service.yaml", "reason: decide.reason", "reason: decide.why", "not there", "Name the text"),
        (deciding, "service.yaml", "service: keberatan, ", "", "no service takes it", "Add service"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(files: object, path: str, old: str, new: str, words: str, fix: str) -> None:
    with pytest.raises(Problems) as wrong:
        read(files(), (path, old, new))  # type: ignore[operator]
    found: list[Problem] = [one for one in wrong.value.problems if words in one.message]
    assert found and all(one.line and one.file.endswith(path) and fix in one.fix for one in found), str(wrong.value)


def test_a_service_that_there_is_not_is_refused() -> None:
    town = manifest.Town(
        code="64.72", name="Kota Contoh", folders={"services": frozenset({"keberatan", "pembetulan-surat"})}
    )
    with pytest.raises(Problems) as wrong:
        read(deciding(), town=town)
    assert 'There is no service "pembatalan-surat"' in str(wrong.value)
