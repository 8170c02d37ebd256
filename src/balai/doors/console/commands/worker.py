"""`balai worker`: do the outbox's work apart from the web server."""

import argparse
import os

from balai.doors.console import claims, installation

HELP = "do the outbox's work (mail, clocks, seals) apart from the web server; run as many as you like on PostgreSQL"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--once", action="store_true", help="do what is due now and end")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop."""
    home = installation.point(args)
    if not os.environ.get("BALAI_DATABASE"):
        claims.claim_home(home, "worker")  # on the embedded database the server's own worker, or one beside it
    installation.load(args)
    from balai.doors.console.supervisor import IDLE, Stop, Workers

    if args.once:
        workers = Workers()
        while workers.work_once():
            pass
        return 0
    stop = Stop()
    workers = Workers().start()
    while not stop.asked.is_set():
        if not workers.work():
            stop.asked.wait(IDLE)
    workers.stop()
    workers.wait()
    return 0
