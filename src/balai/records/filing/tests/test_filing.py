"""Things that are no cases are filed, fall due and are held as cases are."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, apply_for_sku, appoint, open_service

from balai.base import holdings, journal, journal_check
from balai.base.errors import Conflict, Invalid, NotFound
from balai.base.models import Entry
from balai.base.outbox import Worker
from balai.casework.archive import queries as archive
from balai.casework.cases.actions import Command, act
from balai.casework.catalogue import queries as catalogue
from balai.engine.manifest import Archive, Period
from balai.records.filing import actions, kinds, queries
from balai.records.filing.models import Hold, Record
from balai.records.filing.tests.thing import FIVE_YEARS, MADE, NAME, Cupboard, Thing, opened
from balai.records.offices import queries as offices

pytestmark = pytest.mark.django_db(transaction=True)
HERE, TOWN = "kel-64.72.05.1003", "kota"
DUE = date(2031, 3, 2)


def listed(which: queries.Which, on: date = DUE, paths: tuple[str, ...] = ("/",), **more: str) -> list[str]:
    rows, total = queries.list_kept(paths, which, on, **more)
    assert total == len(rows)
    return [row.reference for row in rows]


def hold(cast: Cast, thing: Thing, command_id: UUID | None = None) -> UUID:
    return actions.place_hold(
        command_id=command_id or uuid4(), actor=cast.ratna.officer, now=NOW, kind=NAME, object_id=thing.id,
        reason="Sengketa", basis="Gugatan contoh",
    )  # fmt: skip


def close_a_case(cast: Cast) -> tuple[UUID, str]:
    open_service()
    case_id = apply_for_sku(cast).case_id
    act(Command(id=uuid4(), actor=cast.siti.citizen, now=NOW, case_id=case_id, action="withdraw"))
    Worker().drain(NOW)
    return case_id, Record.objects.get(kind="case").reference


def test_a_thing_falls_due_by_the_schedule_it_was_filed_under(cast: Cast, cupboard: Cupboard) -> None:
    thing = cupboard.put("T-1", HERE)
    assert cupboard.file(thing) == DUE
    record = queries.find_record(NAME, thing.id)
    assert record is not None
    assert (record.reference, record.class_code, record.trigger, record.triggered_on) == (
        "T-1",
        "000.5",
        "closed",
        MADE,
    )
    assert (record.keep_amount, record.keep_unit, record.fate, record.status) == (5, "years", "destroy", "unconfirmed")
    assert listed("due", DUE - timedelta(days=1)) == [] and listed("soon", DUE - timedelta(days=1)) == ["T-1"]
    assert listed("due") == ["T-1"] and listed("soon") == []
    assert queries.count_by_class() == [("000.5", "destroy", 1)]


def test_what_is_kept_for_ever_never_falls_due(cast: Cast, cupboard: Cupboard) -> None:
    for at, schedule in enumerate((Archive("1"), Archive("1", keep=Period(1, "years"), then="permanent"))):
        assert cupboard.file(cupboard.put(f"T-{at}", HERE), schedule=schedule) is None
    assert listed("due", date(2999, 1, 1)) == [] and listed("all") == ["T-0", "T-1"]


def test_filed_again_it_is_one_record_as_it_is_now(cast: Cast, cupboard: Cupboard) -> None:
    thing = cupboard.put("T-1", HERE)
    cupboard.file(thing)
    first = Record.objects.get()
    cupboard.file(thing, schedule=Archive("600", then="review"), counted_from=MADE + timedelta(days=1))
    again = Record.objects.get()
    assert (again.id, again.class_code, again.falls_due_on, again.fate) == (first.id, "600", None, "review")
    assert [entry.action for entry in Entry.objects.filter(stream=f"filing.{NAME}:{thing.id}")] == ["file", "file"]
    assert journal_check.verify_journal().faults == ()


def test_counted_anew_it_keeps_the_schedule_it_was_filed_under(cast: Cast, cupboard: Cupboard) -> None:
    thing, calendar = cupboard.put("T-1", HERE), offices.get_calendar(offices.get_unit(HERE))
    cupboard.file(thing)
    moved = []
    for _ in range(2):
        with journal.deed(uuid4(), actor=cast.ratna.officer, now=NOW, name="trial.recount") as deed:
            record = queries.lock_record(NAME, thing.id)
            assert record is not None
            moved.append(actions.recount(deed, record, counted_from=date(2026, 4, 1), calendar=calendar))
    record = Record.objects.get()
    assert moved == [True, False]
    assert (record.triggered_on, record.falls_due_on) == (date(2026, 4, 1), date(2031, 4, 1))
    assert journal_check.verify_journal().faults == ()


def test_a_hold_keeps_it_from_falling_due_until_the_last_is_lifted(cast: Cast, cupboard: Cupboard) -> None:
    thing, other, command = cupboard.put("T-1", HERE), cupboard.put("T-2", HERE), uuid4()
    cupboard.file(thing)
    cupboard.file(other)
    first = hold(cast, thing, command)
    assert hold(cast, thing, command) == first, "the same command twice is one hold"
    second = hold(cast, thing)
    assert listed("due") == ["T-2"] and listed("held") == ["T-1"] and listed("all") == ["T-1", "T-2"]
    assert queries.list_held_ids(NAME, [thing.id, other.id]) == {thing.id}
    for placed, due in ((first, ["T-2"]), (second, ["T-1", "T-2"])):
        actions.lift_hold(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, hold_id=placed, reason="Selesai")
        assert listed("due") == due
    assert listed("held") == [] and len(queries.list_holds(NAME, thing.id)) == 2


def test_a_hold_says_why_and_is_lifted_once(cast: Cast, cupboard: Cupboard) -> None:
    thing = cupboard.put("T-1", HERE)
    told = {"actor": cast.ratna.officer, "now": NOW}
    with pytest.raises(Invalid) as refused:
        actions.place_hold(command_id=uuid4(), kind=NAME, object_id=thing.id, reason=" ", basis="", **told)
    assert set(refused.value.fields) == {"reason", "basis"}
    placed = hold(cast, thing)
    with pytest.raises(Invalid):
        actions.lift_hold(command_id=uuid4(), hold_id=placed, reason=" ", **told)
    actions.lift_hold(command_id=uuid4(), hold_id=placed, reason="Selesai", **told)
    with pytest.raises(Conflict):
        actions.lift_hold(command_id=uuid4(), hold_id=placed, reason="Selesai", **told)
    with pytest.raises(NotFound):
        actions.lift_hold(command_id=uuid4(), hold_id=uuid4(), reason="Selesai", **told)


def test_only_whoever_keeps_it_holds_it(cast: Cast, cupboard: Cupboard) -> None:
    thing, elsewhere = cupboard.put("T-1", HERE), cupboard.put("T-2", TOWN)
    placed = hold(cast, thing)
    for actor in (cast.budi.officer, cast.siti.citizen, cast.joko.officer):
        with pytest.raises(NotFound):
            actions.place_hold(
                command_id=uuid4(), actor=actor, now=NOW, kind=NAME, object_id=thing.id, reason="x", basis="y"
            )
        with pytest.raises(NotFound):
            actions.lift_hold(command_id=uuid4(), actor=actor, now=NOW, hold_id=placed, reason="x")
    with pytest.raises(NotFound):
        hold(cast, elsewhere)
    appoint(cast.joko, "archivist", TOWN)
    actions.lift_hold(command_id=uuid4(), actor=cast.joko.officer, now=NOW, hold_id=placed, reason="Selesai")


def test_nothing_is_filed_as_what_nobody_knows(cast: Cast, cupboard: Cupboard) -> None:
    unit = offices.get_unit(HERE)
    with pytest.raises(LookupError, match="unheard"), journal.deed(uuid4(), actor=cast.ratna.officer, now=NOW, name="x") as deed:  # fmt: skip
        actions.file(
            deed, kind="unheard.of", object_id=uuid4(), shelfmark=kinds.Shelfmark("T", unit.id), schedule=FIVE_YEARS,
            counted_from=MADE, calendar=offices.get_calendar(unit),
        )  # fmt: skip
    with pytest.raises(ValueError, match="is called like"):
        kinds.file_as(
            "Trial_Thing", words="", require_keeper=cupboard.require_keeper, describe=cupboard.describe,
            about=cupboard.about,
        )  # fmt: skip


def test_cases_and_things_stand_in_one_list_by_unit_and_class(cast: Cast, cupboard: Cupboard) -> None:
    case_id, number = close_a_case(cast)
    cupboard.file(cupboard.put("T-1", HERE))
    cupboard.file(cupboard.put("T-2", TOWN))
    held = cupboard.put("T-3", HERE)
    hold(cast, held)
    assert sorted(listed("all")) == sorted([number, "T-1", "T-2"])
    here = offices.get_unit(HERE).path
    assert sorted(listed("all", paths=(here,))) == sorted([number, "T-1"]) and listed("all", paths=()) == []
    assert listed("all", class_code="000.5") == ["T-1", "T-2"] and listed("all", reference="T-2") == ["T-2"]
    assert listed("held") == ["T-3"], "what is not filed can be held"
    assert "000.5" in queries.list_classes((here,)) and queries.list_classes(("/nowhere/",)) == []
    rows, _ = queries.list_kept(("/",), "all", DUE)
    words = queries.describe(rows, "en")
    assert {words[row.kind, row.object_id] for row in rows if row.kind == NAME} == {"Thing en"}
    assert words["case", case_id] == catalogue.get_service("surat-keterangan-usaha").text("title", "en")


@pytest.mark.parametrize(("which", "cost"), [("due", 2), ("soon", 2), ("all", 2), ("held", 3)])
def test_a_list_costs_the_same_however_long_it_is(
    cast: Cast, cupboard: Cupboard, which: queries.Which, cost: int
) -> None:
    for at in range(6):
        thing = cupboard.put(f"T-{at}", HERE)
        cupboard.file(thing)
        if at % 2 or which == "held":
            hold(cast, thing)
        if at in (1, 5):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                queries.list_kept(("/",), which, DUE - timedelta(days=which == "soon"))
            assert len(asked) == cost


def test_filing_a_case_takes_one_statement_for_its_row(cast: Cast, cupboard: Cupboard) -> None:
    unit = offices.get_unit(HERE)
    calendar, mark = offices.get_calendar(unit), kinds.Shelfmark("T-1", unit.id)
    with journal.deed(uuid4(), actor=cast.ratna.officer, now=NOW, name="x") as deed:
        with CaptureQueriesContext(connection) as asked:
            actions.file(
                deed, kind=NAME, object_id=uuid4(), shelfmark=mark, schedule=FIVE_YEARS, counted_from=MADE, calendar=calendar,
            )  # fmt: skip
        tables = [each["sql"] for each in asked if "filing_" in each["sql"]]
        assert len(tables) == 1 and tables[0].startswith("INSERT")


def test_what_is_about_a_person_is_told_to_them_and_a_hold_keeps_them(cast: Cast, cupboard: Cupboard) -> None:
    person = cast.joko.person_id
    thing = cupboard.put("T-1", HERE, person)
    cupboard.file(thing)
    placed = hold(cast, thing)
    subject = holdings.Subject(person, None, (), "id")
    kept = next(one for one in holdings.collect(subject) if one.key == "filing.kept")
    assert [item.title for item in kept.items] == ["T-1", "T-1"] and kept.items[0].facts["until"] == DUE
    nobody = holdings.Subject(cast.siti.person_id, None, (), "id")
    assert not next(one for one in holdings.collect(nobody) if one.key == "filing.kept").items
    day = NOW.date()
    assert "held" in archive.plan_forgetting(person, day).barred
    actions.lift_hold(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, hold_id=placed, reason="Selesai")
    assert "held" not in archive.plan_forgetting(person, day).barred


# ---- rows against the journal ----------------------------------------------------------------------------------------


def told() -> list[str]:
    return [str(one) for one in journal_check.verify_journal().faults if str(one).startswith("filing_")]


def test_each_change_by_hand_is_named(cast: Cast, cupboard: Cupboard) -> None:
    thing = cupboard.put("T-1", HERE)
    cupboard.file(thing)
    hold(cast, thing)
    assert told() == []
    record, placed = Record.objects.get(), Hold.objects.get()
    for column, value in (
        ("falls_due_on", MADE), ("fate", "review"), ("class_code", "1"), ("triggered_on", DUE), ("object_id", uuid4()),
    ):  # fmt: skip
        Record.objects.filter(id=record.id).update(**{column: value})
        said = told()
        assert said and (column in said[0] or (column == "object_id" and len(said) == 2)), (column, said)
        record.save()
        assert told() == []
    sqls = {
        "lifted_at": ("UPDATE filing_hold SET lifted_at = placed_at", 2),
        "reason": ("UPDATE filing_hold SET reason = 'x'", 1),
        "taken away": ("DELETE FROM filing_hold", 2),
    }
    for word, (statement, faults) in sqls.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
        said = told()
        assert len(said) == faults and word in "".join(said), said
        if word != "taken away":
            placed.save()
            assert told() == []


def test_rows_that_no_entry_speaks_of_are_named(cast: Cast, cupboard: Cupboard) -> None:
    thing = cupboard.put("T-1", HERE)
    cupboard.file(thing)
    record = Record.objects.get()
    record.id, record.object_id, record.reference = uuid4(), uuid4(), "T-9"
    record.save(force_insert=True)
    assert told() == ["filing_record T-9: was put in by hand: no entry speaks of it"]
    Record.objects.all().delete()
    assert len(told()) == 1 and told()[0].startswith(f"filing_record {thing.id}: its row was taken away by hand")


def test_what_was_filed_stays_readable_when_its_app_is_gone(cast: Cast) -> None:
    with opened() as cupboard:
        cupboard.file(cupboard.put("T-1", HERE))
    rows, _ = queries.list_kept(("/",), "all", DUE)
    assert [row.reference for row in rows] == ["T-1"] and queries.describe(rows, "id") == {}
    assert told() == [], "its streams are still told by its name"
