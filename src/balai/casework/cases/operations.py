"""Operations: typed work that a service task does, registered by the apps that can do it.

What an operation takes and gives stands in the engine (`manifest.OPERATIONS`); a room tells its own in `operations` of room.yaml.

Two kinds, as in the outbox. An `operation` runs in the worker's transaction, so that its effect and its acknowledgement are one.
An `errand` is slow or acts on the world (a letter typeset and sealed, a registry asked): it runs outside any transaction and
hands back a `Finish` for the transaction that completes the step. Both give the outputs that are written under the task's
element id, or raise `Failed` with a code for the process to take.
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


class Waits(Exception):
    """The operation has begun and ends later: whoever ends it completes or fails its token, or a timer at its border does."""


@dataclass(frozen=True, slots=True)
class OperationCall:
    """One operation to be done: for which case, step and token, with which inputs; `id` is the same on every repetition."""

    id: UUID
    case: CaseRow
    service: manifest.Service
    step: manifest.Step
    token: str
    inputs: Mapping[str, Any]
    now: datetime
    attempts: int = 1  # this one counted


Operation = Callable[[OperationCall], Mapping[str, Any]]
Finish = Callable[[], Mapping[str, Any]]
Errand = Callable[[OperationCall], Finish]
_OPERATIONS: dict[str, Operation] = {}
_ERRANDS: dict[str, Errand] = {}


def operation(name: str) -> Callable[[Operation], Operation]:
    """Register a function as the operation `name` of service folders."""

    def register(function: Operation) -> Operation:
        _OPERATIONS[name] = function
        return function

    return register


def errand(name: str) -> Callable[[Errand], Errand]:
    """Register a function that acts outside any transaction as the operation `name` of service folders."""

    def register(function: Errand) -> Errand:
        _ERRANDS[name] = function
        return function

    return register


def get(name: str) -> Operation:
    """Fetch an operation. :raises Failed: `unknown-operation` when no app of this installation offers it."""
    try:
        return _OPERATIONS[name]
    except KeyError:
        raise Failed("unknown-operation", f"no app offers {name}") from None


def find_errand(name: str) -> Errand | None:
    """Find an operation that acts outside any transaction; None when this one does not."""
    return _ERRANDS.get(name)


def done_by(package: str) -> list[str]:
    """List the operations that the modules of one package do."""
    found = {**_OPERATIONS, **_ERRANDS}
    return sorted(name for name, function in found.items() if function.__module__.startswith(f"{package}."))


def names() -> list[str]:
    """List the operations of this installation."""
    return sorted({*_OPERATIONS, *_ERRANDS})
