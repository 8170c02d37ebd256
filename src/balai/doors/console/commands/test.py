"""`balai test`: everything that must hold, on SQLite and on PostgreSQL."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from balai.doors.console import machine

HELP = "prove that everything holds, on SQLite and PostgreSQL; --all adds the long suites"
ROOT = Path(__file__).resolve().parents[5]
# What touches a database; the rest is pure and needs no second run.
ON_DATABASE = [
    "tests/journeys", "tests/house/test_costs.py", "tests/house/test_database.py", "src/balai/base", "src/balai/records",
    "src/balai/casework", "src/balai/doors",
]  # fmt: skip
# A file's tests share its hall and its browser, so they stay together; the long journeys come first.
BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("--all", action="store_true", help="run the long suites too")
    parser.add_argument("--only", choices=["lint", "sqlite", "postgres"], help="run one part")
    parser.add_argument("rest", nargs="*", help="arguments for pytest, such as a path or -k WORD (after --)")


def run(args: argparse.Namespace) -> int:
    """Run every part, even after one fails, and say what came of each."""
    machine.ensure_packages()
    started = time.monotonic()
    parts = {"lint": _lint, "sqlite": _sqlite, "postgres": _postgres}
    wanted = [args.only] if args.only else (["sqlite"] if args.rest else list(parts))
    results: dict[str, int] = {}
    for name in wanted:
        begun = time.monotonic()
        print(f"== {name}", flush=True)
        results[name] = parts[name](args)
        print(
            f"== {name}: {'passed' if results[name] == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True
        )
    failed = [name for name, code in results.items() if code]
    print(f"{'FAILED: ' + ', '.join(failed) if failed else 'Everything holds.'} ({time.monotonic() - started:.0f} s)")
    return 1 if failed else 0


def _call(*command: str, **environment: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | environment, check=False
    ).returncode


def _lint(args: argparse.Namespace) -> int:
    return (
        _call("ruff", "check", "src", "tests", "conftest.py")
        or _call("ruff", "format", "--check", "-q", "src", "tests", "conftest.py")
        or _call("importlinter.cli")
        or _call("balai.doors.console.roomcheck", PYTHONPATH="src")
        or _call("mypy", "-p", "balai", MYPYPATH="src")
    )


def _pytest(args: argparse.Namespace, paths: list[str], marks: str, **environment: str) -> int:
    long = "" if args.all else "not long"
    expression = " and ".join(f"({part})" for part in (marks, long) if part)
    command = ["pytest", "-p", "no:cacheprovider", "-n", "2", *BY_FILE, "--durations=8"]
    return _call(*command, *(["-m", expression] if expression else []), *(args.rest or paths), **environment)


def _sqlite(args: argparse.Namespace) -> int:
    return _pytest(args, ["tests", "src"], "")


def _postgres(args: argparse.Namespace) -> int:
    with machine.postgres() as address:
        if address is None:
            print("SKIPPED: there is no PostgreSQL here.", file=sys.stderr)
            return 1 if machine.is_ci() else 0
        return _pytest(args, ON_DATABASE, "not browser", BALAI_DATABASE=address)
