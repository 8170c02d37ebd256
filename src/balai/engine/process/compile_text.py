"""Texts of a drawing that are expressions: FEEL only, in the author's words where they are not."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from balai.engine.problems import Problem, Problems
from balai.engine.process.model import Element
from balai.engine.process.timers import Expression

ExpressionCompiler: TypeAlias = Callable[..., Expression]
# Editors write FEEL's or XPath's address by default, so only names that clearly mean another language are refused.
OTHER_LANGUAGES = ("javascript", "ecmascript", "groovy", "python", "java", "juel", "ruby", "mvel", "kotlin", "c#")


class Texts:
    """Compiles the expressions of one file and collects its problems."""

    def __init__(self, file: str, compiler: ExpressionCompiler | None) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._compiler = compiler

    def problem(self, element: Element, message: str, fix: str) -> None:
        """Note a fault of an element."""
        self.problems.append(Problem(message, fix, self.file, element.line, element.id))

    def expression(self, element: Element, text: str, language: str, empty: str) -> Expression | None:
        """Compile a FEEL text of an element; None, with a problem noted, where it is none."""
        text = text.strip()
        if text.startswith(("${", "#{")):
            inner = text[2:].rstrip("}").replace("==", "=")
            self.problem(element, f"{text!r} is not FEEL.", f"Write it without the frame, for example: {inner}")
            return None
        if any(name in language.lower() for name in OTHER_LANGUAGES):
            self.problem(element, f"The language {language!r} is not run here.", "Write the expression in FEEL.")
            return None
        text = text.removeprefix("=").strip()
        if not text:
            self.problem(element, empty, "Write it in FEEL, or remove it.")
            return None
        try:
            return self._compile(text, element)
        except Problems as problems:
            self.problems.extend(problems.problems)
            return None

    def _compile(self, text: str, element: Element) -> Expression:
        if self._compiler is None:
            # Imported late: the rules are only needed by drawings that hold expressions.
            from balai.engine.rules import compile_expression

            self._compiler = compile_expression
        return self._compiler(text, file=self.file, line=element.line, element=element.id)


def true(expression: Expression, scope: Any, now: datetime) -> bool:
    """Evaluate a condition; only FEEL's true is true, null is not."""
    return expression.evaluate(scope, now=now) is True
