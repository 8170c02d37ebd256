"""`balai resume SERVICE`: let a paused service take applications again."""

import argparse
from datetime import UTC, datetime
from uuid import uuid4

from balai.doors.console import installation

HELP = "let a paused service take applications again"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("service", help="the service's id")


def run(args: argparse.Namespace) -> int:
    """Open the service; exit code 1 when it was open already."""
    installation.load(args)
    from balai.base.actors import Actor
    from balai.base.errors import Conflict
    from balai.casework.catalogue import actions

    try:
        actions.resume(
            command_id=uuid4(), actor=Actor("system", "console", name="resume"), now=datetime.now(UTC), service_id=args.service
        )  # fmt: skip
    except Conflict:
        print(f"{args.service} is not paused.")
        return 1
    print(f"{args.service}: takes applications again.")
    return 0
