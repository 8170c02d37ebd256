"""What is wrong with an author's file, in words the author can act on.

Every compiler of the engine collects all problems of a file and raises them together as one `Problems`.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one file: what is wrong, where, and what to do about it.

    `line` is 1-based, 0 when unknown; `element` is the id of the BPMN element, DMN decision, field or key.
    """

    message: str
    fix: str = ""
    file: str = ""
    line: int = 0
    element: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = " ".join(part for part in (place, f"[{self.element}]" if self.element else "") if part)
        text = f"{where}: {self.message}" if where else self.message
        return f"{text} {self.fix}".rstrip()


class Unreadable(Problem):
    """A file that cannot be read at all; whatever else would be told of it only follows from that."""


class Problems(ValueError):
    """All faults found in an author's files; never raised empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        assert self.problems, "Problems needs at least one problem"
        super().__init__("\n".join(str(problem) for problem in self.problems))
