"""Texts of a drawing that are expressions: FEEL only, in the author's words where they are not."""

import re
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeAlias

from balai.engine.problems import Problem, Problems
from balai.engine.process.bpmn_model import Element
from balai.engine.process.timers import TimerExpression

ExpressionCompiler: TypeAlias = Callable[..., TimerExpression]
# Editors write FEEL's or XPath's address by default, so only names that clearly mean another language are refused.
OTHER_LANGUAGES = ("javascript", "ecmascript", "groovy", "python", "java", "juel", "ruby", "mvel", "kotlin", "c#")

EXAMPLE = 'status = "ok" and amount > 3'
_WORDS = {"&&": " and ", "||": " or ", "==": " = ", "eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_PIECE = re.compile(r"""\s*("[^"\\]*"|'[^'"\\]*'|&&|\|\||[=!<>]=|[\w.]+|[-+*/()<>!])\s*""")


def to_feel(text: str) -> str:
    """Return in FEEL what a simple expression of the other language (JUEL) says, "" where that is not sure.

    Operators, names, numbers and texts are translated; calls of methods, indexes, `?:`, `empty` and `%` are not.
    """
    pieces: list[str] = []
    at = 0
    while at < len(text):
        found = _PIECE.match(text, at)
        if found is None:
            return ""
        pieces.append(found[1])
        at = found.end()
    words = [_WORDS.get(piece, piece).strip() for piece in pieces]
    called = any(
        before[-1].isalnum() and after == "(" and before not in ("and", "or") for before, after in pairwise(words)
    )
    unclear = words.count("(") != words.count(")") or words[-1:] == ["!"]
    if called or unclear or set(words) & {"empty", "div", "mod", "instanceof"}:
        return ""
    return " ".join(_negated([f'"{word[1:-1]}"' if word[0] == "'" else word for word in words]))


def _negated(words: list[str]) -> list[str]:
    """Return the words with `!` before a name or a bracket as FEEL's not(…)."""
    done: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word != "!":
            done.append(word)
            continue
        depth, inner = 0, 0
        while inner < len(rest):
            depth += {"(": 1, ")": -1}.get(rest[inner], 0)
            inner += 1
            if depth == 0 and rest[inner - 1] != "!":
                break
        whole, rest = rest[:inner], rest[inner:]
        bare = whole[1:-1] if whole[:1] == ["("] else whole
        done.append(f"not({' '.join(_negated(bare))})")
    return done


class Texts:
    """Compiles the expressions of one file and collects its problems."""

    def __init__(self, file: str, compiler: ExpressionCompiler | None) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._compiler = compiler

    def problem(self, element: Element, message: str, fix: str) -> None:
        """Note a fault of an element."""
        self.problems.append(Problem(message, fix, self.file, element.line, element.id))

    def expression(self, element: Element, text: str, language: str, empty: str) -> TimerExpression | None:
        """Compile a FEEL text of an element; None, with a problem noted, where it is none."""
        text = text.strip()
        if text.startswith(("${", "#{")):
            self.problem(element, f"{text!r} is not FEEL.", self._advice(text, element))
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

    def _advice(self, text: str, element: Element) -> str:
        """Say what to write in the place of a framed expression; what is not surely its meaning is not offered."""
        feel = to_feel(text[2:].removesuffix("}"))
        try:
            if feel:
                self._compile(feel, element)
                return f"Write it without the frame: {feel}"
        except Problems:
            pass
        return f"It cannot be translated by itself. Write the condition in FEEL, for example: {EXAMPLE}"

    def _compile(self, text: str, element: Element) -> TimerExpression:
        if self._compiler is None:
            # Imported late: the rules are only needed by drawings that hold expressions.
            from balai.engine.rules import compile_expression

            self._compiler = compile_expression
        return self._compiler(text, file=self.file, line=element.line, element=element.id)


def true(expression: TimerExpression, scope: Any, now: datetime) -> bool:
    """Evaluate a condition; only FEEL's true is true, null is not."""
    return expression.evaluate(scope, now=now) is True
