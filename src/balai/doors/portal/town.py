"""The town as the portal shows it: its name, its life events."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from balai.base.pages.parts import GridTile
from balai.engine import manifest
from balai.records.folders import disk


@lru_cache(maxsize=1)
def get_town() -> manifest.Town:
    """Read the town's folder once per process. :raises Problems: when it is faulty, with every fault."""
    folder = Path(settings.BALAI_TOWN_FOLDER)
    return manifest.read_town(disk.read_town_files(folder))


def life_event_tiles(lang: str, events: frozenset[str]) -> tuple[GridTile, ...]:
    """Make a card for each life event of the town that has a service."""
    return tuple(
        GridTile(names.get(lang) or names["id"], f"/layanan/?peristiwa={event}", icon=names.get("icon", event))
        for event, names in get_town().life_events.items()
        if event in events
    )
