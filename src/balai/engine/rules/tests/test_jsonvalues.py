"""Values survive the way to JSON and back, and JSON of the wrong type is refused."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balai.engine import rules
from balai.engine.rules.operators import identical

_TYPED = st.one_of(
    st.tuples(st.decimals(allow_nan=False, allow_infinity=False, places=5, min_value=-(10**20), max_value=10**20),
              st.just("number")),
    st.tuples(st.text(), st.just("string")),
    st.tuples(st.booleans(), st.just("boolean")),
    st.tuples(st.dates(), st.just("date")),
    st.tuples(st.timedeltas(), st.just("days and time duration")),
    st.tuples(st.integers(-10_000, 10_000).map(rules.YearsMonthsDuration), st.just("years and months duration")),
)  # fmt: skip


@given(_TYPED)
def test_there_and_back(pair: tuple[object, str]) -> None:
    value, kind = pair
    text = json.dumps(rules.to_json(value))
    back = rules.from_json(json.loads(text), kind)
    assert identical(back, value) or back == value
    assert identical(rules.from_json(json.loads(json.dumps(rules.to_json([value]))), f"list<{kind}>"), [back])


def test_nested_values() -> None:
    moment = datetime(2026, 11, 23, 8, 30, tzinfo=ZoneInfo("Asia/Makassar"))
    data = {"fee": 1500.50, "days": [date(2026, 1, 1)], "at": moment, "long": timedelta(hours=26), "none": None, "n": 3}
    assert rules.to_json(data) == {
        "fee": "1500.5",
        "days": ["2026-01-01"],
        "at": "2026-11-23T08:30:00@Asia/Makassar",
        "long": "P1DT2H",
        "none": None,
        "n": "3",
    }
    back = rules.from_json(rules.to_json(data), "context<fee: number, days: list<date>, at: date and time>")
    assert isinstance(back, dict)
    assert back["fee"] == Decimal("1500.5") and back["days"] == [date(2026, 1, 1)]
    assert isinstance(back["at"], rules.DateTime) and back["at"].to_python() == moment


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("x", "number"),
        ("NaN", "number"),
        (True, "number"),
        ("2026-02-30", "date"),
        (5, "string"),
        ({}, "context<a: date>"),
        ("1", "nonsense"),
        ("1", "list<"),
    ],
)
def test_what_does_not_fit_is_refused(value: object, kind: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        rules.from_json(value, kind)


def test_functions_are_refused() -> None:
    with pytest.raises(ValueError, match="function"):
        rules.to_json(rules.compile_expression("function(x) x").evaluate({}))
