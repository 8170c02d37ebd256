"""`balai drill NAME`: practise, each step proved and timed."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from balai.doors.console import installation

HELP = "practise for a bad day: `drill incident` detects, contains, reports and learns, on a hall made for it alone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("name", help="which drill, such as incident")


def run(args: argparse.Namespace) -> int:
    """Play a drill; the exit code is 1 when a step failed, 2 when it was not begun."""
    if args.home is None:
        return _on_a_hall_of_its_own(args)
    demo = (args.home / "DEMO").exists()
    installation.load(args, demo=demo)
    if not demo and not _is_meant():
        print("Nothing was done.")
        return 2
    return _play(args.name, args.home / "drills")


def _on_a_hall_of_its_own(args: argparse.Namespace) -> int:
    """Make a hall in a folder that goes with the drill, whatever hall this machine has."""
    os.environ.pop("BALAI_DATABASE", None)
    os.environ.pop("BALAI_STATUS", None)
    args.home = Path(tempfile.mkdtemp(prefix="balai-drill-"))
    try:
        installation.load(args, demo=True)
        installation.migrate()
        return _play(args.name, args.home / "drills")
    finally:
        shutil.rmtree(args.home, ignore_errors=True)


def _is_meant() -> bool:
    """Ask whoever drills a real hall to type its address: for a moment nothing can be sent there."""
    from django.conf import settings

    host = settings.BALAI_URL.partition("//")[2]
    print(
        f"This drills the hall at {host} itself: it is read-only for a moment, an account of nobody is made and stays frozen,\n"
        "and a drill stands in its incident book. No deadline moves. Type the hall's address to go on:"
    )
    try:
        return input("> ").strip() == host
    except EOFError:
        return False


def _play(name: str, folder: Path) -> int:
    from balai.base import drills

    try:
        play = drills.get(name)
    except LookupError as unknown:
        print(f"balai drill: {unknown}", file=sys.stderr)
        return 2
    begun = at = time.monotonic()
    try:
        for step in play(drills.DrillStage(folder, lambda: datetime.now(UTC))):
            print(f"  {time.monotonic() - at:6.2f} s  {step}", flush=True)
            at = time.monotonic()
    except Exception as error:  # noqa: BLE001 (whatever went wrong is what a drill is there to find)
        print(f"  {time.monotonic() - at:6.2f} s  FAILED: {type(error).__name__}: {error}", flush=True)
        return 1
    print(f"All of it worked, in {time.monotonic() - begun:.2f} s.")
    return 0
