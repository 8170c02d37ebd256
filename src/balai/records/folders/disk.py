"""Folders and the town's folder as they lie on disk. No database, so that `balai check` needs none."""

from collections.abc import Iterator
from pathlib import Path

from balai.engine import manifest
from balai.records.folders import kinds

IGNORED = ("~", ".swp", ".bak", ".orig")
MAX_FILES = 500
MAX_BYTES = 50_000_000


def read_files(folder: Path, without: frozenset[str] = frozenset()) -> dict[str, bytes]:
    """Read every file of a folder: path inside it, with slashes, to its bytes. Hidden and backup files are left out.

    `without` names folders directly inside it that are left out too.
    :raises ValueError: when the folder holds more than any folder ever would.
    """
    files: dict[str, bytes] = {}
    size = 0
    for path in sorted(_walk(folder, without)):
        content = path.read_bytes()
        size += len(content)
        if size > MAX_BYTES or len(files) >= MAX_FILES:
            raise ValueError(
                f"{folder} holds more than {MAX_FILES} files or {MAX_BYTES} bytes; is it the right folder?"
            )
        files[path.relative_to(folder).as_posix()] = content
    return files


def read_town_files(town: Path) -> dict[str, bytes]:
    """Read the town's own files; folders of any kind that stand in the town's are none of them."""
    places = [kind.place.split("/") for kind in kinds.list_kinds()]
    return read_files(town, frozenset(place[1] for place in places if place[0] == "town" and len(place) > 1))


def read_town(town: Path | None) -> manifest.Town | None:
    """Read the town's folder, None where there is none.

    :raises Problems: when it has faults.
    """
    if town is None or not (town / "town.yaml").is_file():
        return None
    return manifest.read_town(read_town_files(town))


def list_beside(root: Path, town: Path | None) -> dict[str, frozenset[str]]:
    """Name the folders of every kind that stand beside each other, by their place: what one may lead to in another."""
    found: dict[str, frozenset[str]] = {}
    for kind in kinds.list_kinds():
        names = frozenset(folder.name for folder in kind.list_folders(kind.where(root, town)))
        found[kind.place] = found.get(kind.place, frozenset()) | names
    return found


def _walk(folder: Path, without: frozenset[str] = frozenset()) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.endswith(IGNORED) or path.is_symlink() or path.name == "__pycache__":
            continue
        if path.is_dir() and path.name not in without:
            yield from _walk(path)
        elif path.is_file():
            yield path
