"""`balai publish FOLDER…`: make folders of any kind the versions that are in force."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from balai.doors.console import installation
from balai.doors.console.commands import check
from balai.records.folders.kinds import FolderKind

HELP = "publish folders: only without faults, and only when what is rehearsed comes out (golden examples)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="FOLDER", help="folders of any kind, or a folder of them"
    )
    parser.add_argument(
        "--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: the one beside)"
    )


def run(args: argparse.Namespace) -> int:
    """Publish each folder; exit code 1 when one was refused, and the others are published all the same."""
    found = check.find_or_tell(args.paths)
    if not found:
        return 2
    installation.load(args)
    installation.migrate()
    refused = sum(not _publish(kind, folder, args.town) for kind, folder in found)
    print(f"{len(found) - refused} of {len(found)} folder(s) published.")
    return 1 if refused else 0


def _publish(kind: FolderKind[Any], folder: Path, town: Path | None) -> bool:
    from django.conf import settings

    from balai.base.actors import Actor
    from balai.base.errors import BalaiError
    from balai.engine.problems import Problem, Problems
    from balai.records.folders import actions

    beside = town or check.town_beside(folder, kind) or settings.BALAI_TOWN_FOLDER
    console = Actor("system", "console", name="publish")
    try:
        made = actions.publish(kind, folder, beside, actor=console, now=datetime.now(UTC))
    except Problems as error:
        check.tell(folder, error.problems)
        return False
    except (BalaiError, ValueError) as error:
        words = error.message("en") if isinstance(error, BalaiError) else str(error)
        check.tell(folder, [Problem(words, file=str(folder))])
        return False
    print(f"{made.folder_id} {made.version}: {kind.opened}.")
    return True
