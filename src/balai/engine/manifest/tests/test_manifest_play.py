"""Playing golden examples: what is told when a story comes out otherwise, and what the wound clock brings about."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from balai.engine import manifest
from balai.engine.manifest import scaffold
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problem

TEMPLATE = Path(manifest.__file__).parent / "template"
SITI: Mapping[str, object] = {"name": "Siti", "phone": "+6281234567890"}
ANSWERS: Mapping[str, object] = {
    "village": "64.72.01.1001",
    "reason": "Keperluan bank",
    "document": {"file": "a.pdf", "type": "application/pdf"},
    "true_statement": "ya",
}
MONDAY = datetime.fromisoformat("2026-03-02T09:00:00+08:00")


def service_from(**changes: str) -> manifest.Service:
    """Answer the template's service, changed as `service_yaml="old => new"`."""
    files = {
        str(path.relative_to(TEMPLATE)): path.read_bytes() for path in sorted(TEMPLATE.rglob("*")) if path.is_file()
    }
    made = scaffold.fill_template(files, id_="contoh", title="Contoh", title_en="Example", short="CTH")
    for name, change in changes.items():
        path = name.replace("__", "/").replace("_yaml", ".yaml")
        old, _, new = change.partition(" => ")
        assert old in made[path].decode(), old
        made[path] = made[path].decode().replace(old, new, 1).encode()
    return manifest.read_service(made, folder="services/contoh")


def told(service: manifest.Service) -> list[Problem]:
    """Answer what playing all examples tells."""
    return list(manifest.play_all(service, calendar=Weekdays()))


def rehearse(service: manifest.Service, now: datetime = MONDAY) -> manifest.Rehearsal:
    """Answer a case that Siti has handed in."""
    case = manifest.Rehearsal(service, Weekdays(), now, SITI)
    assert not case.submit(ANSWERS)
    return case


def test_the_templates_stories_come_true() -> None:
    assert told(service_from()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("end: granted => end: refused", "Expected end refused, got granted"),
        ("path: [check, correct => path: [check, check", "Expected path"),
        ("notices: [received, returned => notices: [received, received", "Expected notices"),
        ("letters: [grant] => letters: []", "Expected letters"),
        ("  notices => \n  due: 2026-03-04\n  notices", "Expected due 2026-03-04, got 2026-03-06"),
        ("  notices => \n  data: {decide.reason: Lain}\n  notices", "Expected data {decide.reason: Lain}"),
        ("letter_says: {grant => letter_says: {refusal", "was not made"),
        (
            "{step: sign_grant, as: Ratna} => {step: decide, as: Ratna, data: {outcome: grant, reason: lagi}}",
            "is not open",
        ),
        ("step: decide, as: Ratna => step: decide, as: Budi", "four eyes"),
        ("step: correct, as: applicant => step: correct, as: Budi", "is a step of applicant"),
        ("{result: complete} => {result: salah}", "result: unknown"),
        ("after: P1D => at: 2026-03-01T09:00:00+08:00", "time only goes on"),
    ],
)
def test_a_story_that_comes_out_otherwise_is_told_with_its_line(change: str, words: str) -> None:
    problems = told(service_from(examples__granted_yaml=change))
    first = next(one for one in problems if "granted.yaml" in one.file)
    assert words in first.message
    assert first.line > 0 and first.element == "granted"


def test_an_end_that_no_story_reaches_is_told() -> None:
    problems = told(service_from(examples__refused_yaml="outcome: refuse, => outcome: grant,"))
    assert any("No golden example reaches this end" in one.message and one.element == "refused" for one in problems)


def test_an_expected_refusal_must_be_that_refusal() -> None:
    problems = told(service_from(**{"examples__not-stated_yaml": "must_accept => required"}))
    assert any("Expected refused_because {apply.true_statement: required}" in one.message for one in problems)


def test_what_the_office_knows_is_not_asked_and_cannot_be_forged() -> None:
    case = manifest.Rehearsal(service_from(), Weekdays(), MONDAY, SITI)
    assert not case.submit({**ANSWERS, "phone": "0899 9999 9999"})
    assert case.data["apply"]["phone"] == "+6281234567890"
    asked = manifest.Rehearsal(service_from(), Weekdays(), MONDAY, {"name": "Siti"})
    assert [error.path for error in asked.submit(ANSWERS)] == ["phone"]


def test_the_clock_stands_still_while_the_applicant_must_act() -> None:
    case = rehearse(service_from())
    due = case.due_at
    assert due is not None
    case.do("check", {"result": "incomplete", "missing": "Berkas kurang"}, by="Budi")
    case.wind_to(MONDAY + timedelta(days=60))
    assert "overdue" not in case.notices
    assert not case.do("correct", {}, by="applicant")
    assert case.due_at == due + timedelta(days=60)


def test_reminder_then_overdue_then_silence_counts_as_consent() -> None:
    case = rehearse(service_from())
    case.wind_to(MONDAY + timedelta(days=30))
    assert case.notices == ["received", "reminder", "overdue"]
    assert (case.outcome, case.end, case.open_steps) == ("deemed_granted", "", ())


def test_with_a_legal_basis_silence_is_silence() -> None:
    case = rehearse(service_from(service_yaml="silence: deemed-granted => silence: none"))
    case.wind_to(MONDAY + timedelta(days=30))
    assert (case.outcome, case.open_steps) == ("", ("check",))


def test_nothing_happens_after_the_end() -> None:
    case = rehearse(service_from())
    case.do("check", {"result": "complete"}, by="Budi")
    case.do("decide", {"outcome": "refuse", "reason": "Tidak cukup", "remedy": "Ajukan lagi"}, by="Ratna")
    case.do("sign_refusal", {}, by="Ratna")
    case.wind_to(MONDAY + timedelta(days=400))
    assert case.notices == ["received", "refused"]
    with pytest.raises(manifest.WrongStepError, match="has ended with refused"):
        case.do("check", {"result": "complete"}, by="Budi")
