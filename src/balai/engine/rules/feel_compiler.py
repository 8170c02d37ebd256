"""Turn nodes into closures: each takes the scope at run time and answers a value; nothing is interpreted twice."""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from balai.engine.rules import nodes as n
from balai.engine.rules import operators as op
from balai.engine.rules.calls import invoke
from balai.engine.rules.feel_numbers import whole
from balai.engine.rules.feel_values import MISSING, Function, Parameter, Range
from balai.engine.rules.inference import function_type
from balai.engine.rules.javamethods import find_method
from balai.engine.rules.limits import Env, Runtime
from balai.engine.rules.members import member
from balai.engine.rules.temporal import AnyDate, date_of_days, epoch_days
from balai.engine.rules.types import UnknownType, convert

Code = Callable[[Env], Any]

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": op.add,
    "-": op.subtract,
    "*": op.multiply,
    "/": op.divide,
    "**": op.power,
}
_COMPARISONS: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": op.equal,
    "!=": op.unequal,
    "<": op.less,
    "<=": op.less_equal,
    ">": op.greater,
    ">=": op.greater_equal,
}


class Compiler:
    """Compiles nodes; `builtins` are the functions a name may stand for when no variable has it."""

    def __init__(self, builtins: dict[str, Function]) -> None:
        self.builtins = builtins

    def compile(self, node: n.FeelNode) -> Code:
        """Answer the closure of a node."""
        return _MAKERS[type(node)](self, node)

    def test(self, node: n.FeelNode) -> Code:
        """Answer the closure of one unary test; it reads the value under test as `?` and answers a ternary."""
        if isinstance(node, n.UnaryOperator):
            return _unary_operator_test(self, node)
        code = self.compile(node)
        if n.reads_input(node):
            return _boolean_or_membership(code)
        return lambda env: op.satisfies(lookup(env, "?"), code(env))


def lookup(env: Env, name: str) -> Any:
    """Answer the value of a name in a scope or around it; null with a remark where nobody knows it."""
    scope: Env | None = env
    while scope is not None:
        value = scope.vars.get(name, MISSING)
        if value is not MISSING:
            return value
        scope = scope.parent
    env.runtime.note(f"Nothing is named “{name}”.")
    return None


# -- single values -------------------------------------------------------------------------------------------------


def _literal(compiler: Compiler, node: n.Literal) -> Code:
    value = node.value
    return lambda env: value


def _name(compiler: Compiler, node: n.Name) -> Code:
    name = node.name
    builtin = compiler.builtins.get(name) if node.builtin else None

    def read(env: Env) -> Any:
        scope: Env | None = env
        while scope is not None:
            value = scope.vars.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.parent
        if builtin is None:
            env.runtime.note(f"Nothing is named “{name}”.")
        return builtin

    return read


def _path(compiler: Compiler, node: n.Path) -> Code:
    base, name = compiler.compile(node.base), node.member

    def read(env: Env) -> Any:
        value = base(env)
        if type(value) is dict:
            found = value.get(name, MISSING)
            if found is not MISSING:
                return found
        return member(value, name, env.runtime)

    return read


def _negation(compiler: Compiler, node: n.Negation) -> Code:
    operand = compiler.compile(node.operand)
    if isinstance(node.operand, n.Literal):
        value = op.negate(node.operand.value)
        return lambda env: value
    return lambda env: op.negate(operand(env))


def _binary(compiler: Compiler, node: n.Binary) -> Code:
    left, right, sign = compiler.compile(node.left), compiler.compile(node.right), node.operator
    compare = _COMPARISONS.get(sign)
    if compare is not None:
        return lambda env: compare(left(env), right(env))
    calculate = _ARITHMETIC[sign]

    def run(env: Env) -> Any:
        a, b = left(env), right(env)
        try:
            result = calculate(a, b)
        except (ArithmeticError, ValueError) as error:
            env.runtime.note(f"The calculation {sign} has no result: {_reason(error)}.")
            return None
        if result is None:
            env.runtime.note(f"The calculation {sign} is not defined for {kind_of(a)} and {kind_of(b)}.")
        return result

    return run


def _reason(error: Exception) -> str:
    if isinstance(error, ZeroDivisionError):
        return "division by zero"
    return str(error) if isinstance(error, ValueError) else "the number is outside what can be counted"


def kind_of(value: object) -> str:
    """Answer the name of a value's type, for a remark."""
    from balai.engine.rules.types import BUILTIN_TYPES

    if value is None:
        return "null"
    return next((name for name, kind in BUILTIN_TYPES.items() if name != "Any" and kind.accepts(value)), "a value")


def _logic(compiler: Compiler, node: n.Logic) -> Code:
    terms = tuple(compiler.compile(term) for term in node.terms)
    decisive = node.operator == "or"

    def run(env: Env) -> bool | None:
        outcome: bool | None = not decisive
        for term in terms:
            value: object = term(env)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                outcome = None
        return outcome

    return run


def _between(compiler: Compiler, node: n.Between) -> Code:
    value, low, high = compiler.compile(node.value), compiler.compile(node.low), compiler.compile(node.high)
    return lambda env: op.between(value(env), low(env), high(env))


def _instance_of(compiler: Compiler, node: n.InstanceOf) -> Code:
    value, kind = compiler.compile(node.value), node.type

    def run(env: Env) -> bool | None:
        found = value(env)
        if kind is None or isinstance(kind, UnknownType):
            env.runtime.note(f"The type “{kind}” is not known.")
            return None
        if found is None:
            return bool(kind.name == "Null")
        return bool(kind.accepts(found))

    return run


def _if(compiler: Compiler, node: n.If) -> Code:
    condition, yes, no = compiler.compile(node.condition), compiler.compile(node.yes), compiler.compile(node.no)
    return lambda env: yes(env) if condition(env) is True else no(env)


# -- lists, contexts, ranges ---------------------------------------------------------------------------------------


def _list(compiler: Compiler, node: n.ListNode) -> Code:
    items = tuple(compiler.compile(item) for item in node.items)
    return lambda env: [item(env) for item in items]


def _context(compiler: Compiler, node: n.ContextNode) -> Code:
    entries = tuple((key, compiler.compile(value)) for key, value in node.entries)

    def run(env: Env) -> dict[str, object]:
        result: dict[str, object] = {}
        scope = Env(result, env, env.runtime)
        for key, code in entries:
            result[key] = code(scope)
        return result

    return run


def _range(compiler: Compiler, node: n.RangeNode) -> Code:
    low, high = compiler.compile(node.low), compiler.compile(node.high)
    left, right = node.low_included, node.high_included

    def run(env: Env) -> Range | None:
        return make_range(low(env), high(env), left, right, env.runtime)

    return run


def make_range(low: object, high: object, left: bool, right: bool, runtime: Runtime) -> Range | None:
    """Answer the range between two ends that have an order; null where they have none."""
    known = high if low is None else low
    order = op.compare(known, known if high is None else high)
    if order is None:
        runtime.note("The two ends of a range must be of one kind that has an order.")
        return None
    if order > 0:
        runtime.note("The first end of a range lies behind its second.")
        return None
    return Range(low, high, left, right)


def _unary_operator(compiler: Compiler, node: n.UnaryOperator) -> Code:
    operand, sign = compiler.compile(node.operand), node.operator
    return lambda env: unary_range(sign, operand(env))


def unary_range(sign: str, end: object) -> Range | None:
    """Answer the range that a comparison with one side stands for, as in (< 10)."""
    if end is None or (op.compare(end, end) is None and sign not in ("=", "!=")):
        return None
    if sign in ("=", "!="):
        return Range(end, end, sign == "=", sign == "=", sign)
    if sign in ("<", "<="):
        return Range(None, end, False, sign == "<=", sign)
    return Range(end, None, sign == ">=", False, sign)


def _filter(compiler: Compiler, node: n.FilterExpression) -> Code:
    base = compiler.compile(node.base)
    if isinstance(node.condition, n.Literal) and isinstance(node.condition.value, Decimal):
        index = node.condition.value
        return lambda env: _element(_as_list(base(env)), index)
    condition = compiler.compile(node.condition)

    def run(env: Env) -> Any:
        items = _as_list(base(env))
        kept: list[object] = []
        env.runtime.spend(len(items) + 1)
        for position, item in enumerate(items):
            found = condition(element_scope(env, item))
            if found is True:
                kept.append(item)
            elif type(found) is Decimal and position == 0:
                return _element(items, found)
        if not items and type(found := condition(element_scope(env, None))) is Decimal:
            return None
        return kept

    return run


def _as_list(value: object) -> list[object]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _element(items: list[object], index: Decimal) -> object:
    position = whole(index)
    if position is None or position == 0 or abs(position) > len(items):
        return None
    return items[position - 1 if position > 0 else position]


def element_scope(env: Env, item: object) -> Env:
    """Answer the scope of a filter's condition: `item`, and the entries of the element itself."""
    scope = Env({"item": item}, env, env.runtime)
    return Env(item, scope, env.runtime) if isinstance(item, dict) else scope


# -- tests ---------------------------------------------------------------------------------------------------------


def _unary_operator_test(compiler: Compiler, node: n.UnaryOperator) -> Code:
    operand, compare = compiler.compile(node.operand), _COMPARISONS[node.operator]
    return lambda env: compare(lookup(env, "?"), operand(env))


def _boolean_or_membership(code: Code) -> Code:
    def run(env: Env) -> bool | None:
        found = code(env)
        if type(found) is bool or found is None:
            return found
        return op.satisfies(lookup(env, "?"), found)

    return run


def _in(compiler: Compiler, node: n.In) -> Code:
    value = compiler.compile(node.value)
    tests = tuple(_in_test(compiler, test) for test in node.tests)

    def run(env: Env) -> bool | None:
        scope = Env({"?": value(env)}, env, env.runtime)
        outcome: bool | None = False
        for test in tests:
            passed = test(scope)
            if passed is True:
                return True
            if passed is None:
                outcome = None
        return outcome

    return run


def _in_test(compiler: Compiler, node: n.FeelNode) -> Code:
    if isinstance(node, n.ListNode) and any(isinstance(item, n.UnaryOperator) for item in node.items):
        parts = tuple(compiler.test(item) for item in node.items)
        return lambda env: any(part(env) is True for part in parts)
    return compiler.test(node)


def _unary_tests(compiler: Compiler, node: n.UnaryTests) -> Code:
    tests = tuple(compiler.test(test) for test in node.tests)
    if not tests:
        return lambda env: True

    def passes(env: Env) -> bool | None:
        outcome: bool | None = False
        for test in tests:
            passed = test(env)
            if passed is True:
                return True
            if passed is None:
                outcome = None
        return outcome

    if not node.negated:
        return passes
    return lambda env: None if (passed := passes(env)) is None else not passed


# -- loops ---------------------------------------------------------------------------------------------------------


def iteration(compiler: Compiler, iterators: tuple[n.Iterator, ...]) -> Callable[[Env], Iterator[Env] | None]:
    """Answer a closure that walks through all combinations of loop variables, None where a domain is no list."""
    makers = [(it.name, compiler.compile(it.domain), it.end and compiler.compile(it.end)) for it in iterators]

    def walk(env: Env, at: int) -> Iterator[Env]:
        if at == len(makers):
            yield env
            return
        name, domain, end = makers[at]
        for value in elements(domain(env), end(env) if end else MISSING, env.runtime):
            env.runtime.spend(1)
            yield from walk(Env({name: value}, env, env.runtime), at + 1)

    return lambda env: walk(env, 0)


class NotIterable(Exception):
    """The domain of a loop is neither a list nor a range of whole numbers or days."""


def elements(domain: object, end: object, runtime: Runtime) -> Iterator[object]:
    """Walk through the elements of a loop's domain; raises NotIterable."""
    if end is not MISSING:
        return _count(domain, end, True, True)
    if isinstance(domain, Range):
        return _count(domain.low, domain.high, domain.low_included, domain.high_included)
    if domain is None:
        raise NotIterable("A loop needs a list; it got null.")
    return iter(domain if isinstance(domain, list) else [domain])


def _count(low: object, high: object, left: bool, right: bool) -> Iterator[object]:
    first, last, make = _steps(low), _steps(high), _maker(low)
    if first is None or last is None or type(low) is not type(high):
        raise NotIterable("A loop counts from whole number to whole number, or from date to date.")
    if first <= last:
        numbers = range(first if left else first + 1, last + 1 if right else last)
    else:
        numbers = range(first if left else first - 1, last - 1 if right else last, -1)
    return (make(number) for number in numbers)


def _steps(end: object) -> int | None:
    if isinstance(end, AnyDate):
        return epoch_days(end)
    return whole(end)


def _maker(end: object) -> Callable[[int], object]:
    return date_of_days if isinstance(end, AnyDate) else Decimal


def _for(compiler: Compiler, node: n.For) -> Code:
    walk, body = iteration(compiler, node.iterators), compiler.compile(node.body)

    def run(env: Env) -> list[object] | None:
        results: list[object] = []
        scope = Env({"partial": results}, env, env.runtime)
        try:
            for inner in walk(scope) or ():
                results.append(body(inner))
        except NotIterable as error:
            env.runtime.note(str(error))
            return None
        return results

    return run


def _quantified(compiler: Compiler, node: n.Quantified) -> Code:
    walk, condition, every = iteration(compiler, node.iterators), compiler.compile(node.condition), node.every

    def run(env: Env) -> bool | None:
        outcome: bool | None = every
        try:
            for inner in walk(env) or ():
                found = condition(inner)
                if found is (not every):
                    return not every
                if type(found) is not bool:
                    outcome = None
        except NotIterable as error:
            env.runtime.note(str(error))
            return None
        return outcome

    return run


# -- functions -----------------------------------------------------------------------------------------------------


def _function(compiler: Compiler, node: n.FunctionDefinition) -> Code:
    body = external_body(node.body, node.parameters) if node.external else compiler.compile(node.body)
    parameters = tuple(Parameter(name, kind) for name, kind in node.parameters)
    shown = function_type(node, {}, compiler.builtins).returns
    return lambda env: closure(parameters, body, env, shown=shown)


def external_body(mapping: n.FeelNode, parameters: Iterable[tuple[str, Any]]) -> Code | None:
    """Answer what runs an external function: a method of the table for Java, None where it has none."""
    java = written_entries(mapping).get("java")
    entries = written_entries(java) if java is not None else {}
    owner, signature = (getattr(entries.get(key), "value", None) for key in ("class", "method signature"))
    return java_body(owner, signature, tuple(name for name, _ in parameters))


def written_entries(node: n.FeelNode) -> dict[str, n.FeelNode]:
    """Answer the entries of a context as they are written, nothing of anything else."""
    return dict(node.entries) if isinstance(node, n.ContextNode) else {}


def java_body(owner: object, signature: object, names: tuple[str, ...]) -> Code | None:
    """Answer a closure that calls a method of the table with the parameters of these names, None where it has none."""
    method = find_method(owner, signature)
    return None if method is None else lambda env: method([env.vars[name] for name in names])


def closure(
    parameters: tuple[Parameter, ...],
    body: Code | None,
    env: Env,
    name: str = "",
    returns: Any = None,
    shown: Any = None,
) -> Function:
    """Answer a function value over the scope it was written in; without a body (external) it answers null.

    Its result is held to `returns`; `shown` is only what `instance of` may tell of it.
    """
    names = tuple(parameter.name for parameter in parameters)

    def call(runtime: Runtime, arguments: list[Any]) -> object:
        if body is None:
            runtime.note("A function written in another language is not run here; its answer is null.")
            return None
        result = body(Env(dict(zip(names, arguments, strict=True)), env, runtime))
        fitting = convert(result, returns)
        if fitting is MISSING:
            runtime.note(f"The result of {name or 'a function'} is not of the type {returns}.")
            return None
        return fitting

    return Function(name, parameters, call, returns=returns or shown)


def _call(compiler: Compiler, node: n.FunctionCall) -> Code:
    arguments, names = tuple(compiler.compile(argument) for argument in node.arguments), node.names
    if isinstance(node.function, n.Name) and node.function.builtin:
        known = compiler.builtins[node.function.name]
        return lambda env: invoke(known, env.runtime, [argument(env) for argument in arguments], names)
    function = compiler.compile(node.function)
    spare = compiler.builtins.get(node.function.name) if isinstance(node.function, n.Name) else None

    def run(env: Env) -> object:
        called = function(env)
        if spare is not None and not isinstance(called, Function):
            # A variable such as `date` hides the built-in of its name; as it cannot be called, the built-in is meant.
            called = spare
        return invoke(called, env.runtime, [argument(env) for argument in arguments], names)

    return run


_MAKERS: dict[type, Callable[[Compiler, Any], Code]] = {
    n.Literal: _literal,
    n.Name: _name,
    n.Path: _path,
    n.Negation: _negation,
    n.Binary: _binary,
    n.Logic: _logic,
    n.Between: _between,
    n.InstanceOf: _instance_of,
    n.If: _if,
    n.ListNode: _list,
    n.ContextNode: _context,
    n.RangeNode: _range,
    n.UnaryOperator: _unary_operator,
    n.UnaryTests: _unary_tests,
    n.FilterExpression: _filter,
    n.In: _in,
    n.For: _for,
    n.Quantified: _quantified,
    n.FunctionDefinition: _function,
    n.FunctionCall: _call,
}
