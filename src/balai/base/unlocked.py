"""What takes its time is done while no transaction is open: typesetting, signing, opening what a stranger sent.

Under SQLite one writer holds the database, under PostgreSQL the rows it wrote; a signing service that hangs must hold neither. The
press, the porter of confined children and the port `signer` ask here before they begin. A live hall goes on and logs where
it was, because a letter that came late is better than none; the tests refuse it (`tests/conftest.py`), those of every room too.
"""

import logging
from typing import Any

log = logging.getLogger("balai.unlocked")


def require(what: str) -> None:
    """Complain when whoever does this keeps a transaction open meanwhile."""
    if is_held():
        complain(what)


def is_held() -> bool:
    """Tell whether this thread has a transaction open; that a test runs in, as a whole, is not counted."""
    from django.conf import settings  # not in a child, which loads this module with the one it works in
    from django.db import connections

    if not settings.configured:
        return False  # a process without a database
    return any(_holds(one) for one in connections.all(initialized_only=True))


def complain(what: str) -> None:
    """Log what was done inside a transaction, and from where."""
    log.error("%s inside a transaction: other writers wait for it", what, stack_info=True)


def _holds(line: Any) -> bool:
    if line.in_atomic_block:
        return not all(getattr(block, "_from_testcase", False) for block in line.atomic_blocks)
    if line.connection is None:
        return False
    if line.vendor == "sqlite":
        return bool(line.connection.in_transaction)
    return bool(line.connection.info.transaction_status)  # 0: idle
