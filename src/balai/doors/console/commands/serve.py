"""`balai serve`: run a hall."""

import argparse
import os

from balai.doors.console import installation

HELP = "run a city hall; empty at first, it asks for its first administrator"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        help="server processes, four threads each (default: 1; on PostgreSQL as many as cores)",
    )
    parser.add_argument("--no-worker", action="store_true", help="leave the outbox to `balai worker` elsewhere")


def run(args: argparse.Namespace) -> int:
    """Set up the installation, serve it, and do its worker's work."""
    from balai.doors.console import claims
    from balai.doors.console.supervisor import Supervisor

    home = installation.point(args, port=args.port)
    claims.claim_port(args.host, args.port)
    installation.claim(home, works=not args.no_worker)
    if args.workers > 1:
        os.environ["BALAI_WEB_PROCESSES"] = str(args.workers)
    supervisor = Supervisor(host=args.host, port=args.port, workers=args.workers, work_here=not args.no_worker)
    if installation.is_migrated(home):
        supervisor.start()  # two cores: the server loads while this process does
    try:
        installation.load(args, port=args.port)
        if supervisor.child is None:
            installation.migrate()
    except BaseException:
        supervisor.give_up()
        raise
    from django.conf import settings

    from balai.records.people import actions as people
    from balai.records.people import queries

    def ready() -> None:
        print(f"Balai is open at {settings.BALAI_URL}/  (stop with Ctrl+C; state in {settings.BALAI_HOME})", flush=True)
        installation.warn_of_rewind()
        if queries.count_administrators() == 0:
            from datetime import UTC, datetime

            token = people.issue_setup_token(now=datetime.now(UTC))
            print(
                f"There is no administrator yet. Become the first one at {settings.BALAI_URL}/pemasangan/{token}/",
                flush=True,
            )

    return supervisor.run(ready)
