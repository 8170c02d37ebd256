"""The clock's law of the handbook comes true in its stories; what cannot hold is told with its place and a way out."""

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests import handbook
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problem, Problems

HEADING = "The clock and its law"
DAYS = "due: 3 working-days => due: 14 days\n  ends_on: working-day"


def read(old: str = "", new: str = "", path: str = "service.yaml") -> manifest.Service:
    files = handbook.grow(handbook.template(), HEADING)
    assert old in files[path].decode(), old
    files[path] = files[path].decode().replace(old, new, 1).encode()
    return manifest.read_service(files, folder="services/contoh")


def told(service: manifest.Service) -> list[Problem]:
    return list(manifest.play_all(service, calendar=Weekdays(), prove=False))


def test_the_handbooks_stories_come_true() -> None:
    service = read()
    assert told(service) == []
    (silence,) = [one for one in service.examples if one.name == "silence"]
    played = manifest.play(service, silence, calendar=Weekdays(), prove=False)
    clock = [(one.name, one.detail) for one in played.log if one.kind == "clock"]
    assert clock == [
        ("warned", "50 % of the time has passed"), ("warned", "80 % of the time has passed"), ("overdue", ""),
        ("silence waits", "for legal"), ("silence confirmed", "by Joko"),
    ]  # fmt: skip
    law = {one.name: one.value for one in manifest.list_law(service) if one.name.startswith("time.")}
    assert law["time.extension"] == "2 working-days by head" and law["time.second_return"] == "by head"
    assert service.is_unconfirmed


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("extended", 'due: "2026-03-09"', 'due: "2026-03-05"', "Expected due 2026-03-05, got 2026-03-09"),
        ("extended", "{wait: P1D}", "{after: PT1H, extend: Lagi, as: Ratna}", "once, and only before it has run out"),
        ("extended", ", extend: Menunggu hasil pemeriksaan lapangan, as: Ratna}", ", extend: Menunggu}", "who does the extend"),
        ("returned-twice", "  - {allow_return: Dokumen pengganti milik orang lain, as: Ratna}\n", "", "needs allow_return"),
        ("silence", "{confirm: true, as: Joko}", "{step: check, as: Budi, data: {result: complete}}", "waits to be confirmed"),
        ("silence", "{wait: P10D}", "{wait: PT1H}", "Silence has decided nothing"),
        ("silence", "{confirm: true, as: Joko}", "{as: Joko}", "It is not clear what happens"),
    ],
)  # fmt: skip
def test_a_story_that_says_otherwise_is_told(name: str, old: str, new: str, words: str) -> None:
    try:
        found = told(read(old, new, f"examples/{name}.yaml"))
    except Problems as wrong:
        found = list(wrong.problems)
    assert [one for one in found if words in one.message and one.line and name in one.file], [str(one) for one in found]


@pytest.mark.parametrize(
    ("old", "new", "words", "way"),
    [
        ("for: 2 working-days", "for: 2 days", "different clocks", "Count the extension in working-days, as due is."),
        ("by: head, basis", "by: chief, basis", 'no role "chief"', "head"),
        ("by: legal", "by: head", 'no role "head"', "legal"),
        ("warn: [50, 80]", "warn: [80, 50]", "each later than the one before", "warn: [50, 80]"),
        ("warn: [50, 80]", "warn: [50, 100]", "before it is over", "overdue"),
        ("warn: [50, 80]", "warn: []", 'Nothing ever brings "warning" about', "time: {warn"),
        ("  - {when: extended, to: applicant, by: [portal]}\n", "", "their time was extended, and why", "when: extended"),
        ("  - {when: warning, to: superior, by: [desk]}\n", "", "warned of the time", "when: warning"),
        ("silence: deemed-granted", "silence: none", "Silence decides nothing here", "Remove silence_review."),
        ("due: 3 working-days", "due: 3 working-days\n  ends_on: working-day", "this counts working-days", "Remove ends_on."),
        ("extension: {for: 2 working-days, ", "extension: {", '"for"', ""),
    ],
)  # fmt: skip
def test_a_law_that_cannot_hold_is_told_with_its_place_and_a_way_out(old: str, new: str, words: str, way: str) -> None:
    with pytest.raises(Problems) as wrong:
        read(old, new)
    found = [one for one in wrong.value.problems if one.file.endswith("service.yaml") and one.line]
    assert any(words in one.message and way in one.fix for one in found), [str(one) for one in wrong.value.problems]


def test_a_case_that_never_goes_back_has_no_second_return() -> None:
    with pytest.raises(Problems) as wrong:
        read("correct: {role: applicant, form: apply,", "correct: {role: applicant, form: check,")
    assert any("No case ever goes back" in one.message for one in wrong.value.problems)


def test_calendar_days_end_on_a_working_day_where_the_rule_says_so() -> None:
    files = handbook.template()
    for rolls, due in ((b"", "2026-03-14"), (b"\n  ends_on: working-day", "2026-03-16")):  # a Saturday, a Monday
        changed = files["service.yaml"].replace(b"due: 3 working-days", b"due: 12 days" + rolls, 1)
        changed = changed.replace(b"remind: 1 working-day", b"remind: 1 days", 1)
        service = manifest.read_service({**files, "service.yaml": changed}, folder="services/contoh")
        case = manifest.Rehearsal(service, Weekdays(), service.examples[0].now, service.examples[0].applicant)
        case.begin({})
        assert case.due_at is not None and case.due_at.date().isoformat() == due
