"""What the house's walks through all addresses share: one world for a file, as it was made for each test."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from tests.world import World, standing

from balai.base.pages import refusals


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Make everybody and everything once."""
    with django_db_blocker.unblock(), standing() as world:
        yield world


@pytest.fixture
def no_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let refusals be told by their status alone: how their page looks is proven elsewhere, and here it would be drawn thousands of times."""
    monkeypatch.setattr(refusals, "error_page", lambda request, status, **words: HttpResponse(status=status))


@pytest.fixture
def world(made: World, db: None) -> Iterator[World]:
    """Give everybody and everything; what is refused is told by a table, not by the log."""
    logging.disable(logging.CRITICAL)
    with made.anew() as world:
        yield world
    logging.disable(logging.NOTSET)
