"""Load DMN files: read them, link their imports, find what each element needs, and tell all faults at once."""

import hashlib
from collections.abc import Mapping

from balai.engine.problems import Problem, Problems
from balai.engine.rules.boxed import BoxedSite, Workshop, test_code
from balai.engine.rules.coverage import RuleRemark
from balai.engine.rules.decision_model import DecisionModel
from balai.engine.rules.dmn_xml import DmnElement, Source, read_source
from balai.engine.rules.elements import compile_element
from balai.engine.rules.feel_compiler import Code
from balai.engine.rules.items import ItemTypes
from balai.engine.rules.limits import MAX_FAULTS
from balai.engine.rules.parser import NameTable
from balai.engine.rules.requirements_graph import KINDS, DrgElement, Module, prefix_of, referred

MAX_CHAIN = 60  # decisions that wait for each other


def load_dmn(files: Mapping[str, bytes], *, main: str | None = None, tolerant: bool = False) -> DecisionModel:
    """Read and compile DMN files; `main` names the one whose decisions are offered, the rest serve its imports.

    A tolerant model keeps its faults in `faults` and answers null where they stand, as conformance suites expect.

    :raises Problems: all faults of all files.
    """
    problems: list[Problem] = []
    read = [read_source(file, data) for file, data in files.items()]
    problems.extend(source for source in read if isinstance(source, Problem))
    sources = [source for source in read if isinstance(source, Source)]
    if not sources:
        raise Problems(problems or [Problem("There is no DMN file.", "Give at least one.")])
    modules = _link(sources, problems)
    for step in (_declare, lambda module: _connect(module, modules)):
        for module in modules:
            step(module)
    _refuse_circles(modules)
    for item in (item for module in modules for item in module.items.values()):
        compile_element(item)
    chosen = _main_module(modules, main, problems)
    if problems and not tolerant:
        raise Problems(problems)
    return DecisionModel(chosen, modules, version_of(files), tuple(problems))


def version_of(files: Mapping[str, bytes]) -> str:
    """Answer the SHA-256 over the names and contents of the files, in order of name."""
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file}\0{len(files[file])}\0".encode() + files[file])
    return digest.hexdigest()


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
    def report(element: DmnElement, message: str, fix: str) -> None:
        module.shop.report(element, element.get("name"), message, fix)

    def remark(element: DmnElement, message: str, fix: str) -> None:
        found = RuleRemark(message, fix, module.source.file, element.line, element.get("name"))
        if len(module.shop.remarks) < MAX_FAULTS and found not in module.shop.remarks:
            module.shop.remarks.append(found)

    module.shop.types = ItemTypes(module.source.root, report)
    module.shop.types.remark = remark


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
    names: set[tuple[str, str]] = set()
    for element in module.source.root:
        if element.name not in KINDS:
            continue
        variable = element.child("variable")
        # The name of the variable is what expressions say; the standard asks both to be the same.
        name = (variable.get("name") if variable is not None else "") or element.get("name")
        identity = element.get("id") or element.get("name")
        item = DrgElement(f"{module.source.file}#{identity}", identity, name, element.name, element, module)
        if identity in module.items:
            module.shop.report(element, identity, f"The id “{identity}” is used twice.", "Give it another id.")
        if (item.kind, name) in names:
            module.shop.report(element, identity, f"The name “{name}” is used twice.", "Give it another name.")
        names.add((item.kind, name))
        module.items[identity] = item


_REQUIREMENTS = {
    "informationRequirement": ("requiredInput", "requiredDecision"),
    "knowledgeRequirement": ("requiredKnowledge",),
}


def _connect(module: Module, modules: list[Module]) -> None:
    """Prepare the types of a file and find what each element needs."""
    module.shop.types.imported = [(name, other.shop.types) for name, other in module.imports]
    module.shop.members = _members(module)
    module.shop.member_names = NameTable(module.shop.members)

    def compile_tests(element: DmnElement, text: str) -> Code | None:
        tests = BoxedSite(module.shop, "allowed values", frozenset()).tests(element, text)
        return None if tests is None else test_code(tests)

    module.shop.types.compile_tests = compile_tests
    for item in module.items.values():
        for requirement, names in _REQUIREMENTS.items():
            for element in item.element.all(requirement):
                for name in names:
                    for reference in element.all(name):
                        _need(item, reference, modules)


def _need(item: DrgElement, reference: DmnElement, modules: list[Module]) -> None:
    found = referred(item.module, reference, modules)
    if found is None:
        message = f"It needs {reference.get('href')}, which does not exist."
        item.module.shop.report(reference, item.name, message, "Draw the requirement again.")
        return
    item.needs.append((found.name, prefix_of(item.module, found.module), found))


def _refuse_circles(modules: list[Module]) -> None:
    """Report elements that need themselves, and cut the circle."""
    done: set[str] = set()

    def visit(item: DrgElement, path: tuple[str, ...]) -> None:
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
