"""A decision model, ready to be asked: what it can decide, its answers with reasons, and what would change them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from balai.engine.problems import Problem
from balai.engine.rules import types
from balai.engine.rules.answers import Answer
from balai.engine.rules.changes import Audience, Change, changes
from balai.engine.rules.coverage import InputValues, review_table
from balai.engine.rules.expressions import guarded
from balai.engine.rules.feel_values import MISSING, Function
from balai.engine.rules.from_python import take
from balai.engine.rules.limits import Runtime
from balai.engine.rules.requirements_graph import KINDS, DrgElement, Module, Session
from balai.engine.rules.types import convert


@dataclass(frozen=True, slots=True)
class InputInfo:
    """A question a decision asks: its name, the type as the author named it, and the values it allows, "" for all."""

    name: str
    type: str
    allowed: str = ""


@dataclass(frozen=True, slots=True)
class DecisionInfo:
    """What a model can decide: the decision, the input data it needs directly or through others, its type."""

    id: str
    name: str
    inputs: tuple[InputInfo, ...]
    type: str


class DecisionModel:
    """A checked set of DMN files; it holds no state between questions and may be shared between threads."""

    def __init__(self, main: Module, modules: list[Module], version: str, faults: tuple[Problem, ...]) -> None:
        self.version = version
        self.faults = faults
        self._main = main
        self._modules = modules
        self._find = _by_name(main, modules)
        self._imports = frozenset(name for name, _ in main.imports if name)

    @property
    def service_outputs(self) -> dict[str, tuple[str, ...]]:
        """The decision services by name, each with the names of its output decisions."""
        services = [item for item in self._main.items.values() if item.kind == "decisionService"]
        return {item.name: item.outputs for item in services}

    @property
    def decisions(self) -> tuple[DecisionInfo, ...]:
        """The decisions of the main file, in their order there."""
        return tuple(_info(item) for item in self._main.items.values() if item.kind == "decision")

    def review(self, known: Mapping[str, InputValues] | None = None) -> tuple[Problem, ...]:
        """Look through the tables for gaps, rules that meet and rules that never apply; answer remarks of reading beside.

        `known` tells which values inputs can have, as far as somebody knows.
        """
        found: list[Problem] = []
        for module in self._modules:
            found += module.shop.remarks
            for table in module.shop.tables:
                found += review_table(table, known or {})
        return tuple(dict.fromkeys(found))

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield the rules of all tables, each as its place ("fee 3") and what it says ("< 3, true → 5000")."""
        for module in self._modules:
            for table in module.shop.tables:
                yield table.owner, f"{table.hit_policy} {table.aggregation}".strip()
                for rule in table.rules:
                    tests = ", ".join(cell.text or "-" for cell in rule.cells)
                    yield f"{table.owner} {rule.number}", f"{tests} → {', '.join(rule.output_texts)}"

    def shape_of(self, name_or_id: str) -> "Shape":
        """Answer what an answer looks like as the model declares it: a type's name, entries by name, or a list of one.

        "any" is what the model leaves open. Raises KeyError when the model has no decision so named.
        """
        item = self._find[name_or_id]
        return _shape(item.type) if item.type not in (None, types.ANY) else _shape_of_table(item)

    def decide(self, name_or_id: str, inputs: Mapping[str, object], *, now: datetime | None = None) -> Answer:
        """Answer a decision or decision service, with its reasons; raises KeyError when the model has none so named.

        Input data of an imported model may be given by its own name, under the import's name ("lib.name", or a context
        named "lib"), or by its namespace ("https://example.org/lib#name").
        """
        item = self._find[name_or_id]
        runtime = Runtime(now, trace=[])
        given = {name: take(value) for name, value in inputs.items()}
        if self._imports:
            given = _nested(given, self._imports)
        session = Session(given, runtime)
        if item.kind == "decision":
            value = guarded(item.get, session)
        else:
            value = guarded(lambda session: _call_with_inputs(item, session), session)
        return Answer(value, runtime, self.version, item.name)

    def what_would_change(
        self,
        name_or_id: str,
        inputs: Mapping[str, object],
        *,
        now: datetime | None = None,
        reader: Audience | None = None,
    ) -> tuple[Change, ...]:
        """Answer which inputs of the decision's table, alone or the fewest together, would lead to another answer.

        With a `reader` only their own inputs are changed, in their words. Nothing where no decision table took part. Raises KeyError when the model has no decision so named.
        """
        answer = self.decide(name_or_id, inputs, now=now)
        own = [run for run in answer.trace if run.table.owner == self._find[name_or_id].name]
        runs = own or answer.trace
        return changes(runs[-1], reader) if runs else ()


Shape: TypeAlias = "str | dict[str, Shape] | list[Shape]"


def _shape(kind: types.Type, depth: int = 0) -> Shape:
    if depth > 20:  # an item definition may hold itself
        return "any"
    if isinstance(kind, types.ItemType):
        return _shape(kind.base, depth + 1)
    if isinstance(kind, types.ContextType) and kind.fields:
        return {name: _shape(inner, depth + 1) for name, inner in kind.fields}
    if isinstance(kind, types.ListType):
        return [_shape(kind.element, depth + 1)]
    return kind.name if isinstance(kind, types.SimpleType) else "any"


def _shape_of_table(item: DrgElement) -> Shape:
    """Read an untyped decision's shape off the outputs of its table, which name what the answer holds."""
    table = item.element.child("decisionTable")
    if table is None:
        return "any"
    outputs = table.all("output")
    kinds = {one.get("name"): _named(one.get("typeRef")) for one in outputs}
    shape: Shape = kinds if len(outputs) > 1 else next(iter(kinds.values()), "any")
    policy = table.get("hitPolicy", "UNIQUE")
    if policy in ("RULE ORDER", "OUTPUT ORDER") or (policy == "COLLECT" and not table.get("aggregation")):
        return [shape]
    return shape


_SIMPLE = (types.NUMBER, types.STRING, types.BOOLEAN, types.DATE, types.TIME, types.DATE_TIME)


def _named(reference: str) -> Shape:
    name = reference.rpartition(":")[2].replace("dateTime", "date and time")
    return name if any(kind.name == name for kind in _SIMPLE) else "any"


def _by_name(main: Module, modules: list[Module]) -> dict[str, DrgElement]:
    """Answer what can be asked, by id and by name; where names meet, decisions of the main file win."""
    found: dict[str, DrgElement] = {}
    for module in (*reversed(modules), main):
        for kind in reversed(KINDS[1:]):
            items = [item for item in module.items.values() if item.kind == kind]
            found.update({item.id: item for item in items})
            found.update({item.element.get("name"): item for item in items})
            found.update({item.name: item for item in items})
    return found


def _nested(given: dict[str, object], imports: frozenset[str]) -> dict[str, object]:
    """Answer the inputs with "lib.name" moved into a context named lib, for every import of the main file."""
    nested = {name: value for name, value in given.items() if name.partition(".")[0] not in imports or name in imports}
    for name, value in given.items():
        if name in nested:
            continue
        *path, last = name.split(".")
        inner = nested
        for part in path:
            below = inner.get(part)
            inner[part] = below = dict(below) if isinstance(below, dict) else {}
            inner = below
        inner[last] = value
    return nested


def _call_with_inputs(item: DrgElement, session: Session) -> object:
    """Call a decision service or a knowledge model with the inputs of those names."""
    function = item.get(session)
    if not isinstance(function, Function):
        return None
    arguments = []
    for parameter in function.parameters:
        value = convert(session.given.get(parameter.name), parameter.type)
        arguments.append(None if value is MISSING else value)
    return function.call(session.runtime, arguments)


def _info(item: DrgElement) -> DecisionInfo:
    inputs: dict[str, DrgElement] = {}
    waiting, seen = [item], set()
    while waiting:
        current = waiting.pop(0)
        if current.key in seen:
            continue
        seen.add(current.key)
        if current.kind == "inputData":
            inputs.setdefault(current.name, current)
        waiting.extend(needed for _, _, needed in current.needs)
    infos = tuple(
        InputInfo(found.name, str(found.type or types.ANY), getattr(found.type, "allowed_text", ""))
        for found in inputs.values()
    )
    return DecisionInfo(item.id, item.name, infos, str(item.type or types.ANY))
