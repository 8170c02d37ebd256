"""JSON Schemas of every kind's files, so that any editor completes and checks them: made of what reads each file."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from balai.base.room_sheet import read_room
from balai.engine.folders.outline import DRAFT
from balai.engine.folders.schema_probe import Reader, Shape, ask
from balai.engine.manifest.shapes import TOWN_SHAPES
from balai.records.folders import kinds
from balai.records.folders.kinds import FolderKind


class FileSchema(NamedTuple):
    """The schema of one sort of file: of which kind, which files (`texts/*.yaml`), what the schema's file is called."""

    kind: str
    pattern: str
    name: str
    schema: Mapping[str, Any]


def schemas_of(kind: FolderKind[Any]) -> Iterator[FileSchema]:
    """Make the schema of each sort of file that folders of a kind have."""
    yield from _schemas(kind.name, kind.place, kind.shapes)


def schemas_of_town() -> Iterator[FileSchema]:
    """Make the schema of each of the town's own files."""
    yield from _schemas("town", "town", TOWN_SHAPES)


def schemas_of_rooms() -> Iterator[FileSchema]:
    """Make the schema of what a room says of itself."""
    yield from _schemas("room", "src/balai/rooms", {"room.yaml": read_room})


def list_schemas() -> list[tuple[str, FileSchema]]:
    """List every schema with the module that its kind is registered in, "" for the town's and the rooms'."""
    return [("", one) for one in (*schemas_of_town(), *schemas_of_rooms())] + [
        (kind.read.__module__, one) for kind in kinds.list_kinds() for one in schemas_of(kind)
    ]


def _schemas(kind: str, place: str, shapes: Mapping[str, Shape]) -> Iterator[FileSchema]:
    for pattern, shape in shapes.items():
        stem = pattern.partition("/")[0].removesuffix(".yaml")
        name = f"{kind}.json" if stem == kind else f"{kind}.{stem}.json"
        body = _asked(shape) if callable(shape) else shape
        where = f"{place}/{pattern}" if kind == "town" else f"{place}/*/{pattern}"
        yield FileSchema(kind, pattern, name, {"$schema": DRAFT, "title": where, **body})


@lru_cache(maxsize=64)
def _asked(reader: Reader) -> Mapping[str, Any]:
    return ask(reader).schema()
