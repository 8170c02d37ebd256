"""A case is opened for whoever may see it, after it is written down that they do; for everybody else its key stays where it is."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import access_log, crypto, readings
from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.base.models import Access, Vault
from balai.casework.cases import queries
from balai.casework.cases.actions import Command, act, add_note, bind_all
from balai.casework.cases.models import Case
from balai.casework.issuing import queries as issuing
from balai.casework.issuing.models import Letter
from balai.doors.console.demo.cast import CONSOLE
from balai.records.offices import actions as offices
from balai.records.offices import queries as office_queries

pytestmark = pytest.mark.django_db(transaction=True)
Opened = list[tuple[UUID, int]]
ZONE = ZoneInfo("Asia/Makassar")


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.fixture
def case(cast: Cast) -> Case:
    return Case.objects.get(id=apply_for_sku(cast).case_id)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Note each key that is unwrapped, with how many readings were recorded before."""
    found: Opened = []
    really = crypto.unwrap

    def unwrap(vault_id: UUID, wrapped: Any, holders: bytes | None = None) -> bytes:
        found.append((vault_id, Access.objects.count()))
        return really(vault_id, wrapped, holders)

    monkeypatch.setattr(crypto, "unwrap", unwrap)
    return found


def auditor(cast: Cast, **more: Any) -> Actor:
    """Give Joko an auditor's post."""
    unit = office_queries.get_unit("inspektorat")
    post = next(one for one in office_queries.list_posts(unit.id) if one.role == "auditor")
    offices.appoint(
        command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=post.id, person_id=cast.joko.person_id,
        from_date=NOW.date(), basis="SK contoh",
    )  # fmt: skip
    return Actor("officer", "desk", person_id=cast.joko.person_id, **more)


def letter_of(case: Case) -> UUID:
    """Keep a number with the case; whether it has a file is asked after everything else."""
    made = Letter.objects.create(
        case=case, letter_id="grant", round=1, token="1", kind="grant", title="T", language="id", unit_id=case.unit_id,
        unit_code="K", class_code="500", year=2026, seq=1, number="1", code="C", demo=True, in_force=True,
        reserved_at=NOW,
    )  # fmt: skip
    return made.id


READINGS: dict[str, Callable[[Actor, Case], object]] = {
    "page": lambda actor, case: queries.open_case(actor, case.number, now=NOW),
    "letter": lambda actor, case: issuing.open_letter(actor, letter_of(case), now=NOW),
    "step": lambda actor, case: act(Command(id=uuid4(), actor=actor, now=NOW, case_id=case.id, action="withdraw")),
    "note": lambda actor, case: add_note(command_id=uuid4(), actor=actor, now=NOW, case_id=case.id, body="halo"),
}


@pytest.mark.parametrize("reading", READINGS)
def test_a_case_is_not_opened_for_a_stranger(cast: Cast, case: Case, opened: Opened, reading: str) -> None:
    for actor in (cast.joko.citizen, cast.joko.officer, Actor("person", "portal")):
        with pytest.raises(NotFound):
            READINGS[reading](actor, case)
        Letter.objects.all().delete()
    assert opened == []
    assert not Access.objects.filter(object=f"case:{case.id}", refused=False).exists()


def test_a_stranger_is_not_told_that_a_case_was_forgotten(cast: Cast, case: Case) -> None:
    Vault.objects.filter(id=case.vault_id).update(wrapped_key=None)
    for actor, code in ((cast.joko.citizen, "not-found"), (cast.siti.citizen, "vault-shredded")):
        with pytest.raises(NotFound) as told:
            queries.open_case(actor, case.number, now=NOW)
        assert told.value.code == code


@pytest.mark.parametrize("reading", ["page", "letter"])
def test_an_officers_reading_is_written_down_before_the_case_is_opened(
    cast: Cast, case: Case, opened: Opened, reading: str
) -> None:
    if reading == "letter":
        with pytest.raises(NotFound):  # it has a number and no file yet
            READINGS[reading](cast.budi.officer, case)
    else:
        READINGS[reading](cast.budi.officer, case)
    assert [count for vault, count in opened if vault == case.vault_id] == [1]


@pytest.mark.parametrize("reading", ["page", "letter"])
def test_what_cannot_be_written_down_is_not_opened(
    cast: Cast, case: Case, opened: Opened, monkeypatch: pytest.MonkeyPatch, reading: str
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("no room")

    monkeypatch.setattr(access_log, "record_access", fail)
    with pytest.raises(OSError, match="no room"):
        READINGS[reading](cast.budi.officer, case)
    assert opened == []


def test_an_auditors_reading_is_written_down_before_the_case_is_opened(cast: Cast, case: Case, opened: Opened) -> None:
    actor = auditor(cast, second_factor=True)
    del opened[:]
    queries.audit_case(actor, case.number, now=NOW, purpose="ST-1")
    assert opened == [(case.vault_id, 1)]
    assert Access.objects.get().purpose == "audit: ST-1"


def test_an_auditor_without_a_second_factor_opens_nothing(cast: Cast, case: Case, opened: Opened) -> None:
    actor = auditor(cast, second_factor=False)
    del opened[:]
    with pytest.raises(NotAllowed) as told:
        queries.audit_case(actor, case.number, now=NOW, purpose="ST-1")
    assert told.value.code == "second-factor"
    assert opened == [] and not Access.objects.exists()


def test_an_agents_reading_is_recorded_and_the_applicants_own_is_not(cast: Cast, case: Case) -> None:
    queries.open_case(cast.siti.citizen, case.number, now=NOW)
    assert not Access.objects.exists()
    Case.objects.filter(id=case.id).update(submitted_by_id=cast.joko.person_id)
    bind_all()
    queries.open_case(cast.joko.citizen, case.number, now=NOW, purpose="own case")
    (row,) = Access.objects.all()
    assert (row.reader_id, row.person_id, row.object, row.purpose) == (
        cast.joko.person_id, cast.siti.person_id, f"case:{case.id}", "own case",
    )  # fmt: skip


def test_reading_a_case_costs_the_same_however_much_it_holds(cast: Cast, case: Case) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            queries.open_case(cast.budi.officer, case.number, now=NOW)
        return len(asked)

    before = cost()
    for body in ("satu", "dua", "tiga"):
        add_note(command_id=uuid4(), actor=cast.budi.officer, now=NOW, case_id=case.id, body=body)
    assert cost() == before


def test_a_reading_that_was_refused_stands_in_the_log_too(cast: Cast, case: Case) -> None:
    for actor, error in (
        (cast.joko.citizen, NotFound),
        (Actor("officer", "desk", person_id=cast.joko.person_id), NotFound),
    ):
        with pytest.raises(error):
            queries.open_case(actor, case.number, now=NOW)
    rows = Access.objects.filter(object=f"case:{case.id}", person_id=cast.siti.person_id)
    assert [row.refused for row in rows] == [True, True]


def test_a_guest_without_the_code_of_this_very_case_opens_nothing_and_leaves_no_row(cast: Cast, case: Case) -> None:
    guest = Actor("anonymous", "portal")
    for code in ("", "0" * 20, apply_for_sku(cast).track_code):
        with pytest.raises(NotFound):
            queries.open_case(guest, case.number, now=NOW, track_code=code)
    assert not Access.objects.exists()
    own = queries.read_case(case_id=case.id).data["contact"]["track_code"]
    assert queries.open_case(guest, case.number, now=NOW, track_code=own).row.id == case.id


def test_a_list_is_one_row_with_everybody_in_it(cast: Cast, case: Case) -> None:
    rows = queries.list_inbox(cast.budi.person_id, now=NOW, which="unit")
    queries.record_list(cast.budi.officer, "inbox", ((one.case_id, one.applicant_id) for one in rows), now=NOW)
    row = Access.objects.get()
    assert (row.object, row.person_id) == ("list:inbox", None)
    for about in (readings.About((cast.siti.person_id,)), readings.About(case_ids=(case.id,))):
        assert [one.listed for one in readings.list_days(about, ZONE)] == [1]
