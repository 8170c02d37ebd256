"""`balai worker`: do the outbox's work apart from the web server."""

import argparse
import signal
import time
from types import FrameType

from balai.doors.console import installation

HELP = "do the outbox's work (mail, clocks, seals) apart from the web server; run as many as you like on PostgreSQL"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--once", action="store_true", help="do what is due now and end")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop."""
    installation.load(args)
    from balai.doors.console.supervisor import IDLE, worker_loop

    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    loop = worker_loop()
    while not stopping:
        did = next(loop)
        if args.once and not did:
            break
        if not did:
            time.sleep(IDLE)
    return 0
