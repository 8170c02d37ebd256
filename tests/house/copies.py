"""A copy of the checkout that a test may spoil: a room put in, a room taken out, and the house asked what it says to that."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests import prepared
from tests.house.source import ROOT

TAKEN = (".ci", "src", "tests", "tools", "services", "town", "docs", "requirements", "deploy")
FILES = (
    "conftest.py",
    "pyproject.toml",
    ".importlinter",
    "manage.py",
    "balai",
    "publiccode.yml",
    ".gitignore",
    "LICENSE",
    "Makefile",
)


def take(target: Path) -> Path:
    """Copy what the house tests read, with what was compiled: it is by the time and size of each file that Python knows it."""
    for name in TAKEN:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns(".mypy_cache"))
    for name in (*FILES, *(path.name for path in ROOT.glob("*.md"))):
        shutil.copy2(ROOT / name, target / name)
    return target


def environment(checkout: Path, **told: str) -> dict[str, str]:
    """Give the environment of a process in a copy: its source, a home of its own, nothing of this process's installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BALAI_", "DJANGO_", "PYTEST_"))}
    kept |= {name: os.environ[name] for name in ("BALAI_DATABASE", prepared.NAME) if name in os.environ}
    return kept | {"PYTHONPATH": "src:.", "BALAI_HOME": str(checkout / ".home")} | told


def run(checkout: Path, *command: str, timeout: int = 300, **told: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy, on its source and on nothing of this process's installation."""
    return subprocess.run(
        [sys.executable, *command], cwd=checkout, capture_output=True, text=True, timeout=timeout, check=False,
        env=environment(checkout, **told),
    )  # fmt: skip


def test(checkout: Path, *arguments: str, timeout: int = 600, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a copy."""
    plain = ("-p", "no:cacheprovider", "-q", "-rf")
    return run(checkout, "-m", "pytest", *plain, *arguments, timeout=timeout, **environment)


test.__test__ = False  # type: ignore[attr-defined]  # it runs tests and is none


def failed(told: subprocess.CompletedProcess[str]) -> set[str]:
    """Name the tests that a run in a copy calls failed, without their parameters."""
    return {
        line.split("::")[1].split(" ")[0].split("[")[0]
        for line in told.stdout.splitlines()
        if line.startswith("FAILED ")
    }
