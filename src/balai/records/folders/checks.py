"""What is looked at in folders of every kind: do they say on disk what is in force?"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from balai.base import marks
from balai.base.checks import Finding, looks

marks.keep("folders.FolderVersion", "kind", "folder_id", "version", "files", "published_at", "current")


@looks(71)
def folders(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the folders of this hall: each says what its version in force says, or is told."""
    from balai.records.folders import differences, kinds

    count = 0
    for kind in kinds.list_kinds():
        for folder_id, files in differences.list_differing(kind).items():
            count += 1
            yield Finding(
                "folders", "note",
                f"{kind.place}/{folder_id} says something else than the version in force ({files} file(s)): look with"
                f" `balai diff {kind.place}/{folder_id}`, then publish it or leave it.",
                f"{kind.place}/{folder_id} berbeda dari versi yang berlaku ({files} berkas): lihat dengan"
                f" `balai diff {kind.place}/{folder_id}`, lalu terbitkan atau biarkan.",
            )  # fmt: skip
    if not count:
        yield Finding(
            "folders", "good", "each says what its version in force says.", "semua sama dengan versi yang berlaku."
        )
