"""Compile FEEL for use alone: in form conditions, computed fields, gateways and bindings of steps."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Protocol, TypeVar

from balai.engine.problems import Problem, Problems
from balai.engine.rules import nodes as n
from balai.engine.rules.builtins import BUILTINS, NAMES
from balai.engine.rules.feel_compiler import Code, Compiler
from balai.engine.rules.freenames import builtin_names, free_paths
from balai.engine.rules.from_python import take
from balai.engine.rules.inference import type_of
from balai.engine.rules.lexer import FeelSyntaxError
from balai.engine.rules.limits import Env, LimitReached, Runtime
from balai.engine.rules.parser import Parser, Vocabulary

_COMPILER = Compiler(BUILTINS)


class Expression:
    """A compiled expression, or the compiled tests of a cell; it holds no state and may be shared between threads."""

    __slots__ = ("_code", "_roots", "maybe_names", "names", "node", "paths", "text")

    def __init__(self, text: str, node: n.FeelNode, code: Code, known: frozenset[str]) -> None:
        self.text = text
        self.node = node
        self._code = code
        paths, loose = free_paths(node)
        # Where the scope is known, a built-in's name that is no variable there is the built-in itself.
        own = {"?"} | (builtin_names(node) - known if known else set())
        sure = {path for path in paths if path[0] not in own}
        inside = {path for path in loose if not known or path[0] in known}
        self.paths: frozenset[tuple[str, ...]] = frozenset(sure | inside)
        self.names: frozenset[str] = frozenset(path[0] for path in self.paths)
        self.maybe_names: frozenset[str] = frozenset(path[0] for path in loose)
        self._roots = self.names | self.maybe_names | {"?"}

    @property
    def gives(self) -> str:
        """Tell the type of its value as far as its form alone shows it, "Any" where that is not enough."""
        return str(type_of(self.node, {}, BUILTINS))

    def evaluate(self, scope: Mapping[str, object], *, now: datetime | None = None) -> object:
        """Answer the value in a scope; null where FEEL says so, never an exception for a fault of the expression."""
        return self.evaluate_with_problems(scope, now=now)[0]

    def evaluate_with_problems(
        self, scope: Mapping[str, object], *, now: datetime | None = None
    ) -> tuple[object, tuple[str, ...]]:
        """Answer the value, and remarks about what became null on the way."""
        runtime = Runtime(now)
        variables = {name: take(scope[name]) for name in self._roots if name in scope}
        value = guarded(self._code, Env(variables, None, runtime))
        return value, tuple(runtime.problems)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


class _Running(Protocol):
    """Anything that carries the evaluation along: a scope, or the session of a model."""

    runtime: Runtime


R = TypeVar("R", bound=_Running)


def guarded(code: Callable[[R], object], scope: R) -> object:
    """Run a closure; where it goes beyond a limit the answer is null, with the reason as a remark."""
    try:
        return code(scope)
    except LimitReached as error:
        scope.runtime.note(str(error))
    except (RecursionError, MemoryError):
        scope.runtime.note("The evaluation was stopped: it goes too deep or becomes too large.")
    return None


def compile_expression(
    text: str, *, file: str = "", line: int = 0, element: str = "", names: Iterable[str] = ()
) -> Expression:
    """Compile one FEEL expression; `names` are the variables it may read, needed where they hold spaces or signs.

    :raises Problems: the text is not FEEL; says what is wrong and where.
    """
    return _compile(text, file, line, element, frozenset(names), tests=False)


def compile_unary_tests(
    text: str, *, file: str = "", line: int = 0, element: str = "", names: Iterable[str] = ()
) -> Expression:
    """Compile the tests of a decision table's cell; the value under test is read from the scope as `?`.

    :raises Problems: the text is not FEEL; says what is wrong and where.
    """
    return _compile(text, file, line, element, frozenset(names), tests=True)


def _compile(text: str, file: str, line: int, element: str, names: frozenset[str], *, tests: bool) -> Expression:
    try:
        return _compiled(text, names, tests=tests)
    except FeelSyntaxError as error:
        raise Problems([syntax_problem(text, error, file, line, element)]) from error
    except RecursionError as error:
        # The bounds on nesting hold this off, unless the caller itself stands deep already.
        raise Problems([Problem(TOO_DEEP, "Split the expression.", file, line, element)]) from error


@lru_cache(
    maxsize=4096
)  # every version of a service says most of its conditions again, and so does every reading of its folder
def _compiled(text: str, names: frozenset[str], *, tests: bool) -> Expression:
    parser = Parser(text, Vocabulary(names | {"?"} if tests else names, builtins=NAMES))
    node = parser.unary_tests() if tests else parser.expression()
    return Expression(text, node, _COMPILER.compile(node), names)


TOO_DEEP = "The expression is nested too deep."


def syntax_problem(text: str, error: FeelSyntaxError, file: str, line: int, element: str) -> Problem:
    """Say where an expression is no FEEL, in the words of its author."""
    before = text[: error.position]
    excerpt = text[max(0, error.position - 25) : error.position + 25].replace("\n", " ")
    message = f"This is not a FEEL expression: {error} (character {error.position + 1}, near “{excerpt}”)"
    where = line + before.count("\n") if line else 0
    return Problem(message, "Correct the expression; texts stand in straight quotes.", file, where, element)
