"""`balai index`: make what officers find cases by anew, for cases that stand since before this release."""

import argparse
from datetime import UTC, datetime

from balai.doors.console import installation

HELP = "make what officers find cases by anew (names of businesses, phones, halves of numbers); once after an upgrade"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)


def run(args: argparse.Namespace) -> int:
    """Index all cases, some hundred in a transaction, beside an open hall; stopped halfway it is begun again."""
    installation.load(args)
    from balai.base.actors import Actor
    from balai.casework.cases import actions

    operator = Actor("system", "console", name="index")
    total, last = actions.index_again(actor=operator, now=datetime.now(UTC), after=None)
    while last is not None:
        done, last = actions.index_again(actor=operator, now=datetime.now(UTC), after=last)
        total += done
    print(f"{total} case(s) indexed.")
    return 0
