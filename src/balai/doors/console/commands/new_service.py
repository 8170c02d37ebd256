"""`balai new-service ID`: write a complete, working service folder that is then edited."""

import argparse
import os
import re
from fnmatch import fnmatchcase
from pathlib import Path

from balai.casework.catalogue import folders
from balai.doors.console.commands.check import town_beside
from balai.engine import manifest
from balai.engine.manifest import scaffold
from balai.engine.problems import Problem, Problems
from balai.records.folders import disk, schemas

HELP = "write a new service folder that works at once and is then edited"
SCHEMAS = Path(manifest.__file__).resolve().parents[4] / "docs" / "reference" / "schemas"
POINTER = b"# yaml-language-server: $schema="
TEMPLATE = Path(manifest.__file__).parent / "template"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument("id", help="its id and folder: small letters and hyphens, such as surat-keterangan-usaha")
    parser.add_argument("--title", help="its title in Indonesian")
    parser.add_argument("--title-en", help="its title in English")
    parser.add_argument("--short", help="2 to 5 capitals that begin its case numbers")
    parser.add_argument(
        "--like", "--from", dest="source", metavar="SERVICE",
        help="begin with a copy of this service, by its id or folder, instead of the template",
    )  # fmt: skip
    parser.add_argument(
        "--services", type=Path, default=Path("services"), metavar="DIR", help="where service folders live"
    )
    parser.add_argument("--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: town)")


def run(args: argparse.Namespace) -> int:
    """Write the folder and check it; the exit code is 1 when something is wrong, and nothing is overwritten."""
    target: Path = args.services / args.id
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", args.id):
        print(f'"{args.id}" cannot be an id. Write small letters, digits and hyphens, as in surat-keterangan-usaha.')
        return 1
    if args.short and not re.fullmatch(r"[A-Z]{2,5}", args.short):
        print(f'"{args.short}" does not fit. Write 2 to 5 capital letters.')
        return 1
    entry = is_entry(target)
    if target.exists() and not entry:
        print(f"{target} exists already and is left alone. Choose another id.")
        return 1
    source = _source_of(args)
    if source and not (source / "service.yaml").is_file():
        print(f"There is no service {source}.")
        return 1
    if entry:
        _take_titles(args, target)
    _write(target, _pointed(target, _files_of(args, source)))
    return _report(target, _problems_of(target, args.town))


def is_entry(target: Path) -> bool:
    """Tell whether a folder is a service at the counter, which grows into one that people apply for online."""
    return folders.COUNTER.holds(target) and {path.name for path in target.iterdir()} <= {
        folders.COUNTER.main,
        "README.md",
    }


def _take_titles(args: argparse.Namespace, target: Path) -> None:
    """Call the service what its entry is called, unless told otherwise."""
    entry = next((one for one in folders.list_findable(target.parent) if one.id == target.name), None)
    if entry is not None:
        args.title, args.title_en = args.title or entry.title("id"), args.title_en or entry.title("en")


def _source_of(args: argparse.Namespace) -> Path | None:
    """Find the service to begin with: one of the town's by its id, or a folder anywhere."""
    if not args.source:
        return None
    named = args.services / args.source
    return named if (named / "service.yaml").is_file() else Path(args.source)


def _files_of(args: argparse.Namespace, source: Path | None) -> dict[str, bytes]:
    title = args.title or args.id.replace("-", " ").capitalize()
    names = {
        "id_": args.id,
        "title": title,
        "title_en": args.title_en or title,
        "short": args.short or scaffold.short_of(args.id),
    }
    if source:
        return scaffold.rename_folder(disk.read_files(source), old=source.resolve().name, **names)
    return scaffold.fill_template(disk.read_files(TEMPLATE), **names)


def _pointed(target: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """Point editors at the schema of each file, in a line at its top; only where the schemas lie beside."""
    found = {}
    for path, content in files.items():
        one = next((each for each in schemas.schemas_of(folders.SERVICES) if fnmatchcase(path, each.pattern)), None)
        schema = SCHEMAS / one.name if one else None
        if schema and schema.is_file():
            content = content.partition(b"\n")[2] if content.startswith(POINTER) else content
            way = os.path.relpath(schema, (target / path).resolve().parent)
            content = POINTER + f"{Path(way).as_posix()}\n".encode() + content
        found[path] = content
    return found


def _write(target: Path, files: dict[str, bytes]) -> None:
    for path, content in files.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:  # x: never over something that is there
            file.write(content)


def _problems_of(target: Path, town: Path | None) -> list[Problem]:
    try:
        return folders.play_examples(folders.read_folder(target, town or town_beside(target)))
    except Problems as wrong:
        return list(wrong.problems)


def _report(target: Path, problems: list[Problem]) -> int:
    for problem in problems:
        print(problem)
    print(f"{target} is written" + ("." if problems else " and passes its check."))
    print(f"Edit texts/id.yaml and form.yaml first, then run ./balai check {target}.")
    return 1 if problems else 0
