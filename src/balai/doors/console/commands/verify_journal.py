"""`balai verify-journal`: prove that nothing in the journal was changed, cut or left out."""

import argparse

from balai.doors.console import installation

HELP = "check every chain of the journal and say where it does not hold"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)


def run(args: argparse.Namespace) -> int:
    """Recompute the journal; exit code 1 when a chain is broken."""
    installation.load(args)
    from balai.base.journal import verify_journal

    report = verify_journal()
    print(f"{report.entries} entries in {report.streams} streams, {report.sealed} of them in the global chain.")
    for fault in report.faults:
        print(f"BROKEN {fault}")
    print("The journal does not hold." if report.faults else "The journal holds.")
    return 1 if report.faults else 0
