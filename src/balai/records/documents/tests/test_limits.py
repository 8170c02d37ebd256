"""How much may be taken in: by one sender in a day, under one case, and by the disk."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from balai.base import checks, crypto
from balai.base.actors import ANONYMOUS, CLOCK, Actor
from balai.base.errors import BalaiError, Invalid, TooMany, Unavailable
from balai.base.models import Tally
from balai.records.documents import actions, policy, queries
from balai.records.documents import checks as documents_checks
from balai.records.documents.models import Document
from balai.records.documents.tests import hostile

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
FILE = hostile.page(hostile.stream(b""))


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    caches["local"].clear()


@pytest.fixture
def vault() -> UUID:
    return crypto.new_vault().id


def store(vault: UUID, actor: Actor, now: datetime = NOW, data: bytes = FILE, **more: Any) -> Document:
    return actions.store(
        vault, io.BytesIO(data), name="a.pdf", actor=actor, now=now, declared_size=len(data), **more
    )  # fmt: skip


def person() -> Actor:
    return Actor("person", "portal", person_id=uuid4())


def told(error: BalaiError) -> str:
    assert error.message("en")
    return error.message("id")


def test_a_person_sends_so_many_files_a_day_and_others_are_not_kept_from_it(vault: UUID, settings: Any) -> None:
    settings.BALAI_DAY_FILES = 2
    siti = person()
    for _ in range(2):
        store(vault, siti)
    with pytest.raises(TooMany, match="files-today") as refused:
        store(vault, siti)
    assert "22 jam" in told(refused.value) and refused.value.params["seconds"] == 22 * 3600
    store(vault, person())
    store(vault, siti, now=NOW + timedelta(days=1))


def test_a_file_that_is_refused_counts_too(vault: UUID, settings: Any) -> None:
    settings.BALAI_DAY_FILES = 2
    siti = person()
    for _ in range(2):
        with pytest.raises(Invalid, match="file-broken"):
            store(vault, siti, data=b"%PDF-1.7 nothing")
    with pytest.raises(TooMany, match="files-today"):
        store(vault, siti)


def test_a_person_sends_so_many_bytes_a_day(vault: UUID, settings: Any) -> None:
    settings.BALAI_DAY_BYTES = 2_000_000
    siti, large = person(), b"%PDF-1.7 " + bytes(900_000)
    for _ in range(2):
        with pytest.raises(Invalid, match="file-broken"):
            store(vault, siti, data=large)
    with pytest.raises(TooMany, match="files-today"):
        store(vault, siti, data=large)


def test_an_address_without_accounts_may_send_ten_times_that_and_stands_in_no_table(vault: UUID, settings: Any) -> None:
    settings.BALAI_DAY_FILES = 1
    for _ in range(10):
        store(vault, ANONYMOUS, sender="203.0.113.7")
    with pytest.raises(TooMany, match="files-today"):
        store(vault, ANONYMOUS, sender="203.0.113.7")
    store(vault, ANONYMOUS, sender="203.0.113.8")
    kept = b"".join(bytes(row.key) for row in Tally.objects.all())
    assert kept and b"203.0.113" not in kept


def test_an_officer_at_a_counter_and_the_house_are_not_counted(vault: UUID, settings: Any) -> None:
    settings.BALAI_DAY_FILES = 0
    store(vault, Actor("officer", "counter", person_id=uuid4()))
    store(vault, CLOCK)


def test_a_case_holds_so_many_files_and_bytes_and_one_that_was_discarded_makes_room(vault: UUID, settings: Any) -> None:
    settings.BALAI_CASE_FILES = 2
    first = store(vault, person())
    store(vault, person())
    with pytest.raises(Invalid, match="case-files") as refused:
        store(vault, person())
    assert "2 berkas" in told(refused.value)
    actions.discard(command_id=uuid4(), actor=CLOCK, now=NOW, document_id=first.id)
    store(vault, person())
    settings.BALAI_CASE_FILES, settings.BALAI_CASE_BYTES = 100, 2 * len(FILE) + 10
    with pytest.raises(Invalid, match="case-files"):
        store(vault, person())
    store(crypto.new_vault().id, person())


def test_a_full_disk_takes_no_file_and_is_told_to_doctor_and_administrator(vault: UUID, settings: Any) -> None:
    home = Path(settings.BALAI_HOME)
    assert {found.state for found in documents_checks.files(home, NOW)} <= {"good", "note"}
    assert documents_checks.count_full(NOW) == {"documents.disk": 0} and not documents_checks.list_full(NOW, "id")
    settings.BALAI_DISK_FREE = policy.free_space() + 10**12
    with pytest.raises(Unavailable, match="disk-full") as refused:
        store(vault, person())
    assert "admin" in told(refused.value)
    assert not queries.folder(vault).exists()
    assert "bad" in {found.state for found in documents_checks.files(home, NOW)}
    assert documents_checks.count_full(NOW) == {"documents.disk": 1}
    need = next(one for one in checks.list_needs() if one.key == "documents.disk")
    for lang in ("id", "en"):
        assert need.title(lang) and need.lines(NOW, lang)[0].text


def test_the_doctor_says_when_no_child_opens_files(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(documents_checks.opening, "porter", documents_checks.confined.Porter("no.such.reader"))
    found = [one for one in documents_checks.files(Path(settings.BALAI_HOME), NOW) if one.state == "bad"]
    assert len(found) == 1 and "none is taken" in found[0].words


def test_counting_costs_two_statements_and_the_room_one(vault: UUID) -> None:
    with CaptureQueriesContext(connection) as asked:
        policy.count_for_sender(person(), "", 1000, NOW)
        policy.require_room(vault, 1000)
    assert len(asked) == 3
