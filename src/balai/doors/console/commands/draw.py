"""`balai draw FILE.bpmn -o FILE.svg`: the picture of a process, and its steps in words."""

import argparse
import sys
from pathlib import Path

from balai.engine import process
from balai.engine.problems import Problems

HELP = "draw a BPMN file as an SVG picture"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("file", type=Path, help="the BPMN file")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE.svg", help="where to write it (default: beside it)")
    parser.add_argument("--diagram", type=int, default=1, metavar="N", help="which of several drawings (default: 1)")
    parser.add_argument(
        "--live", action="append", default=[], metavar="ID", help="mark a step as where the case stands"
    )
    parser.add_argument("--done", action="append", default=[], metavar="ID", help="mark a step as done")
    parser.add_argument("--title", default="", help="the picture's title for screen readers")
    parser.add_argument("--description", default="", help="the picture's description for screen readers")
    parser.add_argument("--lang", choices=["id", "en"], default="id", help="language of title and description")
    parser.add_argument(
        "--steps", action="store_true", help="print the steps as text too, if the process can be executed"
    )


def run(args: argparse.Namespace) -> int:
    """Draw the file; the exit code is 1 when it cannot be read, with every problem told."""
    try:
        xml = args.file.read_bytes()
        model = process.read_model(xml, file=args.file.name)
        svg = process.draw_svg(
            model,
            live=args.live,
            done=args.done,
            title=args.title,
            description=args.description,
            lang=args.lang,
            diagram=args.diagram - 1,
        )
        if args.steps:
            print("\n".join(process.list_steps(process.compile_bpmn(xml, file=args.file.name), args.lang)))
    except OSError as error:
        print(f"{args.file}: {error.strerror}", file=sys.stderr)
        return 1
    except Problems as problems:
        print(problems, file=sys.stderr)
        return 1
    output = args.output or args.file.with_suffix(".svg")
    output.write_text(svg + "\n", encoding="utf-8")
    drawings = sum(1 for diagram in model.diagrams if diagram.shapes)
    more = f" (drawing {args.diagram} of {drawings}; choose with --diagram)" if drawings > 1 else ""
    print(f"{output}: {len(svg):,} bytes{more}")
    return 0
