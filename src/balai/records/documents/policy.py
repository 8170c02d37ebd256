"""How much may be taken in: by one sender in a day, under one case, and by the disk.

What an officer takes in at a counter counts for the case alone, since it is other people's; an address, behind which a village may
sit, may send ten times what a person may.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Sum

from balai.base import throttle
from balai.base.actors import Actor
from balai.base.errors import Invalid, TooMany, Unavailable
from balai.records.documents import rules
from balai.records.documents.models import Document

DAY = timedelta(days=1)
_KB = 1000
_BEHIND_AN_ADDRESS = 10


def require_room(vault_id: UUID, size: int) -> None:
    """Let a file in only where the disk and its case have room for it.

    :raises Unavailable: `disk-full`. :raises Invalid: `case-files`.
    """
    if free_space() - size < settings.BALAI_DISK_FREE:
        raise Unavailable("disk-full")
    held = Document.objects.filter(vault_id=vault_id, discarded_at__isnull=True).aggregate(
        count=Count("id"), size=Sum("size")
    )
    most, files = settings.BALAI_CASE_BYTES, settings.BALAI_CASE_FILES
    if held["count"] >= files or (held["size"] or 0) + size > most:
        raise Invalid("case-files", files=files, limit=rules.human_size(most))


def free_space() -> int:
    """Tell how many bytes are free where files are kept."""
    return shutil.disk_usage(Path(settings.BALAI_HOME)).free


def count_for_sender(actor: Actor, address: str, size: int, now: datetime) -> None:
    """Count a file for who sends it, taken or not. :raises TooMany: `files-today`."""
    if actor.kind not in ("person", "anonymous") or (actor.kind == "anonymous" and not address):
        return  # an officer, the house itself
    known = actor.person_id is not None
    who, times = (str(actor.person_id), 1) if known else (address, _BEHIND_AN_ADDRESS)
    files, kilobytes = settings.BALAI_DAY_FILES * times, settings.BALAI_DAY_BYTES // _KB * times
    try:
        throttle.take("files", who, limit=files, per=DAY, now=now)
        throttle.take("file-bytes", who, limit=kilobytes, per=DAY, now=now, amount=size // _KB + 1)
    except TooMany as error:
        seconds = int(str(error.params["seconds"]))
        raise TooMany("files-today", seconds=seconds, hours=-(-seconds // 3600)) from error
