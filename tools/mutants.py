"""Breaks the program on purpose, one place at a time, and looks whether the test that is named for it turns red.

    PYTHONPATH=src:. .venv/bin/python tools/mutants.py [--only WORD …] [--json FILE] [--jobs N]

The breaks are data: `tests/mutants.yaml`, and each room's own `rooms/X/tests/mutants.yaml`. They are made in copies of the checkout, one
for each core; the test runs on SQLite. Exit code 0: every mutant was killed; 1: one survived, is stale (its text is not found
exactly once), broke more than its test, came to no end, or its test is red without it.
"""

import argparse
import json
import os
import queue
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import CompletedProcess

import yaml
from tests import prepared
from tests.house import copies

ROOT = Path(__file__).resolve().parents[1]
INSIDE = Path("src/balai")
KILLED, SURVIVED, STALE, BROKEN, LATE, RED = "killed", "survived", "stale", "broken", "late", "red without it"
PATIENCE = 600  # seconds for one test, also on a busy machine; whoever is late was not judged
PLAIN = {"PYTHONDONTWRITEBYTECODE": "1", "BALAI_DATABASE": "", "BALAI_TEST_ALL": ""}
PASSED = 0  # how pytest ends when nothing failed


@dataclass(frozen=True)
class Mutant:
    """One break: a text that stands in a file exactly once, what comes in its place, and the test that must fail."""

    name: str
    file: str
    old: str
    new: str
    test: str

    def apply(self, checkout: Path) -> str:
        """Make the break in a copy and give the file as it was. :raises LookupError: when its text is not there exactly once."""
        path = checkout / INSIDE / self.file
        whole = path.read_text("utf-8") if path.is_file() else ""
        if whole.count(self.old) != 1:
            raise LookupError(f"{self.file} holds its text {whole.count(self.old)} times")
        path.write_text(whole.replace(self.old, self.new), "utf-8")
        return whole


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, and after how many seconds."""

    name: str
    verdict: str
    test: str
    seconds: float
    why: str = ""


def lists(root: Path = ROOT) -> list[Path]:
    """Name the files that mutants stand in: the hall's, and each room's."""
    return [root / "tests/mutants.yaml", *sorted((root / INSIDE / "rooms").glob("*/tests/mutants.yaml"))]


def read(*files: Path) -> list[Mutant]:
    """Read mutants."""
    return [Mutant(**row) for file in files or lists() for row in yaml.safe_load(file.read_text("utf-8"))]


def _try(checkout: Path, tests: Sequence[str], *more: str, patience: int = PATIENCE) -> CompletedProcess[str]:
    """Run tests in a copy as they run by default, on SQLite; nothing that was compiled of a mutant stays behind."""
    named = [str(INSIDE / one) for one in tests]
    return copies.test(checkout, "--tb=line", *more, *named, timeout=patience, **PLAIN)


def judge(mutant: Mutant, checkout: Path) -> Verdict:
    """Make one break in a copy, run its test, and take the break back."""
    begun = time.monotonic()

    def say(verdict: str, why: str = "") -> Verdict:
        return Verdict(mutant.name, verdict, mutant.test, round(time.monotonic() - begun, 1), why)

    path = checkout / INSIDE / mutant.file
    stamp = path.stat() if path.is_file() else None
    try:
        whole = mutant.apply(checkout)
    except LookupError as error:
        return say(STALE, str(error))
    try:
        told = _try(checkout, [mutant.test], "-x")
    except subprocess.TimeoutExpired:
        return say(LATE)
    finally:
        path.write_text(whole, "utf-8")
        if stamp is not None:  # what was compiled of the file is known by its time
            os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    if told.returncode == PASSED:
        return say(SURVIVED)
    if mutant.test.partition("::")[2] in copies.failed(told):
        return say(KILLED)
    return say(BROKEN, told.stdout[-600:] + told.stderr[-300:])


def run(mutants: Sequence[Mutant], jobs: int) -> list[Verdict]:
    """Judge mutants in as many copies as there are jobs, telling each as it comes; first their tests must pass without them."""
    with tempfile.TemporaryDirectory(prefix="balai-mutants-") as folder:
        os.environ.setdefault(prepared.NAME, str(Path(folder) / "prepared"))
        Path(os.environ[prepared.NAME]).mkdir(exist_ok=True)
        prepared.file()
        free: queue.SimpleQueue[Path] = queue.SimpleQueue()
        made = [copies.take(Path(folder) / str(number)) for number in range(jobs)]
        with ThreadPoolExecutor(jobs) as pool:
            red = set[str]().union(*pool.map(_red, made, _parts(mutants, jobs)))
        for one in made:
            free.put(one)

        def work(mutant: Mutant) -> Verdict:
            if mutant.test in red:
                return Verdict(mutant.name, RED, mutant.test, 0)
            checkout = free.get()
            try:
                verdict = judge(mutant, checkout)
            finally:
                free.put(checkout)
            print(f"{verdict.verdict:9} {verdict.seconds:5.1f} s  {mutant.name} {verdict.why}", flush=True)
            return verdict

        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(work, mutants))


def _parts(mutants: Sequence[Mutant], jobs: int) -> list[list[str]]:
    """Share out the tests file by file, so that none is set up twice."""
    tests = sorted({one.test for one in mutants})
    files = sorted({one.partition("::")[0] for one in tests})
    return [[one for one in tests if files.index(one.partition("::")[0]) % jobs == part] for part in range(jobs)]


def _red(checkout: Path, tests: list[str]) -> set[str]:
    """Name the tests that fail in a copy where nothing is broken."""
    if not tests:
        return set()
    told = _try(checkout, tests, patience=3 * PATIENCE)
    if told.returncode == PASSED:
        return set()
    print(told.stdout[-3000:], told.stderr[-1000:], file=sys.stderr)
    failed = copies.failed(told)
    return {one for one in tests if one.partition("::")[2] in failed} or set(tests)


def main() -> int:
    """Judge all mutants, or those whose name, file or test holds one of some words."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", default=[], help="words, one of which stands in name, file or test")
    parser.add_argument("--json", type=Path, help="a file for what came of each")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time; else one for each core"
    )
    args = parser.parse_args()
    wanted = [
        one for one in read() if not args.only or any(word in f"{one.name} {one.file} {one.test}" for word in args.only)
    ]
    begun = time.monotonic()
    found = run(wanted, max(1, min(args.jobs, len(wanted))))
    if args.json:
        args.json.write_text(json.dumps([asdict(one) for one in found], indent=1))
    count = Counter(one.verdict for one in found)
    for one in found:
        if one.verdict != KILLED:
            print(f"{one.verdict.upper()}: {one.name}, by {one.test}")
    print(
        f"{len(found)} mutants: {', '.join(f'{n} {name}' for name, n in count.items())} ({time.monotonic() - begun:.0f} s)"
    )
    return 0 if found and set(count) == {KILLED} else 1


if __name__ == "__main__":
    sys.exit(main())
