"""Chooses the tests of what changed since main: those that import it, those of its app, and those that read it.

The import graph says who imports whom. What Django finds by name (views by addresses, templates, texts) is in no import, so the
tests of the same app are always chosen, and whole journeys when a page may look different.
"""

import ast
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
# Whoever changes these changes what every test stands on.
EVERYTHING = re.compile(
    r"(conftest|tests/[a-z]+)\.py|pyproject\.toml|requirements/.*|src/balai/project/.*|src/balai/[a-z_]+\.py"
)
PAGES = re.compile(r"src/balai/.*(/templates/|/texts/|/assets/|/web(\.py|/)|/urls\.py|/templatetags/)")
HOUSE, JOURNEYS, DOCS = "tests/house", "tests/journeys", "tests/house/test_docs.py"


@dataclass
class ChosenTests:
    """The test files to run, and what chose them."""

    changed: list[str]
    tests: set[str] = field(default_factory=set)
    why: list[str] = field(default_factory=list)

    def add(self, tests: Iterable[str], why: str) -> None:
        """Choose tests for a reason."""
        found = set(tests)
        self.tests |= found
        self.why.append(f"{why}: {len(found)} test file{'s' if len(found) != 1 else ''}")


def list_changed() -> list[str]:
    """List the files that differ from where this branch left main, committed or not, new ones included.

    :raises LookupError: where there is no main to compare with
    """
    for main in ("main", "origin/main"):
        base = _git("merge-base", main, "HEAD")
        if base:
            told = _git("diff", "--name-only", base[0]) + _git("ls-files", "--others", "--exclude-standard")
            return sorted(set(told))
    raise LookupError("there is no main to compare with; name what to test after --")


def choose(changed: list[str]) -> ChosenTests:
    """Choose the test files for some changed files."""
    choice, everything = ChosenTests(changed), list_tests()
    importers = _importers()
    for name in changed:
        if EVERYTHING.fullmatch(name):
            choice.add(everything, f"{name} is what every test stands on")
        elif is_test(name):
            choice.add({name} & everything.keys(), f"{name} is a test")
        elif name.startswith(("deploy/", "tools/", "tests/fixtures/")):
            word = (
                "deploy"
                if name.startswith("deploy/")
                else "upgrade_fixture"
                if name.startswith("tests/")
                else Path(name).stem
            )
            found = {each for each, text in everything.items() if each.startswith("tests/") and word in text}
            choice.add(found | {DOCS}, f"{name} is named in them")
        elif name.startswith("tests/"):
            choice.add(
                [each for each in everything if each.startswith(str(Path(name).parent))], f"{name} helps its neighbours"
            )
        elif name.startswith("src/balai/"):
            _choose_for_source(choice, name, everything, importers)
        elif name.startswith(("services/", "town/")):
            named = "BALAI_TOWN_FOLDER" if name.startswith("town/") else name.split("/")[1]
            found = {each for each, text in everything.items() if named in text or "BALAI_SERVICES" in text}
            choice.add(found, f"{name} is named in them, or all services are")
        elif name.endswith((".md", ".webp", ".png")) or name.startswith("docs/"):
            choice.add({DOCS}, f"{name} is a document")
        else:
            choice.add(_of(HOUSE, everything), f"{name} belongs to the house")
    if any(name.startswith("src/") and not is_test(name) for name in changed):
        choice.add(_of(HOUSE, everything), "the source changed, so the house is looked at")
    if any(PAGES.match(name) for name in changed):
        choice.add(_of(JOURNEYS, everything), "a page may look different, so whole journeys are made")
    return choice


def is_test(name: str) -> bool:
    """Tell whether a file holds tests."""
    return name.endswith(".py") and Path(name).name.startswith("test_")


@lru_cache(maxsize=1)
def list_tests() -> dict[str, str]:
    """List the test files there are, with their text."""
    found = (path for folder in ("src", "tests") for path in sorted((ROOT / folder).rglob("test_*.py")))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in found}


def _choose_for_source(
    choice: ChosenTests, name: str, everything: dict[str, str], importers: dict[str, set[str]]
) -> None:
    app = _app_of(name)
    choice.add(_of(app, everything), f"{name} belongs to {app}")
    module = _module_of(name)
    found = importers.get(module, set())
    if found:
        choice.add(found, f"{name} is imported, step by step, by")


def _app_of(name: str) -> str:
    """Name the folder of the app a source file belongs to: the nearest one above it that has tests."""
    for folder in Path(name).parents:
        if (ROOT / folder / "tests").is_dir() and folder != Path("."):
            return folder.as_posix()
    return "/".join(name.split("/")[:4])


def _of(folder: str, everything: Iterable[str]) -> set[str]:
    return {each for each in everything if each.startswith(f"{folder}/")}


def _module_of(name: str) -> str:
    return name.removeprefix("src/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@lru_cache(maxsize=1)
def _importers() -> dict[str, set[str]]:
    """Tell for each module which test files import it, themselves or step by step."""
    import grimp

    graph = grimp.build_graph("balai", cache_dir=None)
    above: dict[str, set[str]] = {}  # of each imported module, the test files that import it themselves
    for name in list_tests():
        app = _module_of(_app_of(name))
        # pages are met by their addresses, not by an import: the tests of an app that has some meet every module of it
        met = (
            {each for each in graph.modules if each.startswith(f"{app}.")} if f"{app}.urls" in graph.modules else set()
        )
        for module in _imported(ROOT / name) | met:
            above.setdefault(module, set()).add(name)
    found: dict[str, set[str]] = {}
    for module, tests in above.items():
        below = graph.find_upstream_modules(module) if module in graph.modules else set()  # one that was deleted
        for each in below | {module}:
            found.setdefault(each, set()).update(tests)
    return found


@lru_cache(maxsize=2000)
def _imported(path: Path) -> frozenset[str]:
    """List what of balai a test imports, itself or through the tests' own helpers; packages above a module run with it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            helper = ROOT / f"{name.replace('.', '/')}.py"
            if name.startswith("tests.") and helper.is_file() and helper != path:
                found |= _imported(helper)
            elif name.startswith("balai."):
                found.add(name)
    return frozenset(found)


def _git(*words: str) -> list[str]:
    told = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.split() if told.returncode == 0 else []
