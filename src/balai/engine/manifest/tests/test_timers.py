"""A folder says what a timer of its plain drawing counts: working days of the handling unit's calendar."""

import pytest

from balai.engine import manifest
from balai.engine.manifest.tests.test_pauses import files, read
from balai.engine.manifest.tests.weekdays import Weekdays
from balai.engine.problems import Problems

NUDGE = "  nudge: {after: 10 working-days,"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  nudge: {after", "  nugde: {after", 'Did you mean "nudge"'),
        ("  nudge: {after", "  correct: {after", "without a timer"),
        ("  nudge: {after", "  number_taken: {after", "without a timer"),
        (NUDGE, "  nudge: {every: 10 working-days,", "it fires once. Write after"),
        ("  nudge: {after", "  not_booked_yet: {after", "it repeats. Write every: 10 working-days"),
        (NUDGE, "  nudge: {after: 10 workdays,", "not a period"),
        (NUDGE, "  nudge: {after: 10 working-days, every: 5 days,", "not clear what the timer counts"),
        (NUDGE, "  nudge: {", "not clear what the timer counts"),
        (NUDGE, "  nudge: {afer: 10 working-days, after: 10 days,", 'Did you mean "after"'),
        (', status: unconfirmed}\nphrases', "}\nphrases", "status"),
    ],
)  # fmt: skip
def test_a_binding_that_does_not_fit_is_told_with_its_place(old: str, new: str, words: str) -> None:
    with pytest.raises(Problems) as wrong:
        read(files(old, new))
    told = " ".join(f"{one.message} {one.fix}" for one in wrong.value.problems)
    assert words in told
    assert all(one.line and one.file.endswith("service.yaml") for one in wrong.value.problems)


@pytest.mark.parametrize("text", ["= duration(&quot;P14D&quot;)", ""])
def test_a_timer_that_works_its_time_out_cannot_be_bound(text: str) -> None:
    old = '<timeDuration xsi:type="tFormalExpression">P14D</timeDuration>'
    new = f"<timeDuration>{text}</timeDuration>" if text else "<timeDate>2026-12-31</timeDate>"
    with pytest.raises(Problems) as wrong:
        read(files(old, new, "process.bpmn"))
    assert "nothing is counted" in " ".join(one.message for one in wrong.value.problems)


def test_what_is_bound_is_counted_by_the_calendar_and_the_rest_as_drawn() -> None:
    bound = read(
        files("  nudge:", "  not_booked_yet: {every: 5 working-days, basis: Kebiasaan, status: confirmed}\n  nudge:")
    )
    lapsed, never = (next(one for one in bound.examples if one.name == name) for name in ("lapsed", "never-booked"))
    fired = [
        (one.name, f"{one.at:%d %H}")
        for one in manifest.play(bound, lapsed, calendar=Weekdays()).log
        if one.kind == "timer"
    ]
    assert fired == [("nudge", "16 08"), ("not_corrected", "01 10")], (
        "10 working days from Monday 2 March, then 30 days"
    )
    beats = [
        f"{one.at:%d}" for one in manifest.play(bound, never, calendar=Weekdays()).log if one.name == "not_booked_yet"
    ]
    assert beats == ["09", "16", "23"]


def test_a_binding_is_law_that_may_be_unconfirmed() -> None:
    service = read(files())
    (told,) = [one for one in service.warnings if one.element == "timers.nudge"]
    assert told.line
    assert service.timers["nudge"].basis
