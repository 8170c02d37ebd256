"""`balai publish FOLDER…`: make service folders the versions that new cases are opened under."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from balai.doors.console import installation
from balai.doors.console.commands import check

HELP = "publish service folders: only without faults, and only when their golden examples pass"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("paths", nargs="+", type=Path, metavar="FOLDER", help="service folders, or a folder of them")
    parser.add_argument(
        "--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: the one beside)"
    )


def run(args: argparse.Namespace) -> int:
    """Publish each folder; exit code 1 when one was refused, and the others are published all the same."""
    found = [folder for path in args.paths for folder in check._folders_at(path)]
    if not found:
        print(f"No service folder at {', '.join(map(str, args.paths))}.")
        return 2
    installation.load(args)
    installation.migrate()
    refused = sum(not _publish(folder, args.town) for folder in found)
    print(f"{len(found) - refused} of {len(found)} folder(s) published.")
    return 1 if refused else 0


def _publish(folder: Path, town: Path | None) -> bool:
    from django.conf import settings

    from balai.base.actors import Actor
    from balai.base.errors import BalaiError
    from balai.casework.catalogue import actions
    from balai.engine.problems import Problem, Problems

    beside = town or check.town_beside(folder) or settings.BALAI_TOWN_FOLDER
    try:
        made = actions.publish(folder, beside, actor=Actor("system", "console", name="publish"), now=datetime.now(UTC))
    except Problems as error:
        check._tell(folder, error.problems)
        return False
    except (BalaiError, ValueError) as error:
        words = error.message("en") if isinstance(error, BalaiError) else str(error)
        check._tell(folder, [Problem(words, file=str(folder))])
        return False
    print(f"{made.service_id} {made.version}: open for applications.")
    return True
