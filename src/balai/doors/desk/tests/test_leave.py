"""Leave and deputies: noted by the officer or the head, told where the work goes, taken back; and a head's view of all work."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import appoint, enlist

from balai.base.models import Entry
from balai.casework.cases import actions, queries
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.records.offices import actions as office_actions
from balai.records.offices import queries as offices
from balai.records.offices.models import Absence, Appointment
from balai.records.people.models import Account

from .conftest import Office

VILLAGE, DISTRICT, CITY = "kel-64.72.05.1003", "kec-64.72.05", "kota"


def today(office: Office) -> date:
    return timezone.localdate(office.now)


def note(client: Client, member: Member, first: date | str, last: date | str, kind: str = "leave") -> Any:
    return client.post(
        "/meja/cuti/catat/",
        {"command": str(uuid4()), "person": str(member.person_id), "kind": kind, "from_date": str(first), "to_date": str(last)},
    )  # fmt: skip


def end(client: Client, absence: Absence, **more: str) -> Any:
    posted = {"command": str(uuid4()), "person": str(absence.person_id), "absence": str(absence.id)} | more
    return client.post("/meja/cuti/akhiri/", posted)


def post_of(member: Member, role: str) -> UUID:
    found = Appointment.objects.filter(person_id=member.person_id, post__role=role, post__unit__code=VILLAGE)
    return found.get().id


def deputise(client: Client, holder: Member, role: str, deputy: Member, first: date, last: date, **more: str) -> Any:
    posted = {
        "command": str(uuid4()), "person": str(holder.person_id), "appointment": str(post_of(holder, role)),
        "deputy": str(deputy.person_id), "deputy_from": str(first), "deputy_to": str(last), "basis": "SPT 7",
    }  # fmt: skip
    return client.post("/meja/cuti/plh/", posted | more)


def test_an_officer_notes_their_own_leave_and_reads_where_the_work_goes(office: Office, budi: Client) -> None:
    office.case()
    page = budi.get("/meja/cuti/").content.decode()
    assert "1 tugas di meja Anda tampil di meja unit selama itu." in page
    assert "Petugas unit Anda" not in page, "a clerk heads nobody"
    first = today(office)
    assert note(budi, office.cast.budi, first, first + timedelta(days=3)).headers["Location"] == "/meja/cuti/"
    absence = Absence.objects.get()
    assert (absence.person_id, absence.kind, absence.from_date) == (office.cast.budi.person_id, "leave", first)
    assert Entry.objects.filter(action="absence-noted").count() == 1
    assert "Anda tercatat tidak bekerja sampai" in budi.get("/meja/").content.decode()
    end(budi, absence, last_day=str(first + timedelta(days=1)))
    assert Absence.objects.get().to_date == first + timedelta(days=1)
    end(budi, absence, withdraw="1", last_day="")
    assert not Absence.objects.exists()
    assert Entry.objects.filter(action="absence-ended").count() == 2
    assert "Anda tercatat tidak bekerja" not in budi.get("/meja/").content.decode()


def test_the_same_click_twice_is_one_leave(office: Office, budi: Client) -> None:
    first = str(today(office))
    posted = {
        "command": str(uuid4()),
        "person": str(office.cast.budi.person_id),
        "kind": "sick",
        "from_date": first,
        "to_date": first,
    }
    for _ in range(2):
        assert budi.post("/meja/cuti/catat/", posted).status_code == 302
    assert Absence.objects.count() == 1


@pytest.mark.parametrize(
    ("first", "last", "kind", "said"),
    [
        ("2026-05-09", "2026-05-01", "sick", "Hari terakhirnya harus tidak lebih awal"),
        ("2026-05-09", "besok", "sick", "Tulis tanggalnya"),
        ("2026-05-09", "2026-05-11", "liburan", "Ada isian yang perlu diperbaiki"),
    ],
)
def test_what_cannot_be_taken_comes_back_as_it_was_typed(
    office: Office, budi: Client, first: str, last: str, kind: str, said: str
) -> None:
    answer = note(budi, office.cast.budi, first, last, kind)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert f'name="from_date" value="{first}"' in page
    assert kind != "sick" or 'value="sick" selected' in page
    assert not Absence.objects.exists()


def test_leave_ends_neither_later_nor_when_it_is_over(office: Office, budi: Client) -> None:
    first = today(office)
    note(budi, office.cast.budi, first, first + timedelta(days=3))
    absence = Absence.objects.get()
    for wrong in (first - timedelta(days=1), first + timedelta(days=4)):
        assert end(budi, absence, last_day=str(wrong)).status_code == 422
    Absence.objects.update(from_date=first - timedelta(days=9), to_date=first - timedelta(days=5))
    answer = end(budi, absence, withdraw="1")
    assert (answer.status_code, "sudah berakhir" in answer.content.decode()) == (409, True)
    assert Absence.objects.count() == 1


def test_a_head_sets_leave_for_their_own_people_and_for_no_others(office: Office, budi: Client, ratna: Client) -> None:
    first, boss = today(office), enlist("Camat")
    appoint(boss, "head", DISTRICT)
    page = ratna.get("/meja/cuti/").content.decode()
    assert "Petugas unit Anda" in page
    assert f"/meja/cuti/{office.cast.budi.person_id}/" in page
    assert note(ratna, office.cast.budi, first, first, "sick").status_code == 302
    assert "Sakit" in ratna.get("/meja/cuti/").content.decode()
    assert note(office.enter(boss), office.cast.ratna, first, first).status_code == 302, (
        "and so does whoever heads above"
    )
    for client, stranger in (
        (ratna, boss), (ratna, office.cast.siti), (budi, office.cast.ratna), (budi, office.cast.joko),
    ):  # fmt: skip
        assert note(client, stranger, first, first).status_code == 403
        assert client.get(f"/meja/cuti/{stranger.person_id}/").status_code == 404
    absence = Absence.objects.get(person_id=office.cast.ratna.person_id)
    assert end(budi, absence, withdraw="1").status_code == 403
    assert Absence.objects.count() == 2


def test_a_head_names_a_deputy_who_then_has_the_role(office: Office, ratna: Client) -> None:
    other, first = enlist("Wahyu"), today(office)
    appoint(other, "counter", VILLAGE)
    row = office.case()
    assert deputise(ratna, office.cast.budi, "clerk", other, first, first + timedelta(days=2)).status_code == 302
    assert "Plh. Wahyu" in ratna.get("/meja/cuti/").content.decode()
    page = office.enter(other).get("/meja/?meja=unit").content.decode()
    assert row.number in page
    assert "Ambil tugas" in page, "it lies on nobody's desk while its officer's role sleeps"
    deputy = Appointment.objects.get(kind="deputy")
    posted = {"command": str(uuid4()), "person": str(office.cast.budi.person_id), "appointment": str(deputy.id)}
    ratna.post("/meja/cuti/plh/akhiri/", posted | {"last_day": str(first - timedelta(days=1))})
    assert not Appointment.objects.filter(kind="deputy").exists()
    assert queries.count_inbox(office.cast.budi.person_id, office.now)["all"] == 1
    assert Entry.objects.filter(action="appointment-ended").count() == 1


def test_a_head_names_only_officers_and_only_in_their_own_units(office: Office, budi: Client, ratna: Client) -> None:
    first, cast = today(office), office.cast
    refused = deputise(ratna, cast.budi, "clerk", cast.siti, first, first)
    assert (refused.status_code, "Yang ditunjuk harus petugas" in refused.content.decode()) == (422, True)
    assert 'value="SPT 7"' in refused.content.decode(), "what was typed stays"
    assert deputise(budi, cast.ratna, "head", cast.budi, first, first).status_code == 403
    assert deputise(budi, cast.budi, "clerk", cast.ratna, first, first).status_code == 403, "nor a clerk their own"
    auditor = enlist("Pemeriksa")
    given, mayor = appoint(auditor, "auditor", CITY), enlist("Wali Kota")
    appoint(mayor, "head", CITY)
    posted = {
        "command": str(uuid4()), "person": str(auditor.person_id), "appointment": str(given),
        "deputy": str(cast.budi.person_id), "deputy_from": str(first), "deputy_to": str(first), "basis": "SPT",
    }  # fmt: skip
    assert office.enter(mayor).post("/meja/cuti/plh/", posted).status_code == 403, "auditors stand apart from heads"
    assert not Appointment.objects.filter(kind="deputy").exists()


def test_an_administrator_sets_both_for_anybody(office: Office) -> None:
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    joko, first = office.enter(office.cast.joko), today(office)
    assert note(joko, office.cast.ratna, first, first).status_code == 302
    assert deputise(joko, office.cast.ratna, "head", office.cast.budi, first, first).status_code == 302
    assert office.cast.budi.person_id in offices.list_holders(offices.get_unit(VILLAGE).path, "head", first), (
        "the deputy holds the role"
    )
    assert joko.get(f"/meja/cuti/{office.cast.ratna.person_id}/").status_code == 200


def test_nobody_ends_a_post_where_deputies_are_ended(office: Office) -> None:
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    held = Appointment.objects.get(person_id=office.cast.ratna.person_id, post__role="head", post__unit__code=VILLAGE)
    posted = {
        "command": str(uuid4()), "person": str(office.cast.ratna.person_id), "appointment": str(held.id),
        "last_day": str(today(office)),
    }  # fmt: skip
    assert office.enter(office.cast.joko).post("/meja/cuti/plh/akhiri/", posted).status_code == 404
    assert Appointment.objects.get(id=held.id).to_date is None
    assert not Entry.objects.filter(action="appointment-ended").exists()


def test_before_an_end_the_page_says_how_much_there_is_and_where_it_goes(office: Office, budi: Client) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    address = f"/meja/kelola/unit/{VILLAGE}/"
    assert "Tidak ada tugas terbuka di mejanya" in budi.get(address).content.decode()
    office.case()
    office.case()
    assert "2 tugas terbuka di mejanya tidak akan dapat dikerjakan siapa pun" in budi.get(address).content.decode()
    other = enlist("Wahyu")
    appoint(other, "clerk", DISTRICT)
    assert "1 petugas unit di atasnya dapat" in budi.get(address).content.decode()
    appoint(enlist("Tri"), "clerk", VILLAGE)
    assert "di meja unit, tempat 1 rekan dapat mengambilnya" in budi.get(address).content.decode()
    appoint(office.cast.budi, "clerk", DISTRICT)
    assert "2 tugas terbuka di mejanya tetap di sana" in budi.get(address).content.decode()


# ---- a head's view, and what is nobody's ----------------------------------------------------------------------------


def test_a_head_sees_all_work_of_the_unit_and_hands_over_what_they_may_not_do(office: Office, ratna: Client) -> None:
    row, other = office.case(), enlist("Wahyu")
    appoint(other, "clerk", VILLAGE)
    page = ratna.get("/meja/?meja=semua").content.decode()
    assert row.number in page
    assert "Ambil tugas" not in page, "it is not for the head to do"
    assert row.number not in ratna.get("/meja/?meja=unit").content.decode()
    shown = ratna.get(f"/meja/berkas/{row.number}/")
    assert [name for _, name in shown.context["colleagues"]] == ["Wahyu"]
    posted = {
        "command": str(uuid4()), "case": str(row.id), "token": row.open_tasks[0].token, "to": str(other.person_id),
        "reason": "Cuti",
    }  # fmt: skip
    assert "Budi" in page, "whose desk it lies on"
    assert ratna.post(f"/meja/berkas/{row.number}/serahkan/", posted).status_code == 302
    assert queries.read_case(case_id=row.id).open_tasks[0].assignee_id == other.person_id
    ratna.get("/meja/?meja=semua")  # what was said is said once
    assert "Wahyu" in ratna.get("/meja/?meja=semua").content.decode()


def test_who_heads_nothing_has_no_such_desk(office: Office, budi: Client) -> None:
    office.case()
    page = budi.get("/meja/?meja=semua")
    assert page.context["which"] == "unit"
    assert "Semua pekerjaan unit" not in page.content.decode()


def test_what_lies_on_the_desk_of_somebody_away_is_there_for_the_taking(office: Office) -> None:
    row, other = office.case(), enlist("Wahyu")
    appoint(other, "clerk", VILLAGE)
    first = today(office)
    office_actions.note_absence(
        command_id=uuid4(), actor=CONSOLE, now=office.now, person_id=office.cast.budi.person_id, kind="sick",
        from_date=first, to_date=first,
    )  # fmt: skip
    client = office.enter(other)
    assert "Ambil tugas" in client.get("/meja/?meja=unit").content.decode()
    page = client.get(f"/meja/berkas/{row.number}/")
    assert page.context["panel"].kind == "claim"
    posted = {"command": str(uuid4()), "case": str(row.id), "token": row.open_tasks[0].token, "number": row.number}
    assert client.post("/meja/ambil/", posted).headers["Location"] == f"/meja/berkas/{row.number}/"
    assert queries.read_case(case_id=row.id).open_tasks[0].assignee_id == other.person_id


def test_an_officer_is_told_why_their_own_case_does_not_open(office: Office, budi: Client) -> None:
    made = office.case()
    actions.follow_person(
        command_id=uuid4(), actor=CONSOLE, now=office.now, kept_id=office.cast.budi.person_id,
        gone_id=office.cast.siti.person_id,
    )  # fmt: skip
    answer = budi.get(f"/meja/berkas/{made.number}/")
    assert answer.status_code == 403
    assert "menyangkut Anda" in answer.content.decode()
    assert made.number not in budi.get("/meja/").content.decode()
    assert made.number not in budi.get("/meja/?meja=unit").content.decode()
