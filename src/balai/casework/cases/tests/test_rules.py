"""The pure rules of a case, each by what would be lost without it; no database."""

import random
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.cast import _packed

from balai.base import crypto, journal
from balai.casework.cases import rules, standings
from balai.engine import manifest, process
from balai.records.people.rules import Identity

SKU, _ = _packed("surat-keterangan-usaha")
FILE = "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize("typed", ["sku7k3mq2xf", " SKU-7K3M-Q2XF ", "Sku 7k3m q2xf", "SKU\u20117K3M\u2013Q2XF"])
def test_a_number_is_read_as_people_type_it(typed: str) -> None:
    assert rules.is_number(typed) and rules.read_number(typed) == "SKU-7K3M-Q2XF"


def test_a_name_is_found_by_words_of_two_letters_without_marks() -> None:
    assert rules.search_words("Bu Ni Wayan É. D'Souza") == {"bu", "ni", "wayan", "souza"}


def test_nobody_steers_who_gets_a_case_by_the_order_of_the_list() -> None:
    people, seed = [uuid4() for _ in range(12)], uuid4()
    mixed = random.Random(1).sample(people, 12)
    assert rules.pick(people, seed=seed) == rules.pick(mixed, seed=seed) and rules.pick([], seed=seed) is None
    assert len({rules.pick(people, seed=UUID(int=number)) for number in range(200)}) == 12


def test_a_firms_number_is_no_nik() -> None:
    known = {"birth_place": "", "address": "Jalan 1", "village": "", "phone": "", "email": "", "birth_date": None}
    firm = SimpleNamespace(
        kind="organisation", name="CV Contoh", nik="9120001234567", identity=Identity(name="CV Contoh"), **known
    )
    assert rules.applicant_tree(firm) == {"name": "CV Contoh", "nib": "9120001234567", "address": "Jalan 1"}


def test_a_veil_takes_off_what_tells_where_somebody_is_and_says_that_an_officer_wrote() -> None:
    data = {
        "apply": {"village": "64.72.05.1003", "business_name": "Warung Siti", "phone": "0812", "business_address": "Jalan 1"},
        "applicant": {"name": "Siti", "address": "Jalan 1", "email": "s@example.test"},
        "check": {"result": "incomplete", "missing": "Foto kurang jelas"},
        "_reasons": {"route": {"decision": "d", "inputs": {"village": "64.72.05.1003"}}},
    }  # fmt: skip
    made = rules.veil(SKU, data, words="(hidden)")
    said = repr(made)
    assert not any(word in said for word in ("64.72", "Jalan 1", "0812", "example.test"))
    assert made["applicant"] == {"name": "Siti"} and made["check"] == {"result": "incomplete", "missing": "(hidden)"}
    assert made["_reasons"] == {"route": {"decision": "d", "inputs": {}}}


def field(kind: str, **more: Any) -> Any:
    return SimpleNamespace(
        kind=kind, fields={name: SimpleNamespace(**vars(one), name=name) for name, one in more.items()}
    )


def test_a_veil_takes_rows_of_others_and_all_words_typed_and_of_who_has_no_record_every_name() -> None:
    fields = {
        "partners": field("group"),
        "story": field("text"),
        "shop": field("string"),
        "card": field("file"),
        "size": field("choice"),
        "seen_on": field("date"),
    }
    form, answers = SimpleNamespace(fields=fields), {"partners": [{"name": "Joko"}], "story": "Dekat masjid", "shop": "Warung", "card": {}}  # fmt: skip
    step = SimpleNamespace(form="check")
    service: Any = SimpleNamespace(forms={"apply": form, "check": form}, steps={"check": step}, messages={})
    data = {"apply": answers, "check": answers, "applicant": {"name": "Siti"}}
    chosen = {"size": "small", "seen_on": "2026-03-02"}  # told nobody anything in words
    officers = {"story": "(hidden)", "shop": "(hidden)", **chosen}
    data["check"] = answers | chosen
    made = rules.veil(service, data, words="(hidden)")
    assert made == {"apply": {"shop": "Warung"}, "check": officers, "applicant": {"name": "Siti"}}
    made = rules.veil(service, data, words="(hidden)", nameless=True)
    assert made == {"apply": {}, "check": officers, "applicant": {}}


class Weekdays:
    """An office that is open from Monday to Friday until four."""

    def local_date(self, at: datetime) -> date:
        return at.date()

    def closing(self, day: date) -> datetime | None:
        return datetime.combine(day, time(16), UTC) if day.weekday() < 5 else None

    def next_working_day(self, day: date) -> date:
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        return day

    def end_of(self, day: date) -> datetime:
        return datetime.combine(day, time(16), UTC)


@pytest.mark.parametrize(
    ("due", "began", "ended", "since", "now_due"),
    [
        ("02 10:00", "01 10:00", "01 12:00", "01 08:00", "02 16:00"),  # two hours later, then until the office closes
        ("02 15:00", "01 10:00", "01 12:00", "01 08:00", "03 16:00"),  # after closing: with the next working day
        ("05 10:00", "01 10:00", "02 10:00", "01 08:00", "08 16:00"),  # on a Saturday
        ("02 15:00", "01 10:00", "01 12:00", "01 11:30", "02 16:00"),  # the period began in it: only the rest
    ],
)
def test_time_given_back_is_the_outages_length_in_the_period_until_the_office_closes(
    due: str, began: str, ended: str, since: str, now_due: str
) -> None:
    at = [datetime.strptime(f"2026-06-{each}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for each in (due, began, ended)]
    since_at, wanted = (
        datetime.strptime(f"2026-06-{each}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC) for each in (since, now_due)
    )
    calendar: Any = Weekdays()
    assert rules.give_back(calendar, *at, since=since_at) == wanted


def test_what_was_promised_stays_whatever_the_service_promises_now() -> None:
    kept = {rules.PROMISE: {"id": "cepat", "due": "7 working-days"}}
    assert str(rules.promised(SKU, kept).due) == "7 working-days"
    quick, slow = (
        manifest.Promise(manifest.read_period(f"{days} working-days"), name) for days, name in ((1, "a"), (5, "b"))
    )
    service: Any = SimpleNamespace(time=SimpleNamespace(promises=(quick, slow)))
    assert rules.promised(service, {rules.PROMISE: rules.keep_promise(quick)}) is quick
    assert rules.promised(service, {}) is slow, "a case older than periods by rule has the one for all that are left"


def test_the_journal_keeps_no_reason_that_an_operator_typed() -> None:
    told = rules.journaled(process.Modify((("t1", "check"),), (), (), "karena Siti sakit"))
    assert "Siti" not in repr(told) and "now" not in told and "t1" in repr(told)


def test_files_and_family_cards_are_found_in_every_row_of_a_group() -> None:
    form: Any = SimpleNamespace(
        fields={"photo": field("file"), "rows": field("group", card=field("file"), kk=field("kk")), "kk": field("kk")}
    )
    held = {"document": FILE, "name": "a.jpg"}
    rows = [{"card": held, "kk": "6472000000000001"}, {"card": {**held, "name": ""}, "kk": "6472000000000002"}]
    answers = {"photo": {"document": "no id"}, "rows": rows, "kk": "6472000000000003"}
    assert [place for place, _ in rules.document_places(form, answers)] == ["rows.0.card", "rows.1.card"]
    assert rules.document_names(form, answers) == {FILE: "berkas"}
    assert rules._cards(form.fields, answers) == {f"647200000000000{number}" for number in (1, 2, 3)}


# ---- the marks under the town's key ----------------------------------------------------------------------------------


def test_every_plain_column_of_a_case_is_in_its_mark_and_every_word_of_an_entry() -> None:
    ids = [UUID(int=number) for number in range(5)]
    row = standings.MarkedRow(
        *ids, "key", "online", "open", "", "", 3, journal.Head(7, bytes(32)), b""
    )  # fmt: skip
    others: dict[str, Any] = {name: uuid4() for name in row._fields[:5]}
    others |= dict.fromkeys(("service_key", "channel", "status", "outcome", "end_event"), "other") | {"revision": 4}
    marks = {
        row.mark,
        row._replace(head=journal.Head(8, bytes(32))).mark,
        row._replace(head=journal.Head(7, b"1" * 32)).mark,
    }
    marks |= {row._replace(**{name: value}).mark for name, value in others.items()}
    assert set(others) == set(row._fields) - {"head", "kept"} and len(marks) == 3 + len(others)
    said: list[tuple[Any, ...]] = [
        (ids[0], crypto.holders_of(ids[1], None), "open", "", 1, ()), (ids[1], crypto.holders_of(ids[1], None), "open", "", 1, ()),
        (ids[0], crypto.holders_of(ids[2], None), "open", "", 1, ()), (ids[0], crypto.holders_of(ids[1], None), "closed", "", 1, ()),
        (ids[0], crypto.holders_of(ids[1], None), "open", "x", 1, ()), (ids[0], crypto.holders_of(ids[1], None), "open", "", 2, ()),
        (ids[0], crypto.holders_of(ids[1], None), "open", "", 1, ("a",)),
    ]  # fmt: skip
    assert len({standings.stands(*one)["mark"] for one in said}) == len(said)
