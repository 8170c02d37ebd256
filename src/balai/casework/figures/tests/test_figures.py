"""Figures are counted from cases: received, closed, late, punctual; the same on both databases."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.casework.cases.actions import Command, act
from balai.casework.cases.models import Case
from balai.casework.figures import queries, rules
from balai.records.offices.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
SPAN = {"since": NOW - timedelta(days=400), "until": NOW + timedelta(days=1)}


@pytest.fixture
def cast() -> Cast:
    """Five cases: one withdrawn after two days, one granted late, one refused in time, one late and open, one fresh."""
    open_service()
    made = make_cast(NOW)
    ids = [apply_for_sku(made).case_id for _ in range(5)]
    act(Command(id=uuid4(), actor=made.siti.citizen, now=NOW, case_id=ids[0], action="withdraw"))
    month = datetime(2026, 2, 20, 2, tzinfo=UTC)

    def set_(place: int, **values: Any) -> None:
        Case.objects.filter(id=ids[place]).update(**values)

    set_(0, closed_at=NOW, submitted_at=NOW - timedelta(days=2))
    set_(
        1,
        status="closed",
        outcome="granted",
        submitted_at=month,
        due_at=month + timedelta(days=3),
        closed_at=month + timedelta(days=4),
    )
    set_(
        2,
        status="closed",
        outcome="refused",
        submitted_at=month,
        due_at=month + timedelta(days=3),
        closed_at=month + timedelta(days=1),
        sent_back=2,
    )
    set_(3, due_at=NOW - timedelta(hours=1))
    return made


def test_several_tables_are_one_count_that_looks_at_no_case_but_in_the_index(cast: Cast) -> None:
    groupings = ("month", "service", "unit", "channel", "outcome")
    with CaptureQueriesContext(connection) as asked:
        tables = queries.list_tables(groupings, now=NOW, **SPAN)  # type: ignore[arg-type]
    assert len(asked) == 2
    for by in groupings:
        assert tables[by] == queries.list_figures(by, now=NOW, **SPAN)  # type: ignore[arg-type]
        assert sum(figure.received for figure in tables[by]) == 5
    if connection.vendor == "sqlite":
        for one in asked:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {one['sql']}")
                plan = [str(row[-1]) for row in cursor.fetchall()]
            assert [line for line in plan if "COVERING INDEX case_figures" in line], plan


def test_a_service_is_counted(cast: Cast) -> None:
    (figure,) = queries.list_figures("service", now=NOW, **SPAN)  # type: ignore[arg-type]
    assert (figure.group, figure.received, figure.closed, figure.open) == ("surat-keterangan-usaha", 5, 3, 2)
    assert (figure.overdue, figure.granted, figure.refused, figure.sent_back, figure.on_time) == (1, 1, 1, 1, 2)
    assert figure.median_days == pytest.approx(2)
    assert figure.on_time_share == pytest.approx(2 / 3)


def test_months_units_outcomes_and_channels_are_groups(cast: Cast) -> None:
    months = queries.list_figures("month", now=NOW, **SPAN)  # type: ignore[arg-type]
    assert [(one.group, one.received) for one in months] == [("2026-02", 3), ("2026-03", 2)]
    (unit,) = queries.list_figures("unit", now=NOW, **SPAN)  # type: ignore[arg-type]
    assert unit.received == 5
    outcomes = {one.group: one.received for one in queries.list_figures("outcome", now=NOW, **SPAN)}  # type: ignore[arg-type]
    assert outcomes == {"": 2, "granted": 1, "refused": 1, "withdrawn": 1}
    assert [one.group for one in queries.list_figures("channel", now=NOW, **SPAN)] == ["portal"]  # type: ignore[arg-type]
    with pytest.raises(KeyError):
        queries.list_figures("name", now=NOW, **SPAN)  # type: ignore[arg-type]


def test_an_office_sees_its_own_tree_alone(cast: Cast) -> None:
    own = Case.objects.values_list("unit__path", flat=True)[0]
    above = f"{own.rstrip('/').rpartition('/')[0]}/"
    for path in (own, above, "/"):
        assert queries.list_figures("service", now=NOW, unit_path=path, **SPAN)[0].received == 5  # type: ignore[arg-type]
    for path in ("/-/", f"{own}deeper/"):
        assert queries.list_figures("service", now=NOW, unit_path=path, **SPAN) == []  # type: ignore[arg-type]


def test_a_span_and_a_service_narrow_the_count(cast: Cast) -> None:
    early = queries.list_figures("service", now=NOW, since=NOW - timedelta(days=30), until=NOW - timedelta(days=5))
    assert [one.received for one in early] == [2]
    assert queries.list_figures("service", now=NOW, service_id="akta-kelahiran", **SPAN) == []  # type: ignore[arg-type]


def test_nothing_closed_has_no_share() -> None:
    assert queries.Figure("x", 1, 0, 1, 0, 0, 0, 0, 0, None).on_time_share is None


def test_figures_cost_two_queries(cast: Cast, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        queries.list_figures("service", now=NOW, **SPAN)  # type: ignore[arg-type]


def test_take_up_is_counted_by_unit_and_channel_in_one_query(cast: Cast, django_assert_num_queries: Any) -> None:
    first, *_ = Case.objects.order_by("number").values_list("id", flat=True)
    Case.objects.filter(id=first).update(channel="counter")
    with django_assert_num_queries(1):
        (found,) = queries.list_take_up(**SPAN)  # type: ignore[arg-type]
    assert (found.unit, dict(found.channels), found.received) == ("Kelurahan Lempake", {"counter": 1, "portal": 4}, 5)
    assert found.from_afar == pytest.approx(0.8)
    other = Unit.objects.get(code="kel-64.72.05.1004")
    Case.objects.filter(id=first).update(unit=other)
    assert [one.unit for one in queries.list_take_up(**SPAN)] == sorted([other.name, "Kelurahan Lempake"])  # type: ignore[arg-type]
    assert [one.unit for one in queries.list_take_up(unit_path=other.path, **SPAN)] == [other.name]  # type: ignore[arg-type]
    assert queries.list_take_up(service_id="akta-kelahiran", **SPAN) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ((40, 12, 0), ("40", "12", "0")),
        ((40, 12, 3), ("40", "≥5", "<5")),
        ((40, 2, 3), ("40", "<5", "<5")),
        ((40, 3, 0), ("≥5", "<5", "0")),
        ((3, 0, 0), ("3", "0", "0")),
        ((12340, 5, 0), ("12.340", "5", "0")),
        ((1, 4, 0), ("<5", "<5", "0")),
    ],
)
def test_a_handful_is_not_told_and_does_not_follow_from_the_sum(cells: tuple[int, ...], said: tuple[str, ...]) -> None:
    found = rules.say_few(dict(zip("abc", cells, strict=True)))
    assert tuple(found.values()) == said
