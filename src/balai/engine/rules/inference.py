"""Tell the type of an expression from its form alone, for `instance of function<...>`; Any where that is not enough."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from balai.engine.rules import nodes as n
from balai.engine.rules import types as t
from balai.engine.rules.feel_values import Function
from balai.engine.rules.temporal import DateTime, FarDate, Time, YearsMonthsDuration
from balai.engine.rules.types import Type

_LITERALS: dict[type, Type] = {
    Decimal: t.NUMBER,
    str: t.STRING,
    bool: t.BOOLEAN,
    type(None): t.NULL,
    date: t.DATE,
    FarDate: t.DATE,
    Time: t.TIME,
    DateTime: t.DATE_TIME,
    timedelta: t.DAYS_DURATION,
    YearsMonthsDuration: t.MONTHS_DURATION,
}
_TRUTHS = (n.Logic, n.Between, n.In, n.InstanceOf, n.Quantified)


def type_of(node: n.FeelNode, known: Mapping[str, Type], builtins: Mapping[str, Function]) -> Type:
    """Answer the type of an expression, given the types of the variables it may read."""
    if isinstance(node, n.Literal):
        return _LITERALS.get(type(node.value), t.ANY)
    if isinstance(node, n.Name):
        return known.get(node.name, t.ANY)
    if isinstance(node, _TRUTHS):
        return t.BOOLEAN
    if isinstance(node, n.Binary):
        return _binary(node, known, builtins)
    if isinstance(node, n.Negation):
        return type_of(node.operand, known, builtins)
    if isinstance(node, n.If):
        return common([type_of(node.yes, known, builtins), type_of(node.no, known, builtins)])
    if isinstance(node, n.FunctionCall) and isinstance(node.function, n.Name) and node.function.builtin:
        return builtins[node.function.name].returns or t.ANY
    return _collection(node, known, builtins)


def _collection(node: n.FeelNode, known: Mapping[str, Type], builtins: Mapping[str, Function]) -> Type:
    if isinstance(node, n.ListNode):
        return t.ListType(common([type_of(item, known, builtins) for item in node.items]))
    if isinstance(node, n.ContextNode):
        return t.ContextType(tuple((key, type_of(value, known, builtins)) for key, value in node.entries))
    if isinstance(node, n.RangeNode):
        return t.RangeType(type_of(node.low, known, builtins))
    if isinstance(node, n.FunctionDefinition):
        return function_type(node, known, builtins)
    if isinstance(node, n.Path):
        base = t.bare(type_of(node.base, known, builtins))
        return dict(base.fields).get(node.member, t.ANY) if isinstance(base, t.ContextType) else t.ANY
    return t.ANY


def function_type(
    node: n.FunctionDefinition, known: Mapping[str, Type], builtins: Mapping[str, Function]
) -> t.FunctionType:
    """Answer the type of a function as it is written."""
    parameters = {name: kind or t.ANY for name, kind in node.parameters}
    returns = t.ANY if node.external else type_of(node.body, {**known, **parameters}, builtins)
    return t.FunctionType(tuple(parameters.values()), returns)


def common(kinds: list[Type]) -> Type:
    """Answer the type that all of several types conform to."""
    if not kinds:
        return t.NULL
    for kind in kinds:
        if all(other.within(kind) for other in kinds):
            return kind
    return t.ANY


def _binary(node: n.Binary, known: Mapping[str, Type], builtins: Mapping[str, Function]) -> Type:
    if node.operator in ("=", "!=", "<", "<=", ">", ">="):
        return t.BOOLEAN
    left, right = (t.bare(type_of(side, known, builtins)) for side in (node.left, node.right))
    if left == right and left in (t.NUMBER, t.STRING):
        return left or t.ANY
    return t.ANY
