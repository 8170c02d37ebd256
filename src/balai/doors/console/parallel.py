"""Judging many folders at once, on as many cores as there are: what `balai check` says of each, in the order they were named."""

import multiprocessing
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from balai.doors.console import remembered
from balai.engine import manifest, process, rules
from balai.engine.problems import Problem, Problems
from balai.records.folders import disk, judging
from balai.records.folders.kinds import FolderKind

Found = tuple[FolderKind[Any], Path]
_WORK: list[tuple[FolderKind[Any], Path, Path | None]] = []  # what a forked process finds, as it was when it was forked


class FolderVerdict(NamedTuple):
    """What is said of one folder: how many faults it has, the lines to print, the kind, and the tier it reached."""

    kind: str
    faults: int
    lines: tuple[str, ...]
    tier: str = ""


def judge_all(found: Sequence[Found], town: Path | None, *, fresh: bool = False) -> list[FolderVerdict]:
    """Judge folders: what is remembered as good is not judged again, the rest beside each other where a process may be forked.

    `fresh` asks nothing that is remembered.
    """
    return list(judge_each(found, town, fresh=fresh))


def judge_each(found: Sequence[Found], town: Path | None, *, fresh: bool = False) -> Iterator[FolderVerdict]:
    """Judge folders as `judge_all` does, and give each verdict as soon as those before it are there: the others are judged meanwhile."""
    _beside.cache_clear()
    _WORK[:] = [(kind, folder, town) for kind, folder in found]
    made = {} if fresh else {at: one for at in range(len(found)) if (one := _recall_at(at)) is not None}
    rest = [at for at in range(len(found)) if at not in made]
    heavy = [at for at in rest if found[at][0].main == "service.yaml"]
    cores = min(len(heavy), os.cpu_count() or 1)
    if cores < 2 or not _may_fork():
        for at in range(len(found)):
            yield made[at] if at in made else _judge_at(at)
        return
    with suppress(Problems):  # what is wrong there, each folder tells
        _look(*_WORK[heavy[0]])  # read once, before the processes part
    _load()
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("fork")) as pool:
        later: dict[int, Future[FolderVerdict]] = {
            at: pool.submit(_judge_at, at) for at in sorted(heavy, key=_size_at, reverse=True)
        }
        made |= {at: _judge_at(at) for at in rest if at not in later}
        for at in range(len(found)):
            yield later[at].result() if at in later else made[at]


def _load() -> None:
    """Load once, before the processes part, what every one of them would load by itself."""
    import phonenumbers
    import pypdfium2

    assert phonenumbers and pypdfium2


def _size_at(at: int) -> int:
    """Tell how much work a folder is likely to be, so that no long one is begun last: by how much is written in it."""
    return sum(one.stat().st_size for one in _WORK[at][1].rglob("*") if one.is_file())


def _recall_at(at: int) -> FolderVerdict | None:
    kind, folder, _ = _WORK[at]
    said = remembered.recall(folder, digest) if (digest := _digest_at(at)) else None
    return FolderVerdict(kind.name, 0, tuple(said[1:]), said[0]) if said else None


def _digest_at(at: int, files: Mapping[str, bytes] | None = None) -> str:
    """Name everything that a verdict would rest on; "" where that cannot be read."""
    kind, folder, town = _WORK[at]
    try:
        beside = _look(kind, folder, town)
        stands = sorted((place, sorted(names)) for place, names in beside.town.folders.items()) if beside.town else []
        return remembered.digest_of(kind.name, folder, files or disk.read_files(folder), beside.files, stands)
    except (Problems, ValueError, OSError):
        return ""


def count_tiers(judged: Iterable[FolderVerdict]) -> str:
    """Say how many services reached which tier, and how many are served at a counter, apart."""
    listed = [one for one in judged if one.kind in ("service", "counter")]
    if not listed:
        return ""
    tiers = Counter(one.tier for one in listed if one.tier)
    told = ", ".join(f"{tiers[tier]} {tier}" for tier in reversed(manifest.TIERS) if tiers[tier]) or "none"
    counter = sum(one.kind == "counter" for one in listed)
    return f"Services online by tier: {told}. At the counter, not online yet: {counter}."


def list_faults(folder: Path, problems: Sequence[Problem]) -> Iterator[str]:
    """Say what is wrong with a folder, line by line."""
    yield f"{folder.name}: {len(problems)} problem(s)"
    yield from (f"  {problem}" for problem in problems)


def _may_fork() -> bool:
    """Tell whether a copy of this process would run on: what typesets keeps threads, and these are not copied."""
    alone = threading.active_count() == 1 and "typst" not in sys.modules
    return alone and "fork" in multiprocessing.get_all_start_methods()


def _judge_at(at: int) -> FolderVerdict:
    kind, folder, town = _WORK[at]
    try:
        thing, files, _ = judging.read(kind, folder, town, _look(kind, folder, town))
    except (Problems, ValueError) as error:
        told = error.problems if isinstance(error, Problems) else (Problem(str(error), file=str(folder)),)
        return FolderVerdict(kind.name, len(told), tuple(list_faults(folder, told)))
    problems = tuple(kind.rehearse(thing))
    tier = kind.tier(thing)
    if problems:
        return FolderVerdict(kind.name, len(problems), tuple(list_faults(folder, problems)))
    praise = kind.praise(thing)
    good = f"{thing.id} {thing.version}: good{'; ' if praise else ''}{praise}."
    said = (good, *_warn(thing.warnings))
    if digest := _digest_at(at, files):  # of what was judged, not of what lies there by now
        remembered.remember(folder, digest, [tier, *said])
    return FolderVerdict(kind.name, 0, said, tier)


def _look(kind: FolderKind[Any], folder: Path, town: Path | None) -> judging.Beside:
    return _beside(kind.root_of(folder), town)


@lru_cache(maxsize=8)
def _beside(root: Path, town: Path | None) -> judging.Beside:
    return judging.look_beside(root, town)


def _warn(warnings: Iterable[Problem]) -> Iterator[str]:
    """Say what keeps no folder from being published: a process that could not be proven, law nobody has confirmed."""
    unconfirmed = []
    for one in warnings:
        if isinstance(one, manifest.Unready):
            yield f"  not to be published yet: {one}"
        elif isinstance(one, manifest.Advice):
            yield f"  plainer: {one}"
        elif isinstance(one, process.SoundnessProblem | rules.RuleRemark | manifest.Doubt):
            yield f"  warning: {one}"
        else:
            unconfirmed.append(one.element)
    if unconfirmed:
        yield f"  not confirmed by an official yet: {', '.join(unconfirmed)}."
