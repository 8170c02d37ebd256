"""`balai doctor`: look an installation over and say what to do about each thing that is not as it should be.

What is looked at, each app brings in its own `checks.py`.
"""

import argparse
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from balai.doors.console import installation

if TYPE_CHECKING:
    from balai.base.checks import Finding

HELP = "look an installation over and say what to do about what is not as it should be"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    parser.add_argument(
        "--deep", action="store_true", help="go through everything that is kept too, and prove that it fits together"
    )


def run(args: argparse.Namespace) -> int:
    """Make the round; exit code 1 when something must be mended, 2 when there is no installation."""
    given = args.home or os.environ.get("BALAI_HOME")
    home = Path(given).resolve() if given else None
    if home is not None and not (home / "keys").is_dir():
        print(f"There is no installation at {home}. `balai serve --home {home}` makes one.")
        return 2
    stray = os.environ.get("BALAI_DEMO") == "1"
    # a demonstration is looked at as the demonstration it is: its mail goes to its own mailbox
    installation.load(args, demo=home is not None and (home / "DEMO").is_file(), judged=False)
    from django.conf import settings

    from balai.base import checks

    now = datetime.now(UTC)
    findings = [
        finding
        for look in checks.rounds(deep=args.deep)
        for finding in checks.examine(look, Path(settings.BALAI_HOME), now)
    ]
    if stray:
        findings.append(
            checks.Finding("demo", "note", "BALAI_DEMO is set in this environment; `balai serve` ignores it. Unset it.")
        )
    findings = list(dict.fromkeys(findings))  # a database that does not answer is said once, not by each who asked it
    _tell(findings, as_json=args.json)
    return 1 if any(finding.state == "bad" for finding in findings) else 0


def _tell(findings: "list[Finding]", *, as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1, ensure_ascii=False))
        return
    marks = {"good": "  good", "note": "  NOTE", "bad": "   BAD"}
    for finding in findings:
        print(f"{marks[finding.state]}  {finding.check:<12} {finding.words}")
    counted = {state: sum(finding.state == state for finding in findings) for state in marks}
    print(f"{counted['good']} good, {counted['note']} to note, {counted['bad']} to mend.")
