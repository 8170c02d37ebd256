"""What is looked at in the catalogue: the open services, and what of their law nobody confirmed."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from balai.base.checks import Finding, looks


@looks(70)
def services(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the open services: each reads, and what of its law nobody confirmed."""
    from balai.casework.catalogue import queries

    found = queries.list_services()
    if not found:
        yield Finding(
            "services", "note", "no service is open. Publish one: `balai publish services/…`",
            "belum ada layanan yang dibuka. Terbitkan satu di Kelola, Layanan.",
        )  # fmt: skip
        return
    yield Finding(
        "services", "good", f"{len(found)} open, and each reads.", f"{len(found)} dibuka, dan semuanya terbaca."
    )
    unconfirmed = [service.id for service in found if queries.get_law(service, now).is_unconfirmed]
    if unconfirmed:
        yield Finding(
            "services",
            "note",
            f"law nobody has confirmed yet in: {', '.join(unconfirmed)}. `balai law` names them.",
            f"dasar hukum yang belum dipastikan: {', '.join(unconfirmed)}. Lihat di Meja hukum.",
        )
