"""Decision tables: every hit policy and aggregator, compiled so that constant cells cost one comparison.

Source: DMN 1.5, chapter 8 and 10.3.2.10.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from balai.engine.rules import nodes as n
from balai.engine.rules import operators as op
from balai.engine.rules.builtins import BUILTINS
from balai.engine.rules.builtins.lists import maximum, minimum, sum_of
from balai.engine.rules.calls import invoke
from balai.engine.rules.feel_values import MISSING, Range
from balai.engine.rules.limits import Env, Runtime
from balai.engine.rules.types import Type, convert

Code = Callable[[Env], Any]
Matcher = Callable[[Any], bool]


@dataclass(slots=True)
class Input:
    """One input column: its expression, the label people read, and the values it allows (None: all)."""

    text: str
    label: str
    code: Code
    type: Type | None = None
    allowed: Code | None = None
    allowed_node: n.UnaryTests | None = None


@dataclass(slots=True)
class Output:
    """One output column: its name, its values in order of priority, and what it answers when no rule fits."""

    name: str
    label: str
    type: Type | None = None
    values: Code | None = None
    priorities: tuple[Code, ...] = ()
    default: Code | None = None


@dataclass(slots=True, eq=False)
class InputEntry:
    """One input entry: its text, its node, and how to test it; `matcher` serves where the test is constant."""

    text: str
    node: n.UnaryTests | None
    code: Code
    matcher: Matcher | None = None


@dataclass(slots=True, eq=False)
class Rule:
    """One row: its id, its number counted from 1, its cells, outputs and annotations."""

    id: str
    number: int
    cells: tuple[InputEntry, ...]
    outputs: tuple[Code, ...]
    output_texts: tuple[str, ...]
    annotations: tuple[tuple[str, str], ...]
    line: int = 0
    # Only cells that test something: (column, cell).
    tested: tuple[tuple[int, InputEntry], ...] = ()


@dataclass(slots=True)
class Fired:
    """What one run of a table did: the values it read, the rules that fired, and their outputs."""

    table: "DecisionTable"
    inputs: tuple[object, ...]
    hits: tuple[Rule, ...]
    outputs: tuple[object, ...]
    answer: object
    env: Env


@dataclass(slots=True)
class DecisionTable:
    """A compiled decision table; `run` answers its value."""

    id: str
    owner: str
    file: str
    line: int
    hit_policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    first_only: bool = False
    guarded: bool = False

    def run(self, env: Env) -> object:
        """Answer the table's value in a scope, and leave a trace of what fired."""
        runtime = env.runtime
        values: list[object] | None = [column.code(env) for column in self.inputs]
        if self.guarded:
            values = self._checked(values, env)  # type: ignore[arg-type]
            if values is None:
                return None
        hits = self.matching(values, env)  # type: ignore[arg-type]
        outputs, answer = self.answer(hits, env)
        trace = runtime.trace
        if trace is not None and len(trace) < 1000:
            trace.append(Fired(self, tuple(values), tuple(hits), tuple(outputs), answer, env))  # type: ignore[arg-type]
        return answer

    def __post_init__(self) -> None:
        self.guarded = any(column.type is not None or column.allowed is not None for column in self.inputs)
        self.first_only = self.hit_policy == "FIRST"
        for rule in self.rules:
            rule.tested = tuple((i, cell) for i, cell in enumerate(rule.cells) if cell.node is None or cell.node.tests)

    def _checked(self, values: list[object], env: Env) -> list[object] | None:
        """Answer the values as the columns ask for them, None with a remark where one is not allowed."""
        checked: list[object] = []
        for column, value in zip(self.inputs, values, strict=True):
            fitting = convert(value, column.type)
            if fitting is MISSING:
                env.runtime.note(f"The input “{column.label}” of {self.owner} is not of the type {column.type}.")
                return None
            allowed = column.allowed
            if allowed is not None and fitting is not None and allowed(_tested(env, fitting)) is not True:
                env.runtime.note(f"The input “{column.label}” of {self.owner} has a value that is not allowed.")
                return None
            checked.append(fitting)
        return checked

    def matching(self, values: list[object], env: Env) -> list[Rule]:
        """Answer the rules whose cells all fit the values, in their order; the first alone where that is enough."""
        hits: list[Rule] = []
        for rule in self.rules:
            for column, cell in rule.tested:
                matcher = cell.matcher
                value = values[column]
                if matcher is not None:
                    if not matcher(value):
                        break
                elif cell.code(Env({"?": value}, env, env.runtime)) is not True:
                    break
            else:
                hits.append(rule)
                if self.first_only:
                    break
        env.runtime.spend(len(self.rules))
        return hits

    def answer(self, hits: list[Rule], env: Env) -> tuple[list[object], object]:
        """Answer the outputs of the rules that fired, and what the hit policy makes of them."""
        if not hits:
            return [], self._default(env)
        outputs = [self._output(rule, env) for rule in hits]
        return outputs, _POLICIES[self.hit_policy](self, outputs, env)

    def _output(self, rule: Rule, env: Env) -> object:
        if len(self.outputs) == 1:
            return self._one(self.outputs[0], rule.outputs[0], env)
        return {
            column.name: self._one(column, code, env) for column, code in zip(self.outputs, rule.outputs, strict=True)
        }

    def _one(self, column: Output, code: Code, env: Env) -> object:
        value = code(env)
        if column.type is None:
            return value
        fitting = convert(value, column.type)
        if fitting is MISSING:
            env.runtime.note(f"An output of {self.owner} is not of the type {column.type}.")
            return None
        return fitting

    def _default(self, env: Env) -> object:
        if any(column.default is not None for column in self.outputs):
            values = {c.name: self._one(c, c.default, env) if c.default else None for c in self.outputs}
            answer = values if len(self.outputs) > 1 else next(iter(values.values()))
            many = self.hit_policy in ("RULE ORDER", "OUTPUT ORDER") or (
                self.hit_policy == "COLLECT" and not self.aggregation
            )
            return [answer] if many and not isinstance(answer, list) else answer
        env.runtime.note(f"No rule of {self.owner} fits.")
        if self.hit_policy == "COLLECT" and self.aggregation in ("", "COUNT"):
            # Nothing was collected: an empty list, of which there are none.
            return Decimal(0) if self.aggregation else []
        return None

    def rank(self, output: object, env: Env) -> tuple[int, ...]:
        """Answer the place of an output among the values in order of priority, column by column."""
        places: list[int] = []
        for column in self.outputs:
            value = output[column.name] if len(self.outputs) > 1 else output  # type: ignore[index]
            scope = _tested(env, value)
            tests = column.priorities
            places.append(next((i for i, test in enumerate(tests) if test(scope) is True), len(tests)))
        return tuple(places)


def _tested(env: Env, value: object) -> Env:
    return Env({"?": value}, env, env.runtime)


# -- hit policies --------------------------------------------------------------------------------------------------


def _unique(table: DecisionTable, outputs: list[object], env: Env) -> object:
    if len(outputs) > 1:
        env.runtime.note(f"Several rules of {table.owner} fit, but its hit policy allows one only.")
        return None
    return outputs[0]


def _any(table: DecisionTable, outputs: list[object], env: Env) -> object:
    if any(op.equal(outputs[0], other) is not True for other in outputs[1:]):
        env.runtime.note(f"Several rules of {table.owner} fit and answer differently.")
        return None
    return outputs[0]


def _priority(table: DecisionTable, outputs: list[object], env: Env) -> object:
    return min(outputs, key=lambda output: table.rank(output, env))


def _output_order(table: DecisionTable, outputs: list[object], env: Env) -> object:
    return sorted(outputs, key=lambda output: table.rank(output, env))


def _collect(table: DecisionTable, outputs: list[object], env: Env) -> object:
    if not table.aggregation:
        return outputs
    if table.aggregation == "COUNT":
        return Decimal(len(outputs))
    aggregate = _AGGREGATORS[table.aggregation]
    if len(table.outputs) == 1:
        return aggregate(env.runtime, outputs)
    return {c.name: aggregate(env.runtime, [output[c.name] for output in outputs]) for c in table.outputs}  # type: ignore[index]


_AGGREGATORS: dict[str, Callable[[Runtime, list[object]], object]] = {"SUM": sum_of, "MIN": minimum, "MAX": maximum}
_POLICIES: dict[str, Callable[[DecisionTable, list[object], Env], object]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": lambda table, outputs, env: outputs[0],
    "PRIORITY": _priority,
    "RULE ORDER": lambda table, outputs, env: outputs,
    "OUTPUT ORDER": _output_order,
    "COLLECT": _collect,
}
HIT_POLICIES = frozenset(_POLICIES)
AGGREGATORS = frozenset({*_AGGREGATORS, "COUNT"})


# -- cells with constants ------------------------------------------------------------------------------------------


def constant_matcher(tests: n.UnaryTests) -> Matcher | None:
    """Answer a test of the value alone where all of a cell's tests are constants, None where one needs the scope."""
    matchers: list[Matcher] = []
    for test in tests.tests:
        matcher = _constant_test(test)
        if matcher is None:
            return None
        matchers.append(matcher)
    if tests.negated:
        return None
    if len(matchers) == 1:
        return matchers[0]
    words = frozenset(t.value for t in tests.tests if isinstance(t, n.Literal) and type(t.value) is str)
    if len(words) == len(tests.tests):
        # A list of texts, and the value must be a text: lists and contexts cannot be looked up in a set.
        return lambda value: type(value) is str and value in words
    return lambda value: any(matcher(value) for matcher in matchers)


def _constant_test(node: n.FeelNode) -> Matcher | None:
    if isinstance(node, n.Literal):
        return _equal_to(node.value)
    if isinstance(node, n.UnaryOperator):
        end = constant(node.operand)
        return None if end is MISSING else _compared(node.operator, end)
    if isinstance(node, n.RangeNode):
        low, high = constant(node.low), constant(node.high)
        if type(low) is Decimal and type(high) is Decimal:
            return _within(low, high, node.low_included, node.high_included)
        if low is MISSING or high is MISSING:
            return None
        bounds = Range(low, high, node.low_included, node.high_included)
        return lambda value: op.in_range(value, bounds) is True
    value = constant(node)
    return None if value is MISSING else _equal_to(value)


def constant(node: n.FeelNode) -> object:
    """Answer the value of a literal, a negated number, or a date written with its function; else MISSING."""
    if isinstance(node, n.Literal):
        return node.value
    if isinstance(node, n.Negation) and isinstance(node.operand, n.Literal):
        return op.negate(node.operand.value)
    if isinstance(node, n.FunctionCall) and isinstance(node.function, n.Name) and node.function.builtin:
        texts = [part.value for part in node.arguments if isinstance(part, n.Literal)]
        if node.function.name in _FIXED and len(texts) == len(node.arguments):
            return invoke(BUILTINS[node.function.name], Runtime(), texts, node.names)
    return MISSING


_FIXED = frozenset({"date", "time", "date and time", "duration"})  # built-ins whose answer to constants is a constant


def _equal_to(wanted: object) -> Matcher:
    kind = type(wanted)
    if kind in (Decimal, str, bool):
        return lambda value: type(value) is kind and value == wanted
    return lambda value: op.equal(value, wanted) is True


def _compared(operator: str, end: object) -> Matcher:
    if type(end) is Decimal:
        return _NUMBER_TESTS[operator](end)
    compare = _COMPARE[operator]
    return lambda value: compare(value, end) is True


_NUMBER_TESTS: dict[str, Callable[[Decimal], Matcher]] = {
    "<": lambda end: lambda value: type(value) is Decimal and value < end,
    "<=": lambda end: lambda value: type(value) is Decimal and value <= end,
    ">": lambda end: lambda value: type(value) is Decimal and value > end,
    ">=": lambda end: lambda value: type(value) is Decimal and value >= end,
    "=": lambda end: lambda value: type(value) is Decimal and value == end,
    "!=": lambda end: lambda value: op.unequal(value, end) is True,
}
_COMPARE: dict[str, Callable[[object, object], bool | None]] = {
    "<": op.less,
    "<=": op.less_equal,
    ">": op.greater,
    ">=": op.greater_equal,
    "=": op.equal,
    "!=": op.unequal,
}


def _within(low: Decimal, high: Decimal, left: bool, right: bool) -> Matcher:
    if left and right:
        return lambda value: type(value) is Decimal and low <= value <= high
    if left:
        return lambda value: type(value) is Decimal and low <= value < high
    if right:
        return lambda value: type(value) is Decimal and low < value <= high
    return lambda value: type(value) is Decimal and low < value < high
