"""A decision model: the graph of decisions, input data, knowledge models and decision services, ready to be asked.

Source: DMN 1.5, chapter 6 and 10.4.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from balai.engine.problems import Problem, Problems
from balai.engine.rules import types
from balai.engine.rules.answers import Answer
from balai.engine.rules.boxed import Place, Workshop, compile_boxed, function_parts, null, test_code, typed
from balai.engine.rules.changes import Change, changes
from balai.engine.rules.compiler import Code, closure
from balai.engine.rules.expressions import guarded
from balai.engine.rules.intake import take
from balai.engine.rules.items import ItemTypes
from balai.engine.rules.limits import Env, Runtime
from balai.engine.rules.reading import Element, Source, read_source
from balai.engine.rules.types import Type, convert
from balai.engine.rules.values import MISSING, Function, Parameter

MAX_CHAIN = 60  # decisions that wait for each other
_KINDS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


class Session:
    """One question to a model: what was given, and what has been worked out so far."""

    __slots__ = ("_inner", "given", "known", "runtime")

    def __init__(self, given: dict[str, object], runtime: Runtime) -> None:
        self.given = given
        self.known: dict[str, object] = {}
        self.runtime = runtime
        self._inner: dict[str, Session] = {}

    def inside(self, prefix: str) -> "Session":
        """Answer the session of an imported model: what is given under the import's name counts there first."""
        if not prefix:
            return self
        found = self._inner.get(prefix)
        if found is None:
            own = self.given.get(prefix)
            given = {**self.given, **own} if isinstance(own, dict) else self.given
            found = self._inner[prefix] = Session(given, self.runtime)
        return found


@dataclass(slots=True)
class Item:
    """One element of the graph: `get` answers its value in a session; `needs` are (name, import prefix, element)."""

    key: str
    id: str
    name: str
    kind: str
    element: Element
    module: "Module"
    type: Type | None = None
    needs: list[tuple[str, str, "Item"]] = field(default_factory=list)
    get: Callable[[Session], object] = lambda session: None
    outputs: tuple[str, ...] = ()


@dataclass(slots=True)
class Module:
    """One DMN file of a model, with its types and its elements by id."""

    source: Source
    shop: Workshop
    imports: list[tuple[str, "Module"]] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)


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


class Model:
    """A checked set of DMN files; it holds no state between questions and may be shared between threads."""

    def __init__(self, main: Module, modules: list[Module], version: str, faults: tuple[Problem, ...]) -> None:
        self.version = version
        self.faults = faults
        self._main = main
        self._modules = modules
        self._find: dict[str, Item] = {}
        for module in (*reversed(modules), main):
            for kind in reversed(_KINDS):
                for item in module.items.values():
                    if item.kind == kind and kind != "inputData":
                        self._find[item.id] = self._find[item.name] = item
        for item in main.items.values():
            if item.kind == "decision":
                self._find[item.name] = item

    @property
    def service_outputs(self) -> dict[str, tuple[str, ...]]:
        """The decision services by name, each with the names of its output decisions."""
        services = [item for item in self._main.items.values() if item.kind == "decisionService"]
        return {item.name: item.outputs for item in services}

    @property
    def decisions(self) -> tuple[DecisionInfo, ...]:
        """The decisions of the main file, in their order there."""
        return tuple(_info(item) for item in self._main.items.values() if item.kind == "decision")

    def decide(self, name_or_id: str, inputs: Mapping[str, object], *, now: datetime | None = None) -> Answer:
        """Answer a decision or decision service, with its reasons; raises KeyError when the model has none so named."""
        item = self._find[name_or_id]
        runtime = Runtime(now, trace=[])
        given = {name: take(value) for name, value in inputs.items()}
        session = Session(given, runtime)
        if item.kind == "decision":
            value = guarded(item.get, session)  # type: ignore[arg-type]
        else:
            value = guarded(lambda s: _call_with_inputs(item, s), session)  # type: ignore[arg-type]
        return Answer(value, runtime, self.version, item.name)

    def what_would_change(
        self, name_or_id: str, inputs: Mapping[str, object], *, now: datetime | None = None
    ) -> tuple[Change, ...]:
        """Answer which inputs of the decision's table, alone or the fewest together, would lead to another answer.

        Nothing where no decision table took part. Raises KeyError when the model has no decision so named.
        """
        answer = self.decide(name_or_id, inputs, now=now)
        own = [run for run in answer.trace if run.table.owner == self._find[name_or_id].name]
        runs = own or answer.trace
        return changes(runs[-1]) if runs else ()


def _call_with_inputs(item: Item, session: Session) -> object:
    """Call a decision service or a knowledge model with the inputs of those names."""
    function = item.get(session)
    if not isinstance(function, Function):
        return None
    arguments = []
    for parameter in function.parameters:
        value = convert(session.given.get(parameter.name), parameter.type)
        arguments.append(None if value is MISSING else value)
    return function.call(session.runtime, arguments)


def _info(item: Item) -> DecisionInfo:
    inputs: dict[str, Item] = {}
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


# -- loading -------------------------------------------------------------------------------------------------------


def load_dmn(files: Mapping[str, bytes], *, main: str | None = None, tolerant: bool = False) -> Model:
    """Read and compile DMN files; `main` names the one whose decisions are offered, the rest serve its imports.

    A tolerant model keeps its faults in `faults` and answers null where they stand, as conformance suites expect.

    :raises Problems: all faults of all files.
    """
    problems: list[Problem] = []
    sources: list[Source] = []
    for file, data in files.items():
        read = read_source(file, data)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            sources.append(read)
    if not sources:
        raise Problems(problems or [Problem("There is no DMN file.", "Give at least one.")])
    modules = _link(sources, problems)
    for module in modules:
        _declare(module)
    for module in modules:
        _connect(module, modules)
    _refuse_circles(modules)
    for module in modules:
        for item in module.items.values():
            _COMPILERS[item.kind](item)
    chosen = _main_module(modules, main, problems)
    if problems and not tolerant:
        raise Problems(problems)
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file}\0{len(files[file])}\0".encode() + files[file])
    return Model(chosen, modules, digest.hexdigest(), tuple(problems))


def _main_module(modules: list[Module], main: str | None, problems: list[Problem]) -> Module:
    for module in modules:
        if module.source.file == main:
            return module
    if main is not None:
        problems.append(Problem(f"There is no file {main}.", "Give it, or name another.", main))
    imported = {id(other) for module in modules for _, other in module.imports}
    return next((module for module in modules if id(module) not in imported), modules[0])


def _link(sources: list[Source], problems: list[Problem]) -> list[Module]:
    modules: list[Module] = []
    for source in sources:
        shop = Workshop(source.file, None, frozenset(), problems)  # type: ignore[arg-type]
        modules.append(Module(source, shop))
    for module in modules:
        for element in module.source.root.all("import"):
            if "DMN" not in element.get("importType", "DMN").upper():
                continue
            wanted = element.get("namespace")
            found = next((other for other in modules if other.source.namespace == wanted), None)
            if found is None:
                message = f"The model imports {wanted}, which is not among the files."
                module.shop.report(element, element.get("name"), message, "Put the imported file beside it.")
            elif found is not module:
                module.imports.append((element.get("name"), found))
    for module in modules:
        _prepare_types(module)
    return modules


def _prepare_types(module: Module) -> None:
    def report(element: Element, message: str, fix: str) -> None:
        module.shop.report(element, element.get("name"), message, fix)

    module.shop.types = ItemTypes(module.source.root, report)


def _members(module: Module) -> frozenset[str]:
    """Answer every name that may stand behind a dot: components, entries of contexts, columns, imported elements."""
    found = set(module.shop.types.members())
    for current in (module, *(other for _, other in module.imports)):
        root = current.source.root
        found |= {entry.get("name") for part in root.below("contextEntry") for entry in part.all("variable")}
        found |= {part.get("name") for name in ("column", "output") for part in root.below(name)}
        if current is not module:
            found |= {item.name for item in current.items.values()}
    return frozenset(found - {""})


def _declare(module: Module) -> None:
    """List the elements of a file."""
    for element in module.source.root:
        if element.name not in _KINDS:
            continue
        variable = element.child("variable")
        # The name of the variable is what expressions say; the standard asks both to be the same.
        name = (variable.get("name") if variable is not None else "") or element.get("name")
        identity = element.get("id") or element.get("name")
        item = Item(f"{module.source.file}#{identity}", identity, name, element.name, element, module)
        if identity in module.items:
            module.shop.report(element, identity, f"The id “{identity}” is used twice.", "Give it another id.")
        if name in (other.name for other in module.items.values() if other.kind == item.kind):
            module.shop.report(element, identity, f"The name “{name}” is used twice.", "Give it another name.")
        module.items[identity] = item


_REQUIREMENTS = {
    "informationRequirement": ("requiredInput", "requiredDecision"),
    "knowledgeRequirement": ("requiredKnowledge",),
}


def _connect(module: Module, modules: list[Module]) -> None:
    """Prepare the types of a file and find what each element needs."""
    module.shop.types.imported = [(name, other.shop.types) for name, other in module.imports]
    module.shop.members = _members(module)

    def compile_tests(element: Element, text: str) -> Code | None:
        tests = Place(module.shop, "allowed values", frozenset()).tests(element, text)
        return None if tests is None else test_code(tests)

    module.shop.types.compile_tests = compile_tests
    for item in module.items.values():
        for requirement, names in _REQUIREMENTS.items():
            for element in item.element.all(requirement):
                for name in names:
                    for reference in element.all(name):
                        _need(item, reference, modules)


def _need(item: Item, reference: Element, modules: list[Module]) -> None:
    found = _referred(item.module, reference, modules)
    if found is None:
        message = f"It needs {reference.get('href')}, which does not exist."
        item.module.shop.report(reference, item.name, message, "Draw the requirement again.")
        return
    prefix = next((name for name, other in item.module.imports if other is found.module), "")
    item.needs.append((found.name, prefix if found.module is not item.module else "", found))


def _referred(module: Module, reference: Element, modules: list[Module]) -> Item | None:
    namespace, _, identity = reference.get("href").rpartition("#")
    if namespace and namespace != module.source.namespace:
        candidates = [other for other in modules if other.source.namespace == namespace]
    else:
        candidates = [module]
    for candidate in candidates:
        if identity in candidate.items:
            return candidate.items[identity]
    return None


def _refuse_circles(modules: list[Module]) -> None:
    """Report elements that need themselves, and cut the circle."""
    done: set[str] = set()

    def visit(item: Item, path: tuple[str, ...]) -> None:
        for need in list(item.needs):
            target = need[2]
            if target.key in path or len(path) > MAX_CHAIN:
                # A knowledge model may call itself: that is recursion, not a circle of requirements.
                if target.kind != "businessKnowledgeModel" or item.kind != "businessKnowledgeModel":
                    message = f"“{item.name}” needs “{target.name}”, which needs it in turn."
                    if target.key not in path:
                        message = f"More than {MAX_CHAIN} decisions wait for each other."
                    item.module.shop.report(item.element, item.name, message, "Remove one of the requirements.")
                    item.needs.remove(need)
            elif target.key not in done:
                visit(target, (*path, target.key))
        done.add(item.key)

    for module in modules:
        for item in module.items.values():
            visit(item, (item.key,))


# -- compiling the elements ----------------------------------------------------------------------------------------


def _place(item: Item) -> Place:
    names = {prefix or name for name, prefix, _ in item.needs}
    return Place(item.module.shop, item.name, frozenset(names))


def _variable_type(item: Item) -> Type | None:
    variable = item.element.child("variable")
    return None if variable is None else item.module.shop.types.refer(variable, variable.get("typeRef"))


def _compile_input(item: Item) -> None:
    item.type = kind = _variable_type(item)
    name, key = item.name, item.key

    def get(session: Session) -> object:
        known = session.known.get(key, MISSING)
        if known is not MISSING:
            return known
        value = session.given.get(name, MISSING)
        if value is MISSING:
            session.runtime.note(f"The input “{name}” was not given.")
            session.runtime.missing.append(name)
            value = None
        elif kind is not None:
            value = convert(value, kind)
            if value is MISSING:
                session.runtime.note(f"The input “{name}” is not of the type {kind}, or not an allowed value.")
                value = None
        session.known[key] = value
        return value

    item.get = get


def _scope(item: Item) -> Callable[[Session], Env]:
    """Answer what makes the scope of an element from the values of all it needs."""
    plain = [(name, need) for name, prefix, need in item.needs if not prefix]
    imported: dict[str, list[tuple[str, Item]]] = {}
    for name, prefix, need in item.needs:
        if prefix:
            imported.setdefault(prefix, []).append((name, need))

    def make(session: Session) -> Env:
        variables = {name: need.get(session) for name, need in plain}
        for prefix, needs in imported.items():
            inner = session.inside(prefix)
            variables[prefix] = {name: need.get(inner) for name, need in needs}
        return Env(variables, None, session.runtime)

    return make


def _compile_decision(item: Item) -> None:
    item.type = kind = _variable_type(item)
    expression, key = item.element.expression, item.key
    code: Code = null if expression is None else compile_boxed(expression, _place(item))
    code = typed(code, kind, item.name)
    scope = _scope(item)

    def get(session: Session) -> object:
        known = session.known.get(key, MISSING)
        if known is MISSING:
            known = session.known[key] = code(scope(session))
        return known

    item.get = get


def _compile_knowledge(item: Item) -> None:
    kind = _variable_type(item)
    declared = types.bare(kind)
    returns = declared.returns if isinstance(declared, types.FunctionType) else kind
    logic, name, key = item.element.child("encapsulatedLogic"), item.name, item.key
    place = _place(item).knowing((name,))
    parameters, body, result = ((), null, None) if logic is None else function_parts(logic, place)
    if body is not None and returns is not None:
        body = typed(body, returns, name)
    scope = _scope(item)

    def get(session: Session) -> object:
        known = session.known.get(key, MISSING)
        if known is MISSING:
            holder = Env({}, None, session.runtime)
            known = session.known[key] = closure(parameters, body, holder, name, result or returns)
            # Filled afterwards: a knowledge model may call itself, and two may call each other.
            holder.vars = {name: known, **scope(session).vars}
        return known

    item.get = get
    item.type = types.FunctionType()


def _compile_service(item: Item) -> None:
    items = item.module.items

    def referred(name: str) -> list[Item]:
        found = (
            _referred(item.module, e, [item.module, *(other for _, other in item.module.imports)])
            for e in item.element.all(name)
        )
        return [one for one in found if one is not None]

    inputs = referred("inputData") + referred("inputDecision")
    outputs = referred("outputDecision")
    if not outputs and items:
        item.module.shop.report(item.element, item.name, "The decision service has no output decision.", "Add one.")
    key, name = item.key, item.name
    item.outputs = tuple(output.name for output in outputs)
    returns = _variable_type(item)
    declared = types.bare(returns)
    result_type = declared.returns if isinstance(declared, types.FunctionType) else returns

    def get(session: Session) -> object:
        def call(runtime: Runtime, arguments: list[object]) -> object:
            inner = Session(dict(session.given), runtime)
            inner.known = {need.key: value for need, value in zip(inputs, arguments, strict=True)}
            values = {output.name: output.get(inner) for output in outputs}
            result = values if len(outputs) != 1 else next(iter(values.values()))
            fitting = convert(result, result_type)
            if fitting is MISSING:
                runtime.note(f"The value of {name} is not of the type {result_type}.")
                return None
            return fitting

        known = session.known.get(key, MISSING)
        if known is MISSING:
            parameters = tuple(Parameter(need.name, need.type) for need in inputs)
            known = session.known[key] = Function(name, parameters, call)
        return known

    item.get = get


_COMPILERS: dict[str, Callable[[Item], None]] = {
    "inputData": _compile_input,
    "decision": _compile_decision,
    "businessKnowledgeModel": _compile_knowledge,
    "decisionService": _compile_service,
}
