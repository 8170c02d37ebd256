"""`balai demo`: a whole city hall to try, in one command."""

import argparse
import os
import shutil
import time
from pathlib import Path

from balai.doors.console import installation

HELP = "try a whole city hall: seeds Kota Samarinda with synthetic people and opens it on this machine"

CUT_OFF = "SEEDING"  # lies in the home while the city is made
MADE = (
    "balai.sqlite3*", "documents", "keys", "log", "mailbox", "signing", "static", "tables", "tmp", "erasures.txt", CUT_OFF,
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--cases", type=int, default=240, help="how many cases to seed (default: 240)")
    parser.add_argument("--seed-only", action="store_true", help="seed and end, without serving")


def run(args: argparse.Namespace) -> int:
    """Seed the demonstration once, then serve it on this machine only."""
    if args.home is None:
        args.home = Path(__file__).resolve().parents[5] / ".balai" / "demo"
    marker = args.home / "DEMO"
    if (args.home / "balai.sqlite3").exists() and not marker.exists():
        print(f"{args.home} holds a real installation; the demonstration will not touch it. Give another --home.")
        return 2
    if (args.home / CUT_OFF).exists() and not _clear(args.home):
        return 2
    installation.load(args, demo=True, port=args.port)
    marker.write_text("This folder holds a demonstration with synthetic people.\n", encoding="utf-8")
    installation.migrate()
    _seed(args.home, args.cases)
    if args.seed_only:
        return 0
    from django.conf import settings

    from balai.doors.console.supervisor import Supervisor

    def ready() -> None:
        url = settings.BALAI_URL
        print(
            f"\nBalai is open. Everything in it is synthetic.\n"
            f"  {url}/            the city hall, as its citizens see it\n"
            f"  {url}/demo/       enter as Siti (citizen), Budi (clerk) or Ratna (head who signs)\n"
            f"  {url}/demo/surat/ the mailbox: mail and SMS that were sent\n"
            f"Stop with Ctrl+C; start again with the same command.",
            flush=True,
        )

    return Supervisor(host="127.0.0.1", port=args.port, workers=1).run(ready)


def _clear(home: Path) -> bool:
    """Clear away a city whose making was cut off: nobody has lived in it yet. Tell whether there is a clear place now."""
    if "BALAI_DATABASE" in os.environ:
        print(f"The making of this city was cut off. Empty the database, delete {home}, and start again.")
        return False
    print("The making of the city was cut off last time; it begins anew.", flush=True)
    for name in MADE:  # and nothing else that may lie there
        for path in home.glob(name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return True


def _seed(home: Path, cases: int) -> None:
    from datetime import UTC, datetime

    from balai.doors.console.demo import seed

    if seed.is_seeded():
        return
    print("Making the demonstration city; this happens once.", flush=True)
    started, cut_off = time.monotonic(), home / CUT_OFF
    cut_off.touch()
    seed.seed(datetime.now(UTC), cases=cases, say=lambda line: print(line, flush=True))
    cut_off.unlink()
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)
