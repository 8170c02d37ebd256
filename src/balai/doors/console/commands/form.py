"""`balai form SERVICE`: its application on paper in both languages, with a QR to go on online, or the phone script of it, as PDF."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from balai.casework.catalogue import folders
from balai.doors.console import papers
from balai.doors.console.commands.check import town_beside
from balai.engine.problems import Problems

HELP = "print a service's form, or its phone script, from its folder as PDF"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("service", help="a service id under services/, or the path of a folder")
    parser.add_argument("--phone", action="store_true", help="what an officer asks on the phone, in its order")
    parser.add_argument("--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: town)")
    parser.add_argument(
        "--url",
        default=os.environ.get("BALAI_URL", "http://127.0.0.1:8000"),
        help="the hall's address, to which the QR leads (default: BALAI_URL)",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.pdf", help="where to write it (default: form-SERVICE.pdf here)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Write the PDF; the exit code is 1 when the folder is wrong or is served at a counter alone, or nothing can be written."""
    folder = Path(args.service) if Path(args.service, "service.yaml").is_file() else Path("services", args.service)
    out = args.output or Path(f"{'phone' if args.phone else 'form'}-{folder.name}.pdf")
    if not (folder / "service.yaml").is_file():
        print(f"There is no service at {folder}; what is served at a counter alone has no form.", file=sys.stderr)
        return 1
    try:
        service = folders.read_folder(folder, args.town or town_beside(folder))
        out.write_bytes(papers.print_form(service, url=args.url, now=datetime.now(UTC), phone=args.phone))
    except (Problems, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{out}: its QR leads to {args.url}.")
    return 0
