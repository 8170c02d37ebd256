"""`balai check [PATH…]`: read folders of every kind, tell every fault with file and line, and play what must come out."""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from balai.doors.console import parallel
from balai.engine import manifest
from balai.engine.problems import Problem, Problems
from balai.records.folders import disk, judging, kinds
from balai.records.folders.kinds import FolderKind

HELP = "check folders of every kind: every fault with file and line, and the golden examples"
Found = tuple[FolderKind[Any], Path]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH",
        help="folders of any kind, or a folder of them (default: services, and wherever else a kind stands)",
    )  # fmt: skip
    parser.add_argument("--town", type=Path, default=None, metavar="DIR", help="the town's folder (default: town)")
    parser.add_argument(
        "--fill", action="store_true", help="write each missing text into texts/*.yaml first, marked TODO"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="judge again what is remembered as good and has not changed"
    )
    parser.add_argument("--quiet", action="store_true", help="print problems only")


def run(args: argparse.Namespace) -> int:
    """Check each folder; the exit code is 1 when anything is wrong, 2 when there is nothing to check."""
    found = find_or_tell(args.paths or [kind.where(Path(), args.town) for kind in kinds.list_kinds()])
    if not found:
        return 2
    town = args.town or town_beside(found[0][1], found[0][0])
    if args.fill:
        for kind, folder in found:
            _fill(kind, folder, town)
    looks = _check_looks(town, found, whole=not args.paths)
    judged = parallel.judge_all(found, town, fresh=args.fresh)
    for one in judged:
        shown = one.lines if one.faults or not args.quiet else ()
        for line in shown:
            _say(line)
    faults = [len(looks), *(one.faults for one in judged)]
    bad = sum(1 for count in faults if count)
    if not args.quiet or bad:
        _say(f"{len(found)} folder(s) checked, {bad - bool(looks)} with problems ({sum(faults)} in all).")
        if tiers := parallel.count_tiers(judged):
            _say(tiers)
    return 1 if bad else 0


def find_or_tell(paths: Sequence[Path]) -> list[Found]:
    """List the folders at some paths, and say so where there are none."""
    found = list_found(paths)
    if not found:
        print(f"No folder of any kind at {', '.join(map(str, paths))}.")
    return found


def list_found(paths: Iterable[Path]) -> list[Found]:
    """List the folders at some paths, each with its kind, each once."""
    found = {folder.resolve(): (kind, folder) for path in paths for kind, folder in kinds.find_at(path)}
    return list(found.values())


def _check_looks(town: Path | None, found: Sequence[Found], *, whole: bool) -> tuple[Problem, ...]:
    """Judge how the town's pages look, where all is checked where its life events lead, and what the folders of each kind must not be alike in, such as an icon."""
    problems: list[Problem] = []
    if town is not None:
        manifest.read_face(disk.read_town_files(town), problems)
        problems += _judge_guides(town, found[0]) if whole else ()
    for kind in {kind.name: kind for kind, _ in found}.values():
        own = {folder.resolve() for other, folder in found if other is kind}
        beside = {other.resolve() for place in {folder.parent for folder in own} for other in kind.list_folders(place)}
        problems += kind.together(sorted(own | beside))
    if problems:
        tell(Path("the looks"), problems)
    return tuple(problems)


def _judge_guides(town: Path, first: Found) -> Iterable[Problem]:
    """Judge whether each step of a life event leads to a service that stands; a town with faults is told by its folders."""
    if first[0].root_of(first[1]) != town.resolve().parent:
        return ()  # folders that lie elsewhere are not the town's
    try:
        beside = judging.look_beside(first[0].root_of(first[1]), town).town
    except (Problems, ValueError):
        return ()
    return manifest.judge_guides(beside.guides, beside.folders.get("services", frozenset())) if beside else ()


def town_beside(folder: Path, kind: FolderKind[Any] | None = None) -> Path | None:
    """Find the town's folder: beside where the kind's folders stand (`services/`), or where the command was started."""
    root = kind.root_of(folder) if kind else folder.resolve().parent.parent
    for candidate in (root / "town", Path("town")):
        if candidate.is_dir():
            return candidate
    return None


def _fill(kind: FolderKind[Any], folder: Path, town: Path | None) -> None:
    """Write what a folder's texts lack; one that cannot be read is left as it is, and told by its check."""
    try:
        filled = judging.fill(kind, folder, town)
    except (Problems, ValueError):
        return
    for path, content in filled.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(content)
        _say(f"{folder.name}/{path}: missing texts are written, each marked TODO.")


def tell(folder: Path, problems: Iterable[Problem]) -> None:
    """Tell what is wrong with a folder, line by line."""
    for line in parallel.list_faults(folder, list(problems)):
        _say(line)


def _say(line: str) -> None:
    print(line)
