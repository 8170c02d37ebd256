"""Finds the rooms: which there are, which are open, what each says of itself in its `room.yaml`.

A room is found by its folder alone, so that deleting the folder deletes the room. A closed room shows no page and answers no
machine, but its duties stay: its tables, listeners and jobs, what it forgets and what it tells a person that it holds.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import AppConfig

from balai.base.sheets import read_sheet

FOLDER = Path(__file__).resolve().parents[1] / "rooms"
PREFIX = "room_"  # of each room's label, and so of its tables
DUTIES = ("errors", "events", "listeners", "jobs")
FACES = ("links",)


@dataclass(frozen=True, slots=True)
class Room:
    """One room as its `room.yaml` tells; `judge` in `doors.console.roomcheck` says whether that is true."""

    name: str
    folder: Path
    told: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Give the label of the room's app, by which its migrations and tables are known."""
        return PREFIX + self.name

    @property
    def package(self) -> str:
        """Give the room's package."""
        return f"balai.rooms.{self.name}"

    def title(self, lang: str) -> str:
        """Name the room."""
        return str(self.told.get("title", {}).get(lang) or self.name)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Name the rooms there are, by their folders."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/room.yaml")))


def open_names() -> frozenset[str]:
    """Name the rooms that are open: those that `BALAI_ROOMS` lists, none where it says `none`, all where it is not set.

    :raises ValueError: when it names a room that is not there, so that a misspelled one does not stay closed in silence.
    """
    wanted = os.environ.get("BALAI_ROOMS", "").strip()
    if not wanted:
        return frozenset(names())
    listed = {each.strip() for each in wanted.split(",") if each.strip()} - {"none"}
    if unknown := listed - set(names()):
        raise ValueError(f"BALAI_ROOMS names {', '.join(sorted(unknown))}; there are: {', '.join(names()) or 'none'}")
    return frozenset(listed)


def is_open(name: str) -> bool:
    """Tell whether a room shows its pages and answers machines."""
    return name in open_names()


@lru_cache(maxsize=64)
def get_room(name: str) -> Room:
    """Read what a room says of itself. :raises KeyError: when there is no such room."""
    if name not in names():
        raise KeyError(name)
    told = read_sheet((FOLDER / name / "room.yaml").read_text("utf-8"))
    return Room(name, FOLDER / name, told if isinstance(told, dict) else {})


def list_rooms() -> tuple[Room, ...]:
    """List the rooms there are."""
    return tuple(get_room(name) for name in names())


def offer_operations() -> None:
    """Tell the engine of the operations that rooms offer to services and the doors they open, for whoever reads a folder."""
    told = [each for room in list_rooms() for each in (room.told.get("operations") or {}).items()]
    doors = [name for room in list_rooms() if is_open(room.name) for name in (room.told.get("doors") or {})]
    if told or doors:  # the settings ask this module first, and have no use for the engine
        from balai.engine import manifest

        for name, shape in told:
            manifest.offer(str(name), shape)
        for name in doors:
            manifest.open_door(str(name))


def find_door(name: str) -> str:
    """Find the name of the page at which a door stands, which an open room tells; "" where none does."""
    found = (room.told.get("doors") or {} for room in list_rooms() if is_open(room.name))
    return next((str(told[name]) for told in found if name in told), "")


def app_names() -> list[str]:
    """Name the rooms' apps for the settings: all of them, since duties stay where pages are closed."""
    return [f"balai.rooms.{name}" for name in names()]


def open_modules(part: str) -> list[str]:
    """Name the modules of one kind (`urls`, `api`) that the open rooms bring."""
    found = [f"balai.rooms.{name}.{part}" for name in sorted(open_names())]
    return [module for module in found if find_spec(module) is not None]


class RoomConfig(AppConfig):
    """A room's app: it loads its duties, and what it shows elsewhere when it is open."""

    name: str

    def ready(self) -> None:
        """Load what registers itself."""
        offer_operations()
        parts = DUTIES + (FACES if is_open(self.name.rsplit(".", 1)[-1]) else ())
        for part in parts:
            if find_spec(f"{self.name}.{part}") is not None:
                import_module(f"{self.name}.{part}")
