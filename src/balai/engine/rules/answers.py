"""What a model answers: the value, and why, in a form a citizen can be shown."""

from dataclasses import dataclass

from balai.engine.rules.limits import Runtime


@dataclass(frozen=True, slots=True)
class Reason:
    """One rule that fired: of which decision and table, which row, its annotations, what it read and what it answered."""

    decision: str
    table_id: str
    rule_id: str
    rule_number: int
    annotations: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, object], ...]
    outputs: object


class Answer:
    """The answer of a decision; reasons are put together when they are asked for."""

    __slots__ = ("decision", "model_version", "problems", "trace", "value")

    def __init__(self, value: object, runtime: Runtime, model_version: str, decision: str) -> None:
        self.value = value
        self.problems: tuple[str, ...] = tuple(runtime.problems)
        self.trace = tuple(runtime.trace or ())
        self.model_version = model_version
        self.decision = decision
