"""Reviewing tables: gaps, rules that meet, rules that never apply, and what must not be told."""

import random
import time
from decimal import Decimal

import pytest

from balai.engine import rules
from balai.engine.problems import Problems
from balai.engine.rules import InputValues
from balai.engine.rules.tests.dmn_writing import decision, input_data, model, table

DAYS = {"days": InputValues(whole=True, least=Decimal(1))}


def review(
    policy: str, columns: list[str], *rows: str, known: dict[str, InputValues] | None = None, aggregation: str = ""
) -> list[str]:
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    names = sorted({"age" if "age" in column else column.split(".")[0] for column in columns})
    logic = table(columns, ["o"], cells, policy=policy, aggregation=aggregation)
    needs = [f">{name}" for name in names]
    found = rules.load_dmn({"r.dmn": model(*map(input_data, names), decision("d", logic, *needs))}).review(known)
    return [f"{'remark' if isinstance(one, rules.RuleRemark) else 'fault'} {one}" for one in found]


@pytest.mark.parametrize(
    ("policy", "columns", "rows", "known", "expected"),
    [
        # nothing to tell
        ("UNIQUE", "days", "< 3 | 1; >= 3 | 2", {}, []),
        ("UNIQUE", "days", "<= 3 | 1; >= 4 | 2", {"days": InputValues(whole=True)}, []),
        ("UNIQUE", "days", "[1..3] | 1; > 3 | 2", DAYS, []),
        ("UNIQUE", "ok", "true | 1; false | 2", {}, []),
        ("UNIQUE", "kind", '"a" | 1; not("a") | 2', {}, []),
        ("UNIQUE", "kind", '"a" | 1; "b" | 2', {"kind": InputValues(("a", "b"))}, []),
        ("FIRST", "kind", '"a" | 1; - | 2', {}, []),
        ("FIRST", "kind", 'contains(?, "x") | 1; - | 2', {}, []),
        ("UNIQUE", "kind", 'contains(?, "x") | 1; not(contains(?, "x")) | 2', {}, []),
        ("COLLECT", "days", "< 3 | 1; < 2 | 2", {}, []),
        ("ANY", "days", "< 3 | 1; >= 1 | 1", {}, []),
        ("PRIORITY", "on", '< @"2026-01-01" | 1; >= @"2026-01-01" | 1', {}, None),
        # gaps
        ("UNIQUE", "days", "< 3 | 1; > 3 | 2", {}, ["remark r.dmn:1 [d]: No rule fits when “days” is 3, "]),
        ("UNIQUE", "days", "<= 3 | 1; >= 4 | 2", {}, ["No rule fits when “days” is between 3 and 4, "]),
        ("UNIQUE", "days", "[1..3] | 1; >= 6 | 2", DAYS, ["when “days” is 4 to 5, "]),
        ("UNIQUE", "ok", "true | 1", {}, ["when “ok” is false, "]),
        ("UNIQUE", "kind", '"a" | 1; "b" | 2', {}, ["when “kind” is any other text, "]),
        ("UNIQUE", "kind", '"a" | 1', {"kind": InputValues(("a", "b"))}, ["when “kind” is \"b\", "]),
        ("UNIQUE", "kind,ok", '"a" | true | 1; not("a") | - | 2', {}, ["“kind” is \"a\" and “ok” is false, "]),
        ("FIRST", "on", '< @"2026-01-01" | 1; > @"2026-01-31" | 2', {}, ["is 2026-01-01, "]),
        # rules that meet
        ("UNIQUE", "days", "< 3 | 1; >= 2 | 2", {}, ["fault r.dmn:1 [d, rule 2]: Rules 1 and 2 both fit when “days” is 2, "]),
        ("UNIQUE", "kind,ok", '"a" | - | 1; - | true | 2; not("a") | false | 3', {}, ["Rules 1 and 2 both fit when “kind” is \"a\" and “ok” is true"]),
        ("ANY", "days", "< 3 | 1; >= 2 | 2", {}, ["answer differently (ANY)"]),
        ("UNIQUE", "age,age > 17", "< 18 | - | 1; - | true | 2", {}, ["remark r.dmn:1 [d, rule 2]: Rules 1 and 2 both fit", "exclude it"]),
        # rules that never apply
        ("FIRST", "days", "- | 1; > 3 | 2", {}, ["fault r.dmn:1 [d, rule 2]: Rule 2 is never reached"]),
        ("FIRST", "days", "< 3 | 1; >= 3 | 2; 5 | 3", {}, ["Rule 3 is never reached"]),
        ("FIRST", "ok,days", "true | - | 1; false | - | 2; - | 5 | 3", {}, ["Rule 3 is never reached"]),
        ("FIRST", "kind", '"a" | 1; "z" | 2; - | 3', {"kind": InputValues(("a", "b"))}, ["remark r.dmn:1 [d, rule 2]: Rule 2 can never apply"]),
        ("UNIQUE", "days", "[5..3] | 1; - | 2", {}, ["Rule 1 can never apply"]),
    ],
)  # fmt: skip
def test_what_is_told_of_a_table(
    policy: str, columns: str, rows: str, known: dict[str, InputValues], expected: list[str] | None
) -> None:
    found = review(policy, columns.split(","), *rows.split(";"), known=known) if expected is not None else []
    assert len(found) == len(expected or []), found
    for told, wanted in zip(found, expected or [], strict=True):
        assert wanted in told


def test_what_is_told_of_a_random_table_is_so() -> None:
    chance = random.Random(7)
    cells = ["-", "< 3", "[2..5)", "> 4", "3", "not(3)", "<= 5, 9"]
    for _ in range(30):
        rows = [f"{chance.choice(cells)} | {chance.choice(cells)} | {i}" for i in range(chance.randint(1, 5))]
        found = review("UNIQUE", ["a", "b"], *rows)
        logic = table(["a", "b"], ["o"], [[c.strip() for c in row.split("|")] for row in rows], policy="COLLECT")
        asked = rules.load_dmn({"r.dmn": model(input_data("a"), input_data("b"), decision("d", logic, ">a", ">b"))})
        spread = [Decimal(n) for n in ["1", "2", "2.5", "3", "3.5", "4", "4.5", "5", "7", "9", "10"]]
        counts = {len(asked.decide("d", {"a": a, "b": b}).value) for a in spread for b in spread}  # type: ignore[arg-type]
        assert any("No rule fits" in one for one in found) == (0 in counts), rows
        assert any("both fit" in one for one in found) == any(count > 1 for count in counts), rows


def test_a_large_table_is_reviewed_in_bounded_time() -> None:
    chance = random.Random(3)
    columns = ["a", "b", "c", "d1", "e", "f"]
    rows = [" | ".join([*(f"[{(n := chance.randint(0, 90))}..{n + 9}]" for _ in columns), "1"]) for _ in range(100)]
    begun = time.process_time()
    review("FIRST", columns, *rows)
    assert time.process_time() - begun < 2


def test_a_number_of_another_editor_is_read_with_a_remark() -> None:
    logic = table(["n"], ["o"], [["-", "1"]])
    found = rules.load_dmn({"r.dmn": model(input_data("n", "integer"), decision("d", logic, ">n", type="double"))})
    told = [str(one) for one in found.review()]
    assert told == [
        "r.dmn:1 [n]: The type “integer” is read as number. Write number, the word of the standard.",
        "r.dmn:1 [d]: The type “double” is read as number. Write number, the word of the standard.",
    ]
    assert found.decide("d", {"n": 1}).value == 1


def test_a_cell_that_is_no_feel_is_told_with_its_rule_and_column() -> None:
    logic = table(["kind"], ["fee"], [["“a”", "1"], ["-", "2 +"]])
    with pytest.raises(Problems) as caught:
        rules.load_dmn({"r.dmn": model(input_data("kind"), decision("d", logic, ">kind"))})
    assert [one.element for one in caught.value.problems] == ["d, rule 1, kind", "d, rule 2, fee"]
    assert {one.line for one in caught.value.problems} == {1}
