"""A step may be due on a date that the case holds; what is no date, or not there, is told before anybody waits for it."""

import pytest

from balai.engine.manifest.tests.test_pauses import files, read
from balai.engine.problems import Problems

HERE = "due: 30 days, due_on: book.pickup_date"


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("due_on: book.pickup_date", "It is not said when the step is due while there is no date"),
        ("due: 30 days, due_on: book.slot", "this is a text. Name an answer of format date."),
        ("due: 30 days, due_on: case.submitted_at", "this is a date-time"),
        ("due: 30 days, due_on: book.pick_up", "pickup_date"),
        ("due: 30 days, due_on: 3", "this is a number"),
        ("due: 30 days, due_on: 'book.'", ""),
    ],
)
def test_what_is_no_date_is_told_with_its_place(new: str, words: str) -> None:
    with pytest.raises(Problems) as wrong:
        read(files(HERE, new))
    told = [one for one in wrong.value.problems if one.file.endswith("service.yaml") and one.line]
    assert any(words in f"{one.message} {one.fix}" for one in told), [str(one) for one in wrong.value.problems]


def test_a_date_may_be_worked_out() -> None:
    service = read(files(HERE, 'due: 30 days, due_on: book.pickup_date + duration("P1D")'))
    assert service.steps["collect"].due_on is not None


def test_the_houses_own_work_is_due_at_once() -> None:
    with pytest.raises(Problems) as wrong:
        read(
            files(
                "tell_ready: {operation: notice.send,", "tell_ready: {due_on: book.pickup_date, operation: notice.send,"
            )
        )
    assert any("does not fit a sendTask" in one.message for one in wrong.value.problems)
