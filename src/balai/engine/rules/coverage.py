"""Reviewing a decision table: what no rule answers, rules that meet where one only may fit, and rules that never can.

Each column's values are cut into parts at the constants of its cells; within a part every cell answers alike, so one value
stands for it. A cell that is more than constants is taken to fit perhaps, so nothing is told that is not so. Bounded: a
table that would take too long is left.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from balai.engine.problems import Problem
from balai.engine.rules import nodes as n
from balai.engine.rules.feel_text import feel_text
from balai.engine.rules.feel_values import MISSING
from balai.engine.rules.limits import Env, Runtime
from balai.engine.rules.tables import DecisionTable, InputEntry, Rule, constant, constant_matcher
from balai.engine.rules.types import BOOLEAN, bare

MAX_WORK = 40_000  # looks at one table
MAX_GAPS = 3  # told of one table
_ONE_MAY_FIT = ("UNIQUE", "ANY")
_GAPS_MATTER = ("UNIQUE", "ANY", "FIRST", "PRIORITY")


@dataclass(frozen=True, slots=True)
class InputValues:
    """What is known of the values that an input can have: all its texts, that numbers are whole, and their bounds."""

    texts: tuple[str, ...] | None = None
    whole: bool = False
    least: Decimal | None = None
    most: Decimal | None = None


_ANY = InputValues()


class RuleRemark(Problem):
    """Something of a rule that keeps nothing from being published, and that its author should know."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Some values of a column that all cells answer alike: one of them, and how they are said together."""

    value: object
    words: str


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as parts; for each part, bit by bit, the rules that surely fit and those that may. `sure` is plain input."""

    name: str
    parts: tuple[_Part, ...]
    must: tuple[int, ...]
    may: tuple[int, ...]


class _TooMuch(Exception):
    """The table takes more looks than one is given."""


def review_table(table: DecisionTable, known: Mapping[str, InputValues]) -> Iterator[Problem]:
    """Yield what is wrong with a table (problems) or worth knowing (remarks).

    `known` tells which values the inputs can have, by what a column reads.
    """
    if not table.rules or not table.inputs:
        return
    columns = [_column(table, at, known) for at in range(len(table.inputs))]
    texts = [column.text for column in table.inputs]
    plain = len(set(texts)) == len(texts) and all(_is_path(text) for text in texts)
    try:
        yield from _never(table, columns)
        yield from _meeting(table, columns, plain=plain)
        yield from _behind(table, columns)
        if table.hit_policy in _GAPS_MATTER and not all(column.default for column in table.outputs):
            yield from _gaps(table, columns, plain=plain)
    except _TooMuch:
        return


def _is_path(text: str) -> bool:
    return all(part.strip().replace(" ", "").replace("_", "").isalnum() for part in text.split("."))


# -- parts ---------------------------------------------------------------------------------------------------------


def _column(table: DecisionTable, at: int, known: Mapping[str, InputValues]) -> _Column:
    column, cells = table.inputs[at], [rule.cells[at] for rule in table.rules]
    sure = [_is_constant(cell) for cell in cells]
    parts = _parts_of(table, at, known.get(column.text, _ANY)) if any(sure) else None
    if parts is not None and len(parts) * len(cells) > MAX_WORK:
        parts = None
    everything = (1 << len(cells)) - 1
    if parts is None:
        must = sum(1 << i for i, cell in enumerate(cells) if cell.node is not None and not cell.node.tests)
        return _Column(column.label, (_Part(None, ""),), (must,), (everything,))
    must_of, may_of = [], []
    for part in parts:
        fits = [known_cell and _fits(cell, part.value) for cell, known_cell in zip(cells, sure, strict=True)]
        must_of.append(sum(1 << i for i, one in enumerate(fits) if one))
        may_of.append(sum(1 << i for i, one in enumerate(fits) if one or not sure[i]))
    return _Column(column.label, tuple(parts), tuple(must_of), tuple(may_of))


def _is_constant(cell: InputEntry) -> bool:
    if cell.node is None:
        return False
    return not cell.node.tests or constant_matcher(n.UnaryTests(cell.node.tests)) is not None


def _fits(cell: InputEntry, value: object) -> bool:
    if cell.matcher is not None and cell.node is not None and cell.node.tests:
        return cell.matcher(value)
    return cell.code(Env({"?": value}, None, Runtime())) is True


def _parts_of(table: DecisionTable, at: int, known: InputValues) -> list[_Part] | None:
    """Cut a column's values at the constants of its cells; None where they are of no kind that can be cut."""
    column = table.inputs[at]
    tests = [test for rule in table.rules if (cell := rule.cells[at].node) is not None for test in cell.tests]
    ends = [value for test in tests for value in _ends(test)]
    nothing = [_Part(None, "nothing")] if any(value is None for value in ends) else []
    values = [value for value in ends if value is not None]
    kinds = {type(value) for value in values}
    if bare(column.type) is BOOLEAN or kinds == {bool}:
        return [_Part(True, "true"), _Part(False, "false"), *nothing]
    if kinds == {str} and all(_is_equality(test) for test in tests):
        parts = _texts(values, known.texts or _allowed(column.allowed_node))
    elif kinds == {Decimal}:
        parts = _within(values, known)
    elif kinds == {date}:
        parts = list(_days(sorted(set(values))))
    elif not kinds:
        return [_Part(MISSING, "anything"), *nothing] if nothing else None
    else:
        return None
    allowed = column.allowed
    kept = [part for part in parts if allowed is None or allowed(Env({"?": part.value}, None, Runtime())) is True]
    return kept + nothing


def _ends(test: n.FeelNode) -> Iterator[Any]:
    nodes = (test.low, test.high) if isinstance(test, n.RangeNode) else (getattr(test, "operand", test),)
    if isinstance(test, n.Negation):
        nodes = (test,)
    for node in nodes:
        value = constant(node)
        if value is not MISSING:
            yield value


def _is_equality(test: n.FeelNode) -> bool:
    return isinstance(test, n.Literal)


def _allowed(node: n.UnaryTests | None) -> tuple[str, ...] | None:
    """Answer the texts a column lists as all it allows, None where it lists none."""
    if node is None or node.negated or not node.tests:
        return None
    values = [constant(test) for test in node.tests]
    return tuple(str(value) for value in values) if all(isinstance(value, str) for value in values) else None


def _texts(values: Sequence[Any], allowed: tuple[str, ...] | None) -> list[_Part]:
    named = [_Part(value, feel_text(value)) for value in dict.fromkeys(values)]
    if allowed is not None:
        return [_Part(value, feel_text(value)) for value in dict.fromkeys(allowed)]
    return [*named, _Part("\u0000other", "any other text")]


def _within(values: Sequence[Any], known: InputValues) -> list[_Part]:
    bounds = [bound for bound in (known.least, known.most) if bound is not None]
    parts = _numbers(sorted({*values, *bounds}), whole=known.whole)
    least, most = known.least, known.most
    return [
        part
        for part in parts
        if isinstance(part.value, Decimal)
        and (least is None or part.value >= least)
        and (most is None or part.value <= most)
    ]


def _numbers(ends: list[Decimal], *, whole: bool) -> Iterator[_Part]:
    step = Decimal(1)
    first = ends[0]
    yield _Part(_below(first, whole), f"< {_said(first)}")
    for low, high in zip(ends, [*ends[1:], None], strict=True):
        if not whole or low == low.to_integral_value():
            yield _Part(low, _said(low))
        if high is None:
            yield _Part(_above(low, whole), f"> {_said(low)}")
        elif not whole:
            yield _Part((low + high) / 2, f"between {_said(low)} and {_said(high)}")
        elif (inner := _above(low, whole)) < high:
            last = _below(high, whole)
            yield _Part(inner, _said(inner) if last < inner + step else f"{_said(inner)} to {_said(last)}")


def _above(end: Decimal, whole: bool) -> Decimal:
    return Decimal(int(end.to_integral_value("ROUND_FLOOR"))) + 1 if whole else end + 1


def _below(end: Decimal, whole: bool) -> Decimal:
    return Decimal(int(end.to_integral_value("ROUND_CEILING"))) - 1 if whole else end - 1


def _days(ends: list[date]) -> Iterator[_Part]:
    day = timedelta(days=1)
    if ends[0] > date.min:
        yield _Part(ends[0] - day, f"before {ends[0]}")
    for low, high in zip(ends, [*ends[1:], None], strict=True):
        yield _Part(low, str(low))
        if high is None:
            if low < date.max:
                yield _Part(low + day, f"after {low}")
        elif low + day < high:
            inner, last = low + day, high - day
            yield _Part(inner, str(inner) if inner == last else f"{inner} to {last}")


def _said(value: Decimal) -> str:
    return feel_text(value)


# -- findings ------------------------------------------------------------------------------------------------------


def _name(table: DecisionTable, rule: Rule) -> str:
    return f"{table.owner}, rule {rule.number}"


def _never(table: DecisionTable, columns: Sequence[_Column]) -> Iterator[Problem]:
    """Tell rules with a cell that no value of its column fits."""
    for at, rule in enumerate(table.rules):
        for column in columns:
            if not any(may >> at & 1 for may in column.may):
                message = f"Rule {rule.number} can never apply: no value of “{column.name}” fits its cell."
                fix = "Correct the cell, or remove the rule."
                yield RuleRemark(message, fix, table.file, rule.line or table.line, _name(table, rule))


def _meeting(table: DecisionTable, columns: Sequence[_Column], *, plain: bool) -> Iterator[Problem]:
    """Tell pairs of rules that fit the same values, where one only may fit, or all must say the same."""
    if table.hit_policy not in _ONE_MAY_FIT:
        return
    told, rules = 0, table.rules
    if len(rules) * (len(rules) - 1) // 2 * len(columns) > MAX_WORK * 10:
        return
    for later in range(1, len(rules)):
        for earlier in range(later):
            both = 1 << earlier | 1 << later
            shared = [next((i for i, must in enumerate(c.must) if must & both == both), -1) for c in columns]
            if -1 in shared or (table.hit_policy == "ANY" and rules[earlier].output_texts == rules[later].output_texts):
                continue
            yield _overlap(table, rules[earlier], rules[later], _say(columns, shared), plain=plain)
            told += 1
            break
        if told == MAX_GAPS:
            return


def _overlap(table: DecisionTable, first: Rule, second: Rule, where: str, *, plain: bool) -> Problem:
    policy = "only one may (UNIQUE)" if table.hit_policy == "UNIQUE" else "they answer differently (ANY)"
    message = f"Rules {first.number} and {second.number} both fit{where}, and {policy}, so the answer is null there."
    fix = "Make their cells exclude each other, or choose another hit policy, such as FIRST."
    kind = Problem if plain else RuleRemark  # columns that read one thing twice may exclude what looks possible
    return kind(message, fix, table.file, second.line or table.line, _name(table, second))


def _say(columns: Sequence[_Column], path: Sequence[int]) -> str:
    said = [
        f"“{column.name}” is {column.parts[at].words}"
        for column, at in zip(columns, path, strict=True)
        if len(column.parts) > 1
    ]
    return f" when {' and '.join(said)}" if said else ""


def _behind(table: DecisionTable, columns: Sequence[_Column]) -> Iterator[Problem]:
    """Tell rules under FIRST that earlier ones leave nothing to."""
    if table.hit_policy != "FIRST":
        return
    work = _Work()
    for at, rule in enumerate(table.rules[1:], 1):
        own = 1 << at
        if all(any(may & own for may in column.may) for column in columns) and not _find(
            columns, 0, own - 1, work, only=own, sure=True
        ):
            message = f"Rule {rule.number} is never reached: the rules before it fit whatever it fits."
            fix = "Put it before them, narrow them, or remove it."
            yield Problem(message, fix, table.file, rule.line or table.line, _name(table, rule))


def _gaps(table: DecisionTable, columns: Sequence[_Column], *, plain: bool) -> Iterator[Problem]:
    """Tell what no rule fits, at most a few."""
    work, everything = _Work(), (1 << len(table.rules)) - 1
    found = _find(columns, 0, everything, work, most=MAX_GAPS)
    for path in found:
        message = f"No rule fits{_say(columns, path)}, so there is no answer."
        fix = "Add a rule, let the last one fit anything (-), or give the output a default."
        if not plain:
            fix += " (Columns that read one thing together may exclude it.)"
        yield RuleRemark(message, fix, table.file, table.line, table.owner)


class _Work:
    """How many looks are left, and what was found to be covered already."""

    def __init__(self) -> None:
        self.left = MAX_WORK
        self.covered: set[tuple[int, int, int]] = set()

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooMuch


def _find(
    columns: Sequence[_Column], at: int, rules: int, work: _Work, *, most: int = 1, only: int = 0, sure: bool = False
) -> list[list[int]]:
    """Find values, as one part for each column from `at` on, that none of the rules fits; `only` where that one may."""
    if at == len(columns):
        return [] if rules else [[]]
    if (at, rules, only) in work.covered:
        return []
    found: list[list[int]] = []
    column, tried = columns[at], set()
    for place, (must, may) in enumerate(zip(column.must, column.may, strict=True)):
        work.spend()
        left = rules & (must if sure else may)
        if (only and not may & only) or left in tried:
            continue
        tried.add(left)
        for rest in _find(columns, at + 1, left, work, most=most - len(found), only=only, sure=sure):
            found.append([place, *rest])
        if len(found) >= most:
            return found
    if not found:
        work.covered.add((at, rules, only))
    return found
