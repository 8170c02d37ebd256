"""A head protects, looks again and lifts; nobody else, nobody for themselves, never without reason, day and two posts."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from tests.cast import NOW, Cast, make_cast

from balai.base import crypto, journal
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Access, SecurityEvent
from balai.doors.console.demo.cast import CONSOLE
from balai.records.offices import queries as offices
from balai.records.people.models import Person
from balai.records.protection import actions, policy, queries
from balai.records.protection.models import Protection

pytestmark = pytest.mark.django_db
REVIEW = NOW.date() + timedelta(days=90)


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


def posts(cast: Cast) -> list[UUID]:
    """Give the head's post and the section head's."""
    found = {one.role: one.id for one in offices.list_posts(cast.unit_id)}
    return [found["head"], found["section-head"]]


def protect(cast: Cast, **changes: Any) -> UUID:
    told: dict[str, Any] = {
        "command_id": uuid4(), "actor": cast.ratna.officer, "now": NOW, "person_id": cast.siti.person_id,
        "kind": "violence", "reason": "Perintah perlindungan sementara", "review_on": REVIEW, "post_ids": posts(cast),
    }  # fmt: skip
    return actions.protect(**{**told, **changes})


def hidden(cast: Cast, actor: Actor) -> bool:
    return policy.is_hidden(actor, cast.siti.person_id, NOW)


def test_two_posts_see_and_nobody_else(cast: Cast) -> None:
    readers = (
        cast.budi.officer,
        cast.ratna.officer,
        cast.joko.citizen,
        cast.siti.citizen,
        Actor("anonymous", "portal"),
    )
    assert [hidden(cast, one) for one in readers] == [False] * 5
    protect(cast)
    assert [hidden(cast, one) for one in readers] == [True, False, True, False, True]
    assert not hidden(cast, Actor("system", "clock", name="clock")), "the house works on"
    operator = Actor("system", "console", cast.joko.person_id, name="operator", second_factor=True)
    assert hidden(cast, operator), "an administrator who operates the house is a person too"


def test_a_head_as_a_citizen_sees_nothing(cast: Cast) -> None:
    protect(cast)
    assert hidden(cast, cast.ratna.citizen)


def test_only_a_head_protects_and_never_themselves(cast: Cast) -> None:
    for actor in (cast.budi.officer, cast.ratna.citizen, CONSOLE):
        with pytest.raises(NotAllowed):
            protect(cast, actor=actor)
    with pytest.raises(NotAllowed, match="four-eyes"):
        protect(cast, person_id=cast.ratna.person_id)
    assert not Protection.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "pendek"}, "reason"), ({"kind": "lain"}, "kind"), ({"review_on": NOW.date()}, "review_on"),
        ({"review_on": NOW.date() + timedelta(days=400)}, "review_on"), ({"review_on": None}, "review_on"),
        ({"post_ids": []}, "first_post"), ({"post_ids": [UUID(int=1), UUID(int=2)]}, "first_post"),
    ],
)  # fmt: skip
def test_reason_day_and_two_posts_are_asked_for(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid, match="protection-words") as refused:
        protect(cast, **wrong)
    assert list(refused.value.fields) == [field]
    one = posts(cast)[0]
    with pytest.raises(Invalid):
        protect(cast, post_ids=[one, one])


def test_the_same_twice_is_one_and_another_is_refused(cast: Cast) -> None:
    command = uuid4()
    assert protect(cast, command_id=command) == protect(cast, command_id=command)
    with pytest.raises(Conflict, match="protected-already"):
        protect(cast)


def test_it_goes_on_past_its_review_until_it_is_lifted(cast: Cast) -> None:
    made = protect(cast)
    late = NOW + timedelta(days=300)
    assert policy.is_hidden(cast.budi.officer, cast.siti.person_id, late)
    assert queries.list_running(["/"])[0].review_on == REVIEW
    further: date = late.date() + timedelta(days=30)
    actions.review(
        command_id=uuid4(), actor=cast.ratna.officer, now=late, protection_id=made, reason="Ancaman masih ada",
        review_on=further, post_ids=posts(cast),
    )  # fmt: skip
    assert queries.list_running(["/"])[0].review_on == further
    with pytest.raises(NotAllowed):
        actions.lift(
            command_id=uuid4(), actor=cast.budi.officer, now=late, protection_id=made, reason="Tidak perlu lagi"
        )
    actions.lift(command_id=uuid4(), actor=cast.ratna.officer, now=late, protection_id=made, reason="Ancaman berakhir")
    assert not policy.is_hidden(cast.budi.officer, cast.siti.person_id, late)
    assert [line.action for line in journal.read_stream(f"protection:{made}")] == ["set", "reviewed", "lifted"]
    with pytest.raises(NotFound):
        actions.lift(
            command_id=uuid4(), actor=cast.ratna.officer, now=late, protection_id=made, reason="Ancaman berakhir"
        )


def test_why_is_sealed_and_never_in_the_journal(cast: Cast) -> None:
    row = Protection.objects.get(id=protect(cast))
    assert b"Perintah" not in bytes(row.reason_sealed)
    assert queries.open_reason(row) == "Perintah perlindungan sementara"
    assert "Perintah" not in str(journal.read_stream(f"protection:{row.id}"))


def test_a_record_that_was_joined_is_protected_as_the_other(cast: Cast) -> None:
    protect(cast)
    Person.objects.filter(id=cast.siti.person_id).update(joined_into_id=cast.joko.person_id)
    assert policy.is_hidden(cast.budi.officer, cast.joko.person_id, NOW)


def test_a_refused_look_at_a_record_is_recorded_and_alarms(cast: Cast) -> None:
    protect(cast)
    with pytest.raises(NotFound):
        policy.require_shown(cast.budi.officer, cast.siti.person_id, NOW, purpose="counter")
    assert [row.refused for row in Access.objects.filter(person_id=cast.siti.person_id)] == [True]
    assert SecurityEvent.objects.get(kind="protected-read").body["hidden"] is True


def test_forgetting_takes_it_along(cast: Cast) -> None:
    protect(cast)
    with journal.deed(uuid4(), actor=CONSOLE, now=NOW, name="test") as deed:
        actions.forget(deed, cast.siti.person_id, "permintaan")
    assert not Protection.objects.exists()


def test_a_case_is_protected_once_and_lifted_also_when_it_was_forgotten(cast: Cast) -> None:
    vault = crypto.new_vault().id
    made = protect(cast, person_id=None, vault_id=vault, number="SKU-TEST-0001")
    assert policy.is_hidden(cast.budi.officer, None, NOW, vault_id=vault)
    assert not policy.is_hidden(cast.ratna.officer, None, NOW, vault_id=vault)
    with pytest.raises(Conflict, match="protected-already"):
        protect(cast, person_id=None, vault_id=vault, number="SKU-TEST-0001")
    with pytest.raises(NotFound):
        protect(cast, person_id=None)
    with transaction.atomic():
        crypto.shred(vault, NOW)
    actions.lift(
        command_id=uuid4(), actor=cast.ratna.officer, now=NOW, protection_id=made, reason="Berkasnya sudah dimusnahkan"
    )
    assert not policy.is_hidden(cast.budi.officer, None, NOW, vault_id=vault)
