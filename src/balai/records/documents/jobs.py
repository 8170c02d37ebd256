"""The collector: removes sealed files that no document points to any more, or not yet and never will."""

import logging
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings

from balai.base import outbox
from balai.base.models import Vault
from balai.records.documents import queries
from balai.records.documents.models import Document

log = logging.getLogger("balai.documents")

# A file is written before its row commits; only one that stayed without a row this long is an orphan.
GRACE = timedelta(hours=24)
BATCH = 500  # folders to a question


@outbox.every(timedelta(hours=1))
def collect_orphans(now: datetime) -> int:
    """Remove files without a live row, of discarded documents, and of shredded vaults; tell how many."""
    return outbox.each(
        "documents.collect", lambda _: _folders(), lambda found: _collect(*found, now), now=now,
        key=lambda found: found[0].name, limit=sys.maxsize,
    )  # fmt: skip


def _folders() -> Iterator[tuple[Path, set[str]]]:
    """Give each vault's folder with the names of the files that live documents in it need. Two queries for a batch."""
    folders = (Path(settings.BALAI_HOME) / "documents").glob("??/*")
    while some := list(islice(folders, BATCH)):
        vaults = {folder: vault_id for folder in some if (vault_id := _vault_of(folder))}
        kept = _kept_names(set(vaults.values()))
        yield from ((folder, kept[vault_id]) for folder, vault_id in vaults.items())


def _vault_of(folder: Path) -> UUID | None:
    try:
        return UUID(folder.name)
    except ValueError:
        log.warning("a folder among the documents is not a vault's: %s", folder.name)
        return None


def _collect(folder: Path, kept: set[str], now: datetime) -> int:
    old = [path for path in folder.iterdir() if path.name not in kept and _is_old(path, now)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _kept_names(vault_ids: set[UUID]) -> dict[UUID, set[str]]:
    """Name the files that live documents of these vaults need; none of a vault that was shredded."""
    found: dict[UUID, set[str]] = {vault_id: set() for vault_id in vault_ids}
    alive = set(Vault.objects.filter(id__in=vault_ids, wrapped_key__isnull=False).values_list("id", flat=True))
    for each in Document.objects.filter(vault_id__in=alive, discarded_at__isnull=True):
        found[each.vault_id].add(queries.path_of(each).name)
    return found


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - GRACE).timestamp()
    except FileNotFoundError:
        return False  # another collector was first
