"""`balai letter SERVICE`: the letters of a golden example as PDF, without a case, a hall or a signature."""

import argparse
import sys
from pathlib import Path

from balai.base.clock import office_calendar
from balai.casework.catalogue import folders
from balai.doors.console.commands.check import town_beside
from balai.engine import manifest
from balai.engine.problems import Problems

HELP = "typeset the letters of a golden example as PDF, without living a case"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("service", help="a service id under services/, or the path of a folder")
    parser.add_argument(
        "--example", metavar="NAME", help="the golden example (default: the first that leads to a letter)"
    )
    parser.add_argument(
        "--letter", metavar="ID", help="which of its letters, where it leads to several (default: the last)"
    )
    parser.add_argument("--lang", choices=["id", "en"], default="id", help="language of the letter")
    parser.add_argument("--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: town)")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.pdf",
        help="where to write it (default: the letter's id); a folder takes every letter of the example",
    )


def run(args: argparse.Namespace) -> int:
    """Write the PDF; the exit code is 1 when the folder or the letter is wrong, 2 when there is no such example or letter."""
    folder = Path(args.service) if Path(args.service, "service.yaml").is_file() else Path("services", args.service)
    try:
        service = folders.read_folder(folder, args.town or town_beside(folder))
        return _write(service, args)
    except (Problems, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _write(service: manifest.Service, args: argparse.Namespace) -> int:
    calendar = office_calendar(service.zone)
    wanted = [one for one in service.examples if args.example in (None, one.name)]
    for example in wanted:
        played = manifest.play(service, example, calendar=calendar, prove=False)
        if played.problems:
            print("\n".join(map(str, played.problems)), file=sys.stderr)
            return 1
        made = manifest.typeset_letters(service, played, lang=args.lang, calendar=calendar)
        letter = args.letter or next(reversed(made), "")
        if letter in made:
            every = args.output is not None and args.output.is_dir() and not args.letter
            for one in made if every else [letter]:
                _put(args.output, one, example.name, made[one])
            if others := [] if every else [one for one in made if one != letter]:
                print(f"It leads to {', '.join(others)} too: --letter {others[0]}, or -o FOLDER for all.")
            return 0
    names = ", ".join(one.name for one in service.examples)
    told = f"leads to the letter {args.letter}" if args.letter else "leads to a letter"
    which = f"No example {args.example}" if args.example else "No example"
    print(f"{which} {told}. Examples: {names}.", file=sys.stderr)
    return 2


def _put(output: Path | None, letter: str, example: str, pdf: bytes) -> None:
    """Write one letter, into a folder under its id, and say where."""
    place = output / f"{letter}.pdf" if output is not None and output.is_dir() else output or Path(f"{letter}.pdf")
    place.write_bytes(pdf)
    print(f"{place}: {letter} of {example}, {len(pdf):,} bytes; a sample that nobody signed.")
