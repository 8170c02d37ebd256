"""Units, roles and calendars on a real database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import IntegrityError, transaction

from balai.base import journal_check
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.models import Entry
from balai.engine.manifest import Period
from balai.records.offices import actions, policy, queries
from balai.records.offices.models import Appointment, Post, Unit
from balai.records.people import actions as people
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 6, 2)
CONSOLE = Actor("system", "console", name="test")
SIDODADI = "64.72.03.1005"


@pytest.fixture
def town() -> None:
    actions.seed_town(command_id=uuid4(), actor=CONSOLE, now=NOW)


def person(name: str) -> UUID:
    """Register somebody who can enter the desk: an account, and the second factor it asks for."""
    account_id = people.create_account(
        command_id=uuid4(), actor=CONSOLE, now=NOW, email=f"{uuid4().hex}@example.test", password=None, name=name
    )
    account = Account.objects.get(id=account_id)
    TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    return account.person.id


def village() -> Unit:
    found = queries.find_unit("kelurahan", SIDODADI)
    assert found is not None
    return found


def post(unit: Unit, role: str) -> Post:
    return Post.objects.get(unit=unit, role=role)


def appoint(to: Post, who: UUID, **more: object) -> Appointment:
    given: dict[str, object] = {"from_date": date(2026, 1, 1), "basis": "SK 1"} | more
    return actions.appoint(command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=to.id, person_id=who, **given)  # type: ignore[arg-type]


def stand_in(holder: Appointment, who: UUID, first: date, last: date) -> Appointment:
    return actions.set_deputy(
        command_id=uuid4(), actor=CONSOLE, now=NOW, appointment_id=holder.id, person_id=who, from_date=first,
        to_date=last, basis="SPT 2",
    )  # fmt: skip


# -- the town ---------------------------------------------------------------------------------------------------------


def test_seeded_town_has_every_district_and_village(town: None) -> None:
    assert len(queries.list_units("kelurahan")) == 59
    assert len(queries.list_units("kecamatan")) == 10
    assert queries.get_unit("disdukcapil").name.startswith("Dinas Kependudukan")
    assert village().name == "Kelurahan Sidodadi"
    assert [unit.code for unit in queries.list_parents(village())] == ["kec-64.72.03", "kota"]
    assert post(village(), "head").title == "Lurah Sidodadi"
    assert post(queries.get_unit("kota"), "head").title == "Wali Kota Samarinda"
    codes = [unit.letter_code for unit in queries.list_units()]
    assert len(codes) == len(set(codes)), "two units would number their letters alike"


def test_seeding_takes_few_statements_and_is_done_once(django_assert_max_num_queries: Callable[..., object]) -> None:
    with django_assert_max_num_queries(40):  # type: ignore[attr-defined]  # with the marks of what was made
        assert actions.seed_town(command_id=uuid4(), actor=CONSOLE, now=NOW) == 77
    assert actions.seed_town(command_id=uuid4(), actor=CONSOLE, now=NOW) == 77
    assert Unit.objects.count() == 77


@pytest.mark.parametrize("area", [SIDODADI, "6472031005"])
def test_find_unit_by_village_code_in_either_form(town: None, area: str) -> None:
    found = queries.find_unit("kelurahan", area)
    assert found is not None
    assert found.area == SIDODADI
    district = queries.find_unit("kecamatan", area)
    assert district is not None
    assert district.area == "64.72.03"


@pytest.mark.parametrize("area", ["64.72.03.9999", "", "abc", "64.72"])
def test_find_unit_for_an_unknown_or_coarse_area_is_none(town: None, area: str) -> None:
    assert queries.find_unit("kelurahan", area) is None


def test_unit_code_and_area_are_unique(town: None) -> None:
    with pytest.raises(Invalid, match="unit-exists"):
        actions.create_unit(
            command_id=uuid4(), actor=CONSOLE, now=NOW, code="kel-2", name="Dua", kind="kelurahan", area=SIDODADI
        )


def test_created_moved_and_closed_units_keep_their_paths(town: None) -> None:
    department = queries.get_unit("disdukcapil")
    unit = actions.create_unit(
        command_id=uuid4(), actor=CONSOLE, now=NOW, code="uptd-utara", name="UPTD Utara", kind="dinas",
        parent_id=department.id,
    )  # fmt: skip
    assert unit.path == "/kota/disdukcapil/uptd-utara/"
    target = queries.get_unit("dpmptsp")
    actions.move_unit(command_id=uuid4(), actor=CONSOLE, now=NOW, unit_id=department.id, parent_id=target.id)
    assert queries.get_unit("uptd-utara").path == "/kota/dpmptsp/disdukcapil/uptd-utara/"
    with pytest.raises(Invalid):
        actions.move_unit(command_id=uuid4(), actor=CONSOLE, now=NOW, unit_id=target.id, parent_id=unit.id)
    with pytest.raises(Conflict, match="unit-in-use"):
        close(department)
    close(unit)
    assert "uptd-utara" not in [each.code for each in queries.list_units()]


def close(what: Unit | Post, reason: str = "Perwali 1", **more: date) -> None:
    told: dict[str, Any] = {"command_id": uuid4(), "actor": CONSOLE, "now": NOW, "reason": reason, **more}
    if isinstance(what, Unit):
        actions.close_unit(unit_id=what.id, **told)
    else:
        actions.close_post(post_id=what.id, **told)


def reopen(what: Unit | Post) -> None:
    told: dict[str, Any] = {"command_id": uuid4(), "actor": CONSOLE, "now": NOW, "reason": "Perwali 2"}
    if isinstance(what, Unit):
        actions.reopen_unit(unit_id=what.id, **told)
    else:
        actions.reopen_post(post_id=what.id, **told)


@pytest.mark.parametrize("which", ["unit", "post"])
def test_whoever_holds_a_post_now_or_soon_keeps_it_and_its_unit_open(town: None, which: str) -> None:
    unit = village()
    clerk, wanted = post(unit, "clerk"), f"{which}-in-use"
    soon = appoint(clerk, person("Joko"), from_date=date(2026, 7, 1))
    place = unit if which == "unit" else clerk
    with pytest.raises(Conflict, match=wanted):
        close(place)
    (lying,) = queries.list_lying(unit, TODAY, None if which == "unit" else clerk)
    assert (lying.words, lying.count) == ("offices.lies.holders", 1)
    Appointment.objects.filter(id=soon.id).update(from_date=date(2026, 1, 1), to_date=date(2026, 6, 1))
    close(place)


def test_nothing_comes_to_a_closed_unit_until_it_is_open_again(town: None) -> None:
    unit, other = village(), queries.get_unit("dpmptsp")
    clerk = post(unit, "clerk")
    close(unit)
    told = {"command_id": uuid4(), "actor": CONSOLE, "now": NOW}
    comes: list[Callable[[], object]] = [
        lambda: close(unit),
        lambda: close(clerk),
        lambda: appoint(clerk, person("Joko")),
        lambda: actions.create_post(**told, unit_id=unit.id, role="clerk", title="Baru"),  # type: ignore[arg-type]
        lambda: actions.move_unit(**told, unit_id=other.id, parent_id=unit.id),  # type: ignore[arg-type]
        lambda: actions.create_unit(**told, code="baru", name="Baru", kind="bagian", parent_id=unit.id),  # type: ignore[arg-type]
    ]
    for each in comes:
        with pytest.raises(Conflict, match="unit-closed"):
            each()
    assert queries.find_unit("kelurahan", SIDODADI) is None
    reopen(unit)
    assert village().id == unit.id and appoint(clerk, person("Joko"))
    with pytest.raises(Conflict, match="unit-open"):
        reopen(unit)
    bodies = Entry.objects.filter(stream=f"unit:{unit.id}").order_by("seq").values_list("action", "body")
    assert [(action, body.get("reason")) for action, body in bodies][-2:] == [
        ("unit-closed", "Perwali 1"), ("unit-reopened", "Perwali 2"),
    ]  # fmt: skip
    assert queries.find_why_closed(unit.id) == "Perwali 1"


def test_a_closed_post_takes_nobody_until_it_is_open_again_and_its_unit_too(town: None) -> None:
    unit = village()
    clerk = post(unit, "clerk")
    close(clerk)
    with pytest.raises(NotFound):
        appoint(clerk, person("Joko"))
    assert [one.id for one in queries.list_closed_posts(unit.id)] == [clerk.id]
    close(unit)
    with pytest.raises(Conflict, match="unit-closed"):
        reopen(clerk)
    reopen(unit)
    reopen(clerk)
    with pytest.raises(Conflict, match="post-open"):
        reopen(clerk)
    assert appoint(clerk, person("Joko")).post_id == clerk.id


def test_why_and_since_when_it_is_closed_is_said_and_not_of_a_day_to_come(town: None) -> None:
    unit = village()
    for reason, day, code in ((" ", TODAY, "closing-reason"), ("Perwali 1", date(2026, 6, 3), "closing-date")):
        with pytest.raises(Invalid, match=code):
            close(unit, reason, on_date=day)
    close(unit, on_date=date(2026, 5, 31))
    assert queries.get_unit(unit.code).closed_on == date(2026, 5, 31)


def test_a_unit_stays_closed_while_the_one_above_is(town: None) -> None:
    department = queries.get_unit("disdukcapil")
    unit = actions.create_unit(
        command_id=uuid4(), actor=CONSOLE, now=NOW, code="uptd", name="UPTD", kind="dinas", parent_id=department.id
    )
    close(unit)
    close(department)
    with pytest.raises(Conflict, match="unit-closed"):
        reopen(unit)


def test_the_same_command_is_one_unit_and_other_data_is_refused(town: None) -> None:
    command = uuid4()
    given = {"command_id": command, "actor": CONSOLE, "now": NOW, "code": "uptd", "kind": "dinas"}
    first = actions.create_unit(name="UPTD", **given)  # type: ignore[arg-type]
    assert actions.create_unit(name="UPTD", **given).id == first.id  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="command-reused"):
        actions.create_unit(name="Lain", **given)  # type: ignore[arg-type]


def test_a_stranger_may_not_change_offices(town: None) -> None:
    joko = Actor("person", "portal", person_id=person("Joko"))
    with pytest.raises(NotAllowed):
        actions.create_post(command_id=uuid4(), actor=joko, now=NOW, unit_id=village().id, role="head", title="X")


# -- roles ------------------------------------------------------------------------------------------------------------


def test_a_role_reaches_down_the_tree_and_not_up(town: None) -> None:
    budi = person("Budi")
    district = queries.get_unit("kec-64.72.03")
    appoint(post(district, "clerk"), budi)
    assert policy.holds_role(budi, "clerk", village(), TODAY)
    assert policy.holds_role(budi, "clerk", district, TODAY)
    assert not policy.holds_role(budi, "clerk", queries.get_unit("kota"), TODAY)
    assert not policy.holds_role(budi, "clerk", queries.get_unit("kec-64.72.01"), TODAY)
    assert not policy.holds_role(budi, "head", village(), TODAY)
    held = queries.list_roles(budi, TODAY)
    assert [(each.unit_code, each.role, each.kind) for each in held] == [("kec-64.72.03", "clerk", "definitive")]
    with pytest.raises(NotAllowed):
        policy.require_role(Actor("officer", "desk", person_id=budi), "head", village(), TODAY)


def test_tasks_go_to_the_unit_itself_else_to_the_nearest_above(town: None) -> None:
    unit, district = village(), queries.get_unit("kec-64.72.03")
    assert queries.list_holders(unit.path, "clerk", TODAY) == ()
    above = person("Ratna")
    appoint(post(district, "clerk"), above)
    found = queries.find_holders(unit.path, "clerk", TODAY)
    assert found == queries.Holders(district.id, (above,))
    budi = person("Budi")
    appoint(post(unit, "clerk"), budi)
    assert queries.list_holders(unit.path, "clerk", TODAY) == (budi,)
    assert queries.list_holders(unit.path, "clerk", TODAY, without=[budi]) == (above,)


@pytest.mark.parametrize("lacks", ["account", "active account", "second factor"])
def test_work_is_drawn_among_those_alone_who_can_enter_the_desk(town: None, lacks: str) -> None:
    unit, budi, ratna = village(), person("Budi"), person("Ratna")
    appoint(post(unit, "clerk"), budi)
    appoint(post(queries.get_unit("kec-64.72.03"), "clerk"), ratna)
    account = Account.objects.filter(person__id=budi)
    if lacks == "account":
        account.get().person.__class__.objects.filter(id=budi).update(account=None)
    elif lacks == "active account":
        account.update(is_active=False)
    else:
        Authenticator.objects.filter(user=account.get()).update(type=Authenticator.Type.RECOVERY_CODES)
    assert queries.list_holders(unit.path, "clerk", TODAY) == (ratna,)
    assert [worker.person_id for worker in queries.list_workers(unit.path, TODAY)] == [ratna]
    assert policy.holds_role(budi, "clerk", unit, TODAY), "the role is theirs all the same"


def test_whoever_had_it_before_has_it_again_while_they_can(town: None) -> None:
    unit, budi, ratna, above = village(), person("Budi"), person("Ratna"), person("Joko")
    for who in (budi, ratna):
        appoint(post(unit, "clerk"), who)
    appoint(post(queries.get_unit("kec-64.72.03"), "clerk"), above)
    for who in (budi, ratna, above):
        found = queries.find_holders(unit.path, "clerk", TODAY, rather=who)
        assert found == queries.Holders(unit.id, (who,)), "the unit itself has somebody, whoever it is in the end"
    assert queries.list_holders(unit.path, "clerk", TODAY, without=[budi]) == (ratna,)
    barred = queries.find_holders(unit.path, "clerk", TODAY, without=[budi], rather=budi)
    assert barred is not None
    assert barred.person_ids == (ratna,)


def test_an_officer_who_is_away_gets_no_tasks_but_keeps_the_role(town: None) -> None:
    budi = person("Budi")
    appoint(post(village(), "clerk"), budi)
    actor = Actor("officer", "desk", person_id=budi)
    actions.note_absence(
        command_id=uuid4(), actor=actor, now=NOW, person_id=budi, kind="leave", from_date=TODAY, to_date=TODAY
    )
    assert queries.list_holders(village().path, "clerk", TODAY) == ()
    assert queries.list_holders(village().path, "clerk", date(2026, 6, 3)) == (budi,)
    assert policy.holds_role(budi, "clerk", village(), TODAY)
    with pytest.raises(NotAllowed):
        actions.note_absence(
            command_id=uuid4(), actor=actor, now=NOW, person_id=person("Ratna"), kind="leave", from_date=TODAY,
            to_date=TODAY,
        )  # fmt: skip


def test_while_a_deputy_stands_in_the_role_is_the_deputys(town: None) -> None:
    ratna, budi = person("Ratna"), person("Budi")
    holder = appoint(post(village(), "head"), ratna)
    stand_in(holder, budi, date(2026, 6, 1), date(2026, 6, 5))
    assert queries.list_holders(village().path, "head", TODAY) == (budi,)
    assert queries.list_roles(ratna, TODAY) == ()
    assert queries.list_roles(budi, TODAY)[0].signing_title == "Plh. Lurah Sidodadi"
    assert queries.list_holders(village().path, "head", date(2026, 6, 6)) == (ratna,)
    assert queries.is_officer(ratna, TODAY)
    with pytest.raises(Conflict, match="post-filled"):
        stand_in(holder, person("Joko"), date(2026, 6, 5), date(2026, 6, 8))
    with pytest.raises(Invalid, match="deputy-self"):
        stand_in(holder, ratna, date(2026, 7, 1), date(2026, 7, 5))
    with pytest.raises(Invalid, match="appointment-dates"):
        stand_in(holder, budi, date(2025, 12, 1), date(2026, 1, 5))


def test_an_acting_holder_needs_a_vacant_post(town: None) -> None:
    head = post(village(), "head")
    ratna = appoint(head, person("Ratna"), to_date=date(2026, 5, 31))
    with pytest.raises(Conflict, match="post-not-vacant"):
        appoint(head, person("Budi"), from_date=date(2026, 5, 1), acting=True)
    budi = person("Budi")
    appoint(head, budi, from_date=date(2026, 6, 1), acting=True)
    assert queries.list_roles(budi, TODAY)[0].signing_title == "Plt. Lurah Sidodadi"
    with pytest.raises(Conflict, match="post-filled"):
        appoint(head, person("Joko"), from_date=date(2026, 6, 1))
    assert queries.list_holders(village().path, "head", date(2026, 5, 31)) == (ratna.person_id,)


def test_ending_an_appointment_ends_its_deputies(town: None) -> None:
    holder = appoint(post(village(), "head"), person("Ratna"))
    running = stand_in(holder, person("Budi"), date(2026, 6, 1), date(2026, 6, 30))
    later = stand_in(holder, person("Joko"), date(2026, 8, 1), date(2026, 8, 3))
    actions.end_appointment(
        command_id=uuid4(),
        actor=CONSOLE,
        now=NOW,
        appointment_id=holder.id,
        last_day=date(2026, 6, 10),
        reason="mutasi",
    )
    assert queries.list_holders(village().path, "head", date(2026, 6, 11)) == ()
    assert Appointment.objects.get(id=running.id).to_date == date(2026, 6, 10)
    assert not Appointment.objects.filter(id=later.id).exists()


def test_appointment_demands_a_second_factor_and_is_in_the_journal(town: None) -> None:
    account = people.create_account(
        command_id=uuid4(),
        actor=CONSOLE,
        now=NOW,
        email="budi@example.test",
        password="kata-sandi-panjang",
        name="Budi",
    )
    budi = Account.objects.get(id=account).person
    assert not Account.objects.get(id=account).second_factor_required
    appoint(post(village(), "clerk"), budi.id)
    assert Account.objects.get(id=account).second_factor_required
    assert Entry.objects.filter(action="appointed").count() == 1
    assert journal_check.verify_journal().faults == ()


def test_the_database_itself_refuses_a_deputy_for_nobody(town: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment.objects.create(
            post=post(village(), "head"), person_id=person("Budi"), kind="deputy", from_date=TODAY, basis="-"
        )


# -- calendars --------------------------------------------------------------------------------------------------------


def test_a_unit_works_by_its_own_calendar_and_changes_take_hold_at_once(town: None) -> None:
    unit = village()
    saturday = date(2026, 6, 6)
    assert not queries.get_calendar(unit).is_working_day(saturday)
    actions.set_unit_calendar(command_id=uuid4(), actor=CONSOLE, now=NOW, unit_id=unit.id, calendar="six-day")
    six = queries.get_calendar(village())
    assert six.is_working_day(saturday)
    facts = replace(queries.calendar_facts("six-day"), days=((saturday, None, "HUT kota"),))
    actions.set_calendar(command_id=uuid4(), actor=CONSOLE, now=NOW, facts=facts, title="Enam hari", legal_basis="SE 1")
    assert not queries.get_calendar(village()).is_working_day(saturday)
    assert queries.get_calendar(queries.get_unit("kota")).name == "office"
    assert queries.get_calendar_named("always").is_working_day(date(2026, 3, 21))


def test_the_seeded_calendar_counts_as_the_reference_does(town: None) -> None:
    calendar = queries.get_calendar(village())
    start = datetime(2026, 3, 17, 2, 0, tzinfo=UTC)
    assert calendar.due_date(start, Period(3, "working-days")) == date(2026, 3, 27)


def test_a_built_calendar_costs_one_query(town: None, django_assert_num_queries: Callable[..., object]) -> None:
    unit = village()
    queries.get_calendar(unit)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        queries.get_calendar(unit)


def test_impossible_hours_and_unknown_calendars_are_refused(town: None) -> None:
    facts = replace(queries.calendar_facts("office"), hours={"0": ["16:00", "08:00", None, None]})
    with pytest.raises(Invalid, match="calendar-hours"):
        actions.set_calendar(command_id=uuid4(), actor=CONSOLE, now=NOW, facts=facts, title="X", legal_basis="")
    with pytest.raises(NotFound):
        actions.set_unit_calendar(command_id=uuid4(), actor=CONSOLE, now=NOW, unit_id=village().id, calendar="tiada")
