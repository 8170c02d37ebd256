"""The access and the security log: marked when they are written, vouched for within a second, and nobody waits for it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.kills import count_lines, do_and_die

from balai.base import access_log, journal, journal_check, linking, outbox, sql
from balai.base.actors import CLOCK
from balai.base.models import Access, Entry, SecurityEvent

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def read(count: int = 1) -> None:
    for _ in range(count):
        access_log.record_access(CLOCK, purpose="casework", object="case:1", person_id=uuid4(), now=NOW)


def test_the_job_of_every_second_vouches_for_what_is_new() -> None:
    read(3)
    access_log.record_security("refused", actor="officer:x", now=NOW, tries=2)
    assert outbox.Worker().run_jobs(NOW) >= 4
    linked = {entry.stream: entry.body for entry in Entry.objects.filter(action="linked")}
    first, *_, last = Access.objects.order_by("id").values_list("id", flat=True)
    told = linked["accesses"]
    assert (told["first"], told["last"], told["count"], len(told["digest"])) == (first, last, 3, 64)
    assert linked["security"]["count"] == 1
    assert not Access.objects.filter(linked=None).exists() and not SecurityEvent.objects.filter(linked=None).exists()
    assert journal_check.verify_journal().faults == ()


def test_where_nothing_is_new_nothing_is_written(django_assert_num_queries: Any) -> None:
    read()
    assert linking.link(NOW) == 1
    with django_assert_num_queries(3):  # one look for each of the three logs
        assert linking.link(NOW + timedelta(seconds=1)) == 0
    assert Entry.objects.count() == 1


def test_a_reading_is_one_statement_and_takes_no_lock_of_the_chain(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3) as found:  # begin, insert, commit
        read()
    assert not [one["sql"] for one in found if "base_stream" in one["sql"] or "base_entry" in one["sql"]]


def test_more_than_one_entry_vouches_for_are_left_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linking, "MOST", 2)
    read(5)
    assert [linking.link(NOW) for _ in range(4)] == [2, 2, 1, 0]
    report = journal_check.verify_journal()
    assert report.faults == () and report.open == ()


def test_a_row_that_came_late_with_an_earlier_number_is_vouched_for_too() -> None:
    """On PostgreSQL numbers are given before rows are committed, so a smaller one may be seen later."""
    read(3)
    middle = Access.objects.order_by("id")[1]
    sql.execute("DELETE FROM base_access WHERE id = %s", [middle.id])
    linking.link(NOW)
    Access.objects.bulk_create([middle])
    assert linking.link(NOW) == 1
    assert journal_check.verify_journal().faults == ()


def test_every_column_is_marked() -> None:
    for kept, model in ((linking.ACCESS, Access), (linking.SECURITY, SecurityEvent)):
        assert {*kept.told, "id", "mac", "linked"} == {column.column for column in model._meta.concrete_fields}
        assert len(kept.reads) == len(kept.told)


@pytest.mark.one_database
def test_killed_at_any_line_no_row_is_left_out_and_none_is_vouched_for_twice() -> None:
    def live() -> None:
        read(2)
        access_log.record_security("refused", actor="officer:x", now=NOW)
        linking.link(NOW)

    watched, deaths = (linking, journal, sql), 0
    for at in range(1, count_lines(live, watched) + 1, 11):
        deaths += do_and_die(live, at, watched)
        report = journal_check.verify_journal()
        assert report.faults == (), f"line {at}"
    assert deaths > 5
    linking.link(NOW)
    report = journal_check.verify_journal()
    assert report.faults == () and report.open == ()
    told = [entry.body["count"] for entry in Entry.objects.filter(action="linked", stream="accesses")]
    assert sum(told) == Access.objects.count()


@pytest.mark.parametrize("kept", linking.ALL, ids=[kept.table for kept in linking.ALL])
def test_a_change_of_any_column_is_a_change_of_the_mark(kept: linking.LinkedLog) -> None:
    values = [str(number) for number in range(len(kept.told))]
    others = [[*values[:at], "other", *values[at + 1 :]] for at in range(len(values))]
    assert len({kept.mark(one) for one in (values, *others)}) == len(values) + 1
