"""What is looked at in the offices: whether somebody administers, and every officer can work."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from balai.base.checks import Finding, looks


@looks(100)
def officers(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether somebody administers, and every officer has a second factor."""
    from balai.records.offices import queries
    from balai.records.people import queries as people

    found = [row for row in people.list_desk_accounts(list(queries.list_post_titles(now.date()))) if row.active]
    if not any(row.administrator for row in found):
        yield Finding(
            "officers", "note", "nobody administers this hall. `balai serve` prints the link to become the first.",
            "belum ada administrator. `balai serve` mencetak tautan untuk menjadi yang pertama.",
        )  # fmt: skip
    weak = [row.email for row in found if not row.second_factor]
    if weak:
        yield Finding(
            "officers", "note",
            f"{len(weak)} officer(s) have no second factor and cannot work until they add one. Send the invitation again under Kelola, Petugas.",
            f"{len(weak)} petugas belum punya faktor kedua dan belum dapat bekerja. Kirim lagi undangannya di Kelola, Petugas.",
        )  # fmt: skip
    if found and not weak:
        yield Finding(
            "officers", "good", f"all {len(found)} officers have a second factor.",
            f"semua {len(found)} petugas punya faktor kedua.",
        )  # fmt: skip
