"""`balai conformance SUITE PATH`: run other people's test suites against our own functions."""

import argparse
import json
from pathlib import Path
from typing import Any

from balai.doors.console import vectors
from balai.doors.console.tck import ConformanceCase, run_folder, shown

HELP = "run a public conformance suite against the engine or the log"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "suite",
        choices=["dmn", "tlog"],
        help="the suite: dmn is the DMN Technology Compatibility Kit, tlog the proofs of transparency-dev/merkle",
    )
    parser.add_argument("path", type=Path, help="the folder with the suite's own files")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the suite, print what passed and each failure; the exit code is 1 when anything failed, 2 without cases."""
    result = (
        summary_of_proofs(list(vectors.run_folder(args.path)))
        if args.suite == "tlog"
        else summary(list(run_folder(args.path)))
    )
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


def _failure(case: ConformanceCase) -> dict[str, str]:
    return {
        "case": case.name,
        "expected": shown(case.expected),
        "got": shown(case.got),
        "problem": case.problem,
    }
