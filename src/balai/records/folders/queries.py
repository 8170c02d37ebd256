"""Reading published folders: the version something was begun under, and those in force now. Read once per process."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.cache import caches

from balai.base.errors import Invalid, NotFound
from balai.engine import manifest
from balai.records.folders import kinds, packing
from balai.records.folders.models import FolderVersion

_CURRENT = "folders.current"


class PublishedVersion(NamedTuple):
    """One published version of a folder; `current` is the one in force."""

    kind: str
    folder_id: str
    version: str
    key: str
    published_at: datetime
    current: bool


def get(kind: str, folder_id: str, key: str | None = None) -> Any:
    """Fetch what a folder says; without a key, the version in force now. :raises NotFound:"""
    if key is None:
        key = current_keys(kind).get(folder_id)
        if key is None:
            raise NotFound
    return get_by_key(key)


@lru_cache(maxsize=512)
def get_by_key(key: str) -> Any:
    """Fetch what a version says, read once per process. :raises NotFound:"""
    row = FolderVersion.objects.filter(key=key).values_list("kind", "folder_id", "files").first()
    if row is None:
        raise NotFound
    kind, files = kinds.get_kind(row[0]), packing.unpack(bytes(row[2]))
    town = manifest.read_town(files.town) if "town.yaml" in files.town else None
    return kind.read(files.folder, f"{kind.place}/{row[1]}", town, True)


def current_keys(kind: str) -> dict[str, str]:
    """Map each folder of a kind to the key of its version in force; kept for five seconds per process."""
    found: dict[str, dict[str, str]] | None = caches["local"].get(_CURRENT)
    if found is None:
        found = {}
        for name, folder_id, key in FolderVersion.objects.filter(current=True).values_list("kind", "folder_id", "key"):
            found.setdefault(name, {})[folder_id] = key
        caches["local"].set(_CURRENT, found, 5)
    return found.get(kind, {})


def find_key_in_force(kind: str, folder_id: str) -> str | None:
    """Find the key of the version in force at this very moment: what an action asks, which must not go by what was kept."""
    return (
        FolderVersion.objects.filter(kind=kind, folder_id=folder_id, current=True).values_list("key", flat=True).first()
    )


def list_current(kind: str) -> list[Any]:
    """List what the folders of a kind in force say, by their ids."""
    return [get_by_key(key) for _, key in sorted(current_keys(kind).items())]


def find_key(kind: str, folder_id: str, named: str) -> str:
    """Find one version by its name, or by the beginning of its key (six characters or more).

    :raises NotFound: there is none
    :raises Invalid: `version-ambiguous` when several are meant; `versions` lists the beginnings of their keys
    """
    rows = FolderVersion.objects.filter(kind=kind, folder_id=folder_id).values_list("key", "version")
    found = sorted(
        key for key, version in rows if named in (version, key) or (len(named) >= 6 and key.startswith(named))
    )
    if not found:
        raise NotFound
    if len(found) > 1:
        raise Invalid("version-ambiguous", version=named, versions=", ".join(key[:12] for key in found))
    return found[0]


def list_versions(kind: str, folder_id: str | None = None) -> list[PublishedVersion]:
    """List the published versions of one folder, or of all of a kind: by folder, newest first."""
    which = {} if folder_id is None else {"folder_id": folder_id}
    found = FolderVersion.objects.filter(kind=kind, **which).order_by("folder_id", "-published_at", "-version")
    return [PublishedVersion(*row) for row in found.values_list(*PublishedVersion._fields)]


def get_files(key: str) -> packing.PackedFolder:
    """Fetch what was published under a key, as files. :raises NotFound:"""
    files = FolderVersion.objects.filter(key=key).values_list("files", flat=True).first()
    if files is None:
        raise NotFound
    return packing.unpack(bytes(files))


def iter_current_files(kind: str) -> Iterator[tuple[str, packing.PackedFolder]]:
    """Yield what was published of each folder in force, as files."""
    rows = FolderVersion.objects.filter(kind=kind, current=True).order_by("folder_id").values_list("folder_id", "files")
    for folder_id, files in rows.iterator(20):
        yield folder_id, packing.unpack(bytes(files))


def forget_current() -> None:
    """Make the next reader look again, after a publication."""
    caches["local"].delete_many([_CURRENT])
