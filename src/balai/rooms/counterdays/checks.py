"""What the doctor looks at: supplies that did not come back, and applications that nobody has looked at."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from balai.base.checks import Finding, looks
from balai.base.pages.moments import moment
from balai.rooms.counterdays import queries, rules


@looks(72)
def look_at_supplies(home: Path, now: datetime) -> Iterator[Finding]:
    """Look for supplies of counters without a line that are out for more than a day."""
    out = queries.list_out(now - rules.OVERDUE)
    if out:
        since = out[0].drawn_at
        yield Finding(
            "supplies", "note",
            f"{len(out)} supplies drawn for counters without a line are out for more than a day, the oldest since"
            f" {moment(since, 'en')}. Ask the counter to send what waits and return them, or say that the device is lost,"
            " at /meja/loket/bekal/.",
            f"{len(out)} bekal loket tanpa jaringan belum kembali lebih dari sehari, yang terlama sejak {moment(since, 'id')}."
            " Minta loketnya mengirim yang menunggu dan mengembalikannya, atau nyatakan perangkatnya hilang, di /meja/loket/bekal/.",
        )  # fmt: skip
    waiting = queries.count_waiting(now - rules.OVERDUE)
    if waiting:
        yield Finding(
            "tray", "note",
            f"{waiting} applications taken without a line have lain in the tray for more than a day; their clock runs."
            " A counter officer or head deals with them at /meja/loket/bekal/perlu-dilihat/.",
            f"{waiting} permohonan yang diterima tanpa jaringan lebih dari sehari belum dilihat, sedangkan waktunya berjalan."
            " Petugas loket atau kepala unit menanganinya di /meja/loket/bekal/perlu-dilihat/.",
        )  # fmt: skip
