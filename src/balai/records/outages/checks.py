"""What the doctor looks at: whether the status page has a folder, and is written."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from balai.base.checks import Finding, looks
from balai.records.outages import status


@looks(118)
def status_page(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether the status page outside the process is written."""
    file = status.folder() / "index.html"
    if settings.BALAI_STATUS and not status.folder().is_dir():
        yield Finding(
            "status-page", "note", f"{status.folder()} is not there, so there is no status page: make it, owned by the hall's user.",
            f"{status.folder()} tidak ada, jadi halaman keadaan tidak ditulis: buatlah, milik pengguna balai.",
        )  # fmt: skip
    elif file.is_file() and now.timestamp() - file.stat().st_mtime > timedelta(minutes=5).total_seconds():
        yield Finding(
            "status-page", "note", "the status page is older than five minutes. Is a worker running? `balai worker`",
            "halaman keadaan lebih lama dari lima menit. Apakah pekerjanya berjalan? `balai worker`",
        )  # fmt: skip
    else:
        yield Finding(
            "status-page", "good", f"the status page is written to {status.folder()}.",
            f"halaman keadaan ditulis ke {status.folder()}.",
        )  # fmt: skip
