"""A service may promise different periods by rule: chosen when it is submitted, checked before it is published."""

from collections.abc import Mapping

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests.test_manifest_checks import folder, problems_of
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problem

DUE = """due:
    - {id: long, when: 'string length(apply.reason) > 20', due: 5 working-days, basis: Perda, status: unconfirmed}
    - {id: short, due: 2 days, basis: Perda, status: confirmed}
"""
WORDS = "time: {long: Alasan panjang, short: Alasan pendek}\n"


def by_rule(**changes: str) -> dict[str, bytes]:
    """Answer the template's files with two periods, each change made to service.yaml as `name="old => new"`."""
    made = folder()
    text = made["service.yaml"].decode()
    for line in ("  status: unconfirmed\n", '  basis: "Diisi bagian hukum"\n'):
        assert line in text, f"the template's time has the line {line!r}"
        text = text.replace(line, "", 1)
    text = text.replace("due: 3 working-days\n", DUE, 1)
    for change in changes.values():
        old, _, new = change.partition(" => ")
        assert old in text, old
        text = text.replace(old, new, 1)
    made["service.yaml"] = text.encode()
    for lang in ("id", "en"):
        made[f"texts/{lang}.yaml"] = (WORDS + made[f"texts/{lang}.yaml"].decode()).encode()
    return made


def said(files: Mapping[str, bytes]) -> str:
    """Answer what is wrong, in one text."""
    return "\n".join(map(str, problems_of(files)))


def test_the_first_rule_that_holds_is_promised() -> None:
    service = manifest.read_service(by_rule(), folder="services/contoh")
    assert [str(one.due) for one in service.time.promises] == ["5 working-days", "2 days"]
    assert (service.time.status, service.is_unconfirmed) == ("unconfirmed", True)
    told = [manifest.play(service, one, calendar=Weekdays()) for one in service.examples]
    assert {one.promise for one in told if not one.refused} == {"long"}
    assert service.promised(service.time.promises[1], "id") == "2 hari (Alasan pendek)"


def test_each_period_needs_a_golden_example() -> None:
    service = manifest.read_service(by_rule(), folder="services/contoh")
    faults = [one for one in manifest.play_all(service, calendar=Weekdays()) if "promised" in one.message]
    assert [(one.file, one.element) for one in faults] == [("services/contoh/service.yaml", "time.due.short")]
    assert faults[0].line > 0


def test_each_unconfirmed_period_is_told_by_itself() -> None:
    service = manifest.read_service(by_rule(), folder="services/contoh")
    assert {one.element for one in service.warnings if one.element.startswith("time")} >= {"time.due.0"}
    assert "time.due.1" not in {one.element for one in service.warnings}


MISTAKES = [
    ("apply.reason => apply.reasn", 'Did you mean "reason"'),
    ("apply.reason => check.result", 'There is no "check.result"'),
    ("'string length(apply.reason) > 20' => 'string length(apply.reason)'", "gives a number, not yes or no"),
    ("'string length(apply.reason) > 20' => apply.reason", "gives a text, not yes or no"),
    ("'string length(apply.reason) > 20' => 'unit.kind = \"kelurahan\"'", 'There is no "unit.kind"'),
    ("'string length(apply.reason) > 20' => 'true'", "hangs on nothing"),
    ("'string length(apply.reason) > 20' => 'apply.reason ='", ""),
    ("when: 'string length(apply.reason) > 20', => ", "what follows is never reached"),
    ("{id: short, => {id: short, when: 'apply.reason = \"x\"',", "everybody else"),
    ("id: short => id: long", "here twice"),
    ("id: short => id: Short", "small letters"),
    ("due: 2 days => due: 2 months", "A service time is counted in"),
    ("due: 2 days => due: 2", "not a period"),
    ("basis: Perda, status: confirmed => basis: Perda", "status"),
    ("  remind: 1 working-day => remind: 6 working-days\n  status: confirmed", ""),
]


@pytest.mark.parametrize(("change", "words"), MISTAKES)
def test_a_mistake_is_told_with_its_place(change: str, words: str) -> None:
    told = problems_of(by_rule(change=change))
    assert told, change
    assert words in "\n".join(map(str, told))
    assert all(one.line for one in told if one.file.endswith("service.yaml"))


def test_the_same_rule_twice_is_never_reached() -> None:
    twice = DUE.splitlines()[1].replace("id: long", "id: longer")
    told = said(by_rule(change=f"    - {{id: short, => {twice}\n    - {{id: short,"))
    assert "A period before has the same rule" in told


def test_a_period_without_its_words_is_told() -> None:
    files = by_rule()
    files["texts/en.yaml"] = files["texts/en.yaml"].replace(b", short: Alasan pendek", b"")
    told: tuple[Problem, ...] = problems_of(files)
    assert [one.element for one in told] == ["time.short"]


def test_a_reminder_before_its_period_began_is_not_sent() -> None:
    service = manifest.read_service(by_rule(), folder="services/contoh")
    assert service.time.remind_before(manifest.Period(1, "working-days")) is None
    assert service.time.remind_before(manifest.Period(5, "working-days")) == manifest.Period(1, "working-days")
