"""`balai bench`: measure this hall against the bare limit, in one run, and against the last release."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from balai.doors.console import installation, machine
from balai.doors.console.bench import database, figures

HELP = "measure against the bare limit in the same run and print the ratios"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("keys", nargs="*", metavar="KEY", help="measure only what these figures need (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rounds and cases, to see that it runs")
    parser.add_argument(
        "--cases", type=int, default=100_000, metavar="N", help="how many cases lists of work are measured over"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        metavar="DIR",
        help="measure in this home and keep it, so that the next run finds the cases there (embedded database only)",
    )
    parser.add_argument(
        "--runs", type=int, default=1, metavar="N", help="run N times and take the median of each figure"
    )
    parser.add_argument(
        "--postgres", action="store_true",
        help="measure on a PostgreSQL of its own (or BALAI_DATABASE names a server, on which a database beside is made)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Measure in a home of its own, which is thrown away unless it is to be kept; the exit code does not depend on the numbers."""
    from balai.doors.console.bench import groups

    try:
        groups.choose(args.keys)
    except KeyError as unknown:
        print(f"Nothing gives {', '.join(map(str, unknown.args))}. There are:", file=sys.stderr)
        print(*(f"  {key}" for group in groups.GROUPS for key in group.keys), sep="\n", file=sys.stderr)
        return 2
    with ExitStack() as stack:
        if args.postgres:
            address = stack.enter_context(machine.postgres(durable=True))
            if address is None:
                print("There is no PostgreSQL here.", file=sys.stderr)
                return 2
            os.environ["BALAI_DATABASE"] = address
        results = _run_once(args) if args.runs == 1 else _run_often(args)
    return _tell(args, results)


def _run_often(args: argparse.Namespace) -> dict[str, float]:
    """Take the median of several runs, each in a process of its own."""
    words = [*args.keys, *(["--quick"] if args.quick else []), "--cases", str(args.cases)]
    words += ["--keep", str(args.keep)] if args.keep else []
    kept = []
    with tempfile.TemporaryDirectory(prefix="balai-bench-") as folder:
        for number in range(args.runs):
            print(f"run {number + 1} of {args.runs}", file=sys.stderr, flush=True)
            file = Path(folder) / f"{number}.json"
            command = [sys.executable, "-m", "balai.doors.console", "bench", *words, "--json", str(file)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            kept.append(json.loads(file.read_text(encoding="utf-8")))
    return figures.medians(kept)


def _run_once(args: argparse.Namespace) -> dict[str, float]:
    if args.keep and args.postgres:
        raise SystemExit("balai: --keep is for the embedded database")
    home = args.keep or Path(tempfile.mkdtemp(prefix="balai-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    (home / "DEMO").write_text("bench\n", encoding="utf-8")
    args.home = home
    try:
        with database.apart():
            return _measure(args, home)
    finally:
        if not args.keep:
            shutil.rmtree(home, ignore_errors=True)


def _measure(args: argparse.Namespace, home: Path) -> dict[str, float]:
    installation.load(args, demo=True)
    installation.migrate()
    from balai.doors.console.bench import groups

    hall = groups.make_hall(home, 10 if args.quick else 1, args.cases)
    results: dict[str, float] = {}
    for group in groups.choose(args.keys):
        results |= group.measure(hall)
    return results


def _tell(args: argparse.Namespace, results: dict[str, float]) -> int:
    """Print each figure beside its goal and the last release's, and what was lost in all."""
    vendor = database.vendor()
    if (busy := os.getloadavg()[1]) > figures.QUIET:
        print(
            f"This machine was busy (load {busy:.1f} in the last five minutes): these figures judge it, not the hall."
        )
    goals, (release, before, same) = figures.list_goals(vendor), figures.read_release(vendor)
    results.pop("loss_in_all", None)  # of a single run of several
    for key, value in results.items():
        then = f"{release}: {before[key]:.2f}" if key in before else ""
        goal = (
            f"goal {goals[key][0]} {goals[key][1]:g}: {'kept' if figures.is_kept(key, value) else 'MISSED'}"
            if key in goals
            else ""
        )
        print(f"{key:<30} {value:>12.2f}  {then:<20} {goal}".rstrip())
    loss = figures.loss_in_all({key: results[key] for key in results if key in goals}, before, same_machine=same)
    if loss is not None:
        verdict = "A LOSS" if loss > figures.LOSS else "no loss"
        which = "all goals" if same else "the ratios (another machine, or a busy one, took the figures of the release)"
        print(f"{'loss_in_all':<30} {loss:>12.3f}  against {release}, over {which}: {verdict}")
        results["loss_in_all"] = loss
    if args.json:
        args.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return 0
