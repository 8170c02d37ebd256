"""`balai diff FOLDER…`: what folders say differently from their versions in force."""

import argparse
from pathlib import Path
from typing import Any

from balai.doors.console import installation
from balai.doors.console.commands import check
from balai.records.folders.kinds import FolderKind

HELP = "show what folders on disk say differently from the versions in force, file by file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="FOLDER", help="folders of any kind, or a folder of them"
    )
    parser.add_argument(
        "--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: the one beside)"
    )
    parser.add_argument("--names", action="store_true", help="name the files that differ, without their lines")


def run(args: argparse.Namespace) -> int:
    """Compare each folder; exit code 1 when one differs or was never published, 2 when there is nothing to compare."""
    found = check.find_or_tell(args.paths)
    if not found:
        return 2
    installation.load(args)
    return 1 if sum(not _compare(kind, folder, args) for kind, folder in found) else 0


def _compare(kind: FolderKind[Any], folder: Path, args: argparse.Namespace) -> bool:
    from balai.base.errors import NotFound
    from balai.records.folders import differences

    name = f"{kind.place}/{folder.resolve().name}"
    try:
        found = differences.compare_folder(kind, folder.resolve(), args.town or check.town_beside(folder, kind))
    except NotFound:
        print(f"{name}: no version is in force; it was never published here.")
        return False
    if not found:
        print(f"{name}: as the version in force.")
    for one in found:
        print(f"{name}: {one.path} {one.how}")
        if not args.names:
            print(*(f"  {line}" for line in one.lines()), sep="\n")
    return not found
