"""Reading service folders and the town's folder from disk. No database, so that `balai check` needs none."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import yaml

from balai.base import rooms
from balai.base.clock import Calendar, office_calendar
from balai.engine import manifest
from balai.engine.problems import Problem

IGNORED = ("~", ".swp", ".bak", ".orig")
MAX_FILES = 500
MAX_BYTES = 50_000_000


def read_folder(path: Path, town_dir: Path | None = None) -> manifest.Service:
    """Read one service folder, with the town's values and letterhead where there is a town.

    :raises Problems: every fault of the folder, each with file and line.
    """
    rooms.offer_operations()
    return manifest.read_service(read_files(path), folder=f"services/{path.name}", town=read_town(town_dir))


def read_town(town_dir: Path | None) -> manifest.Town | None:
    """Read the town's folder, None where there is none.

    :raises Problems: when it has faults.
    """
    if town_dir is None or not (town_dir / "town.yaml").is_file():
        return None
    return manifest.read_town(read_files(town_dir))


def read_files(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder: path inside it, with slashes, to its bytes. Hidden and backup files are left out.

    :raises ValueError: when the folder holds more than a service or town ever would.
    """
    files: dict[str, bytes] = {}
    size = 0
    for path in sorted(_walk(folder)):
        content = path.read_bytes()
        size += len(content)
        if size > MAX_BYTES or len(files) >= MAX_FILES:
            raise ValueError(
                f"{folder} holds more than {MAX_FILES} files or {MAX_BYTES} bytes; is it the right folder?"
            )
        files[path.relative_to(folder).as_posix()] = content
    return files


def read_icon(path: Path) -> str:
    """Read the icon a folder names, "" where it names none or cannot be read; nothing else of it is looked at."""
    try:
        sheet = yaml.safe_load((path / "service.yaml").read_bytes())
    except (OSError, yaml.YAMLError):
        return ""
    return str(sheet.get("icon") or "") if isinstance(sheet, dict) else ""


def read_title(path: Path, lang: str) -> str:
    """Read what a folder calls its service, its own name where that cannot be read; nothing else of it is looked at."""
    try:
        texts = yaml.safe_load((path / "texts" / f"{lang}.yaml").read_bytes())
    except (OSError, yaml.YAMLError):
        return path.name
    title = texts.get("title") if isinstance(texts, dict) else None
    return title if isinstance(title, str) else path.name


def _walk(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.endswith(IGNORED) or path.is_symlink() or path.name == "__pycache__":
            continue
        if path.is_dir():
            yield from _walk(path)
        elif path.is_file():
            yield path


def list_folders(services: Path) -> list[Path]:
    """List the service folders under a directory, by name."""
    return sorted(path.parent for path in services.glob("*/service.yaml"))


def play_examples(service: manifest.Service) -> list[Problem]:
    """Play the golden examples on the national office calendar; each difference and each end unreached is a problem."""
    return list(manifest.play_all(service, calendar=_calendar(service.zone)))


@lru_cache(maxsize=8)
def _calendar(zone: str) -> Calendar:
    return office_calendar(zone)
