"""Confirmed law: bound to the very value and folder, by a legal officer alone, with a past that stays known."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from tests.cast import NOW, appoint_legal, enlist, make_cast

from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.base.models import Entry
from balai.doors.console.demo import cast as demo
from balai.records.law import actions, queries, rules
from balai.records.law.actions import LegalGround, LegalValue
from balai.records.law.models import Confirmation
from balai.records.offices import queries as offices_queries

DIGEST = "a" * 64
GROUND = LegalGround("Perda 1/2026 pasal 4", date(2026, 1, 5), "https://jdih.example/perda-1", date(2027, 1, 5))
FEE = LegalValue("service", "sku", DIGEST, "value.fee_sku", "Diisi bagian hukum")


@pytest.fixture
def officer(db: Any) -> Actor:
    """Make a legal officer of the city."""
    make_cast(NOW)
    queries.forget_marks()
    member = enlist("Petugas hukum")
    appoint_legal(member)
    return member.officer


def confirm(
    officer: Actor, *values: LegalValue, ground: LegalGround = GROUND, now: Any = NOW, command: Any = None
) -> None:
    actions.confirm(command_id=command or uuid4(), actor=officer, now=now, values=values or (FEE,), ground=ground)


def test_a_confirmed_value_is_marked_by_office_and_in_that_folder_alone(officer: Actor) -> None:
    assert queries.find("service", "sku", DIGEST, NOW) is None
    confirm(officer)
    mark = queries.find("service", "sku", DIGEST, NOW)
    assert mark is not None
    assert (mark.basis, mark.office) == ("Perda 1/2026 pasal 4", offices_queries.get_unit("kota").name)
    assert queries.find("service", "domisili", DIGEST, NOW) is None
    assert queries.find("service", "sku", "b" * 64, NOW) is None
    entry = Entry.objects.get(stream=f"law:{DIGEST}")
    assert entry.action == "confirm"
    assert entry.body["folders"] == ["sku"]


def test_the_same_command_twice_is_one_confirmation_and_another_is_refused(officer: Actor) -> None:
    command = uuid4()
    confirm(officer, command=command)
    confirm(officer, command=command)
    assert Confirmation.objects.count() == 1
    with pytest.raises(Conflict, match="law-confirmed"):
        confirm(officer)
    with pytest.raises(Conflict, match="law-confirmed"):
        confirm(officer, FEE, replace(FEE, folder="domisili"))
    assert Confirmation.objects.count() == 1
    confirm(officer, replace(FEE, folder="domisili"))
    assert queries.find("service", "domisili", DIGEST, NOW)


def test_only_a_legal_officer_with_a_second_factor_confirms(officer: Actor) -> None:
    cast = make_cast(NOW)
    for actor in (cast.ratna.officer, demo.CONSOLE, cast.siti.citizen, replace(officer, second_factor=False)):
        with pytest.raises(NotAllowed):
            confirm(actor)
        with pytest.raises(NotAllowed):
            actions.withdraw(command_id=uuid4(), actor=actor, now=NOW, digest=DIGEST, reason="Perda dicabut DPRD.")
        with pytest.raises(NotAllowed):
            actions.review(command_id=uuid4(), actor=actor, now=NOW, digest=DIGEST, ground=GROUND)
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("basis", "x"), ("basis_date", None), ("basis_date", date(2026, 3, 3)), ("link", "http://jdih.example/1"),
        ("link", "javascript:alert(1)"), ("review_on", date(2026, 3, 2)), ("review_on", None),
        ("review_on", date(2040, 1, 1)),
    ],
)  # fmt: skip
def test_a_ground_that_says_too_little_is_refused_at_its_field(officer: Actor, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        confirm(officer, ground=replace(GROUND, **{field: value}))
    assert set(refused.value.fields) == {field}
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("https://peraturan.go.id/id/uu-25-2009", True), ("https://jdih.samarinda.go.id:443/a?b=c", True),
        ("http://peraturan.go.id", False), ("https://localhost/x", False), ("https://a:b@peraturan.go.id/", False),
        ("https://peraturan.go.id:8080/", False), ("//peraturan.go.id", False), ("https://per\u0430turan.go.id", False),
        ("https://[::1", False), ("https://peraturan.go.id/<x>", False), ("https://peraturan.go.id:99999/", False),
    ],
)  # fmt: skip
def test_a_link_is_a_whole_address_by_https(link: str, good: bool) -> None:
    assert rules.is_link(link) is good


def test_withdrawn_it_is_unconfirmed_again_and_was_confirmed_before(officer: Actor) -> None:
    confirm(officer, FEE, replace(FEE, folder="domisili"))
    later = NOW + timedelta(days=3)
    with pytest.raises(Invalid):
        actions.withdraw(command_id=uuid4(), actor=officer, now=later, digest=DIGEST, reason="salah")
    assert queries.find("service", "sku", DIGEST, later)
    actions.withdraw(command_id=uuid4(), actor=officer, now=later, digest=DIGEST, reason="Perda dicabut DPRD.")
    for folder in ("sku", "domisili"):
        assert queries.find("service", folder, DIGEST, later) is None
        assert queries.find("service", folder, DIGEST, later - timedelta(seconds=1))
        assert queries.find("service", folder, DIGEST, NOW - timedelta(seconds=1)) is None
    with pytest.raises(Conflict, match="law-not-confirmed"):
        actions.withdraw(command_id=uuid4(), actor=officer, now=later, digest=DIGEST, reason="Perda dicabut DPRD.")
    confirm(officer, now=later)
    assert queries.find("service", "sku", DIGEST, later)


def test_a_review_moves_its_day_on_and_what_falls_due_is_listed(officer: Actor) -> None:
    confirm(officer, ground=replace(GROUND, review_on=date(2026, 3, 20)))
    assert [one.digest for one in queries.list_due(NOW)] == [DIGEST]
    assert queries.count_due(NOW) == 0
    due = NOW + timedelta(days=18)
    assert queries.count_due(due) == 1
    assert len(queries.list_untold(date(2026, 3, 20), 10)) == 1
    actions.review(
        command_id=uuid4(), actor=officer, now=due, digest=DIGEST, ground=replace(GROUND, review_on=date(2027, 3, 20))
    )
    assert queries.list_due(due) == []
    assert queries.list_untold(date(2026, 3, 20), 10) == []
    assert [one.ended_how for one in queries.list_history(DIGEST)] == ["", "reviewed"]
    mark = queries.find("service", "sku", DIGEST, due)
    assert mark is not None
    assert mark.review_on == date(2027, 3, 20)
