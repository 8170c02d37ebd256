"""Item definitions: the types an author defines, with components and allowed values. Source: DMN 1.5, 7.3.3."""

from collections.abc import Callable
from functools import cached_property

from balai.engine.rules import types
from balai.engine.rules.dmn_xml import DmnElement
from balai.engine.rules.lexer import FeelSyntaxError
from balai.engine.rules.limits import Env, Runtime
from balai.engine.rules.parser import NameTable, Parser, Vocabulary
from balai.engine.rules.types import BUILTIN_TYPES, ItemType, Type

Report = Callable[[DmnElement, str, str], None]
CompileTests = Callable[[DmnElement, str], Callable[[Env], object] | None]
MAX_DEPTH = 40


class ItemTypes:
    """The types of one model, resolved when first asked for; `imported` are those of other models with their prefix."""

    def __init__(self, root: DmnElement, report: Report) -> None:
        self._elements = {item.get("name"): item for item in root.all("itemDefinition")}
        self._known: dict[str, ItemType] = {}
        self._report = report
        self.remark: Report = lambda element, message, fix: None
        self.imported: list[tuple[str, ItemTypes]] = []
        self.compile_tests: CompileTests = lambda element, text: None

    @cached_property
    def names(self) -> NameTable:
        """The names of all types that can be referred to; asked for only after the imports are known."""
        own = list(self._elements)
        return NameTable(
            own
            + [f"{prefix}.{name}" if prefix else name for prefix, other in self.imported for name in other._elements]
        )

    def find(self, name: str) -> Type | None:
        """Answer the type of a name as an expression or a typeRef writes it, None where nobody defines it."""
        name = " ".join(name.split())
        if name in self._known:
            return self._known[name]
        if name in self._elements:
            return self._define(name)
        if name in BUILTIN_TYPES:
            return BUILTIN_TYPES[name]
        for prefix, other in self.imported:
            if prefix and name.startswith(f"{prefix}."):
                return other.find(name[len(prefix) + 1 :])
            if not prefix and name in other._elements:
                return other.find(name)
        if "<" in name:
            return self._constructed(name)
        # DMN 1.1 wrote feel:string, with the prefix of a namespace.
        _, colon, plain = name.partition(":")
        return self.find(plain) if colon else None

    def _constructed(self, name: str) -> Type | None:
        """Answer a type written as FEEL writes it, such as list<number>."""
        try:
            parser = Parser(name, Vocabulary(types=self.find, type_names=self.names))
            found = parser.type()
        except FeelSyntaxError:
            return None
        return found if isinstance(found, Type) and parser.token.kind == "end" else None

    def refer(self, element: DmnElement, name: str) -> Type | None:
        """Answer the type a typeRef names, reporting where there is none; no name means no type."""
        if not name:
            return None
        found = self.find(name) or self._foreign(element, name)
        if found is None:
            known = next((word for word in BUILTIN_TYPES if word.casefold() == name.strip().casefold()), "")
            fix = f"Write {known}." if known else "Define it as an item definition, or correct it."
            self._report(element, f"The type “{name}” is not defined.", fix)
            return types.UnknownType(name)
        return None if found is types.ANY else found

    def _foreign(self, element: DmnElement, name: str) -> Type | None:
        """Read a number's name of another editor as number, with a remark."""
        word = name.rpartition(":")[2].strip()
        found = types.FOREIGN_TYPES.get(word)
        if found is not None:
            self.remark(element, f"The type “{word}” is read as number.", "Write number, the word of the standard.")
        return found

    def members(self) -> list[str]:
        """Answer the names of all components, so that expressions may read them although they hold spaces or signs."""
        found: list[str] = []
        for element in self._elements.values():
            found.extend(component.get("name") for component in element.below("itemComponent"))
        for _, other in self.imported:
            found.extend(other.members())
        return found

    def _define(self, name: str) -> ItemType:
        kind = ItemType(name)
        self._known[name] = kind  # known before it is complete, so that a type may hold itself
        self._complete(kind, self._elements[name], 0)
        if _is_circular(kind):
            self._report(self._elements[name], f"The type “{name}” refers to itself.", "Give it another typeRef.")
            kind.base, kind.allowed = types.ANY, None
        return kind

    def _complete(self, kind: ItemType, element: DmnElement, depth: int) -> None:
        base = self._base(element, depth)
        tests = self._tests(element, "allowedValues")
        if tests is not None and (values := element.child("allowedValues")) is not None:
            kind.allowed_text = values.text_of("text")
        whole = self._tests(element, "typeConstraint")
        if element.get("isCollection") == "true":
            kind.base = types.ListType(ItemType(kind.label, base, tests) if tests else base)
            kind.allowed = whole
        else:
            kind.base = base
            kind.allowed = _both(tests, whole)

    def _base(self, element: DmnElement, depth: int) -> Type:
        components = element.all("itemComponent")
        function = element.child("functionItem")
        if components and depth < MAX_DEPTH:
            return types.ContextType(tuple((part.get("name"), self._component(part, depth)) for part in components))
        if function is not None:
            returns = self.refer(function, function.get("outputTypeRef")) or types.ANY
            parameters = (self.refer(part, part.get("typeRef")) or types.ANY for part in function.all("parameters"))
            return types.FunctionType(tuple(parameters), returns)
        return self.refer(element, element.text_of("typeRef")) or types.ANY

    def _component(self, element: DmnElement, depth: int) -> Type:
        kind = ItemType(element.get("name"))
        self._complete(kind, element, depth + 1)
        return kind.base if kind.allowed is None else kind

    def _tests(self, element: DmnElement, name: str) -> Callable[[object], bool] | None:
        found = element.child(name)
        text = found.text_of("text") if found is not None else ""
        code = self.compile_tests(found, text) if found is not None and text else None
        if code is None:
            return None
        return lambda value: code(Env({"?": value}, None, Runtime())) is True


def _both(
    first: Callable[[object], bool] | None, second: Callable[[object], bool] | None
) -> Callable[[object], bool] | None:
    if first is None or second is None:
        return first or second
    return lambda value: first(value) and second(value)


def _is_circular(kind: ItemType) -> bool:
    """Answer whether a type is nothing but itself, however many names are between."""
    seen: list[Type] = []
    base: Type = kind
    while isinstance(base, ItemType):
        if any(base is known for known in seen):
            return True
        seen.append(base)
        base = base.base
    return False
