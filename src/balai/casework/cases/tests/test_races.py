"""Two officers at once, and a disk that fills: one wins, the other is told; nothing half is left."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service, photo
from tests.races import at_once

from balai.base import confined, journal_check
from balai.base.errors import BalaiError, Conflict
from balai.base.models import Deed, Entry, Message
from balai.base.outbox import Worker
from balai.casework.cases.actions import Command, act, claim, release, start_draft
from balai.casework.cases.models import Case, Draft, Task
from balai.doors.console.demo.cast import CONSOLE
from balai.records.documents import actions as documents
from balai.records.documents import opening
from balai.records.documents.models import Document
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries

pytestmark = pytest.mark.django_db(transaction=True)
COMPLETE = {"result": "complete", "location_seen": "ya"}


@pytest.fixture
def cast() -> Cast:
    """Put a second clerk beside Budi: Ratna stands in."""
    open_service()
    made = make_cast(NOW)
    clerk = next(post for post in office_queries.list_posts(made.unit_id) if post.role == "clerk")
    offices.appoint(
        command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=clerk.id, person_id=made.ratna.person_id,
        from_date=date(2026, 1, 1), basis="SK Contoh",
    )  # fmt: skip
    return made


def completing(case_id: UUID, token: str, actor: Any) -> Callable[[], Any]:
    made = Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="complete", token=token, data=COMPLETE)
    return lambda: act(made)


def open_task(case_id: UUID) -> Task:
    return Task.objects.get(case_id=case_id, state="open")


@pytest.mark.parametrize("attempt", range(6))
def test_of_two_officers_at_once_one_wins_and_the_other_sees_the_new_state(cast: Cast, attempt: int) -> None:
    case_id = apply_for_sku(cast).case_id
    token = open_task(case_id).token
    came = at_once(completing(case_id, token, cast.budi.officer), completing(case_id, token, cast.ratna.officer))
    lost = [each for each in came if isinstance(each, Exception)]
    assert [type(each) for each in lost] == [Conflict], came
    assert lost[0].code == "changed-meanwhile"  # type: ignore[attr-defined]
    assert open_task(case_id).node == "decide"
    assert Entry.objects.filter(stream=f"case:{case_id}", action="complete").count() == 1
    assert journal_check.verify_journal().faults == ()


def test_the_same_click_many_times_at_once_is_one_deed(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    click = completing(case_id, open_task(case_id).token, cast.budi.officer)
    came = at_once(*[click] * 5)
    assert [each for each in came if isinstance(each, Exception)] == []
    assert Entry.objects.filter(stream=f"case:{case_id}", action="complete").count() == 1


def test_many_applications_at_once_are_many_cases(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "_GATE", confined.Gate(in_hand=6))  # each brings a file, and all of them are heard
    came = at_once(*[lambda: apply_for_sku(cast)] * 6)
    assert [each for each in came if isinstance(each, Exception)] == []
    assert Case.objects.count() == len({each.number for each in came}) == 6
    assert journal_check.verify_journal().faults == ()


def test_a_task_is_claimed_by_one(cast: Cast) -> None:
    case_id = apply_for_sku(cast).case_id
    task = open_task(case_id)
    holder = cast.budi if task.assignee_id == cast.budi.person_id else cast.ratna
    release(command_id=uuid4(), actor=holder.officer, now=NOW, case_id=case_id, token=task.token)

    def claiming(actor: Any) -> Callable[[], Any]:
        return lambda: claim(command_id=uuid4(), actor=actor, now=NOW, case_id=case_id, token=task.token)

    came = at_once(claiming(cast.budi.officer), claiming(cast.ratna.officer))
    refused = [each for each in came if isinstance(each, Exception)]
    assert [isinstance(each, BalaiError) for each in refused] == [True], came
    assert open_task(case_id).assignee_id in (cast.budi.person_id, cast.ratna.person_id)


def test_workers_side_by_side_do_each_thing_once(cast: Cast) -> None:
    for _ in range(4):
        apply_for_sku(cast)
    came = at_once(*[lambda: Worker().drain(NOW)] * 3)
    assert [each for each in came if isinstance(each, Exception)] == []
    Worker().drain(NOW)
    from balai.casework.notices.models import Notice

    assert not Message.objects.exclude(state="done").exists()
    assert Notice.objects.filter(channel="portal", event="received").count() == 4
    assert journal_check.verify_journal().faults == ()


# ---- a full disk ----------------------------------------------------------------------------------------------------


def files() -> set[Path]:
    return {path for path in (Path(settings.BALAI_HOME) / "documents").rglob("*") if path.is_file()}


@pytest.mark.parametrize("call", ["fsync", "open"])
def test_a_disk_that_fills_while_a_file_comes_leaves_nothing(
    cast: Cast, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft_id, _ = start_draft(actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={})
    vault_id = Draft.objects.get(id=draft_id).vault_id
    before = files()

    def full(*args: Any, **kwargs: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def store() -> Document:
        return documents.store(vault_id, BytesIO(photo()), name="foto.jpg", actor=cast.siti.citizen, now=NOW)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left"):
            store()
    assert files() == before
    assert not Document.objects.filter(vault_id=vault_id).exists()
    assert store().size > 0


@contextmanager
def no_more_pages() -> Iterator[None]:
    """Let SQLite grow no further, as on a full disk. Pages that earlier tests left free would hide it: given back first."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            cursor.execute("PRAGMA max_page_count = 1073741823")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a full disk under PostgreSQL is the server's own matter")
def test_a_database_that_cannot_grow_says_so_and_keeps_what_was(cast: Cast) -> None:
    told: list[str] = []
    kept: list[UUID] = []
    with no_more_pages():
        for _ in range(200):
            try:
                kept.append(apply_for_sku(cast).case_id)
            except DatabaseError as error:
                told.append(str(error))
                break
        assert told and "full" in told[0], "the database must have filled up"
        assert Case.objects.count() == len(kept)
        submits = Entry.objects.filter(action="submit").count()
        assert submits == len(kept) == Deed.objects.filter(name="case.submit").count()
    assert journal_check.verify_journal().faults == ()
    apply_for_sku(cast)
    assert Case.objects.count() == len(kept) + 1
