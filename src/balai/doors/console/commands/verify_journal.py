"""`balai verify-journal`: prove that nothing in the journal, or in the rows it speaks of, was changed, cut or left out."""

import argparse

from balai.doors.console import installation

HELP = "check every chain of the journal, and the rows against it, and say where something does not hold"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--deep", action="store_true", help="tell every case again from its journal, not only a sample")


def run(args: argparse.Namespace) -> int:
    """Recompute the journal and hold the rows against it; exit code 1 when something is broken."""
    installation.load(args)
    from balai.base.journal_check import verify_journal

    report = verify_journal(deep=args.deep)
    print(f"{report.entries} entries in {report.streams} streams, {report.sealed} of them in the global chain.")
    for open_ in report.open:
        print(f"OPEN {open_}")
    for fault in report.faults:
        print(f"BROKEN {fault}")
    print("The journal does not hold." if report.faults else "The journal holds.")
    return 1 if report.faults else 0
