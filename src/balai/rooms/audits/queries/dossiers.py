"""Reads of cases that were put together as one sealed file."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from balai.base import crypto
from balai.base.errors import NotFound
from balai.rooms.audits.models import Dossier

CONTEXT = "audit:dossier"
KEPT = timedelta(days=7)  # so long a file may be fetched; then it is asked for anew, and recorded anew
SHOWN = 50


def list_dossiers(person_id: UUID, limit: int = SHOWN) -> list[Dossier]:
    """List the newest files somebody asked for, without their content. One query."""
    return list(Dossier.objects.filter(author_id=person_id).defer("sealed").order_by("-asked_at")[:limit])


def get_dossier(person_id: UUID, dossier_id: UUID) -> Dossier:
    """Fetch a file's row for whoever asked for it. :raises NotFound: for everybody else."""
    found = Dossier.objects.filter(id=dossier_id, author_id=person_id).defer("sealed").first()
    if found is None:
        raise NotFound
    return found


def find_dossier(dossier_id: UUID) -> Dossier | None:
    """Find a file's row; None when it is gone."""
    return Dossier.objects.filter(id=dossier_id).defer("sealed").first()


def can_open(dossier: Dossier, now: datetime) -> bool:
    """Tell whether a file may be fetched now."""
    return dossier.state == "made" and dossier.made_at is not None and now < dossier.made_at + KEPT


def open_dossier(dossier: Dossier) -> bytes:
    """Open a file. :raises NotFound: when it was dropped, or its case was forgotten since."""
    sealed = Dossier.objects.filter(id=dossier.id).values_list("sealed", flat=True).first()
    if not sealed:
        raise NotFound
    return crypto.open_sealed(dossier.vault_id, bytes(sealed), f"{CONTEXT}:{dossier.id}")


def list_stale(now: datetime, limit: int) -> list[UUID]:
    """List the files that are kept no longer, oldest first."""
    found = Dossier.objects.filter(state="made", made_at__lte=now - KEPT).order_by("made_at")
    return list(found.values_list("id", flat=True)[:limit])


def count_dossiers_of(person_ids: Sequence[UUID]) -> int:
    """Count the files an auditor asked for."""
    return Dossier.objects.filter(author_id__in=person_ids).count()
