"""`balai conformance SUITE PATH`: run other people's test suites against our own functions."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from balai.doors.console import vectors
from balai.doors.console.tck import ConformanceCase, run_folder, shown
from balai.records.filing import bags

HELP = "run a public conformance suite against the engine, the log or the reading of bags"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "suite",
        choices=["bagit", "dmn", "tlog"],
        help="the suite: bagit is the Library of Congress's bags, dmn the DMN Technology Compatibility Kit, tlog the proofs of transparency-dev/merkle",
    )
    parser.add_argument("path", type=Path, help="the folder with the suite's own files")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the suite, print what passed and each failure; the exit code is 1 when anything failed, 2 without cases."""
    result = SUITES[args.suite](args.path)
    if not result["total"]:
        print(f"No test cases below {args.path}.")
        return 2
    for failure in result["failures"]:
        print(f"FAILED {failure['case']}\n  expected {failure['expected']}\n  got      {failure['got']}")
        if failure["problem"]:
            print(f"  because  {failure['problem']}")
    for name, level in result["levels"].items():
        print(f"{name}: {level['passed']}/{level['total']}")
    print(f"total: {result['passed']}/{result['total']}")
    if args.json:
        args.json.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if result["passed"] == result["total"] else 1


def summary(cases: list[ConformanceCase]) -> dict[str, Any]:
    """Answer the counts by level, and every failure with expected and got."""
    level3 = [case for case in cases if case.level == 3]
    levels = {
        "level 2": [case for case in cases if case.level == 2],
        "level 3": level3,
        "level 3 non-null": [case for case in level3 if case.expected is not None],
    }
    return {
        "passed": sum(case.passed for case in cases),
        "total": len(cases),
        "levels": {name: {"passed": sum(c.passed for c in some), "total": len(some)} for name, some in levels.items()},
        "failures": [_failure(case) for case in cases if not case.passed],
    }


def summary_of_proofs(found: list[vectors.Vector]) -> dict[str, Any]:
    """Answer the counts by kind of proof, and every one that was judged otherwise than it should be."""
    kinds = {kind: [one for one in found if one.kind == kind] for kind in (vectors.INCLUSION, vectors.CONSISTENCY)}
    said = {True: "refused", False: "holds"}
    return {
        "passed": sum(one.passed for one in found),
        "total": len(found),
        "levels": {
            kind: {"passed": sum(one.passed for one in some), "total": len(some)} for kind, some in kinds.items()
        },
        "failures": [
            {
                "case": one.name,
                "expected": said[one.want_refused],
                "got": said[bool(one.problem)],
                "problem": one.problem,
            }
            for one in found
            if not one.passed
        ],
    }


def summary_of_bags(path: Path) -> dict[str, Any]:
    """Judge each bag of the suite as one that is handed over; `valid` and `warning` must be taken, all others refused."""
    kinds: dict[str, dict[str, int]] = {}
    failures = []
    for bag in sorted(each for each in path.glob("v*/*/*") if each.is_dir()):
        kind, report = bag.parent.name, bags.judge_bag(bag)
        expected = "taken" if kind in ("valid", "warning") else "refused"
        got = "taken" if report.whole else "refused"
        level = kinds.setdefault(kind, {"passed": 0, "total": 0})
        level["total"] += 1
        level["passed"] += expected == got
        if expected != got:
            problem = "; ".join(report.faults[:3])
            name = bag.relative_to(path).as_posix()
            failures.append({"case": name, "expected": expected, "got": got, "problem": problem})
    return {
        "passed": sum(one["passed"] for one in kinds.values()), "total": sum(one["total"] for one in kinds.values()),
        "levels": kinds, "failures": failures,
    }  # fmt: skip


SUITES: dict[str, Callable[[Path], dict[str, Any]]] = {
    "bagit": summary_of_bags,
    "dmn": lambda path: summary(list(run_folder(path))),
    "tlog": lambda path: summary_of_proofs(list(vectors.run_folder(path))),
}


def _failure(case: ConformanceCase) -> dict[str, str]:
    return {
        "case": case.name,
        "expected": shown(case.expected),
        "got": shown(case.got),
        "problem": case.problem,
    }
