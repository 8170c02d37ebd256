"""The graph of a decision model: its files, its elements, what they need, and one question on its way through them."""

from collections.abc import Callable
from dataclasses import dataclass, field

from balai.engine.rules.boxed import Workshop
from balai.engine.rules.dmn_xml import DmnElement, Source
from balai.engine.rules.limits import Runtime
from balai.engine.rules.types import Type

KINDS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")


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
class DrgElement:
    """One element of the graph: `get` answers its value in a session; `needs` are (name, import prefix, element)."""

    key: str
    id: str
    name: str
    kind: str
    element: DmnElement
    module: "Module"
    type: Type | None = None
    needs: list[tuple[str, str, "DrgElement"]] = field(default_factory=list)
    get: Callable[[Session], object] = lambda session: None
    outputs: tuple[str, ...] = ()


@dataclass(slots=True)
class Module:
    """One DMN file of a model, with its types and its elements by id."""

    source: Source
    shop: Workshop
    imports: list[tuple[str, "Module"]] = field(default_factory=list)
    items: dict[str, DrgElement] = field(default_factory=dict)


def referred(module: Module, reference: DmnElement, modules: list[Module]) -> DrgElement | None:
    """Answer the element that an href points to, in this file or in another."""
    namespace, _, identity = reference.get("href").rpartition("#")
    if namespace and namespace != module.source.namespace:
        candidates = [other for other in modules if other.source.namespace == namespace]
    else:
        candidates = [module]
    for candidate in candidates:
        if identity in candidate.items:
            return candidate.items[identity]
    return None


def prefix_of(module: Module, other: Module) -> str:
    """Answer the name under which a file imports another, "" for itself."""
    return next((name for name, imported in module.imports if imported is other), "") if other is not module else ""
