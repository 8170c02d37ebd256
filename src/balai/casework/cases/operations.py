"""Operations: typed work that a service task does, registered by the apps that can do it.

An operation runs in the worker as a listener, so its effect and its acknowledgement share one transaction. It gives the outputs
that are written under the task's element id, or raises `Failed` with a code for the process to take.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.casework.cases.queries import CaseRow
from balai.engine import manifest


class Failed(Exception):
    """The operation cannot succeed by trying again; the process decides what follows."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        super().__init__(message or code)


@dataclass(frozen=True, slots=True)
class Call:
    """One operation to be done: for which case and step, with which inputs; `id` is the same on every repetition."""

    id: UUID
    case: CaseRow
    service: manifest.Service
    step: manifest.Step
    inputs: Mapping[str, Any]
    now: datetime


Operation = Callable[[Call], Mapping[str, Any]]
_OPERATIONS: dict[str, Operation] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register a function as the operation `name` of service folders."""

    def register(function: Operation) -> Operation:
        _OPERATIONS[name] = function
        return function

    return register


def get(name: str) -> Operation:
    """Fetch an operation. :raises Failed: `unknown-operation` when no app of this installation offers it."""
    try:
        return _OPERATIONS[name]
    except KeyError:
        raise Failed("unknown-operation", f"no app offers {name}") from None


def names() -> list[str]:
    """List the operations of this installation."""
    return sorted(_OPERATIONS)
