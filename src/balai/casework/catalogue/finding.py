"""Services as they are searched: as published, or as their folders lie on disk. No database, so that `balai find` needs none."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from balai.base.sheets import read_sheet
from balai.casework.catalogue.folders import COUNTER, SERVICES
from balai.engine import manifest
from balai.engine.folders import LANGS
from balai.engine.manifest.finding import Findable


def describe(thing: manifest.Service | manifest.CounterService) -> Findable:
    """Tell by what a published service, or one at a counter, is found."""
    if isinstance(thing, manifest.CounterService):
        return Findable(thing.id, thing.title, thing.summary, thing.keywords, thing.life_events)
    titles, summaries = ({lang: thing.text(key, lang, "") for lang in LANGS} for key in ("title", "summary"))
    return Findable(thing.id, titles, summaries, thing.keywords, thing.life_events, thing.short)


def read_folders(place: Path) -> list[Findable]:
    """Read what the folders under a place are found by; one that cannot be read is left out, its check tells why."""
    found = [*map(_read_service, SERVICES.list_folders(place)), *map(_read_counter, COUNTER.list_folders(place))]
    return sorted(filter(None, found), key=lambda one: one.id)


def _read_service(folder: Path) -> Findable | None:
    sheet = _read(folder / SERVICES.main)
    texts = {lang: _read(folder / "texts" / f"{lang}.yaml") for lang in LANGS}
    titles, summaries = ({lang: _text(texts[lang], key) for lang in LANGS} for key in ("title", "summary"))
    keywords, events = tuple(_texts(sheet, "keywords")), tuple(_texts(sheet, "life_events"))
    return Findable(folder.name, titles, summaries, keywords, events, _text(sheet, "short")) if sheet else None


def _read_counter(folder: Path) -> Findable | None:
    sheet = _read(folder / COUNTER.main)
    titles, summaries = (
        {lang: _text(held, lang) for lang in LANGS} if isinstance(held := sheet.get(key), dict) else {}
        for key in ("title", "summary")
    )
    keywords, events = tuple(_texts(sheet, "keywords")), tuple(_texts(sheet, "life_events"))
    return Findable(folder.name, titles, summaries, keywords, events)


def _read(path: Path) -> Mapping[str, Any]:
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
