"""Boxed expressions: the pictures of FEEL in a DMN model, compiled to closures. Source: DMN 1.5, 10.2.1."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from balai.engine.problems import Problem
from balai.engine.rules import nodes as n
from balai.engine.rules import types
from balai.engine.rules.builtins import BUILTINS, NAMES
from balai.engine.rules.calls import invoke
from balai.engine.rules.dmn_xml import EXPRESSIONS, DmnElement
from balai.engine.rules.expressions import TOO_DEEP, syntax_problem
from balai.engine.rules.feel_compiler import Code, Compiler, NotIterable, closure, element_scope, elements, java_body
from balai.engine.rules.feel_values import MISSING, Parameter
from balai.engine.rules.freenames import builtin_names, free_paths
from balai.engine.rules.items import ItemTypes
from balai.engine.rules.lexer import FeelSyntaxError
from balai.engine.rules.limits import MAX_FAULTS, MAX_NESTING, Env
from balai.engine.rules.parser import NameTable, Parser, Vocabulary
from balai.engine.rules.types import Type, convert

_COMPILER = Compiler(BUILTINS)
_FEEL = ("", "feel", "https://www.omg.org/spec/DMN/20230324/FEEL/")


def null(env: Env) -> object:
    """Answer null, for what could not be compiled."""
    return None


@dataclass(slots=True)
class Workshop:
    """What all expressions of one model share: its file, its types, the names of members, and the lists of faults and remarks."""

    file: str
    types: ItemTypes
    members: frozenset[str]
    problems: list[Problem]
    member_names: NameTable = field(default_factory=NameTable)
    tables: list[Any] = field(default_factory=list)  # the decision tables that were compiled
    remarks: list[Problem] = field(default_factory=list)

    def report(self, element: DmnElement, owner: str, message: str, fix: str) -> None:
        """Note a fault of an element."""
        self.add(Problem(message, fix, self.file, element.line, owner))

    def add(self, problem: Problem) -> None:
        """Keep a fault, once, until there are more than anybody would read."""
        if len(self.problems) < MAX_FAULTS and problem not in self.problems:
            self.problems.append(problem)


@dataclass(frozen=True, slots=True)
class BoxedSite:
    """Where an expression stands: the workshop, the element it belongs to, the names known there, and how deep."""

    shop: Workshop
    owner: str
    names: frozenset[str]
    depth: int = 0

    def knowing(self, names: Iterable[str]) -> "BoxedSite":
        """Answer the same place with more names known."""
        return replace(self, names=self.names | set(names))

    def report(self, element: DmnElement, message: str, fix: str) -> None:
        """Note a fault of an element here."""
        self.shop.report(element, self.owner, message, fix)

    def type(self, element: DmnElement, name: str) -> Type | None:
        """Answer the type that a typeRef names."""
        return self.shop.types.refer(element, name)

    def vocabulary(self, extra: Iterable[str] = ()) -> Vocabulary:
        """Answer what an expression here may name."""
        known = self.shop.types
        return Vocabulary(self.names | set(extra), self.shop.member_names, known.find, known.names, NAMES)

    def feel(self, element: DmnElement, text: str) -> Code:
        """Compile the text of an expression."""
        node = self.node(element, text)
        return null if node is None else _COMPILER.compile(node)

    def node(self, element: DmnElement, text: str) -> n.FeelNode | None:
        """Read the text of an expression, None with a fault where it is no FEEL."""
        return self._read(element, text, lambda: Parser(text, self.vocabulary()).expression(), frozenset())

    def tests(self, element: DmnElement, text: str) -> n.UnaryTests | None:
        """Read the text of a cell, None with a fault where it is no FEEL."""

        def read() -> n.FeelNode:
            # The reader cuts the text when it is made, so making it is what must not escape.
            return Parser(text, self.vocabulary(("?",))).unary_tests() if text else n.UnaryTests(())

        return self._read(element, text, read, frozenset({"?"}))  # type: ignore[return-value]

    def _read(
        self, element: DmnElement, text: str, read: Callable[[], n.FeelNode], more: frozenset[str]
    ) -> n.FeelNode | None:
        try:
            node = read()
        except FeelSyntaxError as error:
            self.shop.add(syntax_problem(text, error, self.shop.file, element.line, self.owner))
            return None
        except RecursionError:
            self.report(element, TOO_DEEP, "Split the expression.")
            return None
        for path in sorted(free_paths(node)[0]):
            if path[0] not in self.names | more | builtin_names(node):
                fix = (
                    f'Correct the name, draw the requirement that brings it here, or write "{path[0]}" if it is a text.'
                )
                self.report(element, f"Nothing is named “{path[0]}” here.", fix)
        return node


def node_code(node: n.FeelNode) -> Code:
    """Compile a node that was read before."""
    return _COMPILER.compile(node)


def test_code(node: n.UnaryTests) -> Code:
    """Compile the tests of a cell."""
    return _COMPILER.compile(node)


def single_test_code(node: n.FeelNode) -> Code:
    """Compile one test of a cell."""
    return _COMPILER.test(node)


def compile_boxed(element: DmnElement, place: BoxedSite) -> Code:
    """Compile any boxed expression, with the type it declares."""
    if place.depth > MAX_NESTING:
        place.report(element, f"Expressions are boxed deeper than {MAX_NESTING} levels.", "Split the decision.")
        return null
    code = _BOXES[element.name](element, replace(place, depth=place.depth + 1))
    if element.name in ("decisionTable", "functionDefinition"):
        return code
    return typed(code, place.type(element, element.get("typeRef")), place.owner)


def compile_part(element: DmnElement, part: str, place: BoxedSite) -> Code:
    """Compile the boxed expression inside a named part, such as `then`."""
    found = element.child(part)
    inner = found.expression if found is not None else None
    if inner is None:
        place.report(element, f"The {element.name} has no {part}.", "Fill it in.")
        return null
    return compile_boxed(inner, place)


def typed(code: Code, kind: Type | None, owner: str) -> Code:
    """Answer a closure whose value is of a type, null with a remark where it is not."""
    if kind is None:
        return code

    def run(env: Env) -> object:
        value = convert(code(env), kind)
        if value is MISSING:
            env.runtime.note(f"The value of {owner} is not of the type {kind}.")
            return None
        return value

    return run


def _literal(element: DmnElement, place: BoxedSite) -> Code:
    text, language = element.text_of("text"), element.get("expressionLanguage")
    if language.lower() not in _FEEL and "FEEL" not in language:
        place.report(element, f"The expression language {language} is not run.", "Write the expression in FEEL.")
        return null
    if not text:
        return null
    return place.feel(element.child("text") or element, text)


def _context(element: DmnElement, place: BoxedSite) -> Code:
    entries: list[tuple[str, Code]] = []
    result: Code | None = None
    for entry in element.all("contextEntry"):
        variable, inner = entry.child("variable"), entry.expression
        if inner is None:
            continue
        code = compile_boxed(inner, place)
        if variable is None:
            result = code
            continue
        name = variable.get("name")
        entries.append((name, typed(code, place.type(variable, variable.get("typeRef")), f"{place.owner}.{name}")))
        place = place.knowing((name,))

    def run(env: Env) -> object:
        made: dict[str, object] = {}
        scope = Env(made, env, env.runtime)
        for name, code in entries:
            made[name] = code(scope)
        return made if result is None else result(scope)

    return run


def _list(element: DmnElement, place: BoxedSite) -> Code:
    items = tuple(compile_boxed(item, place) for item in element if item.name in EXPRESSIONS)
    return lambda env: [item(env) for item in items]


def _relation(element: DmnElement, place: BoxedSite) -> Code:
    columns = tuple(column.get("name") for column in element.all("column"))
    rows = tuple(
        tuple(compile_boxed(cell, place) for cell in row if cell.name in EXPRESSIONS) for row in element.all("row")
    )
    if any(len(row) != len(columns) for row in rows):
        place.report(element, "A row of the relation has more or fewer cells than there are columns.", "Fill the row.")
        return null
    return lambda env: [{name: cell(env) for name, cell in zip(columns, row, strict=True)} for row in rows]


def _invocation(element: DmnElement, place: BoxedSite) -> Code:
    called = element.expression
    if called is None:
        place.report(element, "The invocation does not say what it calls.", "Name a function.")
        return null
    function = compile_boxed(called, place)
    names: list[str] = []
    arguments: list[Code] = []
    for binding in element.all("binding"):
        parameter, inner = binding.child("parameter"), binding.expression
        if parameter is None:
            place.report(binding, "A binding names no parameter.", "Name it.")
            continue
        names.append(parameter.get("name"))
        code = null if inner is None else compile_boxed(inner, place)
        arguments.append(typed(code, place.type(parameter, parameter.get("typeRef")), place.owner))
    return lambda env: invoke(function(env), env.runtime, [argument(env) for argument in arguments], names)


def _conditional(element: DmnElement, place: BoxedSite) -> Code:
    condition, yes, no = (compile_part(element, part, place) for part in ("if", "then", "else"))
    return lambda env: yes(env) if condition(env) is True else no(env)


def _filter(element: DmnElement, place: BoxedSite) -> Code:
    base = compile_part(element, "in", place)
    # The entries of the elements are known inside the condition, whatever they are called.
    match = compile_part(element, "match", place.knowing({"item"} | place.shop.members))

    def run(env: Env) -> object:
        items = base(env)
        if items is None:
            return None
        kept: list[object] = []
        for item in items if isinstance(items, list) else [items]:
            env.runtime.spend(1)
            found = match(element_scope(env, item))
            if type(found) is not bool:
                env.runtime.note("The condition of a filter is neither true nor false.")
                return None
            if found:
                kept.append(item)
        return kept

    return run


def _loop_values(element: DmnElement, place: BoxedSite) -> tuple[Callable[[Env], Any], str]:
    domain = compile_part(element, "in", place)
    return lambda env: elements(domain(env), MISSING, env.runtime), element.get("iteratorVariable")


def _for(element: DmnElement, place: BoxedSite) -> Code:
    values, name = _loop_values(element, place)
    body = compile_part(element, "return", place.knowing((name, "partial")))

    def run(env: Env) -> object:
        results: list[object] = []
        try:
            for value in values(env):
                env.runtime.spend(1)
                results.append(body(Env({"partial": results, name: value}, env, env.runtime)))
        except NotIterable as error:
            env.runtime.note(str(error))
            return None
        return results

    return run


def _quantified(element: DmnElement, place: BoxedSite) -> Code:
    values, name = _loop_values(element, place)
    condition = compile_part(element, "satisfies", place.knowing((name,)))
    every = element.name == "every"

    def run(env: Env) -> bool | None:
        outcome: bool | None = every
        try:
            for value in values(env):
                env.runtime.spend(1)
                found = condition(Env({name: value}, env, env.runtime))
                if found is (not every):
                    return not every
                outcome = outcome if type(found) is bool else None
        except NotIterable as error:
            env.runtime.note(str(error))
            return None
        return outcome

    return run


def formal_parameters(element: DmnElement, place: BoxedSite) -> tuple[Parameter, ...]:
    """Answer the formal parameters of a function definition."""
    found = element.all("formalParameter")
    return tuple(Parameter(part.get("name"), place.type(part, part.get("typeRef"))) for part in found)


def _function(element: DmnElement, place: BoxedSite) -> Code:
    parameters, body, returns = function_parts(element, place)
    return lambda env: closure(parameters, body, env, place.owner, returns)


def function_parts(element: DmnElement, place: BoxedSite) -> tuple[tuple[Parameter, ...], Code | None, Type | None]:
    """Compile a function definition: its parameters, its body (None when it is external) and the type of its result."""
    parameters = formal_parameters(element, place)
    kind = place.type(element, element.get("typeRef"))
    returns = types.bare(kind)
    result = returns.returns if isinstance(returns, types.FunctionType) else kind
    inner = element.expression
    if element.get("kind", "FEEL") != "FEEL":
        return parameters, _external(element, inner, parameters, place), result
    if inner is None:
        return parameters, null, result
    return parameters, compile_boxed(inner, place.knowing(parameter.name for parameter in parameters)), result


def _external(
    element: DmnElement, inner: DmnElement | None, parameters: tuple[Parameter, ...], place: BoxedSite
) -> Code | None:
    """Answer what runs a function that names a method of Java; one that the table has not is told."""
    written = {
        variable.get("name"): value.text_of("text").strip().strip('"')
        for entry in (inner.all("contextEntry") if inner is not None else ())
        if (variable := entry.child("variable")) is not None and (value := entry.expression) is not None
    }
    names = tuple(parameter.name for parameter in parameters)
    body = java_body(written.get("class"), written.get("method signature"), names)
    if body is None:
        message = (
            f"No function of another language is run here, and {written.get('class', 'this one')} is not in the table."
        )
        place.report(element, message, "Write the function in FEEL; what Java's Math and String have is known.")
    return body


def _table(element: DmnElement, place: BoxedSite) -> Code:
    from balai.engine.rules.table_xml import compile_table

    return compile_table(element, place)


_BOXES: dict[str, Callable[[DmnElement, BoxedSite], Code]] = {
    "literalExpression": _literal,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
    "functionDefinition": _function,
    "decisionTable": _table,
}
