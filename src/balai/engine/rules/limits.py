"""What a model may use up: length, depth, steps, size. A hostile model meets a plain sentence, not a full machine."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

MAX_TEXT = 200_000  # characters of one expression
MAX_NESTING = 60  # brackets, conditions and functions inside each other
MAX_CHAIN = 200  # operators one after the other, as in a + b + c
MAX_CALLS = 70  # functions that are waiting for each other
MAX_STEPS = 1_000_000  # loop rounds, calls and list elements of one evaluation
MAX_STRING = 1_000_000  # characters of one computed text
MAX_PROBLEMS = 100  # remarks kept for one evaluation
MAX_FILE = 5_000_000  # bytes of one DMN file
MAX_ELEMENTS = 200_000  # XML elements of one DMN file
MAX_ENTRIES = 1_000  # entries of one context as it is written
MAX_FAULTS = 200  # faults told of one set of files


class LimitReached(Exception):
    """An evaluation used up what it is allowed; its answer is null, with this sentence as the problem."""


@dataclass(slots=True)
class Runtime:
    """What one evaluation carries along: the given moment, what is left of its budget, what went wrong, what fired."""

    now: datetime | None = None
    steps: int = MAX_STEPS
    calls: int = 0
    problems: list[str] = field(default_factory=list)
    trace: list[Any] | None = None
    missing: list[str] = field(default_factory=list)

    def spend(self, steps: int) -> None:
        """Take steps off the budget; raises LimitReached when it is used up."""
        self.steps -= steps
        if self.steps < 0:
            raise LimitReached(f"The evaluation was stopped after {MAX_STEPS} steps; simplify the loops or the data.")

    def note(self, problem: str) -> None:
        """Keep a remark about why a value became null."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)


class Env:
    """One scope at run time: names to values, and the scope around it."""

    __slots__ = ("parent", "runtime", "vars")

    def __init__(self, variables: dict[str, object], parent: "Env | None", runtime: Runtime) -> None:
        self.vars = variables
        self.parent = parent
        self.runtime = runtime
