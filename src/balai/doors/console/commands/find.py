"""`balai find SENTENCE` or `balai find FILE.csv --json OUT`: which services answer an everyday sentence, best first; needs no home."""

import argparse
import csv
import json
from pathlib import Path
from typing import Any

from balai.casework.catalogue import folders
from balai.engine.manifest.finding import Findable, Finder
from balai.engine.problems import Problems
from balai.records.folders import disk

HELP = "find services by an everyday sentence, or by each sentence of a table (columns id,text)"
MOST = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "what", metavar="SENTENCE|FILE.csv", help="what somebody would type, or a table of such sentences"
    )
    parser.add_argument(
        "--json", type=Path, default=None, metavar="OUT", help="write the hits there instead of printing them"
    )
    parser.add_argument(
        "--services", type=Path, default=Path("services"), metavar="DIR", help="where services lie (default: services)"
    )
    parser.add_argument(
        "--town", type=Path, default=Path("town"), metavar="DIR", help="the town's folder (default: town)"
    )


def run(args: argparse.Namespace) -> int:
    """Find for each sentence; the exit code is 1 when the table or the town cannot be read, 2 when there are no services."""
    try:
        sentences = _sentences(args.what)
        town = disk.read_town(args.town)
    except (ValueError, OSError, Problems) as error:
        print(error)
        return 1
    services = folders.list_findable(args.services)
    if not services or town is None:
        print(f"There are no services at {args.services}, or no town at {args.town}: run this where these folders are.")
        return 2
    finder = Finder(services, town.words)
    found: list[dict[str, Any]] = [
        {"id": key, "hits": [_hit(one) for one in finder.find(text)[:MOST]]} for key, text in sentences
    ]
    if args.json:
        args.json.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return 0
    for one in found:
        hits = "; ".join(f"{hit['title']} ({hit['service']})" for hit in one["hits"]) or "nothing"
        print(f"{one['id']}: {hits}" if one["id"] else hits)
    return 0


def _hit(one: Findable) -> dict[str, str]:
    return {"service": one.id, "title": one.title("id")}


def _sentences(what: str) -> list[tuple[str, str]]:
    """Take the sentences of a table, or the one that was typed. :raises ValueError: a table without its columns."""
    if not what.endswith(".csv"):
        return [("", what)]
    with Path(what).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"id", "text"} <= set(reader.fieldnames or ()):
            raise ValueError(f"{what} must begin with a line that names the columns id and text.")
        return [(row["id"] or "", row["text"] or "") for row in reader]
