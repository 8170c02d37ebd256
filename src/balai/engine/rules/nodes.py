"""The parts a FEEL expression is made of, as the parser hands them to the compiler."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class FeelNode:
    """Any part of an expression."""


@dataclass(frozen=True, slots=True)
class Literal(FeelNode):
    """A constant: number, text, true, false, null, or an @ literal already read."""

    value: object


@dataclass(frozen=True, slots=True)
class Name(FeelNode):
    """A variable, or the name of a built-in where `builtin` is true."""

    name: str
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class Path(FeelNode):
    """base.member"""

    base: FeelNode
    member: str


@dataclass(frozen=True, slots=True)
class FilterExpression(FeelNode):
    """base[condition]"""

    base: FeelNode
    condition: FeelNode


@dataclass(frozen=True, slots=True)
class FunctionCall(FeelNode):
    """A call with arguments by position (`names` empty) or by name."""

    function: FeelNode
    arguments: tuple[FeelNode, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary(FeelNode):
    """Arithmetic or a comparison: + - * / ** = != < <= > >="""

    operator: str
    left: FeelNode
    right: FeelNode


@dataclass(frozen=True, slots=True)
class Logic(FeelNode):
    """A chain of `and` or of `or`."""

    operator: str
    terms: tuple[FeelNode, ...]


@dataclass(frozen=True, slots=True)
class Negation(FeelNode):
    """-operand"""

    operand: FeelNode


@dataclass(frozen=True, slots=True)
class Between(FeelNode):
    """value between low and high"""

    value: FeelNode
    low: FeelNode
    high: FeelNode


@dataclass(frozen=True, slots=True)
class In(FeelNode):
    """value in tests"""

    value: FeelNode
    tests: tuple[FeelNode, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(FeelNode):
    """value instance of type; `type` is None when nobody knows the type."""

    value: FeelNode
    type: Any


@dataclass(frozen=True, slots=True)
class If(FeelNode):
    """if condition then yes else no"""

    condition: FeelNode
    yes: FeelNode
    no: FeelNode


@dataclass(frozen=True, slots=True)
class Iterator(FeelNode):
    """name in domain, or name in domain..end"""

    name: str
    domain: FeelNode
    end: FeelNode | None = None


@dataclass(frozen=True, slots=True)
class For(FeelNode):
    """for iterators return body"""

    iterators: tuple[Iterator, ...]
    body: FeelNode


@dataclass(frozen=True, slots=True)
class Quantified(FeelNode):
    """some or every (`every` true) iterators satisfies condition"""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: FeelNode


@dataclass(frozen=True, slots=True)
class FunctionDefinition(FeelNode):
    """function(parameters) body; the body of an external one says where it is written."""

    parameters: tuple[tuple[str, Any], ...]
    body: FeelNode
    external: bool = False


@dataclass(frozen=True, slots=True)
class ListNode(FeelNode):
    """[items]"""

    items: tuple[FeelNode, ...]


@dataclass(frozen=True, slots=True)
class ContextNode(FeelNode):
    """{key: value}"""

    entries: tuple[tuple[str, FeelNode], ...]


@dataclass(frozen=True, slots=True)
class RangeNode(FeelNode):
    """[low..high] with either end included or not"""

    low: FeelNode
    high: FeelNode
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class UnaryOperator(FeelNode):
    """A comparison with one side, such as `< 10`; as a value it is a range."""

    operator: str
    operand: FeelNode


@dataclass(frozen=True, slots=True)
class UnaryTests(FeelNode):
    """The tests of one cell: any of them holds, none when `negated`; no tests at all is the dash, always true."""

    tests: tuple[FeelNode, ...]
    negated: bool = False


def children(node: FeelNode) -> list[FeelNode]:
    """Answer the parts directly inside a part, in order of writing."""
    found: list[FeelNode] = []
    for field in fields(node):
        _collect(getattr(node, field.name), found)
    return found


def _collect(value: object, found: list[FeelNode]) -> None:
    if isinstance(value, FeelNode):
        found.append(value)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)


def reads_input(node: FeelNode) -> bool:
    """Answer whether a test mentions `?`, the value under test."""
    if isinstance(node, Name) and node.name == "?":
        return True
    return any(reads_input(child) for child in children(node))
