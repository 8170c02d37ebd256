"""What jobs do item by item: one that fails stops no other, waits a while, is seen meanwhile and forgotten once it works."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from balai.base import outbox, owed
from balai.base.models import Failure
from balai.base.outbox import Worker, each

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Work:
    """A heap of items of which some fail."""

    def __init__(self, *items: int, bad: set[int]) -> None:
        self.items, self.bad, self.done = list(items), bad, list[int]()

    def do(self, item: int) -> int:
        self.done.append(item)
        if item in self.bad:
            raise ValueError(f"no {item} for siti@balai.example")
        return 1

    def run(self, now: datetime, limit: int = 200) -> int:
        return each("test.heap", lambda most: self.items[:most], self.do, now=now, limit=limit)


@pytest.fixture(autouse=True)
def no_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_JOBS", {})
    yield


def test_one_that_fails_stops_none_after_it_and_is_not_counted_as_done() -> None:
    work = Work(1, 2, 3, bad={2})
    assert work.run(NOW) == 2
    assert work.done == [1, 2, 3]
    (kept,) = outbox.list_failing()
    assert (kept.job, kept.item, kept.times, kept.since) == ("test.heap", "2", 1, NOW)
    assert kept.last_error == "ValueError: no 2 for ***", "it may hold no address"


def test_what_failed_waits_longer_each_time_but_never_long() -> None:
    work, now = Work(1, bad={1}), NOW
    waited = []
    for _ in range(12):
        work.run(now)
        kept = Failure.objects.get()
        waited.append(kept.due_at - now)
        assert work.run(kept.due_at - SECOND) == 0
        now = kept.due_at
    assert len(work.done) == 12, "not tried before its time"
    assert waited[0] < 6 * SECOND and waited[1] > waited[0] and waited[-1] == outbox.LONGEST
    assert (kept.times, kept.since) == (12, NOW)


def test_a_clock_that_was_set_back_makes_nothing_wait() -> None:
    work = Work(1, bad={1})
    work.run(NOW)
    work.bad = set()
    assert work.run(NOW - timedelta(days=1)) == 1
    assert outbox.list_failing() == []


def test_what_works_again_or_is_found_no_more_is_no_failure() -> None:
    work = Work(1, 2, 3, bad={1, 2})
    work.run(NOW)
    work.bad, work.items = {2}, [1, 3]
    work.run(NOW + 10 * SECOND)
    assert outbox.list_failing() == []


def test_a_failure_that_a_full_batch_may_have_cut_off_is_kept() -> None:
    work = Work(1, bad={1})
    work.run(NOW, limit=1)
    work.items = [2, 3, 1]
    work.run(NOW + 10 * SECOND, limit=1)
    assert [one.item for one in outbox.list_failing()] == ["1"]


def test_more_failures_than_a_batch_keep_nothing_else_out() -> None:
    work = Work(1, 2, 3, 4, bad={1, 2, 3})
    for seconds in range(3):
        work.run(NOW + seconds * SECOND, limit=2)
    assert 4 in work.done


def test_a_heap_without_failures_costs_one_query() -> None:
    with CaptureQueriesContext(connection) as asked:
        Work(*range(50), bad=set()).run(NOW)
    assert len(asked) == 1


def test_a_job_that_falls_over_stops_no_other_and_is_told_until_it_works() -> None:
    broken, ran = [True], []

    def fall_over(now: datetime) -> int:
        if broken[0]:
            raise RuntimeError("its query is wrong")
        return 1

    def go_on(now: datetime) -> int:
        ran.append(now)
        return 1

    outbox.every(SECOND)(fall_over)
    outbox.every(SECOND)(go_on)
    worker = Worker()
    assert worker.run_jobs(NOW) == 1
    (kept,) = outbox.list_failing()
    assert kept.job.endswith("fall_over") and kept.item == "" and kept.times == 1
    worker.run_jobs(NOW + SECOND)
    assert Failure.objects.get().times == 1, "it waits, too"
    assert len(ran) == 2
    broken[0] = False
    assert Worker().run_jobs(NOW + 10 * SECOND) == 2, "whichever worker it is"
    assert outbox.list_failing() == [] and outbox.list_failing_jobs() == {}


def test_what_jobs_cannot_do_is_gathered_by_job() -> None:
    work = Work(1, 2, bad={1, 2})
    for seconds in (0, 6, 20):
        work.run(NOW + seconds * SECOND)
    assert outbox.list_failing_jobs() == {"test.heap": (3, NOW)}
    assert owed.count_attention() == {"dead": 0, "failing": 2}


def test_a_failure_no_job_of_this_program_tries_any_more_is_let_go() -> None:
    Work(1, bad={1}).run(NOW)
    outbox.give_up_unheard(NOW + outbox.UNHEARD)
    assert len(outbox.list_failing()) == 1
    outbox.give_up_unheard(NOW + outbox.UNHEARD + SECOND)
    assert outbox.list_failing() == []


def test_a_job_runs_once_in_its_interval_and_again_when_the_clock_was_set_back() -> None:
    ran: list[datetime] = []

    def job(now: datetime) -> int:
        ran.append(now)
        return 1

    outbox.every(timedelta(minutes=1))(job)
    worker = Worker()
    moments = [NOW, NOW + 59 * SECOND, NOW + 60 * SECOND, NOW - timedelta(days=1)]
    assert [worker.run_jobs(now) for now in moments] == [1, 0, 1, 1]
