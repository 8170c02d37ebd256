"""`balai test`: everything that must hold, on SQLite whole and on PostgreSQL where it differs, within its time."""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from balai.doors.console import choosing, lent, machine, timing

HELP = (
    "prove that everything holds, on SQLite and where it differs on PostgreSQL; --all adds the long suites and the rest"
)
ROOT = Path(__file__).resolve().parents[5]
# Read once, then run in forks, file by file; the longest come first (conftest.py). Two cores: a third worker fills what others wait.
POOL = ("-p", "tests.pool", "--workers", "3")
WHERE = ["tests", "src"]  # the journeys first
# With --all, all that asks a database: of the long tests those of where SQL lives, for a long walk through pages is walked on SQLite.
WHOLE_THERE = "database and not browser and (postgres or not long)"
PART = "TESTS_PART"  # tells conftest.py that files without a test of this part need not even be read
NOTHING_CHOSEN = 5  # what pytest answers when no test was left


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "--all", action="store_true",
        help="the long suites too, all that asks a database on both, every page in each language and width, a random search, and deliberate breaks",
    )  # fmt: skip
    parser.add_argument(
        "--changed", action="store_true", help="only the tests of what changed since main, and say why; no lint"
    )
    parser.add_argument("--only", choices=["lint", "sqlite", "postgres", "mutants"], help="run one part")
    parser.add_argument("rest", nargs="*", help="arguments for pytest, such as a path or -k WORD (after --)")


@dataclass(frozen=True, slots=True)
class TestPlan:
    """What is run: everything, or some test files; how much of it."""

    paths: list[str]
    all: bool
    named: bool  # by hand, after --: then nothing is left out for the sake of time
    times: timing.Times


def run(args: argparse.Namespace) -> int:
    """Run every part, even after one fails, and say what came of each."""
    named, paths = bool(args.rest), args.rest or list(WHERE)
    if args.changed and not named:
        chosen = _choose()
        if not chosen:
            return 0 if chosen is not None else 2
        paths = chosen
    machine.ensure_packages()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a PostgreSQL of our own ends with us
    plan = TestPlan(paths, args.all, named, timing.Times())
    wanted = (
        [args.only] if args.only else ["sqlite"] if named else ["sqlite", "postgres"] if args.changed else _parts(plan)
    )
    started, failed, before = time.monotonic(), [], timing.measure_slowness()
    with lent.temporary():
        for name in wanted:
            code = _run_part(name, plan)
            failed += [name] if code else []
    plan.times.slowness = max(before, timing.measure_slowness())
    told = plan.times.report(whole=not (named or args.changed or args.only), all=args.all)
    failed += ["time"] if told else []
    print(f"{'FAILED: ' + ', '.join(failed) if failed else 'Everything holds.'} ({time.monotonic() - started:.0f} s)")
    return 1 if failed else 0


def _parts(plan: TestPlan) -> list[str]:
    """Name the parts that run where none is named: all, but the breaks only with --all."""
    return [name for name in PARTS if plan.all or name != "mutants"]


def _choose() -> list[str] | None:
    """Choose the test files of what changed, and say why; empty when nothing did, None when nobody can tell."""
    try:
        changed = choosing.list_changed()
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return None
    choice = choosing.choose(changed)
    for line in choice.why[:24]:
        print(f"  {line}")
    if len(choice.why) > 24:
        print(f"  and {len(choice.why) - 24} more reasons")
    if not choice.tests:
        print("Nothing changed since main that a test looks at." if changed else "Nothing changed since main.")
    else:
        print(
            f"{len(choice.tests)} of {len(choosing.list_tests())} test files for {len(changed)} changed files.",
            flush=True,
        )
    return sorted(choice.tests, key=lambda each: (not each.startswith("tests/journeys"), each))


def _run_part(name: str, plan: TestPlan) -> int:
    begun, before = time.monotonic(), _cpu()
    print(f"== {name}", flush=True)
    code = PARTS[name](plan)
    wall, cpu = time.monotonic() - begun, _cpu() - before
    plan.times.note(name, wall, cpu)
    print(f"== {name}: {'passed' if code == 0 else 'FAILED'} in {wall:.0f} s ({cpu:.0f} s of CPU)", flush=True)
    return code


def _cpu() -> float:
    """Give the CPU seconds of all children that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _call(*command: str, **environment: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=os.environ | environment, check=False
    ).returncode


def _lint(plan: TestPlan) -> int:
    return lint()


def lint() -> int:
    """Judge style, floors, rooms and types."""
    return (
        _call("ruff", "check", "src", "tests", "conftest.py")
        or _call("ruff", "format", "--check", "-q", "src", "tests", "conftest.py")
        or _imports()
        or _call("balai.doors.console.roomcheck", PYTHONPATH="src")
        or _call("mypy", "-p", "balai", MYPYPATH="src")
    )


def _imports() -> int:
    """Judge which way imports go; what is broken is printed."""
    told = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": "src"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if told.returncode:
        print(told.stdout[told.stdout.find("Broken contracts") :], told.stderr, file=sys.stderr)
    return told.returncode


def _pytest(plan: TestPlan, marks: str, **environment: str) -> int:
    """Run the tests with these marks, and note how long each folder's took."""
    expression = " and ".join(f"({part})" for part in (marks, "" if plan.all else "not long") if part)
    if plan.all:
        environment["BALAI_TEST_ALL"] = "1"
    with tempfile.TemporaryDirectory(prefix="balai-prepared-") as prepared:
        environment["TESTS_PREPARED"] = prepared
        with _preparing(environment):
            code = _pytest_once(plan, expression, environment)
    return 0 if code == NOTHING_CHOSEN and not plan.named else code


@contextmanager
def _preparing(environment: dict[str, str]) -> Iterator[None]:
    """Have the tables migrated while the tests are still being read, for which all workers would wait."""
    told = os.environ | environment | {"PYTHONPATH": "src:."}
    with subprocess.Popen([sys.executable, "-m", "tests.prepared"], cwd=ROOT, env=told):
        yield


def _pytest_once(plan: TestPlan, expression: str, environment: dict[str, str]) -> int:
    with tempfile.TemporaryDirectory(prefix="balai-test-") as folder:
        report = Path(folder) / "report.xml"
        command = ["pytest", "-p", "no:cacheprovider", *POOL, "--durations=8", f"--junitxml={report}"]
        code = _call(*command, *(["-m", expression] if expression else []), *plan.paths, **environment)
        plan.times.read(report)
    return code


def _sqlite(plan: TestPlan) -> int:
    return _pytest(plan, "")


def _postgres(plan: TestPlan) -> int:
    """Run what differs there (conftest.py marks it); with --all, or what was named, all that asks a database."""
    with machine.postgres() as address:
        if address is None:
            print("SKIPPED: there is no PostgreSQL here.", file=sys.stderr)
            return 1 if machine.is_ci() else 0
        if plan.named or plan.all:
            return _pytest(plan, "not browser" if plan.named else WHOLE_THERE, BALAI_DATABASE=address)
        return _pytest(plan, "postgres and not browser", BALAI_DATABASE=address, **{PART: "postgres"})


def _mutants(plan: TestPlan) -> int:
    """Break the program on purpose and see that the test named for each break turns red."""
    return _call("tools.mutants", PYTHONPATH="src:.")


PARTS: dict[str, Callable[[TestPlan], int]] = {
    "lint": _lint, "sqlite": _sqlite, "postgres": _postgres, "mutants": _mutants
}  # fmt: skip
