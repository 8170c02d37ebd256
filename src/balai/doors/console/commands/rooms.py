"""`balai rooms`: which rooms there are; retire one for good."""

import argparse
from datetime import UTC, datetime
from uuid import uuid4

from balai.doors.console import installation

HELP = "list the rooms, one a line; `rooms retire NAME` destroys what one holds, so that its folder may be deleted"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    installation.add_home(parser)
    parser.add_argument("deed", nargs="?", choices=["list", "retire"], default="list")
    parser.add_argument("name", nargs="?", default="", help="the room to retire")
    parser.add_argument(
        "--rows", type=int, metavar="N", help="how many rows retiring destroys, to show that you know; told without it"
    )


def run(args: argparse.Namespace) -> int:
    """List, or retire; exit code 1 when a retirement was not carried out, 2 when there is no such room."""
    if args.deed == "list":
        return _list(args)
    installation.load(args)
    from balai.base import rooms

    if args.name not in rooms.names():
        print(f"There is no room {args.name!r}. `./balai rooms` lists them.")
        return 2
    return _retire(args.name, args.rows)


def _list(args: argparse.Namespace) -> int:
    installation.point(args)
    from balai.base import rooms

    for room in rooms.list_rooms():
        state = "open" if rooms.is_open(room.name) else "closed"
        purpose = room.told.get("purpose", {}).get("en", "")
        print(f"{room.name:<16} {state:<7} {room.title('en')} ({room.title('id')}): {purpose}")
    return 0


def _retire(name: str, said: int | None) -> int:
    from balai.base import retiring
    from balai.base.actors import Actor

    counted = retiring.count_rows(name)
    total = sum(counted.values())
    for table, count in sorted(counted.items()):
        print(f"  {table:<40} {count:>8} rows")
    if said != total:
        print(
            f"Retiring {name!r} destroys {total} rows for good; what must be kept is exported or archived before. Back up,"
            f" stop the hall, then run: ./balai rooms retire {name} --rows {total}"
        )
        return 1
    now = datetime.now(UTC)
    retiring.retire(uuid4(), actor=Actor("system", "console", name="rooms"), now=now, name=name, rows=total)
    print(f"{name!r} is retired: its tables are gone, the journal says so. Delete src/balai/rooms/{name}/ now.")
    return 0
