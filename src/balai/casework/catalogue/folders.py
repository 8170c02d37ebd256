"""Services as a kind of folder: how one is read, rehearsed and found by words. No database, so that `balai check` needs none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from balai.base import rooms
from balai.base.clock import Calendar, office_calendar
from balai.base.pages import icons
from balai.base.sheets import read_sheet
from balai.engine import manifest
from balai.engine.folders import LANGS, Law
from balai.engine.manifest import counter_service
from balai.engine.manifest.finding import Findable
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


def describe_findable(thing: manifest.Service | manifest.CounterService) -> Findable:
    """Tell by what a published service, or one at a counter, is found."""
    if isinstance(thing, manifest.CounterService):
        return Findable(thing.id, thing.title, thing.summary, thing.keywords, thing.life_events)
    titles, summaries = ({lang: thing.text(key, lang, "") for lang in LANGS} for key in ("title", "summary"))
    return Findable(thing.id, titles, summaries, thing.keywords, thing.life_events, thing.short)


def list_findable(place: Path) -> list[Findable]:
    """Read what the folders under a place are found by; one that cannot be read is left out, its check tells why."""
    found = [
        *map(_findable_service, SERVICES.list_folders(place)),
        *map(_findable_counter, COUNTER.list_folders(place)),
    ]
    return sorted(filter(None, found), key=lambda one: one.id)


def _findable_service(folder: Path) -> Findable | None:
    sheet = _read_sheet(folder / SERVICES.main)
    texts = {lang: _read_sheet(folder / "texts" / f"{lang}.yaml") for lang in LANGS}
    titles, summaries = ({lang: _text(texts[lang], key) for lang in LANGS} for key in ("title", "summary"))
    keywords, events = tuple(_texts(sheet, "keywords")), tuple(_texts(sheet, "life_events"))
    return Findable(folder.name, titles, summaries, keywords, events, _text(sheet, "short")) if sheet else None


def _findable_counter(folder: Path) -> Findable | None:
    sheet = _read_sheet(folder / COUNTER.main)
    titles, summaries = (
        {lang: _text(held, lang) for lang in LANGS} if isinstance(held := sheet.get(key), dict) else {}
        for key in ("title", "summary")
    )
    keywords, events = tuple(_texts(sheet, "keywords")), tuple(_texts(sheet, "life_events"))
    return Findable(folder.name, titles, summaries, keywords, events)


def _read_sheet(path: Path) -> Mapping[str, Any]:
    try:
        found = read_sheet(path.read_bytes())
    except (OSError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(sheet: Mapping[str, Any], key: str) -> str:
    held = sheet.get(key)
    return held if isinstance(held, str) else ""


def _texts(sheet: Mapping[str, Any], key: str) -> Iterator[str]:
    held = sheet.get(key)
    yield from (str(one) for one in held if isinstance(one, str | int)) if isinstance(held, list) else ()
