"""Expressions as forms, gateways and bindings use them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from balai.engine import rules
from balai.engine.problems import Problems


@pytest.mark.parametrize(
    ("text", "scope", "expected"),
    [
        ("1 + 2 * 3", {}, Decimal(7)),
        ("0.1 + 0.2", {}, Decimal("0.3")),
        ("-5 ** 2", {}, Decimal(25)),
        ("1 / 3", {}, Decimal("0." + 34 * "3")),
        ("2 / 3", {}, Decimal("0." + 33 * "6" + "7")),
        ("5 in [1..5)", {}, False),
        ("5 in [1..5]", {}, True),
        ("1 in (1..5]", {}, False),
        ("x between 1 and 5", {"x": None}, None),
        ('time("09:00:00") - time("08:00:00Z")', {}, None),
        ("a + b", {"a": 1, "b": 2.5}, Decimal("3.5")),
        ('business.village = "Karang Asam"', {"business": {"village": "Karang Asam"}}, True),
        ('if age >= 17 then "yes" else "no"', {"age": 17}, "yes"),
        ("for i in 1..3 return i * 2", {}, [2, 4, 6]),
        ("some x in [1, 2] satisfies x > 1", {}, True),
        ("every x in [1, 2] satisfies x > 1", {}, False),
        ("people[age > 17].name", {"people": [{"name": "Siti", "age": 20}, {"name": "Joko", "age": 3}]}, ["Siti"]),
        ('date("2020-01-31") + duration("P1M")', {}, date(2020, 2, 29)),
        ("{a: 1, b: a + 1}.b", {}, Decimal(2)),
        ("(function(a, b) a + b)(1, 2)", {}, Decimal(3)),
        ("x in (1, < 5)", {"x": 4}, True),
        ("[1..10[.end included", {}, False),
        ("missing + 1", {}, None),
        ('"a" + 1', {}, None),
        ("today()", {}, date(2026, 1, 2)),
        # a local time is no moment: it equals none that has a zone, and neither comes before the other
        ('date and time("2026-03-02T09:00:00") = date and time("2026-03-02T09:00:00Z")', {}, False),
        ('date and time("2026-03-02T09:00:00+08:00") = date and time("2026-03-02T01:00:00Z")', {}, True),
        ('date and time("2026-03-02T08:00:00") < date and time("2026-03-02T09:00:00Z")', {}, None),
        ('date and time("2026-03-02T09:00:00Z") > date and time("2026-03-02T08:00:00")', {}, None),
        ('time("09:00:00") = time("09:00:00Z")', {}, False),
        ('time("08:00:00") < time("09:00:00Z")', {}, None),
        ('date("2026-03-02") = date and time("2026-03-02T00:00:00Z")', {}, True),
        ('date("2026-03-02") = date and time("2026-03-02T00:00:00")', {}, False),
        # ranges with different open ends are different ranges, though they begin and end alike
        ("[1..2] = [1..2]", {}, True),
        ("[1..2] = [1..2)", {}, False),
        ("[1..2] = (1..2]", {}, False),
        ("(1..2) = [1..2]", {}, False),
        ("(1..2) = (1..2)", {}, True),
        ("[1..2] = [1..3]", {}, False),
    ],
)
def test_expression(text: str, scope: dict[str, object], expected: object) -> None:
    value = rules.compile_expression(text).evaluate(scope, now=datetime(2026, 1, 2, tzinfo=UTC))
    assert value == expected and type(value) is type(expected)


def test_names_with_spaces_and_signs_need_to_be_given() -> None:
    expression = rules.compile_expression("Pre-bureau risk + a-b", names=["Pre-bureau risk", "a-b"])
    assert expression.evaluate({"Pre-bureau risk": 1, "a-b": 2}) == 3
    assert expression.names == {"Pre-bureau risk", "a-b"}


def test_names_and_paths_read() -> None:
    expression = rules.compile_expression('a.b.c = "x" and (for i in list return i + n)[1] > {k: 1, l: k + m}.l')
    assert expression.names == {"a", "list", "n", "m"}
    assert ("a", "b", "c") in expression.paths


def test_names_inside_a_filter_may_be_members() -> None:
    assert rules.compile_expression("fees[village = here]", names=["fees", "here"]).names == {"fees", "here"}
    assert rules.compile_expression("fees[village = here]").maybe_names == {"village", "here"}


def test_remarks_say_why_a_value_is_null() -> None:
    value, problems = rules.compile_expression("1 / x").evaluate_with_problems({"x": 0})
    assert value is None
    assert "division by zero" in problems[0]


@pytest.mark.parametrize("text", ["1 +", "", "if a then b", '"open', "a ++ b", "(1", "f(a: 1, 2)", "“curly”", "a && b"])
def test_what_is_no_feel_is_told(text: str) -> None:
    with pytest.raises(Problems) as caught:
        rules.compile_expression(text, file="form.yaml", line=7, element="age")
    problem = caught.value.problems[0]
    assert (problem.file, problem.line, problem.element) == ("form.yaml", 7, "age")
    assert "not a FEEL expression" in problem.message


def test_unary_tests() -> None:
    tests = rules.compile_unary_tests("< 10, [20..30]")
    assert [tests.evaluate({"?": n}) for n in (5, 15, 25)] == [True, False, True]
    assert rules.compile_unary_tests('not("a", "b")').evaluate({"?": "c"}) is True
    assert rules.compile_unary_tests("-").evaluate({"?": None}) is True
    assert rules.compile_unary_tests('starts with(?, "6472")').evaluate({"?": "6472010101900001"}) is True


def test_an_expression_is_compiled_once_and_each_fault_names_its_own_place() -> None:
    again = [rules.compile_expression("income * 2 > 10", file=file, line=3, names={"income"}) for file in ("a", "b")]
    assert again[0] is again[1]
    spaced = "monthly income > 10"  # what it means hangs on which names there are
    assert rules.compile_expression(spaced, names={"monthly income"}).names == {"monthly income"}
    for line in (4, 9):
        with pytest.raises(Problems) as refused:
            rules.compile_expression("1 +", file="form.yaml", line=line)
        assert (refused.value.problems[0].file, refused.value.problems[0].line) == ("form.yaml", line)
