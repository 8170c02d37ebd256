"""`balai new-room NAME`: write a complete, working room that is then edited."""

import argparse
import re
from pathlib import Path

from balai.base import rooms

HELP = "write a new room, a folder of src/balai/rooms that works at once and is then edited"
TEMPLATE = Path(__file__).resolve().parents[1] / "room_template"
END = ".txt"  # so that nothing takes the template's files for the program's


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("name", help="its name and folder: small letters, digits and _, such as board")
    parser.add_argument("--title", help="its title (default: the name); edit texts/ for the other language")


def run(args: argparse.Namespace) -> int:
    """Write the folder; the exit code is 1 when the name does not fit, and nothing is overwritten."""
    target = rooms.FOLDER / args.name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", args.name):
        print(f'"{args.name}" cannot be a room. Write small letters, digits and _, as in board.')
        return 1
    if target.exists():
        print(f"{target} exists already and is left alone. Choose another name.")
        return 1
    words = {
        "__room__": args.name,
        "__Room__": "".join(part.capitalize() for part in args.name.split("_")),
        "__Title__": args.title or args.name.replace("_", " ").capitalize(),
    }
    for path in sorted(TEMPLATE.rglob(f"*{END}")):
        place = target / _fill(str(path.relative_to(TEMPLATE)).removesuffix(END), words)
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8") as file:  # x: never over something that is there
            file.write(_fill(path.read_text("utf-8"), words))
    print(f"src/balai/rooms/{args.name}/ is written and works: ./balai demo shows it, ./balai lint judges it.")
    print(f"Its own tests: ./balai test -- src/balai/rooms/{args.name}. What to change: docs/handbook/add-a-room.md")
    return 0


def _fill(text: str, words: dict[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text
