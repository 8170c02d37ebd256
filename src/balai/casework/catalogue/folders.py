"""Services as a kind of folder: how one is read and rehearsed. No database, so that `balai check` needs none."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import yaml

from balai.base import rooms
from balai.base.clock import Calendar, office_calendar
from balai.base.pages import icons
from balai.base.sheets import read_sheet
from balai.engine import manifest
from balai.engine.folders import Law
from balai.engine.manifest import counter_service
from balai.engine.manifest.shapes import SERVICE_SHAPES
from balai.engine.problems import Problem
from balai.records.folders import judging, kinds


def read_folder(path: Path, town: Path | None = None) -> manifest.Service:
    """Read one service folder, with the town's values and letterhead where there is a town.

    :raises Problems: every fault of the folder, each with file and line.
    """
    service: manifest.Service = judging.read(SERVICES, path, town).thing
    return service


def read_icon(path: Path) -> str:
    """Read the icon a folder names, "" where it names none or cannot be read; nothing else of it is looked at."""
    try:
        sheet = read_sheet((path / "service.yaml").read_bytes())
    except (OSError, yaml.YAMLError):
        return ""
    return str(sheet.get("icon") or "") if isinstance(sheet, dict) else ""


def read_title(path: Path, lang: str) -> str:
    """Read what a folder calls its service, its own name where that cannot be read; nothing else of it is looked at."""
    try:
        texts = read_sheet((path / "texts" / f"{lang}.yaml").read_bytes())
    except (OSError, yaml.YAMLError):
        return path.name
    title = texts.get("title") if isinstance(texts, dict) else None
    return title if isinstance(title, str) else path.name


def read_counter_title(path: Path, lang: str) -> str:
    """Read what a folder calls what is served at a counter, its own name where that cannot be read."""
    try:
        sheet = read_sheet((path / counter_service.MAIN).read_bytes())
    except (OSError, yaml.YAMLError):
        return path.name
    title = sheet.get("title") if isinstance(sheet, dict) else None
    said = title.get(lang) if isinstance(title, dict) else None
    return said if isinstance(said, str) else path.name


def place_of(kind: str, services: Path, town: Path) -> Path:
    """Tell where the folders of services stand, or those of what is served at a counter."""
    return COUNTER.where(services.parent, town) if kind == COUNTER.name else services


def list_folders(services: Path) -> list[Path]:
    """List the service folders under a directory, by name."""
    return SERVICES.list_folders(services)


def play_examples(service: manifest.Service) -> list[Problem]:
    """Play the golden examples on the national office calendar; each difference and each end unreached is a problem."""
    return list(manifest.play_all(service, calendar=_calendar(service.zone)))


@lru_cache(maxsize=8)
def _calendar(zone: str) -> Calendar:
    return office_calendar(zone)


def _read(files: Mapping[str, bytes], folder: str, town: manifest.Town | None, published: bool) -> manifest.Service:
    rooms.offer_operations()
    return manifest.read_service(files, folder=folder, town=town, published=published)


def _praise(service: manifest.Service) -> str:
    ends = len(service.graph.end_events)
    return f"{len(service.examples)} golden examples pass and reach all {ends} ends"


def _judge_icons(services: Sequence[Path]) -> Iterable[Problem]:
    return icons.judge({path.name: read_icon(path) for path in services})


SERVICES = kinds.FolderKind(
    name="service",
    place="services",
    main="service.yaml",
    words={"id": "layanan", "en": "services"},
    read=_read,
    rehearse=play_examples,
    law=manifest.list_law,
    shapes=SERVICE_SHAPES,
    is_fixed=lambda service: service.in_force,
    praise=_praise,
    tier=lambda service: service.quality.tier,
    together=_judge_icons,
    compare=manifest.compare_services,
    fill=manifest.fill_texts,
    opened="open for applications",
)
kinds.register(SERVICES)


def _read_counter(
    files: Mapping[str, bytes], folder: str, town: manifest.Town | None, published: bool
) -> manifest.CounterService:
    return manifest.read_counter_service(files, folder=folder, town=town, published=published)


def _law_at_counter(found: manifest.CounterService) -> Iterable[Law]:
    """Tell which law a service at the counter stands on."""
    for at, one in enumerate(found.legal_basis):
        if not one.is_law:
            continue
        file = f"{counter_service.PLACE}/{found.id}/{counter_service.MAIN}"
        yield Law(f"legal_basis.{at}", one.note, one.ref, one.status, file=file, line=one.line, subject="basis")


COUNTER = kinds.FolderKind(
    name="counter",
    place=counter_service.PLACE,
    main=counter_service.MAIN,
    words={"id": "layanan di loket", "en": "services at the counter"},
    read=_read_counter,
    law=_law_at_counter,
    shapes={counter_service.MAIN: counter_service.read_counter_sheet},
    with_town=False,
    unless=counter_service.ONLINE,
    opened="shown to everybody: bring it to the counter",
)
kinds.register(COUNTER)
