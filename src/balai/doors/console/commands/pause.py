"""`balai pause SERVICE`: let a published service take no applications for a while, or for good, for a public reason."""

import argparse
from datetime import UTC, date, datetime
from uuid import uuid4

from balai.doors.console import installation

HELP = "let a service take no applications, for a while or for good (--close); drafts are kept, running cases go on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("service", help="the service's id")
    parser.add_argument("--reason-id", required=True, metavar="TEXT", help="the public reason in Indonesian")
    parser.add_argument("--reason-en", required=True, metavar="TEXT", help="the public reason in English")
    parser.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="the last day; open-ended without")
    parser.add_argument(
        "--close", action="store_true", help="close it for good: listed nowhere, and its page says the reason"
    )


def run(args: argparse.Namespace) -> int:
    """Pause the service; exit code 1 when that cannot be."""
    installation.load(args)
    from balai.base.actors import Actor
    from balai.base.errors import Invalid, NotFound
    from balai.casework.catalogue import actions

    try:
        actions.pause(
            command_id=uuid4(), actor=Actor("system", "console", name="pause"), now=datetime.now(UTC),
            service_id=args.service, reason_id=args.reason_id, reason_en=args.reason_en, until=args.until,
            closed=args.close,
        )  # fmt: skip
    except NotFound:
        print(f"No service {args.service} is published here.")
        return 1
    except Invalid as refused:
        print(*refused.fields.values(), sep="\n")
        return 1
    how = "is closed" if args.close else "takes no applications now"
    print(f"{args.service}: {how}. `balai resume {args.service}` opens it again.")
    return 0
