"""`balai check [PATH…]`: read service folders, tell every fault with file and line, and play their golden examples."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

from balai.base.pages import icons
from balai.casework.catalogue import folders
from balai.engine import manifest, process
from balai.engine.problems import Problem, Problems

HELP = "check service folders: every fault with file and line, and the golden examples"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="service folders, or a folder of them (default: services)"
    )
    parser.add_argument("--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: town)")
    parser.add_argument("--quiet", action="store_true", help="print problems only")


def run(args: argparse.Namespace) -> int:
    """Check each folder; the exit code is 1 when anything is wrong, 2 when there is nothing to check."""
    found = [folder for path in args.paths or [Path("services")] for folder in _folders_at(path)]
    if not found:
        print(f"No service folder at {', '.join(map(str, args.paths or ['services']))}.")
        return 2
    town = args.town or town_beside(found[0])
    looks = _check_looks(town, found)
    faults = [len(looks), *(len(_check(folder, town, quiet=args.quiet)) for folder in found)]
    bad = sum(1 for count in faults if count)
    if not args.quiet or bad:
        _say(f"{len(found)} folder(s) checked, {bad - bool(looks)} with problems ({sum(faults)} in all).")
    return 1 if bad else 0


def _check_looks(town: Path | None, found: Sequence[Path]) -> tuple[Problem, ...]:
    """Judge how the town's pages look: its colours and pictures, and that no two services bear the same icon."""
    problems: list[Problem] = []
    if town is not None:
        manifest.read_face(folders.read_files(town), problems)
    beside = {other.resolve() for folder in found for other in folders.list_folders(folder.resolve().parent)}
    problems += icons.judge(
        {path.name: folders.read_icon(path) for path in sorted(beside | {one.resolve() for one in found})}
    )
    if problems:
        _tell(Path("the looks"), problems)
    return tuple(problems)


def _folders_at(path: Path) -> Iterable[Path]:
    if (path / "service.yaml").is_file():
        return [path]
    return folders.list_folders(path) if path.is_dir() else []


def town_beside(folder: Path) -> Path | None:
    """Find the town's folder: beside `services/`, or where the command was started."""
    for candidate in (folder.resolve().parent.parent / "town", Path("town")):
        if candidate.is_dir():
            return candidate
    return None


def _check(folder: Path, town: Path | None, *, quiet: bool) -> tuple[Problem, ...]:
    try:
        service = folders.read_folder(folder, town)
    except (Problems, ValueError) as error:
        problems = error.problems if isinstance(error, Problems) else (Problem(str(error), file=str(folder)),)
        _tell(folder, problems)
        return problems
    problems = tuple(folders.play_examples(service))
    if not problems and not quiet:
        _praise(service)
    elif problems:
        _tell(folder, problems)
    if not quiet:
        _warn(service.warnings)
    return problems


def _warn(warnings: Iterable[Problem]) -> None:
    """Tell what keeps no folder from being published: a process that could not be proven, law nobody has confirmed."""
    unconfirmed = []
    for one in warnings:
        if isinstance(one, manifest.Advice):
            _say(f"  plainer: {one}")
        elif isinstance(one, process.SoundnessProblem):
            _say(f"  warning: {one}")
        else:
            unconfirmed.append(one.element)
    if unconfirmed:
        _say(f"  not confirmed by an official yet: {', '.join(unconfirmed)}.")


def _praise(service: manifest.Service) -> None:
    ends = len(service.graph.end_events)
    _say(
        f"{service.id} {service.version}: good; {len(service.examples)} golden examples pass and reach all {ends} ends."
    )


def _tell(folder: Path, problems: Iterable[Problem]) -> None:
    listed = list(problems)
    _say(f"{folder.name}: {len(listed)} problem(s)")
    for problem in listed:
        _say(f"  {problem}")


def _say(line: str) -> None:
    print(line)
