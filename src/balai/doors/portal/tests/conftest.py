"""Visitors for the portal's tests: Siti signed in, Joko signed in, and somebody without an account."""

from collections.abc import Iterator
from uuid import UUID

import pytest
from django.core.cache import caches
from django.test import Client, override_settings
from tests.cast import NOW, Cast, make_cast, open_service

from balai.casework.catalogue import queries as catalogue
from balai.records.people.models import Account


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Begin each test with nothing counted and no service remembered."""
    caches["local"].clear()
    catalogue.forget_current()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def cast(db: None) -> Cast:
    """Open the business statement letter and put the cast into the town."""
    open_service()
    return make_cast(NOW)


def client_of(account_id: UUID) -> Client:
    """Make a browser that is signed in."""
    client = Client()
    client.force_login(Account.objects.get(id=account_id))
    return client


@pytest.fixture
def siti(cast: Cast) -> Client:
    """Siti's browser."""
    return client_of(cast.siti.account_id)


@pytest.fixture
def joko(cast: Cast) -> Client:
    """The browser of Joko, a stranger to Siti's cases."""
    return client_of(cast.joko.account_id)


@pytest.fixture
def stranger(cast: Cast) -> Client:
    """A browser nobody is signed in to."""
    return Client()
