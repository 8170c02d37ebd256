"""What a page costs: counted when it is seen again, and known by the name of its address."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from types import SimpleNamespace
from unittest.mock import patch
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from balai.base.models import ReadOnly
from balai.base.pages import cards

PLACE = re.compile(r"\{\w+\}")


def count(client: Client, address: str, *, cards: bool = False) -> int:
    """Count the queries of one page or file, read to its end, seen again so that caches are warm.

    It is opened first while the hall is read-only: reading must go on.
    What rooms lay on a page is left out, so that a page costs the same with any of them gone; with `cards` it is counted along.
    The caches' clock stands still meanwhile: what is kept for seconds would run out on a slow machine.
    """
    now = time.time()
    still = patch("django.core.cache.backends.locmem.time", SimpleNamespace(time=lambda: now))
    with still, nullcontext() if cards else patch.dict("balai.base.pages.cards._CARDS", clear=True):
        with read_only():
            read(client, address)
        read(client, address)
        with CaptureQueriesContext(connection) as asked:
            read(client, address)
    return len(asked)


@contextmanager
def read_only() -> Iterator[None]:
    """Make the hall read-only for a while, without any deed."""
    made = ReadOnly.objects.create(since=datetime.now(UTC), why_id="Uji.", why_en="Trial.", running=True)
    try:
        yield
    finally:
        made.delete()


def read(client: Client, address: str) -> None:
    """Open a page or a file and read it to its end."""
    answer = client.get(address)
    assert answer.status_code == 200, f"{address} answered {answer.status_code}"
    if answer.streaming:
        b"".join(answer.streaming_content)


def name_of(template: str) -> str:
    """Name the address that a line of a table stands for: "/meja/berkas/{number}/" is "desk:case"."""
    return resolve(PLACE.sub(str(UUID(int=0)), template).partition("?")[0]).view_name


def count_card(client: Client, address: str, place: str, name: str) -> int:
    """Count what one card adds to a page, whatever other rooms lay there."""
    laid = cards._CARDS[place]
    others = {key: card for key, card in laid.items() if key != name}
    assert len(others) == len(laid) - 1
    whole = count(client, address, cards=True)
    with patch.dict(cards._CARDS, {place: others}):
        return whole - count(client, address, cards=True)
