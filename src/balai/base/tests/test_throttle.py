"""So many times within so long, counted per address."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import RequestFactory, override_settings

from balai.base import throttle
from balai.base.errors import TooMany

NOW = datetime(2026, 3, 2, 1, 0, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def test_the_limit_holds_for_one_address_and_ends_with_the_window() -> None:
    for _ in range(3):
        throttle.take("code", "a", limit=3, per=MINUTE, now=NOW)
    with pytest.raises(TooMany) as refused:
        throttle.take("code", "a", limit=3, per=MINUTE, now=NOW)
    assert refused.value.params["seconds"] == 40
    throttle.take("code", "b", limit=3, per=MINUTE, now=NOW)
    throttle.take("other", "a", limit=3, per=MINUTE, now=NOW)
    throttle.take("code", "a", limit=3, per=MINUTE, now=NOW + MINUTE)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "127.0.0.1"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(proxies: int, forwarded: str, address: str) -> None:
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded})
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        assert throttle.address_of(request) == address
