"""`balai law`: how the law stands that this hall applies: what nobody confirmed, what is to be reviewed."""

import argparse
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from balai.doors.console import installation

if TYPE_CHECKING:
    from balai.casework.catalogue.queries import LawLine

HELP = "list what of the open services is law, with who confirmed it; --open lists only what nobody did, or what is to be reviewed"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--open", action="store_true", help="only what is not confirmed, or is to be reviewed by today")


def run(args: argparse.Namespace) -> int:
    """List each value once; exit code 1 while one is not confirmed or to be reviewed, so that a script can ask."""
    installation.load(args)
    from balai.casework.catalogue import queries

    now = datetime.now(UTC)
    lines = queries.list_law(now)
    waiting = [one for one in lines if one.is_open(now)]
    for line in waiting if args.open else lines:
        print("\n".join(_say(line, now)))
    print(f"{len(lines)} values of law, {len(waiting)} not confirmed or to be reviewed.")
    return 1 if waiting else 0


def _say(line: "LawLine", now: datetime) -> Iterator[str]:
    value = line.value
    yield f"{'OPEN' if line.is_open(now) else 'sure'}  {value.what}: {value.text('en')} ({value.basis or 'no basis'})"
    for one in line.uses:
        mark = one.standing.mark
        by = f"{mark.office}, {mark.basis}, review on {mark.review_on}" if mark else one.standing.value.status
        yield f"        {one.key}: {by}"
