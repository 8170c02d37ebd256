"""Officers are found by what people know of them, and many come in by one file of which every line was looked at first."""

import csv
import io
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from balai.base.models import Access
from balai.records.offices.models import Appointment
from balai.records.people import queries as people
from balai.records.people.models import Account

from .conftest import Office

UNIT = "kel-64.72.05.1003"


@pytest.fixture
def admin(office: Office) -> Client:
    """Sign Ratna in as an administrator."""
    Account.objects.filter(id=office.cast.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    return office.enter(office.cast.ratna)


def free_post(admin: Client) -> str:
    """Give a post of Budi's unit with a free seat."""
    sent = {"command": str(uuid4()), "role": "archivist", "title": "Arsiparis", "seats": "1"}
    assert admin.post(f"/meja/kelola/unit/{UNIT}/jabatan/", sent).status_code == 302
    page = admin.get(f"/meja/kelola/unit/{UNIT}/").content.decode()
    return re.findall(r'name="post" value="([^"]+)"', page)[-1]


@pytest.mark.parametrize("who", ["budi santoso", "SANTOSO", "0002", "budi@bal", "budi@balai.example"])
def test_somebody_is_appointed_by_what_is_known_of_them(office: Office, admin: Client, who: str) -> None:
    sent = {"command": str(uuid4()), "post": free_post(admin), "who": who, "basis": "SK 9", "from_date": "2026-03-03"}
    at, before = f"/meja/kelola/unit/{UNIT}/angkat/", Appointment.objects.count()
    asked = admin.post(at, sent)
    if asked.status_code == 200:  # only a whole address needs no second look
        page = asked.content.decode()
        assert "Budi Santoso Contoh" in page and Appointment.objects.count() == before and who != "budi@balai.example"
        kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        assert kept["basis"] == "SK 9", "what was typed beside is kept"
        asked = admin.post(at, kept)
    assert asked.status_code == 302 and Appointment.objects.count() == before + 1
    newest = Appointment.objects.get(basis="SK 9")
    assert newest.person_id == office.cast.budi.person_id


@pytest.mark.parametrize("who", ["siti", "0001", "siti@bal", "2", ""])
def test_a_citizen_is_found_by_nothing_but_their_whole_address(office: Office, admin: Client, who: str) -> None:
    sent = {"command": str(uuid4()), "post": free_post(admin), "who": who, "basis": "SK 9", "from_date": "2026-03-03"}
    page = admin.post(f"/meja/kelola/unit/{UNIT}/angkat/", sent).content.decode()
    assert "Siti" not in page and "Tidak ada yang cocok" in page
    forged = sent | {"person": str(office.cast.siti.person_id)}
    assert admin.post(f"/meja/kelola/unit/{UNIT}/angkat/", forged).status_code == 404


def file(*lines: str, separator: str = ";") -> SimpleUploadedFile:
    heading = "nama;surel;telepon;unit;jabatan;mulai;sampai;dasar"
    text = "\n".join((heading, *lines)).replace(";", separator)
    return SimpleUploadedFile("petugas.csv", ("\ufeff" + text).encode(), "text/csv")


GOOD = f"Petugas Baru;baru@balai.example;0812 1111 2222;{UNIT};archivist;2026-03-03;;SK 9"


def test_a_file_is_looked_at_line_by_line_and_taken_in_once(office: Office, admin: Client) -> None:
    free_post(admin)
    wrong = {
        f"Tanpa Surel;;;{UNIT};archivist;2026-03-03;;SK": "surel kosong",
        f"Salah Surel;x y;;{UNIT};archivist;2026-03-03;;SK": "surel salah",
        "Salah Unit;a@balai.example;;kel-0;clerk;2026-03-03;;SK": "Unit kel-0 tidak ada",
        f"Salah Jabatan;b@balai.example;;{UNIT};raja;2026-03-03;;SK": "tidak punya jabatan raja",
        f"Salah Hari;c@balai.example;;{UNIT};archivist;3 Maret;;SK": "mulai bukan tanggal",
        f"Penuh;d@balai.example;;{UNIT};archivist;2026-03-03;;SK": "sudah terisi semua",
        GOOD: "sudah ada di atas",
    }
    have = f"Budi;budi@balai.example;;{UNIT};clerk;2026-03-03;;SK"
    before = Account.objects.count()
    looked = admin.post("/meja/kelola/petugas/impor/", {"file": file(GOOD, *wrong, have)})
    page = looked.content.decode()
    assert looked.status_code == 200 and "1 baris siap, 7 baris perlu" in page and "Sudah memegang jabatan ini" in page
    assert [said for said in wrong.values() if said not in page] == []
    assert Account.objects.count() == before, "looking does nothing"
    sent = {"text": looked.context["text"], "confirmed": "1", "command": str(uuid4())}
    done = admin.post("/meja/kelola/petugas/impor/", sent).content.decode()
    made = Account.objects.get(email="baru@balai.example")
    assert Appointment.objects.filter(person=made.person, post__role="archivist").count() == 1
    assert "/akun/password/reset/key/" in done and "<svg" in done and "sampai" in done, (
        "to be handed over on paper, dated"
    )
    again = admin.post("/meja/kelola/petugas/impor/", sent).content.decode()
    assert Account.objects.count() == before + 1 and "Tidak ada baris yang disimpan" in again


@pytest.mark.parametrize("separator", [",", "\t"])
def test_the_example_can_be_sent_back_by_any_spreadsheet(office: Office, admin: Client, separator: str) -> None:
    free_post(admin)
    heading, row = csv.reader(
        io.StringIO(admin.get("/meja/kelola/petugas/impor/?contoh=1").content.decode("utf-8-sig"))
    )
    assert len(heading) == len(row) == 10
    page = admin.post("/meja/kelola/petugas/impor/", {"file": file(GOOD, separator=separator)}).content.decode()
    assert "1 baris siap, 0 baris perlu" in page


# ---- number and rank -------------------------------------------------------------------------------------------------

NIP = "198001012005011002"


def test_a_number_and_a_rank_are_typed_as_somebody_is_appointed(office: Office, admin: Client) -> None:
    sent = {
        "command": str(uuid4()), "post": free_post(admin), "who": "budi@balai.example", "basis": "SK 9", "from_date": "2026-03-03",
        "nip": "19800101 200501 1 002", "rank": "penata muda tk. i",
    }  # fmt: skip
    at = f"/meja/kelola/unit/{UNIT}/angkat/"
    wrong = admin.post(at, sent | {"nip": "123"}, follow=True).content.decode()
    assert "NIP harus 18 angka" in wrong and not Appointment.objects.filter(basis="SK 9").exists()
    assert all(f'value="{sent[name]}"' in wrong for name in ("who", "basis", "rank")) and 'value="123"' in wrong
    for name, typed in (("to_date", "31/2/2027"), ("from_date", "besok")):  # an end that cannot be read is no open end
        wrong = admin.post(at, sent | {name: typed}, follow=True).content.decode()
        assert "Tulis tanggalnya" in wrong and f'value="{typed}"' in wrong
    assert not Appointment.objects.filter(basis="SK 9").exists()
    ratna = {"person": str(office.cast.ratna.person_id), "who": "santoso"}
    assert "Siapa yang dimaksud" in admin.post(at, sent | ratna).content.decode(), "whom the words mean by now"
    assert admin.post(at, sent).status_code == 302
    budi = people.get_person(office.cast.budi.person_id)
    assert (budi.nip, budi.rank) == (NIP, "III/b") and Appointment.objects.filter(basis="SK 9").exists()


def test_the_page_of_a_number_keeps_what_was_typed_and_records_that_it_was_opened(
    office: Office, admin: Client
) -> None:
    budi = office.cast.budi.person_id
    at = f"/meja/kelola/petugas/{budi}/nip/"
    before = Access.objects.filter(person_id=budi, purpose="official").count()
    assert "III/b" in admin.get(at).content.decode()
    assert Access.objects.filter(person_id=budi, purpose="official").count() == before + 1
    refused = admin.post(at, {"command": str(uuid4()), "nip": "19800101 200501 9 002", "rank": "V/z <b>"})
    page = refused.content.decode()
    assert refused.status_code == 422 and 'value="19800101 200501 9 002"' in page and "V/z &lt;b&gt;" in page
    done = admin.post(at, {"command": str(uuid4()), "nip": "19800101 200501 1 002", "rank": "III/b"}, follow=True)
    assert "disimpan" in done.content.decode() and people.get_person(budi).nip == NIP
    assert 'value="19800101 200501 1 002"' in admin.get(at).content.decode()
    admin.post(at, {"command": str(uuid4()), "nip": "", "rank": ""})
    assert people.get_person(budi).nip == "", "who is no civil servant any more has none"
    assert admin.get(f"/meja/kelola/petugas/{office.cast.siti.person_id}/nip/").status_code == 404


def test_a_file_brings_numbers_and_ranks_and_names_the_line_that_is_wrong(office: Office, admin: Client) -> None:
    free_post(admin)
    heading = "nama;surel;telepon;unit;jabatan;mulai;sampai;dasar;nip;golongan"

    def look(nip: str, rank: str, **more: str) -> str:
        text = f"{heading}\n{GOOD};{nip};{rank}"
        return admin.post("/meja/kelola/petugas/impor/", {"text": text, **more}).content.decode()

    assert "NIP harus 18 angka" in look("12", "III/b") and "Pangkat ini tidak dikenal" in look(NIP, "V/z")
    look(NIP, "III/b", confirmed="1", command=str(uuid4()))
    found = people.find_person_by_email("baru@balai.example")
    assert found is not None
    person = people.get_person(found)
    assert (person.nip, person.rank) == (NIP, "III/b")
