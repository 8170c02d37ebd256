"""What the doctor looks at in registries: whether what the town's connections need is there."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from balai.base.checks import Finding, looks
from balai.engine.manifest import Connection
from balai.records.registries import connections


@looks(67)
def town_connections(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether each registry of `town/connections` can be asked: its table, its columns, its key. Nobody is asked."""
    found, faults = connections.list_connections()
    for fault in faults:
        yield Finding("connections", "bad", fault, fault)
    if faults:
        return
    for connection in found.values():
        if lack := _lack(connection):
            yield Finding(
                "connections", "bad", f"registry {connection.id}: {lack}. Put it into the home, under connections/.",
                f"registri {connection.id}: {lack}. Letakkan di folder rumah, di connections/.",
            )  # fmt: skip
    if found and not any(map(_lack, found.values())):
        yield Finding(
            "connections", "good", f"{len(found)} connection(s) to registries have what they need.",
            f"{len(found)} sambungan registri lengkap.",
        )  # fmt: skip


def _lack(connection: Connection) -> str:
    if connection.token and not (connections.home() / f"{connection.id}.token").is_file():
        return f"{connection.id}.token"
    if not connection.file:
        return ""
    try:
        with open(connections.home() / connection.file, encoding="utf-8-sig", newline="") as file:
            lost = connections.list_lost(connection, next(csv.reader(file), []))
    except (OSError, UnicodeDecodeError, csv.Error):
        return connection.file
    return f"{connection.file}: {', '.join(lost)}" if lost else ""
