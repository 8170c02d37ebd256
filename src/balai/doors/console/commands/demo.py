"""`balai demo`: a whole city hall to try, in one command."""

import argparse
import logging
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from balai.doors.console import claims, installation

log = logging.getLogger("balai.demo")

if TYPE_CHECKING:
    from threading import Lock

    from balai.doors.console.demo.telling import Teller

HELP = "try a whole city hall: seeds Kota Samarinda with synthetic people and opens it on this machine"

CUT_OFF = "SEEDING"  # lies in the home while the city is made
MADE = (
    "balai.sqlite3*", "documents", "keys", "log", "mailbox", "signing", "static", "stories.json", "tables", "tmp",
    "erasures.txt", "public", "status", CUT_OFF,
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--cases",
        type=int,
        default=240,
        help="how many cases the city holds beside Siti's (default: 240); 0: none, and no stories",
    )
    parser.add_argument(
        "--seed-only", action="store_true", help="make the city, tell all its stories and end, without serving"
    )
    parser.add_argument(
        "--whole", action="store_true", help="open only when every story is told (default: tell them while open)"
    )


def run(args: argparse.Namespace) -> int:
    """Seed the demonstration once, then serve it on this machine only."""
    if args.home is None:
        args.home = Path(__file__).resolve().parents[5] / ".balai" / "demo"
    marker = args.home / "DEMO"
    if (args.home / "balai.sqlite3").exists() and not marker.exists():
        print(f"{args.home} holds a real installation; the demonstration will not touch it. Give another --home.")
        return 2
    if not args.seed_only:
        claims.claim_port("127.0.0.1", args.port)
    installation.claim(args.home)
    if (args.home / CUT_OFF).exists() and not _clear(args.home):
        return 2
    installation.load(args, demo=True, port=args.port)
    marker.write_text("This folder holds a demonstration with synthetic people.\n", encoding="utf-8")
    if not installation.is_migrated(args.home):
        installation.migrate()
    _lay(args.home, args.cases)
    from balai.doors.console.demo.telling import Teller

    teller = Teller(args.home, say=lambda line: print(line, flush=True))
    if args.whole or args.seed_only:
        _tell_all(teller)
    return 0 if args.seed_only else _open(teller, args.port)


def _open(teller: "Teller", port: int) -> int:
    """Serve the city; what is left to tell is told whenever the worker has nothing else to do."""
    from threading import Lock

    from django.conf import settings

    from balai.doors.console.supervisor import Supervisor

    def ready() -> None:
        url = settings.BALAI_URL
        left = (
            f"\n  {teller.count_left} stories are told meanwhile; {url}/demo/ shows how far."
            if teller.count_left
            else ""
        )
        print(
            f"\nBalai is open. Everything in it is synthetic.\n"
            f"  {url}/            the city hall, as its citizens see it\n"
            f"  {url}/demo/       enter as Siti (citizen), Budi (clerk) or Ratna (head who signs)\n"
            f"  {url}/demo/surat/ the mailbox: mail and SMS that were sent{left}\n"
            f"Stop with Ctrl+C; start again with the same command.",
            flush=True,
        )

    turn = Lock()
    return Supervisor(host="127.0.0.1", port=port, workers=1).run(
        ready, turn=turn, beside=lambda: _tell_one(teller, turn)
    )


def _tell_one(teller: "Teller", turn: "Lock") -> int:
    """Tell one item while no courier works, whose clock is today's; after one of a volume story rest as long as it took."""
    if not turn.acquire(timeout=0.2):
        return 0
    try:
        begun = time.monotonic()
        story = teller.step()
    except OSError:  # such as a full disk; what was told is not lost, and the hall stays open
        log.exception("how far the stories came could not be kept")
        return 0
    finally:
        turn.release()
    if story is not None and story.volume:
        time.sleep(time.monotonic() - begun)
    return int(story is not None)


def _tell_all(teller: "Teller") -> None:
    if teller.count_left:
        started = time.monotonic()
        teller.tell_all()
        print(f"  all stories told in {time.monotonic() - started:.0f} s", flush=True)


def _clear(home: Path) -> bool:
    """Clear away a city whose making was cut off: nobody has lived in it yet. Tell whether there is a clear place now."""
    if os.environ.get("BALAI_DATABASE"):
        print(f"The making of this city was cut off. Empty the database, delete {home}, and start again.")
        return False
    print("The making of the city was cut off last time; it begins anew.", flush=True)
    for name in MADE:  # and nothing else that may lie there
        for path in home.glob(name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return True


def _lay(home: Path, cases: int) -> None:
    """Lay the core of the city, once."""
    from datetime import UTC, datetime

    from balai.doors.console.demo import progress, seed

    if seed.is_seeded():
        return
    print("Making the demonstration city; this happens once.", flush=True)
    started, cut_off, now = time.monotonic(), home / CUT_OFF, datetime.now(UTC)
    cut_off.touch()
    seed.lay(now, cases=cases, say=lambda line: print(line, flush=True))
    progress.found(home, now, cases)
    cut_off.unlink()
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)
