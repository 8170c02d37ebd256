"""The expressions inside a form: FEEL over the form's own answers and the names made by the host."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from balai.engine.rules import Expression, compile_expression


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A compiled FEEL expression with its source and the line it stands on."""

    source: str
    expression: Expression
    file: str = ""
    line: int = 0

    @property
    def reads(self) -> frozenset[str]:
        """Answer the first names it may look at, those inside filters included."""
        return self.expression.names

    @property
    def paths(self) -> frozenset[tuple[str, ...]]:
        """Answer the paths it surely reads from outside; a name inside a filter may be a member of the element."""
        loose = self.expression.maybe_names
        return frozenset(path for path in self.expression.paths if path[0] not in loose)

    def answer(self, data: Mapping[str, object], *, now: datetime | None = None) -> object:
        """Answer the expression's value over the data, None where FEEL answers null."""
        return self.expression.evaluate(data, now=now)

    def holds(self, data: Mapping[str, object], *, now: datetime | None = None) -> bool:
        """Tell whether the answer is true; null is not."""
        return self.answer(data, now=now) is True


def compile_condition(source: str, *, file: str = "", line: int = 0, element: str = "") -> Condition:
    """Compile a FEEL expression.

    :raises Problems: when it is not FEEL.
    """
    return Condition(source, compile_expression(source, file=file, line=line, element=element), file, line)
