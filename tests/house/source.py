"""The source as the house tests read it: files, syntax trees, calls."""

import ast
import configparser
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "balai"


def _floors() -> tuple[str, ...]:
    """Read the floors from their contract, the ground first, so that a new one is held by every test from its first line."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    told = contracts["importlinter:contract:floors"]["layers"].split("\n")
    return tuple(name.strip() for line in reversed(told) if line.strip() for name in reversed(line.split("|")))


FLOORS = _floors()  # engine, base, records, casework, rooms, doors, project
ABOVE_THE_CLOCK = ("doors", "project")  # only a door tells what time it is
APPS = tuple(
    sorted(path.parent for floor in ("records", "casework", "rooms") for path in SOURCE.glob(f"{floor}/*/apps.py"))
)


def modules(*parts: str) -> list[Path]:
    """List the modules under a part of the source, tests and migrations left out."""
    folder = SOURCE.joinpath(*parts)
    return sorted(path for path in folder.rglob("*.py") if not {"tests", "migrations"} & set(path.parts))


def name_of(path: Path) -> str:
    """Name a file by its path below the package, as the lists of the tests do."""
    return path.relative_to(SOURCE).as_posix()


@lru_cache(maxsize=2000)
def tree(path: Path) -> ast.Module:
    """Read a module's syntax tree."""
    return ast.parse(path.read_text("utf-8"), str(path))


@lru_cache(maxsize=2000)
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """List all nodes of a module's syntax tree; a dozen tests go through every module."""
    return tuple(ast.walk(tree(path)))


def calls(path: Path) -> Iterator[str]:
    """Yield the dotted name of everything a module calls: `journal.deed`, `transaction.atomic`."""
    for node in nodes(path):
        if isinstance(node, ast.Call):
            yield dotted(node.func)


def dotted(node: ast.expr) -> str:
    """Write an attribute chain as it stands in the source; whatever is no chain is left out of it."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""
