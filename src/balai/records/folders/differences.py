"""What a folder on disk says differently from the version in force: what a new release brought, or what somebody edited here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any, Literal

from django.conf import settings

from balai.base.errors import NotFound
from balai.records.folders import disk, judging, packing, queries
from balai.records.folders.kinds import FolderChange, FolderKind

How = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that differs: `before` as published, `after` as it lies on disk; None where it is not there."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def how(self) -> How:
        """Tell what happened to the file since it was published."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"

    def lines(self) -> Iterator[str]:
        """Yield the changed lines of a text with three around them; one line that tells the sizes of anything else."""
        try:
            old, new = ((side or b"").decode("utf-8").splitlines() for side in (self.before, self.after))
        except UnicodeDecodeError:
            yield f"{self.path}: {len(self.before or b'')} bytes before, {len(self.after or b'')} now"
            return
        yield from unified_diff(old, new, f"in force/{self.path}", f"on disk/{self.path}", lineterm="")


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[Difference]:
    """Compare the files of a published version with those on disk, by path."""
    pairs = ((path, before.get(path), after.get(path)) for path in sorted({*before, *after}))
    return [Difference(path, old, new) for path, old, new in pairs if old != new]


def compare_folder(kind: FolderKind[Any], folder: Path, town: Path | None = None) -> list[Difference]:
    """Compare one folder, and the town's files it was published with, with its version in force. :raises NotFound:"""
    key = queries.current_keys(kind.name).get(folder.name)
    if key is None:
        raise NotFound
    packed = queries.get_files(key)
    before = packing.without_looks(packed.town)
    beside = packing.without_looks(disk.read_town_files(town)) if town and kind.with_town else before
    return compare(packed.folder, disk.read_files(folder)) + [
        Difference(f"town/{one.path}", one.before, one.after) for one in compare(before, beside)
    ]


def say_changes(kind: FolderKind[Any], folder: Path, town: Path | None = None) -> list[FolderChange]:
    """Say in words what the folder changes of its version in force. :raises NotFound: :raises Problems: it has faults."""
    before = queries.get(kind.name, folder.name)
    return list(kind.compare(before, judging.read(kind, folder, town).thing))


def list_differing(kind: FolderKind[Any]) -> dict[str, int]:
    """Count, for each folder of this hall's that is not as it was published, the files that differ; the town's aside."""
    place = kind.where(Path(settings.BALAI_SERVICES).parent, Path(settings.BALAI_TOWN_FOLDER))
    folders = {folder.name: folder for folder in kind.list_folders(place)}
    counted = {
        folder_id: len(compare(packed.folder, disk.read_files(folders[folder_id])))
        for folder_id, packed in queries.iter_current_files(kind.name)
        if folder_id in folders
    }
    return {folder_id: count for folder_id, count in counted.items() if count}
