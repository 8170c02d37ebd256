"""Known at the counter by a card: registering and binding are one deed, so nobody is left half known."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID, uuid4

import pytest
from tests.kills import count_lines, do_and_die
from tests.races import at_once

from balai.base import journal, journal_check
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.base.models import Entry, SecurityEvent, Vault
from balai.records.people import actions, queries
from balai.records.people.actions import identity, persons
from balai.records.people.models import Binding, Person
from balai.records.people.rules import Identity

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
WATCHED = (identity, persons, journal)
CARD = Identity("Siti Rahma", nik="9972035203900001", birth_date=date(1990, 3, 12), sex="P", phone="+6281200000001")


@pytest.fixture
def budi() -> Actor:
    house = Actor("system", "console", name="test")
    made = actions.register_person(command_id=uuid4(), actor=house, now=NOW, identity=Identity("Budi"))
    return Actor("officer", "counter", made, second_factor=True)


def known(budi: Actor, command: UUID | None = None, card: Identity = CARD) -> Callable[[], UUID]:
    return partial(
        actions.know_by_card, command_id=command or uuid4(), actor=budi, now=NOW, identity=card, reason="counter"
    )


def test_a_stranger_is_registered_and_bound_and_known_the_next_time(budi: Actor) -> None:
    command = uuid4()
    made = known(budi, command)()
    assert known(budi, command)() == made, "the second click"
    assert known(budi)() == made, "the next visit"
    person = queries.get_person(made)
    assert (person.identity_level, person.phone) == ("seen", CARD.phone)
    assert Person.objects.count() == 2 and Binding.objects.filter(person_id=made).count() == 2


@pytest.mark.parametrize(
    ("card", "same"),
    [
        (replace(CARD, name="Budi Santoso"), False),
        (replace(CARD, birth_date=date(1971, 1, 1)), False),
        (replace(CARD, name="Siti Rahmawati", address="Jl. Baru 2"), True),  # one's name was put right on a new card
    ],
)
def test_a_number_copied_wrongly_renames_nobody(budi: Actor, card: Identity, same: bool) -> None:
    made = known(budi)()
    before = queries.get_person(made).identity
    if same:
        assert known(budi, card=card)() == made
        assert queries.get_person(made).name == card.name
        return
    with pytest.raises(Conflict) as refused:
        known(budi, card=card)()
    assert (refused.value.code, queries.get_person(made).identity) == ("card-differs", before)
    assert SecurityEvent.objects.filter(kind="card-differs").count() == 1, "and it is written down"
    assert (
        partial(actions.know_by_card, sure=True)(
            command_id=uuid4(), actor=budi, now=NOW, identity=card, reason="counter"
        )
        == made
    ), "a record that is wrong can be put right"
    assert queries.get_person(made).name == card.name
    assert SecurityEvent.objects.filter(kind="card-differs").count() == 2


@pytest.mark.one_database
def test_killed_at_any_line_nobody_is_left_half_known(budi: Actor) -> None:
    lines = count_lines(
        known(budi, card=Identity("Joko", nik="9972035203900002", birth_date=date(1990, 3, 12))), WATCHED
    )
    assert lines > 60
    people, vaults = Person.objects.count(), Vault.objects.count()
    for at in range(1, lines + 1, max(lines // 25, 1)):
        command = uuid4()
        assert do_and_die(known(budi, command), at, WATCHED), f"line {at} was never reached"
        found = queries.find_person_by_nik(CARD.nik)
        whole = found is not None and Binding.objects.filter(person_id=found).exists()
        left = Person.objects.count() - people, Vault.objects.count() - vaults
        assert left == ((1, 1) if whole else (0, 0)), f"half known after line {at}"
        if whole:
            assert known(budi, command)() == found, "done again, it is the same"
            return
    made = known(budi)()
    assert queries.find_person_by_nik(CARD.nik) == made
    assert journal_check.verify_journal().faults == ()


def test_what_is_refused_registers_nobody(budi: Actor) -> None:
    before = Person.objects.count(), Entry.objects.count()
    for card in (Identity("Siti", nik="123"), Identity("", nik=CARD.nik)):
        with pytest.raises(Invalid):
            known(budi, card=card)()
    with pytest.raises(NotAllowed):
        known(Actor("person", "portal", budi.person_id))()
    assert (Person.objects.count(), Entry.objects.count()) == before


def test_an_officer_does_not_know_themselves(budi: Actor) -> None:
    made = known(budi)()
    with pytest.raises(NotAllowed, match="four-eyes"):
        known(Actor("officer", "counter", made, second_factor=True))()


@pytest.mark.parametrize("attempt", range(3))
def test_whoever_comes_to_two_counters_is_one_person(budi: Actor, attempt: int) -> None:
    """Under PostgreSQL the second may look before the first has ended: told so, it leaves nothing behind."""
    came = at_once(known(budi), known(budi))
    made = [each for each in came if isinstance(each, UUID)]
    refused = [each for each in came if isinstance(each, Conflict)]
    assert len(made) + len(refused) == 2 and len(set(made)) == 1
    assert {each.code for each in refused} <= {"identity-elsewhere"}
    assert Person.objects.filter(nik_hash__isnull=False).count() == 1
    assert Person.objects.count() == 2, "nobody is registered twice"
    assert SecurityEvent.objects.filter(kind="identity-elsewhere").count() == len(refused)
