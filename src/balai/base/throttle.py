"""How often one address may do a thing: a fixed window counted in the database, refused with the seconds to wait.

One row and one statement of its own count for every process and machine of the hall. An address whose window is spent is
remembered where it was refused, so that a flood does not queue for SQLite's only write lock. Keys are digests: no address stands
in the tables.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

from balai.base import outbox, sql
from balai.base.errors import TooMany


def take(what: str, who: str, *, limit: int, per: timedelta, now: datetime, amount: int = 1) -> None:
    """Count one use of `what` by `who`, or `amount` of them. Call it outside a deed: what is refused later must stay counted.

    :raises TooMany: when `limit` uses within the window are spent; `seconds` says how long to wait.
    """
    key, left = _window(what, who, per, now)
    spent = caches["local"]
    if spent.get(key.hex()) or _count(key, now + timedelta(seconds=left), amount) > limit:
        spent.set(key.hex(), True, left)
        raise TooMany(seconds=left)


def give_back(what: str, who: str, *, per: timedelta, now: datetime) -> None:
    """Take back one use that `take` counted: it was no guess after all."""
    sql.execute("UPDATE base_tally SET used = used - 1 WHERE key = %s AND used > 0", [_window(what, who, per, now)[0]])


def _window(what: str, who: str, per: timedelta, now: datetime) -> tuple[bytes, int]:
    """Name the count of this window, and tell how many seconds of it are left."""
    length = int(per.total_seconds())
    window, passed = divmod(int(now.timestamp()), length)
    return _digest(f"{what}:{length}:{window}:{who}"), length - passed


def _count(key: bytes, ends_at: datetime, amount: int) -> int:
    found = sql.row(
        "INSERT INTO base_tally (key, used, ends_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (key) DO UPDATE SET used = base_tally.used + excluded.used RETURNING used",
        [key, amount, ends_at],
    )
    assert found is not None
    return int(found[0])


def _digest(text: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).digest()[:20]


@outbox.every(timedelta(minutes=10))
def forget_counts(now: datetime) -> int:
    """Forget counts whose window has ended, and what all processes remembered together until now."""
    return sql.execute("DELETE FROM base_tally WHERE ends_at < %s", [now]) + sql.execute(
        "DELETE FROM base_shared WHERE expires < %s", [now]
    )


def shared_key(key: str, prefix: str, version: int) -> str:
    """Make the key under which the shared cache keeps something: allauth's own keys name addresses and accounts."""
    return _digest(f"shared:{prefix}:{version}:{key}").hex()


def address_of(request: HttpRequest) -> str:
    """Tell the visitor's address; behind proxies, what the outermost of our own saw (`BALAI_PROXIES`).

    Of an IPv6 address its network: whoever has one has the 2^64 addresses beside it too.
    """
    return address_in(request.META)


def address_in(told: Mapping[str, Any]) -> str:
    """Tell the same of a request in WSGI's words, which no view has seen yet."""
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in str(told.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return _network(hops[-proxies])
    return _network(str(told.get("REMOTE_ADDR", "")))


def _network(address: str) -> str:
    try:
        found = ip_address(address.strip("[]"))
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    return str(found.ipv4_mapped or ip_network(f"{found}/64", strict=False))
