"""Two counters claim one number in the same moment: one gets it, the other is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.races import at_once

from balai.base import journal_check
from balai.base.actors import Actor
from balai.base.models import SecurityEvent
from balai.records.people import actions, queries
from balai.records.people.models import Person
from balai.records.people.rules import Identity

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
NIK, BORN = "9972035203900001", date(1990, 3, 12)


def register(name: str) -> UUID:
    house = Actor("system", "console", name="test")
    return actions.register_person(command_id=uuid4(), actor=house, now=NOW, identity=Identity(name))


@pytest.fixture
def officers() -> list[Actor]:
    return [Actor("officer", "counter", register(name), second_factor=True) for name in ("Budi", "Ratna")]


def claiming(officer: Actor, person_id: UUID) -> Callable[[], Any]:
    return lambda: actions.bind_identity(
        command_id=uuid4(), actor=officer, now=NOW, person_id=person_id, nik=NIK, name="Siti", birth_date=BORN,
        reason="KTP-el dilihat",
    )  # fmt: skip


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_records_that_claim_one_nik_one_gets_it(officers: list[Actor], attempt: int) -> None:
    records = [register("Siti"), register("Siti")]
    came = at_once(*map(claiming, officers, records))
    assert [getattr(each, "code", each) for each in came if each is not None] == ["identity-elsewhere"]
    assert queries.find_person_by_nik(NIK) == records[came.index(None)]
    assert SecurityEvent.objects.filter(kind="identity-elsewhere").count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_a_firm_that_comes_to_two_counters_is_one_firm(officers: list[Actor], attempt: int) -> None:
    """Under PostgreSQL the second may look before the first has ended: told so, it finds the firm at its next try."""
    agent = register("Siti")
    claiming(officers[0], agent)()

    def recording(officer: Actor) -> Callable[[], UUID]:
        return lambda: actions.record_mandate(
            command_id=uuid4(), actor=officer, now=NOW, firm=Identity("CV Contoh", nik="9120001234567"),
            agent_id=agent, services=[], to_date=None, may_delegate=False, evidence="akta",
        )  # fmt: skip

    came = at_once(*map(recording, officers))
    told = [getattr(each, "code", each) for each in came if isinstance(each, Exception)]
    assert told in (["mandate-exists"], ["changed-meanwhile"]), came
    assert Person.objects.filter(kind=Person.Kind.ORGANISATION).count() == 1
    assert journal_check.verify_journal().faults == ()
