"""How long a page waits for the database: PostgreSQL cuts what takes too long itself, and who hears nothing from it stops listening.

A server that hangs (its disk, its machine) takes connections and statements and says nothing, so its own limits never fall. Then
the line is closed on this side a second after the server should have cut the statement, and the page says that the hall cannot
answer. Only what serves pages is limited: migrations, backups, figures and the worker take as long as they take.
"""

import errno
import logging
import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections

SPARE = 1.0  # seconds more than the server's own limit, until it is taken for dead
MUTE = 15.0  # seconds for which a server that said nothing is expected to say nothing

UNHEARD = ("PoolTimeout", "ConnectionTimeout")  # errors of the driver by which nobody answers, beside our own
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
log = logging.getLogger("balai.database")
_silent_at = 0.0


def limit_pages() -> None:
    """Limit what this process asks of PostgreSQL, from before its first connection on; the embedded database has its own limit."""
    options = connections[DEFAULT_DB_ALIAS].settings_dict["OPTIONS"]
    if "pool" not in options:
        return
    limits = {
        "statement_timeout": settings.BALAI_DATABASE_SECONDS,
        "lock_timeout": settings.BALAI_DATABASE_LOCK_SECONDS,
    }
    options["options"] = " ".join(f"-c {name}={round(seconds * 1000)}" for name, seconds in limits.items())
    options["pool"] = options["pool"] | {"connection_class": _impatient(settings.BALAI_DATABASE_SECONDS + SPARE)}


def is_silent() -> bool:
    """Tell whether the database said nothing to this process a moment ago, so that whoever still waits in line waits in vain."""
    return bool(_silent_at) and time.monotonic() - _silent_at < MUTE


def is_outage(error: BaseException) -> bool:
    """Tell whether something failed because the database (held, full, gone, hanging) or the disk (full, read-only) did, and is no bug."""
    return isinstance(error, (OperationalError, InterfaceError)) or (isinstance(error, OSError) and error.errno in DISK)


def hear(error: BaseException) -> None:
    """Note such a failure that a request met, in the log and for those who wait in line."""
    log.error("the database or the disk does not answer: %s", error)
    line = connections[DEFAULT_DB_ALIAS]
    if not line.in_atomic_block:
        # opened while the disk takes nothing, the embedded database stays read-only to this line for ever
        with suppress(Error):
            line.close()
    if type(error.__cause__).__name__ in UNHEARD:
        _fall_silent()


def _fall_silent() -> None:
    global _silent_at
    _silent_at = time.monotonic()


def _impatient(seconds: float) -> type[Any]:
    """Make a connection of psycopg's that waits so long for the server to say something about what it was asked."""
    import psycopg
    from psycopg.errors import _WaitTimeout  # what the driver's own `timeout` raises

    class Impatient(psycopg.Connection[Any]):
        """Gives up on a server that says nothing."""

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            """Wait for an answer. :raises psycopg.OperationalError: when none comes; the line is closed then."""
            if timeout is not None:
                return super().wait(gen, interval, timeout)
            try:
                return super().wait(gen, interval, seconds)
            except _WaitTimeout:
                _fall_silent()
                self.pgconn.finish()
                raise psycopg.OperationalError(f"the server said nothing for {seconds:.0f} s") from None

    return Impatient
