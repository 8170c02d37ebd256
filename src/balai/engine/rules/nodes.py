"""The parts a FEEL expression is made of, as the parser hands them to the compiler."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A constant: number, text, true, false, null, or an @ literal already read."""

    value: object


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, or the name of a built-in where `builtin` is true."""

    name: str
    builtin: bool = False


@dataclass(frozen=True, slots=True)
class Path(Node):
    """base.member"""

    base: Node
    member: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """base[condition]"""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call with arguments by position (`names` empty) or by name."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic or a comparison: + - * / ** = != < <= > >="""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """A chain of `and` or of `or`."""

    operator: str
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """-operand"""

    operand: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """value between low and high"""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """value in tests"""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """value instance of type; `type` is None when nobody knows the type."""

    value: Node
    type: Any


@dataclass(frozen=True, slots=True)
class If(Node):
    """if condition then yes else no"""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iterator(Node):
    """name in domain, or name in domain..end"""

    name: str
    domain: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """for iterators return body"""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """some or every (`every` true) iterators satisfies condition"""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """function(parameters) body; an external one has no body here and always answers null."""

    parameters: tuple[tuple[str, Any], ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """[items]"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextNode(Node):
    """{key: value}"""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeNode(Node):
    """[low..high] with either end included or not"""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class UnaryOperator(Node):
    """A comparison with one side, such as `< 10`; as a value it is a range."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests(Node):
    """The tests of one cell: any of them holds, none when `negated`; no tests at all is the dash, always true."""

    tests: tuple[Node, ...]
    negated: bool = False


def children(node: Node) -> list[Node]:
    """Answer the parts directly inside a part, in order of writing."""
    found: list[Node] = []
    for field in fields(node):
        _collect(getattr(node, field.name), found)
    return found


def _collect(value: object, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)


def reads_input(node: Node) -> bool:
    """Answer whether a test mentions `?`, the value under test."""
    if isinstance(node, Name) and node.name == "?":
        return True
    return any(reads_input(child) for child in children(node))
