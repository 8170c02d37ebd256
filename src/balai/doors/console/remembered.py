"""What `balai check` found good is remembered, so that only what changed is judged again: by a digest of everything it read.

The digest is over the folder's files, the town's, the names of what stands beside, and the program itself. Only good folders are
remembered, in the reader's own cache (`BALAI_CACHE`, empty: nowhere). Publishing never asks here: it judges anew.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from balai.records.folders.kinds import SOURCE

ENDINGS = (".py", ".yaml", ".typ", ".json", ".bpmn", ".csv")


def digest_of(kind: str, folder: Path, files: Mapping[str, bytes], beside: Mapping[str, bytes], stands: object) -> str:
    """Name everything that a verdict rests on."""
    found = hashlib.sha256(f"{kind}\0{folder.name}\0{stands!r}\0{_program()}".encode())
    for files_of in (files, beside):
        for path, content in sorted(files_of.items()):
            found.update(f"{path}\0{len(content)}\0".encode())
            found.update(content)
        found.update(b"\1")
    return found.hexdigest()


def recall(folder: Path, digest: str) -> list[str] | None:
    """Give what was said of a folder when it was found good; None when that is not known, or anything is otherwise now."""
    try:
        place = _place(folder)
        held = json.loads(place.read_text("utf-8")) if place and place.stat().st_uid == os.getuid() else {}
    except (OSError, ValueError):
        return None
    said = held.get("said") if isinstance(held, dict) and held.get("digest") == digest else None
    return said if isinstance(said, list) and all(isinstance(one, str) for one in said) else None


def remember(folder: Path, digest: str, said: list[str]) -> None:
    """Remember what was said of a good folder, in the place of what was remembered of it; where nothing can be written, nothing is."""
    place = _place(folder)
    if place is None:
        return
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = place.with_suffix(f".{os.getpid()}")
        part.write_text(json.dumps({"digest": digest, "said": said}), "utf-8")
        part.replace(place)
    except OSError:
        return


def _place(folder: Path) -> Path | None:
    home = os.environ.get("BALAI_CACHE")
    if home == "" or not hasattr(os, "getuid"):
        return None
    root = Path(home) if home else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "balai"
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:32]
    return root / "check" / f"{name}.json"


@lru_cache(maxsize=1)
def _program() -> str:
    """Name the program: each of its files by size and time of change, and the Python that runs it."""
    found = hashlib.sha256(sys.version.encode())
    for root, folders, names in os.walk(SOURCE):
        folders[:] = sorted(name for name in folders if name not in ("tests", "__pycache__"))
        for name in sorted(names):
            if name.endswith(ENDINGS):
                stat = os.stat(os.path.join(root, name))
                found.update(f"{root}/{name}\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return found.hexdigest()
