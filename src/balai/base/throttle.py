"""How often one address may do a thing: a fixed window counted in the cache, refused with the seconds to wait.

Counting is per process where the cache is (the default): a limit then holds for each worker. What it guards, tracking
codes and letter codes, is too long to guess in any case; the limit keeps the machine free and the logs readable.
"""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from balai.base.errors import TooMany


def take(what: str, who: str, *, limit: int, per: timedelta, now: datetime) -> None:
    """Count one use of `what` by `who`; the key is a digest, so that no address stands in the cache.

    :raises TooMany: when `limit` uses within the window are spent; `seconds` says how long to wait.
    """
    length = int(per.total_seconds())
    window, passed = divmod(int(now.timestamp()), length)
    key = f"throttle:{what}:{window}:{hashlib.sha256(f'{settings.SECRET_KEY}{who}'.encode()).hexdigest()[:20]}"
    cache.add(key, 0, timeout=length + 5)
    try:
        used = cache.incr(key)
    except ValueError:  # it was evicted between the two calls: count from one again
        cache.set(key, 1, timeout=length + 5)
        used = 1
    if used > limit:
        raise TooMany(seconds=length - passed)


def address_of(request: HttpRequest) -> str:
    """Tell the visitor's address; behind proxies, what the outermost of our own saw (`BALAI_PROXIES`)."""
    proxies: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
