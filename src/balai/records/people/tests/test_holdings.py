"""An access request shows a person everything that is held about them, and nothing of anybody else."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service

from balai.base import holdings
from balai.base.journal import deed as open_deed
from balai.base.outbox import Worker
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import start_draft
from balai.casework.notices.models import Notice
from balai.doors.api import tokens
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.records.people import actions, queries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def held(member: Member) -> dict[str, holdings.Section]:
    return {one.key: one for one in holdings.collect(queries.get_subject(member.person_id, "id"))}


def live(cast: Cast) -> str:
    """Let much be held about Siti: a case, a draft, a mandate, notices, a reading, a machine's key."""
    made = apply_for_sku(cast)
    start_draft(actor=cast.siti.citizen, now=NOW, service_id="surat-keterangan-usaha", answers={"business_name": "Dua"})
    actions.offer_mandate(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, principal_id=cast.siti.person_id,
        agent_id=cast.joko.person_id, kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
    tokens.make_token(
        command_id=uuid4(), actor=CONSOLE, now=NOW, name="mesin", person_id=cast.siti.person_id, scopes=["cases:read"]
    )
    queries.read_person(cast.budi.officer, cast.siti.person_id, purpose="counter", now=NOW)
    Worker().drain(NOW)
    return made.number


def test_everything_of_a_person_is_listed(cast: Cast) -> None:
    number = live(cast)
    found = held(cast.siti)
    (details,) = found["people.details"].items
    assert (details.facts["name"], details.facts["nik"]) == ("Siti Rahma Contoh", "9901014101900001")
    (application,) = found["cases.applications"].items
    assert application.facts["number"] == number
    assert application.data["answers"]["apply"]["business_name"] == "Warung Siti"
    assert {file["name"] for file in application.data["files"]}
    assert "track_code" not in str(application.data), "a key opens a case; it says nothing about anybody"
    (draft,) = found["cases.drafts"].items
    assert draft.data["answers"] == {"business_name": "Dua"}
    assert [item.facts["state"] for item in found["people.mandates"].items] == ["offered"]
    assert any(number in item.data["subject"] + item.data["body"] for item in found["notices.told"].items)
    assert [item.facts["purpose"] for item in found["base.readings"].items] == ["counter"]
    assert [item.facts["name"] for item in found["api.tokens"].items] == ["mesin"]
    assert "siti@balai.example" in {item.facts.get("email") for item in found["people.account"].items}
    json.dumps(holdings.as_tree(tuple(found.values())), default=str)


def test_nothing_of_anybody_else_is(cast: Cast) -> None:
    live(cast)
    told = json.dumps(holdings.as_tree(tuple(held(cast.joko).values())), default=str)
    for foreign in ("Siti Rahma", "Warung Siti", "9901014101900001", "siti@balai.example"):
        assert foreign not in told


def test_what_an_officer_began_for_a_citizen_is_not_the_officers(cast: Cast) -> None:
    start_draft(
        actor=cast.budi.officer, now=NOW, service_id="surat-keterangan-usaha", answers={"business_name": "Warung Siti"},
        on_behalf_of=cast.siti.person_id,
    )  # fmt: skip
    assert [item.data for item in held(cast.budi)["cases.drafts"].items] == [{}]
    assert [item.data["answers"] for item in held(cast.siti)["cases.drafts"].items] == [
        {"business_name": "Warung Siti"}
    ]


def test_it_costs_the_same_however_much_is_held(cast: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            held(cast.siti)
        return len(asked)

    live(cast)
    before = cost()
    for _ in range(3):
        live(cast)
    assert cost() == before


def test_forgetting_walks_every_holding_and_people_last(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[str] = []
    monkeypatch.setattr(holdings, "_HOLDINGS", dict(holdings._HOLDINGS))

    def note(name: str) -> Any:
        return lambda deed, person_id, reason: gone.append(name)

    for one in holdings.holdings():
        if one.forgets is not None:
            holdings.holds(
                one.key, tables=one.tables, bases="c", lists=one.lists, forgets=note(one.key), counts=one.counts
            )
    holdings.holds("cases.trial", tables=(), bases="c", lists=lambda subject: [], forgets=note("cases.trial"))
    with open_deed(uuid4(), actor=CONSOLE, now=NOW, name="test") as made:
        holdings.forget(made, cast.siti.person_id, "permintaan")
    assert {one for one in gone if not one.startswith("room_")} == {  # each room proves its own
        "people.details", "cases.drafts", "cases.trial", "cases.work-views", "notices.told", "protection.set", "readings.wish",
    }  # fmt: skip
    assert gone[-1] == "people.details", "their key goes last"
    assert gone.index("notices.told") < gone.index("cases.drafts")


def test_what_a_forgotten_person_was_told_goes_with_them(cast: Cast) -> None:
    actions.offer_mandate(
        command_id=uuid4(), actor=cast.joko.citizen, now=NOW, principal_id=cast.joko.person_id,
        agent_id=cast.siti.person_id, kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
    Worker().drain(NOW)
    assert Notice.objects.filter(case__isnull=True, person_id=cast.siti.person_id).exists()
    from balai.casework.archive import actions as archive

    archive.forget_person(
        command_id=uuid4(), actor=CONSOLE, now=NOW, person_id=cast.siti.person_id, reason="permintaan"
    )
    assert not Notice.objects.filter(case__isnull=True, person_id=cast.siti.person_id).exists(), "at once, not later"


def test_a_case_keeps_its_key_to_itself(cast: Cast) -> None:
    number = live(cast)
    row = cases.read_case(number=number)
    assert row.data["contact"]["track_code"], "reading for somebody leaves the case as it is"
