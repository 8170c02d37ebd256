"""`balai poster SERVICE --unit UNIT`: a poster for the wall of an office, as PDF on one A4."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from balai.doors.console import installation

HELP = "print a poster of a service for one unit: what to bring, time, fee, QR, hours"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("service", help="the service's id")
    parser.add_argument("--unit", required=True, help="the unit's code, such as kel-64.72.05.1003")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="where to write (default: poster-SERVICE-UNIT.pdf here)"
    )
    parser.add_argument("--lang", choices=("id", "en"), default="id")


def run(args: argparse.Namespace) -> int:
    """Write the poster and say where; exit code 1 when service or unit is not there, or the file cannot be written."""
    installation.load(args)
    from balai.base.errors import BalaiError, NotFound
    from balai.casework.catalogue import queries as catalogue
    from balai.casework.issuing import posters
    from balai.records.offices import queries as offices

    try:
        service, unit = catalogue.get_service(args.service), offices.get_unit(args.unit)
    except NotFound:
        print(f"There is no published service {args.service}, or no unit {args.unit}.")
        return 1
    out = args.out or Path(f"poster-{args.service}-{args.unit}.pdf")
    try:
        out.write_bytes(posters.make_poster(service, unit, args.lang, now=datetime.now(UTC)))
    except (BalaiError, OSError) as error:
        print(error)
        return 1
    print(f"{out}: one A4. Its QR leads to the page under BALAI_URL.")
    return 0
