"""The collector: removes sealed files that no document points to any more, or not yet and never will."""

import logging
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
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


@outbox.every(timedelta(hours=1))
def collect_orphans(now: datetime) -> int:
    """Remove files without a live row, of discarded documents, and of shredded vaults; tell how many."""
    return outbox.each(
        "documents.collect", lambda _: _folders(), lambda folder: _collect(folder, now), now=now,
        key=lambda folder: folder.name, limit=sys.maxsize,
    )  # fmt: skip


def _folders() -> Iterator[Path]:
    yield from (Path(settings.BALAI_HOME) / "documents").glob("??/*")


def _collect(folder: Path, now: datetime) -> int:
    try:
        vault_id = UUID(folder.name)
    except ValueError:
        log.warning("a folder among the documents is not a vault's: %s", folder.name)
        return 0
    kept = _kept_names(vault_id)
    old = [path for path in folder.iterdir() if path.name not in kept and _is_old(path, now)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _kept_names(vault_id: UUID) -> set[str]:
    """Name the files of a vault that live documents need; none once the vault was shredded."""
    if not Vault.objects.filter(id=vault_id, wrapped_key__isnull=False).exists():
        return set()
    return {
        queries.path_of(each).name for each in Document.objects.filter(vault_id=vault_id, discarded_at__isnull=True)
    }


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - GRACE).timestamp()
    except FileNotFoundError:
        return False  # another collector was first
