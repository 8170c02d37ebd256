"""So many times within so long, counted per address, for all processes together."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache, caches
from django.db import connection, connections
from django.test import RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext

from balai.base import throttle
from balai.base.errors import TooMany
from balai.base.models import Shared, Tally

NOW = datetime(2026, 3, 2, 1, 0, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    caches["local"].clear()


def take(what: str = "code", who: str = "10.1.2.3", now: datetime = NOW) -> None:
    throttle.take(what, who, limit=3, per=MINUTE, now=now)


@pytest.mark.django_db
def test_the_limit_holds_for_one_address_and_ends_with_the_window() -> None:
    for _ in range(3):
        take()
    with pytest.raises(TooMany) as refused:
        take()
    assert refused.value.params["seconds"] == 40
    take(who="10.1.2.4")
    take(what="other")
    take(now=NOW + MINUTE)


@pytest.mark.django_db
def test_one_statement_counts_and_a_flood_does_not_write() -> None:
    with CaptureQueriesContext(connection) as asked:
        take()
    assert len(asked) == 1
    for _ in range(2):
        take()
    for _ in range(2):
        with pytest.raises(TooMany), CaptureQueriesContext(connection) as asked:
            take()
    assert len(asked) == 0
    assert Tally.objects.get().used == 4


@pytest.mark.django_db
def test_no_address_stands_in_the_tables_and_old_counts_go() -> None:
    take()
    cache.set("allauth:rl:account:login_failed:ip:10.1.2.3", [1.5], 60)
    assert cache.get("allauth:rl:account:login_failed:ip:10.1.2.3") == [1.5]
    kept = [bytes(Tally.objects.get().key), *Shared.objects.values_list("cache_key", flat=True)]
    assert not any("10.1.2.3" in str(key) or "allauth" in str(key) for key in kept)
    assert throttle.forget_counts(NOW) == 0
    assert throttle.forget_counts(NOW + timedelta(days=3650)) == 2


@pytest.mark.django_db(transaction=True)
def test_all_processes_count_together() -> None:
    """Four processes ask twenty times between them; three times it is allowed."""
    connections.close_all()
    children = []
    for _ in range(4):
        pid = os.fork()
        if pid == 0:
            allowed = 0
            try:
                for _ in range(5):
                    try:
                        take()
                        allowed += 1
                    except TooMany:
                        pass
            finally:
                os._exit(allowed)
        children.append(pid)
    assert sum(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children) == 3


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


@pytest.mark.parametrize(
    ("seen", "counted"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::7", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"), ("nonsense", "nonsense"),
    ],
)  # fmt: skip
def test_a_neighbour_in_the_same_ipv6_network_is_the_same_visitor(seen: str, counted: str) -> None:
    assert throttle.address_of(RequestFactory().get("/", REMOTE_ADDR=seen)) == counted


@pytest.mark.django_db
def test_a_use_given_back_was_none() -> None:
    for _ in range(5):
        take()
        throttle.give_back("code", "10.1.2.3", per=MINUTE, now=NOW)
    assert Tally.objects.get().used == 0
    throttle.give_back("code", "10.1.2.3", per=MINUTE, now=NOW)
    assert Tally.objects.get().used == 0
