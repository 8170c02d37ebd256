"""`balai conformance dmn PATH`: run other people's test suites against our engines."""

import argparse
import json
from pathlib import Path
from typing import Any

from balai.doors.console.tck import Case, run_folder, shown

HELP = "run a public conformance suite against the engine"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("suite", choices=["dmn"], help="the suite: dmn is the DMN Technology Compatibility Kit")
    parser.add_argument("path", type=Path, help="the folder with the suite's own files")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the suite, print what passed and each failure; the exit code is 1 when anything failed, 2 without cases."""
    cases = list(run_folder(args.path))
    if not cases:
        print(f"No test cases below {args.path}.")
        return 2
    result = summary(cases)
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


def summary(cases: list[Case]) -> dict[str, Any]:
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


def _failure(case: Case) -> dict[str, str]:
    return {
        "case": case.name,
        "expected": shown(case.expected),
        "got": shown(case.got),
        "problem": case.problem,
    }
