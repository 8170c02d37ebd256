"""The incident book: found, contained, told within its clocks, closed with what was learnt; by administrators alone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service
from tests.sessions import sign_in

from balai.base import journal, journal_check, marks, readonly, sql
from balai.base.errors import BalaiError
from balai.base.outbox import Worker
from balai.casework.notices.models import Alert
from balai.doors.console.demo.cast import CONSOLE
from balai.records.outages import queries as outages
from balai.records.people import queries as people
from balai.records.people.models import Account
from balai.rooms.incidents import actions, checks, jobs, queries, rules
from balai.rooms.incidents.models import Incident

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


@pytest.fixture(autouse=True)
def no_mark() -> Iterator[None]:
    yield
    readonly.set_mark(None)


@pytest.fixture
def admin(cast: Cast) -> Client:
    """Ratna's browser; she administers too."""
    Account.objects.filter(id=cast.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    return sign_in(cast.ratna)


def made(kind: str = "breach", *, at: datetime = NOW, drill: bool = False) -> UUID:
    return actions.open_incident(
        command_id=uuid4(), actor=CONSOLE, now=at, kind=kind, title="Berkas terkirim ke orang lain",
        description="Satu surat sampai ke alamat yang salah.", detected_at=at, drill=drill,
    )  # fmt: skip


def do(what: Any, incident_id: UUID, **given: Any) -> None:
    what(command_id=uuid4(), actor=CONSOLE, now=given.pop("now", LATER), incident_id=incident_id, **given)


def refusal(what: Any, incident_id: UUID, **given: Any) -> str:
    with pytest.raises(BalaiError) as refused:
        do(what, incident_id, **given)
    return refused.value.code


def test_it_goes_from_detected_to_closed_step_by_step(cast: Cast) -> None:
    one = made()
    assert refusal(actions.move, one, to="reported") == "incident-state"
    do(actions.move, one, to="contained")
    assert refusal(actions.move, one, to="reported") == "incident-clocks"
    for clock in queries.open_incident(one).clocks:
        do(actions.answer_clock, one, clock=clock.clock.id, at=LATER)
    do(actions.move, one, to="reported")
    assert refusal(actions.move, one, to="closed") == "incident-lessons"
    do(actions.move, one, to="closed", lessons="Alamat diperiksa dua orang.")
    view = queries.open_incident(one)
    assert (view.row.state, view.told["lessons"]) == ("closed", "Alamat diperiksa dua orang.")
    assert refusal(actions.note, one, at=LATER, text="Terlambat") == "incident-closed"
    lines = journal.read_stream(f"incident:{one}")
    assert all(line.holds for line in lines)
    assert lines[0].action == "open"


def test_its_words_are_sealed_in_the_tables_and_absent_from_the_journal(cast: Cast) -> None:
    one = made()
    do(actions.note, one, at=NOW, text="Warga menelepon kantor")
    row = Incident.objects.get(id=one)
    assert b"alamat yang salah" not in bytes(row.told_sealed)
    for line in journal.read_stream(f"incident:{one}"):
        assert "Warga menelepon" not in str(line.body) and "alamat yang salah" not in str(line.body)
    assert [line.text for line in queries.open_incident(one).lines] == ["Warga menelepon kantor"]


def test_the_clock_of_a_breach_runs_72_elapsed_hours_from_its_detection(cast: Cast) -> None:
    friday = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    clocks = queries.open_incident(made(at=friday)).clocks
    assert {one.ends_at for one in clocks} == {friday + timedelta(hours=72)}
    assert len(clocks) == 2
    assert not queries.open_incident(made("outage", at=friday)).clocks


def test_each_clock_names_its_source_and_that_nobody_confirmed_it() -> None:
    for one in rules.list_clocks():
        assert one.ref and one.source and one.status in ("confirmed", "unconfirmed")
        assert one.to.keys() == one.says.keys() == {"id", "en"}
    assert not rules.clocks_for("breach", date(2022, 10, 16)), "before the law was in force"


def test_administrators_are_told_before_a_clock_runs_out_and_after(cast: Cast) -> None:
    made()
    jobs.mind_clocks(NOW + timedelta(hours=59))
    assert not Alert.objects.filter(kind__startswith="room_incidents").exists()
    for minutes in range(2):
        jobs.mind_clocks(NOW + timedelta(hours=61, minutes=minutes))
    assert {one.kind for one in Alert.objects.filter(kind__startswith="room_incidents")} == {"room_incidents.soon"}
    jobs.mind_clocks(NOW + timedelta(hours=73))
    assert Alert.objects.filter(kind="room_incidents.late").count() == 2
    assert "notes" not in str(Alert.objects.filter(kind="room_incidents.late")[0].detail)


def test_a_drill_rings_no_alert_and_extends_nothing(cast: Cast) -> None:
    one = made(drill=True)
    do(actions.record_outage, one, began_at=NOW, ended_at=LATER)
    jobs.mind_clocks(NOW + timedelta(hours=73))
    assert not Alert.objects.filter(kind__startswith="room_incidents").exists()
    assert not outages.list_owed()
    assert not checks.list_open(LATER, "id")


def test_freezing_and_thawing_stand_in_the_chronology(cast: Cast) -> None:
    one = made("intrusion")
    do(actions.freeze, one, person_id=cast.siti.person_id, reason="Dipakai dari dua kota")
    assert not people.has_open_account(cast.siti.person_id)
    do(actions.thaw, one, person_id=cast.siti.person_id, reason="Kata sandi diganti", now=LATER + timedelta(hours=1))
    assert people.has_open_account(cast.siti.person_id)
    assert [line.text.partition(" /")[0] for line in queries.open_incident(one).lines] == [
        "Akun dibekukan",
        "Akun dibuka",
    ]


def test_what_is_refused_leaves_no_line(cast: Cast) -> None:
    one = made("intrusion")
    assert refusal(actions.freeze, one, person_id=uuid4(), reason="x") == "not-found"
    assert not queries.open_incident(one).lines


def test_nothing_is_detected_in_the_future_and_nobody_writes_who_does_not_administer(cast: Cast) -> None:
    told: dict[str, Any] = {"kind": "breach", "title": "Judul", "description": "Uraian"}
    with pytest.raises(BalaiError) as refused:
        actions.open_incident(
            command_id=uuid4(), actor=CONSOLE, now=NOW, detected_at=NOW + timedelta(minutes=1), **told
        )
    assert refused.value.code == "incident-time"
    with pytest.raises(BalaiError) as refused:
        actions.open_incident(command_id=uuid4(), actor=cast.budi.officer, now=NOW, detected_at=NOW, **told)
    assert refused.value.code == "not-allowed" and not Incident.objects.exists()
    one = made()
    with pytest.raises(BalaiError) as refused:
        actions.note(command_id=uuid4(), actor=cast.budi.officer, now=NOW, incident_id=one, at=NOW, text="Catatan")
    assert refused.value.code == "not-allowed" and not queries.open_incident(one).lines


def test_the_book_goes_on_while_the_hall_is_read_only_and_its_end_is_an_outage(cast: Cast) -> None:
    one = made("intrusion")
    do(actions.shut, one, why_id="Sedang diperiksa.", why_en="Under examination.")
    with pytest.raises(BalaiError) as refused:
        apply_for_sku(cast)
    assert refused.value.code == "hall-read-only"
    do(actions.note, one, at=LATER, text="Jejak disalin")
    do(actions.freeze, one, person_id=cast.siti.person_id, reason="Dipakai orang lain")
    do(actions.reopen, one, now=LATER + timedelta(hours=3))
    assert apply_for_sku(cast, now=LATER + timedelta(hours=3)).number
    (owed,) = outages.list_owed()
    assert owed.id == queries.open_incident(one).row.outage_id
    assert owed.length == timedelta(hours=3)


def test_the_frozen_person_is_told_although_the_hall_is_read_only(cast: Cast) -> None:
    from balai.casework.notices.models import Notice

    one = made("intrusion")
    do(actions.shut, one, why_id="Sedang diperiksa.", why_en="Under examination.")
    do(actions.freeze, one, person_id=cast.siti.person_id, reason="Dipakai orang lain")
    Worker().drain(LATER)
    assert Notice.objects.filter(person_id=cast.siti.person_id, event="account-frozen", channel="email").exists()


# ---- the pages


def test_only_administrators_find_the_book(cast: Cast, admin: Client) -> None:
    one = made()
    for address in ("/meja/kelola/insiden/", f"/meja/kelola/insiden/{one}/", f"/meja/kelola/insiden/{one}/laporan/"):
        assert admin.get(address).status_code == 200
        assert sign_in(cast.budi).get(address).status_code == 404
        assert Client().get(address).status_code == 302


def test_an_incident_is_opened_told_and_reported_on_pages(cast: Cast, admin: Client) -> None:
    typed = {
        "kind": "breach", "title": "Surat salah alamat", "description": "Satu surat terkirim ke orang lain",
        "detected_at": "2/3/2026 08.00",
    }  # fmt: skip
    answer = admin.post("/meja/kelola/insiden/", typed)
    address = answer.headers["Location"]
    page = admin.get(address).content.decode()
    assert "Orang yang datanya terkena diberi tahu paling lambat" in page
    assert "dasar hukum belum dipastikan pejabat" in page
    for what in (
        {"do": "note", "text": "Warga melapor lewat telepon", "at": "2 Maret 2026, pukul 07.55"},
        {"do": "assess", "affected": "1", "impact": "Satu orang tahu alamat orang lain", "contact": "Ratna, lurah"},
        {"do": "announce", "text_id": "Sedang kami tangani.", "text_en": "We are dealing with it."},
    ):
        assert admin.post(address, what).status_code == 302, what
    report = admin.get(f"{address}laporan/").content.decode()
    for words in (
        "Warga melapor lewat telepon",
        "Satu orang tahu alamat orang lain",
        "Ratna, lurah",
        "Surat salah alamat",
    ):
        assert words in report


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"do": "note", "text": "Sesuatu", "at": "2/3/2036 07.55"}, "masih akan datang"),
        ({"do": "assess", "affected": "banyak", "impact": "Sesuatu"}, "dengan angka"),
        ({"do": "freeze", "email": "tidak-ada@contoh.id", "reason": "Sesuatu"}, "Tidak ada akun terbuka"),
        ({"do": "shut", "why_id": "Sesuatu", "why_en": ""}, "kedua bahasa"),
        ({"do": "outage", "began_at": "2/3/2036 07.55", "ended_at": "2/3/2026 07.55"}, "Gangguan harus punya awal"),
        ({"do": "announce", "text_id": "Sesuatu", "text_en": ""}, "kedua bahasa"),
        ({"do": "clock", "clock": "breach-subjects", "told_at": "kemarin"}, "tanggal dan jamnya"),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(cast: Cast, admin: Client, typed: dict[str, str], words: str) -> None:
    answer = admin.post(f"/meja/kelola/insiden/{made()}/", typed)
    page = answer.content.decode()
    assert answer.status_code in (409, 422)
    assert words in page
    if "Sesuatu" in typed.values():
        assert "Sesuatu" in page


def test_a_head_extends_the_offices_time_on_a_page(cast: Cast) -> None:
    number = apply_for_sku(cast, now=NOW).number
    from balai.records.outages import actions as outage_actions

    now = datetime.now(UTC)
    apply_now = apply_for_sku(cast, now=now - timedelta(days=1)).number
    outage_actions.record_outage(
        command_id=uuid4(),
        actor=CONSOLE,
        now=now,
        began_at=now - timedelta(hours=30),
        ended_at=now - timedelta(minutes=1),
    )
    ratna = sign_in(cast.ratna)
    page = ratna.get("/meja/gangguan/").content.decode()
    assert apply_now in page and number not in page, "what was over before is not offered"
    (one,) = outages.list_recent(now)
    typed = {"outage": str(one.id), "number": apply_now, "reason": "mati"}
    refused = ratna.post("/meja/gangguan/", typed)
    assert refused.status_code == 422 and "10 huruf" in refused.content.decode()
    assert "checked" in refused.content.decode()
    assert ratna.post("/meja/gangguan/", typed | {"reason": "Server mati sehari penuh."}).status_code == 302
    assert sign_in(cast.budi).get("/meja/gangguan/").status_code == 404


def test_the_administrators_page_stands_while_the_room_is_closed(cast: Cast, admin: Client) -> None:
    from balai.base.pages import links

    made()
    assert "Insiden yang belum selesai" in admin.get("/meja/kelola/").content.decode()
    kept = {name: page for name, page in links._PAGES.items() if not name.startswith("incidents.")}
    with patch.dict(links._PAGES, kept, clear=True):
        page = admin.get("/meja/kelola/")
    assert page.status_code == 200 and "Insiden yang belum selesai" in page.content.decode()


@pytest.mark.parametrize("lang", ["id", "en"])
def test_an_alert_names_the_incident_in_words(cast: Cast, lang: str) -> None:
    from balai.casework.notices import digest

    made()
    jobs.mind_clocks(NOW + timedelta(hours=73))
    said = digest.facts_of(list(Alert.objects.filter(kind="room_incidents.late")), lang)["lines"]
    assert "INS-" in str(said) and ("sudah lewat" if lang == "id" else "has run out") in str(said)


def test_an_incident_rewritten_by_sql_is_named(cast: Cast) -> None:
    one = made()
    marks.adopt(NOW)
    do(actions.note, one, at=NOW, text="Alamat dipastikan keliru.")
    do(actions.move, one, to="contained")
    assert journal_check.verify_journal().faults == ()
    for change in ("affected = 1", "state = 'closed'", "detected_at = opened_at, drill = NOT drill"):
        with transaction.atomic():
            assert sql.execute(f"UPDATE room_incidents_incident SET {change}") == 1
            column = "drill" if "drill" in change else change.split()[0]
            assert any(
                fault.startswith(f"room_incidents_incident {one}: {column} was changed by hand (after 2026-03-02 03:00")
                for fault in journal_check.verify_journal().faults
            ), (change, journal_check.verify_journal().faults)
            transaction.set_rollback(True)
    assert sql.execute("DELETE FROM room_incidents_note") >= 1
    assert any(
        "room_incidents_note" in fault and "taken away" in fault for fault in journal_check.verify_journal().faults
    )
