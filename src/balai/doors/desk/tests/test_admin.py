"""The administration: offices and officers, services, and the machine room made visible."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from balai.base import access_log, crypto
from balai.base.actors import Actor
from balai.base.models import Dispatch, Entry, Message
from balai.casework.cases import queries
from balai.engine.manifest.tests.test_counter_service import SHEET
from balai.records.offices import queries as offices
from balai.records.offices.models import Appointment
from balai.records.people import actions as people_actions
from balai.records.people import queries as people
from balai.records.people.models import Account

from .conftest import SECRET, Office, member_account

UNIT = "kel-64.72.05.1004"


@pytest.fixture
def joko(office: Office) -> Client:
    """Let Joko administer the installation, without any post."""
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    TOTP.activate(member_account(office.cast.joko), SECRET)
    return office.enter(office.cast.joko)


PAGES = ("", "unit/", f"unit/{UNIT}/", "petugas/", "petugas/undang/", "layanan/", "kotak-keluar/", "pemberitahuan/")


@pytest.mark.parametrize("page", [*PAGES, "tersendat/", "jurnal/", "keamanan/", "penanda-tangan/", "kunci-api/"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_page_opens_for_the_administrator_and_for_nobody_else(
    office: Office, joko: Client, budi: Client, page: str, lang: str
) -> None:
    joko.cookies["bahasa"] = lang
    assert joko.get(f"/meja/kelola/{page}").status_code == 200
    assert budi.get(f"/meja/kelola/{page}").status_code == 404


def test_an_empty_installation_is_led_by_the_hand(office: Office, joko: Client) -> None:
    Appointment.objects.all().delete()
    page = joko.get("/meja/").headers["Location"]
    assert page == "/meja/kelola/"
    text = joko.get(page).content.decode()
    assert "Langkah pertama" in text
    assert "Tambah petugas dan angkat mereka pada jabatan" in text


def test_an_officer_is_invited_and_chooses_their_own_password(office: Office, joko: Client) -> None:
    sent = {"command": str(uuid4()), "name": "Petugas Contoh", "email": "petugas@balai.example"}
    answer = joko.post("/meja/kelola/petugas/undang/", sent)
    link = answer.context["link"]
    assert "/akun/password/reset/key/" in link
    account = Account.objects.get(email="petugas@balai.example")
    assert not account.has_usable_password()
    opened = Client().get(link.split("8000", 1)[1], follow=True)
    assert opened.status_code == 200
    taken = joko.post("/meja/kelola/petugas/undang/", sent | {"command": str(uuid4())})
    assert taken.status_code == 422
    assert "Petugas Contoh" in taken.content.decode(), "what was typed is kept"


def appoint(office: Office, joko: Client, **changes: str) -> Any:
    unit = offices.get_unit(UNIT)
    post = next(one for one in offices.list_posts(unit.id) if one.role == "head")
    sent = {
        "command": str(uuid4()),
        "post": str(post.id),
        "email": "ratna@balai.example",
        "from_date": "2026-01-02",
        "basis": "SK Contoh 1",
        **changes,
    }
    return joko.post(f"/meja/kelola/unit/{UNIT}/angkat/", sent, follow=True)


def test_appointing_deputising_and_ending(office: Office, joko: Client) -> None:
    unit, today = offices.get_unit(UNIT), office.now.date()
    assert "Pejabat diangkat" in appoint(office, joko).content.decode()
    assert offices.list_holders(unit.path, "head", today) == (office.cast.ratna.person_id,)
    held = Appointment.objects.get(post__unit=unit, person_id=office.cast.ratna.person_id)
    sent = {
        "command": str(uuid4()),
        "appointment": str(held.id),
        "email": "budi@balai.example",
        "from_date": today.isoformat(),
        "to_date": (today + timedelta(days=9)).isoformat(),
        "basis": "SK Plh",
    }
    page = joko.post(f"/meja/kelola/unit/{UNIT}/plh/", sent, follow=True).content.decode()
    assert "Plh." in page
    assert offices.list_holders(unit.path, "head", today) == (office.cast.budi.person_id,)
    ended = {
        "command": str(uuid4()),
        "appointment": str(held.id),
        "last_day": date(2026, 2, 1).isoformat(),
        "reason": "x",
    }
    joko.post(f"/meja/kelola/unit/{UNIT}/akhiri/", ended)
    assert Appointment.objects.get(id=held.id).to_date == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "tidak@ada.example"}, "Undang dulu petugasnya"),
        ({"basis": ""}, "nomor SK"),
        ({"from_date": "kemarin"}, "Tulis tanggalnya"),
    ],
)
def test_a_refused_appointment_says_what_to_do(
    office: Office, joko: Client, changes: dict[str, str], words: str
) -> None:
    assert words in appoint(office, joko, **changes).content.decode()


def test_a_folder_with_faults_is_not_published_and_all_faults_are_shown(
    office: Office, joko: Client, settings: Any, tmp_path: Any
) -> None:
    folder = tmp_path / "layanan-rusak"
    folder.mkdir()
    (folder / "service.yaml").write_text("schema: 1\nid: lain\n")
    settings.BALAI_SERVICES = tmp_path
    answer = joko.post("/meja/kelola/layanan/terbitkan/", {"service": "layanan-rusak"})
    assert answer.status_code == 422
    assert "layanan-rusak" in answer.content.decode()
    assert "service.yaml" in answer.content.decode()
    assert joko.post("/meja/kelola/layanan/terbitkan/", {"service": "../etc"}).status_code == 404


def test_what_is_served_at_a_counter_is_opened_on_the_same_page(
    office: Office, joko: Client, settings: Any, tmp_path: Any
) -> None:
    settings.BALAI_TOWN_FOLDER = shutil.copytree(settings.BALAI_TOWN_FOLDER, tmp_path / "town")
    settings.BALAI_SERVICES = tmp_path / "services"
    folder = Path(settings.BALAI_SERVICES) / "surat-numpang-nikah"
    folder.mkdir(parents=True)
    (folder / "counter.yaml").write_text(SHEET.replace("Gratis", "TODO"), "utf-8")
    page = joko.get("/meja/kelola/layanan/").content.decode()
    assert "Surat Numpang Nikah" in page and "Di loket, belum daring" in page
    sent = {"service": "surat-numpang-nikah", "kind": "counter", "command": str(uuid4())}
    assert joko.post("/meja/kelola/layanan/terbitkan/", {**sent, "kind": "page"}).status_code == 404
    refused = joko.post("/meja/kelola/layanan/terbitkan/", sent)
    assert refused.status_code == 422 and "counter.yaml:" in refused.content.decode()
    (folder / "counter.yaml").write_text(SHEET, "utf-8")
    for _ in range(2):  # a second click is one deed
        assert joko.post("/meja/kelola/layanan/terbitkan/", sent).status_code in (302, 422)
    assert "Loket 2 kelurahan" in joko.get("/layanan/surat-numpang-nikah/").content.decode()
    (folder / "counter.yaml").write_text(SHEET.replace("Gratis", "Rp5.000").replace('"1"', '"2"'), "utf-8")
    again = joko.post("/meja/kelola/layanan/terbitkan/", {**sent, "command": str(uuid4())})
    assert again.status_code == 422, "what is shown already takes a second person"
    proposed = joko.post(reverse("desk:proposal-new"), {**sent, "command": str(uuid4())})
    assert "Surat Numpang Nikah" in joko.get(proposed["Location"]).content.decode()
    assert "Surat Numpang Nikah" in joko.get(reverse("desk:proposals")).content.decode()


def test_unconfirmed_law_is_named(office: Office, joko: Client) -> None:
    page = joko.get("/meja/kelola/layanan/").content.decode()
    assert "dasar hukum belum dipastikan pejabat" in page
    assert "Jadwal retensi arsip setempat" in page


def test_a_dead_message_is_shown_with_its_error_and_put_back(office: Office, joko: Client) -> None:
    office.case()
    message = Message.objects.filter(state="waiting").first()
    assert message is not None
    Message.objects.filter(id=message.id).update(state="dead", last_error="SMTP: sambungan ditolak", attempts=12)
    page = joko.get("/meja/kelola/kotak-keluar/").content.decode()
    assert "SMTP: sambungan ditolak" in page
    joko.post("/meja/kelola/kotak-keluar/hidupkan/", {"message": str(message.id)})
    assert Message.objects.get(id=message.id).state == "waiting"


def stick(row: queries.CaseRow) -> None:
    """Put an open step of a case into the state of one that failed."""
    from balai.base import sql

    state = row.state.to_json()
    token = state["t"][0]
    state["t"][0] = [token[0], token[1], "", "!broken"]
    sql.execute("UPDATE cases_case SET state = %s, stuck_at = submitted_at WHERE id = %s", [state, row.id])


def test_a_stuck_step_is_moved_on_with_a_reason_and_recorded(office: Office, joko: Client) -> None:
    row = office.case()
    stick(row)
    page = joko.get("/meja/kelola/tersendat/").content.decode()
    assert row.number in page
    assert "broken" in page
    sent = {"case": str(row.id), "token": row.open_tasks[0].token, "what": "move", "node": "decide"}
    assert joko.post("/meja/kelola/tersendat/", sent | {"reason": ""}).status_code == 422
    answer = joko.post("/meja/kelola/tersendat/", sent | {"reason": "Langkah rusak", "command": str(uuid4())})
    assert answer.status_code == 302
    moved = queries.read_case(case_id=row.id)
    assert [token.node for token in moved.state.tokens] == ["decide"]
    entry = Entry.objects.filter(stream=f"case:{row.id}", action="move").get()
    assert str(office.cast.joko.person_id) in entry.actor


def test_the_journal_is_checked_and_a_changed_entry_is_found(office: Office, joko: Client) -> None:
    row = office.case()
    assert "Jurnal utuh" in joko.post("/meja/kelola/jurnal/").content.decode()
    Entry.objects.filter(stream=f"case:{row.id}").update(action="lain")
    page = joko.post("/meja/kelola/jurnal/").content.decode()
    assert "Jurnal rusak di" in page
    assert f"case:{row.id}" in page
    assert "Jurnal tidak utuh" in joko.get("/meja/kelola/keamanan/").content.decode()


def test_the_security_log_names_who_and_what(office: Office, joko: Client) -> None:
    access_log.record_security("wrong-passphrase", actor=f"officer:{office.cast.ratna.person_id}", now=office.now)
    page = joko.get("/meja/kelola/keamanan/").content.decode()
    assert "Kata sandi tanda tangan salah" in page
    assert "Ratna Dewi Contoh" in page


def test_ids_that_are_none_find_nothing(office: Office, joko: Client) -> None:
    assert joko.post("/meja/kelola/kotak-keluar/hidupkan/", {"message": "x"}).status_code == 404
    assert people.find_person_of_account(UUID(int=0)) is None


def test_the_messages_people_wait_for_are_shown_by_their_state_and_never_by_their_words(
    office: Office, joko: Client
) -> None:
    people_actions.owe_message(
        actor=Actor("system", "portal"), now=office.now, to="siti@example.test", subject="Rahasia", body="kode 123456",
        language="id", kind="password_reset_key", life=timedelta(days=3),
    )  # fmt: skip
    page = joko.get("/meja/kelola/pemberitahuan/?pesan=1").content.decode()
    assert "Tautan kata sandi baru" in page and "s***@example.test" in page and "Menunggu" in page
    for secret in ("Rahasia", "123456", "siti@"):
        assert secret not in page


def choose_password(link: str) -> Client:
    client = Client()
    page = client.get(link.split("8000", 1)[1] if "8000" in link else link, follow=True)
    sent = {"password1": "seberkas-kunci-panjang", "password2": "seberkas-kunci-panjang"}
    assert client.post(page.redirect_chain[-1][0], sent).status_code == 302
    return client


@pytest.mark.parametrize("by", ["paper", "mail"])
def test_a_mailed_invitation_proves_the_address_and_one_on_paper_does_not(
    office: Office, joko: Client, by: str
) -> None:
    address, sign_in = "petugas@balai.example", reverse("account_login")
    sent = {"command": str(uuid4()), "name": "Petugas Contoh", "email": address}
    paper = joko.post("/meja/kelola/petugas/undang/", sent).context["link"]
    account = Account.objects.get(email=address)
    person_id = account.person.id
    assert people.list_contacts(person_id) == (), "nobody proved that it is theirs"
    joko.post(f"/meja/kelola/petugas/{person_id}/undang/", {"command": str(uuid4())})
    owed = Dispatch.objects.get(kind="invitation")
    words = crypto.open_with(crypto.derive("post"), owed.sealed, f"post:{owed.id}").decode()
    mailed = re.search(r"http[^\s\\]+", words)[0]
    assert mailed != paper
    client = choose_password(paper if by == "paper" else mailed)
    known = EmailAddress.objects.get(user=account)
    assert known.verified == (by == "mail")
    assert people.list_contacts(person_id) == ((("email", address),) if known.verified else ())
    told = client.post(sign_in, {"login": address, "password": "seberkas-kunci-panjang"}, follow=True)
    assert told.wsgi_request.user.is_authenticated, "it works before mail does"
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    Client().post(reverse("account_reset_password"), {"email": address})
    kinds = set(Dispatch.objects.values_list("kind", flat=True)) - {"invitation"}
    if by == "paper":
        assert kinds == {"email_confirmation"}, "and no mail goes there but that which proves it"
        EmailAddress.objects.filter(user=account).update(verified=True)
        assert people.list_contacts(person_id) == (("email", address),)
    else:
        assert "email_confirmation" not in kinds
    for link in (paper, mailed):
        assert "set-password" not in Client().get(link.split("8000", 1)[1], follow=True).request["PATH_INFO"], "once"
