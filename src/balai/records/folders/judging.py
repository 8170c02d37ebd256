"""Judging a folder of any kind as it lies on disk: everything that is wrong with it, or the thing that it is."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from balai.engine import manifest
from balai.engine.problems import Problems
from balai.records.folders import disk
from balai.records.folders.kinds import FolderKind


class Judged(NamedTuple):
    """What a folder is read into, and the very files that were read, so that what is published is what was judged."""

    thing: Any
    files: Mapping[str, bytes]
    town: Mapping[str, bytes]


class Beside(NamedTuple):
    """What folders are read with: the town's files, and the town that they say."""

    files: Mapping[str, bytes]
    town: manifest.Town | None


def look_beside(root: Path, town: Path | None) -> Beside:
    """Look at what stands beside the folders under a root. :raises Problems: every fault of the town's own files."""
    there = town is not None and (town / "town.yaml").is_file()
    files = disk.read_town_files(town) if town is not None and there else {}
    stands = disk.list_beside(root, town)
    return Beside(files, replace(manifest.read_town(files), folders=stands) if files else None)


def read(
    kind: FolderKind[Any],
    folder: Path,
    town: Path | None = None,
    beside: Beside | None = None,
    *,
    units: frozenset[str] | None = None,
) -> Judged:
    """Read one folder, with the town's values where there is a town; `beside` is given by who reads many.

    `units` are all that a running hall has.

    :raises Problems: every fault of the folder, each with file and line.
    """
    files = disk.read_files(folder)
    seen = beside or look_beside(kind.root_of(folder), town)
    known = seen.town
    if known is not None and units:
        known = replace(known, units=units, units_sure=True)
    return Judged(
        kind.read(files, f"{kind.place}/{folder.name}", known, False), files, seen.files if kind.with_town else {}
    )


def fill(kind: FolderKind[Any], folder: Path, town: Path | None = None) -> dict[str, bytes]:
    """Answer the files of a folder with what they lack, marked TODO; nothing is written. :raises Problems:"""
    known = disk.read_town(town)
    return dict(kind.fill(disk.read_files(folder), f"{kind.place}/{folder.name}", known))


def judge(
    kind: FolderKind[Any],
    folder: Path,
    town: Path | None = None,
    *,
    units: frozenset[str] | None = None,
    beside: Beside | None = None,
    rehearsed: bool = False,
) -> Judged:
    """Read one folder as it is to be published, and rehearse it unless that was done a moment ago.

    :raises Problems: every fault of the folder, or else whatever does not come out as it must or still waits for its author.
    """
    judged = read(kind, folder, town, beside, units=units)
    problems = list(() if rehearsed else kind.rehearse(judged.thing)) or [
        one for one in judged.thing.warnings if isinstance(one, manifest.Unready)
    ]
    if problems:
        raise Problems(problems)
    return judged
