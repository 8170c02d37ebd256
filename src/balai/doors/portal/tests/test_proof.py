"""The one-time code that proves a contact, as a browser without script meets it."""

import re
from datetime import timedelta
from pathlib import Path
from unittest import mock

import pytest
from django.conf import settings
from django.core.cache import caches
from django.test import Client, override_settings
from django.utils import timezone
from tests.cast import Cast

from balai.base.models import Dispatch
from balai.base.outbox import Worker
from balai.casework.cases.models import Case, Draft
from balai.casework.notices.models import Notice
from balai.doors.portal.web import proof
from balai.records.people.models import Account, Person

from .test_apply import ABOUT, begin, code_sent, fill, prove, step

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "+6281234567890"


@pytest.fixture
def base(stranger: Client) -> str:
    """Bring an application without an account to the point where it is declared and asks for its code."""
    made = begin(stranger)
    fill(stranger, made, known=False)
    assert "kode 6 angka" in stranger.get(f"{made}periksa/").content.decode()
    return made


def send(client: Client, base: str) -> None:
    assert client.post(f"{base}periksa/", {"declare": "1"})["Location"] == f"{base}kode/"


def test_a_double_click_sends_one_code_and_one_application(stranger: Client, base: str) -> None:
    send(stranger, base)
    send(stranger, base)
    assert Dispatch.objects.count() == 1 and not Case.objects.exists()
    page = stranger.get(f"{base}kode/").content.decode()
    assert PHONE in page and 'autocomplete="one-time-code"' in page and "Kirim kode baru" in page
    code = code_sent(PHONE)
    first, second = (stranger.post(f"{base}kode/", {"kode": f" {code[:3]} {code[3:]}"}) for _ in range(2))
    assert first["Location"] == second["Location"] == f"/berkas/{Case.objects.get().number}/terkirim/"


def test_a_wrong_code_keeps_what_was_typed_and_five_spend_it(stranger: Client, base: str) -> None:
    send(stranger, base)
    code = code_sent(PHONE)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(4):
        refused = stranger.post(f"{base}kode/", {"kode": wrong})
        assert refused.status_code == 422 and "Kode ini tidak cocok" in refused.content.decode()
        assert f'value="{wrong}"' in refused.content.decode()
    assert "tidak dapat dipakai lagi" in stranger.post(f"{base}kode/", {"kode": wrong}).content.decode()
    assert "tidak dapat dipakai lagi" in stranger.post(f"{base}kode/", {"kode": code}).content.decode()
    assert not Case.objects.exists()
    stranger.post(f"{base}kode/", {"ke": "phone"})
    assert stranger.post(f"{base}kode/", {"kode": code_sent(PHONE)})["Location"].endswith("/terkirim/")


def test_a_code_runs_out_and_another_is_asked_for(stranger: Client, base: str) -> None:
    send(stranger, base)
    code = code_sent(PHONE)
    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + timedelta(minutes=11)):
        late = stranger.post(f"{base}kode/", {"kode": code})
        assert late.status_code == 422 and "lewat waktunya" in late.content.decode()
        assert f"Kirim kode ke {PHONE}" in late.content.decode()
        stranger.post(f"{base}kode/", {"ke": "phone"})
        assert stranger.post(f"{base}kode/", {"kode": code}).status_code == 422, "the old one counts no more"
        assert stranger.post(f"{base}kode/", {"kode": code_sent(PHONE)}).status_code in (302, 422)
    assert Dispatch.objects.count() == 2


def test_another_address_is_given_without_losing_the_application(stranger: Client, base: str) -> None:
    send(stranger, base)
    old = code_sent(PHONE)
    page = stranger.get(f"{base}kode/").content.decode()
    assert f"{base}data-diri/?kembali=1" in page
    changed = {**ABOUT, "phone": "0813 3456 7890", "kembali": "1"}
    assert step(stranger, base, "data-diri", changed)["Location"] == f"{base}periksa/"
    assert "Warung Siti" in stranger.get(f"{base}periksa/").content.decode()
    assert stranger.post(f"{base}kode/", {"kode": old})["Location"] == f"{base}kode/", "it proves the old number only"
    assert not Case.objects.exists()
    answer = prove(stranger, base, "+6281334567890")
    assert answer["Location"].endswith("/terkirim/")


def test_the_proof_is_remembered_with_the_draft_on_another_phone(stranger: Client, base: str) -> None:
    send(stranger, base)
    secret = stranger.session["drafts"][base.split("/")[2]]
    other = Client()
    other.post("/lanjut/", {"kode": secret})
    # Whoever did not declare is led to the review, where one declares.
    assert other.post(f"{base}kode/", {"kode": code_sent(PHONE)})["Location"] == f"{base}periksa/"
    page = other.get(f"{base}periksa/").content.decode()
    assert "Kontak Anda sudah terbukti" in page and "kami mengirim kode" not in page
    assert other.post(f"{base}periksa/", {"declare": "1"})["Location"].endswith("/terkirim/")


def test_a_dead_carrier_is_told_and_loses_nothing(stranger: Client, base: str) -> None:
    with override_settings(BALAI_PLUGS={**settings.BALAI_PLUGS, "sms": "failing"}):
        send(stranger, base)
        Worker().deliver(timezone.now())
        page = stranger.get(f"{base}kode/").content.decode()
        assert "Pengiriman pesan sedang terganggu" in page and "loket" in page
    Worker().deliver(timezone.now() + timedelta(seconds=30))
    assert stranger.post(f"{base}kode/", {"kode": code_sent(PHONE)})["Location"].endswith("/terkirim/")


def test_no_number_is_flooded_with_codes(stranger: Client, base: str) -> None:
    send(stranger, base)
    statuses = []
    for _ in range(5):
        Draft.objects.update(contact_sent_at=timezone.now() - timedelta(minutes=2))
        statuses.append(stranger.post(f"{base}kode/", {"ke": "phone"}).status_code)
    assert statuses == [302, 302, 302, 302, 429] and Dispatch.objects.count() == 5
    caches["local"].clear()  # another process refuses as well
    assert stranger.post(f"{base}kode/", {"ke": "phone"}).status_code == 429


def test_both_contacts_may_be_chosen_from_and_a_strange_one_not(stranger: Client, base: str) -> None:
    step(stranger, base, "data-diri", {**ABOUT, "email": "siti.rahma@example.test"})
    send(stranger, base)
    page = stranger.get(f"{base}kode/").content.decode()
    assert "Kirim kode baru ke siti.rahma@example.test" in page and f"Kirim kode ke {PHONE}" in page
    stranger.post(f"{base}kode/", {"ke": "phone"})
    assert PHONE in stranger.get(f"{base}kode/").content.decode()
    assert stranger.post(f"{base}kode/", {"ke": "evil@example.test"}).status_code == 422
    assert set(Dispatch.objects.values_list("address_masked", flat=True)) == {"s***@example.test", "+62***890"}


TYPO = "siti.rahma@exmaple.test"


def mailed() -> str:
    """Let the worker carry everything, and read what lies in the mailbox of the address with the slip."""
    Worker().drain(timezone.now())
    found = [path.read_text() for path in (Path(settings.BALAI_HOME) / "mailbox").glob("*.txt")]
    return "\n".join(text for text in found if TYPO in text)


def test_a_contact_with_a_slip_in_it_gets_no_news_and_the_pages_say_so(stranger: Client, base: str) -> None:
    step(stranger, base, "data-diri", {**ABOUT, "email": TYPO})
    review = stranger.get(f"{base}periksa/").content.decode()
    assert f"hanya ke kontak yang terbukti milik Anda. Kodenya kami kirim ke {TYPO}" in review
    send(stranger, base)
    stranger.post(f"{base}kode/", {"ke": "phone"})
    with mock.patch.object(
        proof, "secret_of", return_value=""
    ):  # the code is typed on another device: back to the review
        assert stranger.post(f"{base}kode/", {"kode": code_sent(PHONE)})["Location"] == f"{base}periksa/"
    review = stranger.get(f"{base}periksa/").content.decode()
    assert f"Kabar permohonan ini kami kirim ke {PHONE}." in review
    assert f"{TYPO} tidak kami pakai, karena belum terbukti milik Anda." in review
    before = mailed()
    sent = stranger.post(f"{base}periksa/", {"declare": "1"})["Location"]
    page = stranger.get(sent).content.decode()
    assert "Kami mengabari Anda di +62***890 setiap" in page
    number = Case.objects.get().number
    assert mailed() == before and number not in before
    for contact, owed in ((TYPO, 0), (PHONE, 1)):
        assert stranger.post("/lacak/kirim-ulang/", {"nomor": number, "kontak": contact}).status_code < 400
        assert Notice.objects.filter(event="link-wanted").count() == owed, "nor does the link ever go there"
    assert mailed() == before


def test_the_review_names_the_contacts_of_an_account(siti: Client) -> None:
    base = begin(siti)
    fill(siti, base, known=True)
    page = siti.get(f"{base}periksa/").content.decode()
    assert "Kabar permohonan ini kami kirim ke siti@balai.example dan +6281200000001." in page
    siti.cookies["bahasa"] = "en"
    assert "goes to siti@balai.example and +6281200000001." in siti.get(f"{base}periksa/").content.decode()


def test_with_one_contact_the_review_names_it(stranger: Client, base: str) -> None:
    page = stranger.get(f"{base}periksa/").content.decode()
    assert f"kami kirim ke {PHONE}, setelah terbukti" in page


def test_nobody_else_reaches_the_page(joko: Client, stranger: Client, base: str) -> None:
    send(stranger, base)
    for client in (joko, Client()):
        assert client.get(f"{base}kode/").status_code == 404
        assert client.post(f"{base}kode/", {"kode": code_sent(PHONE)}).status_code == 404


def test_who_is_signed_in_and_reached_meets_no_code(siti: Client) -> None:
    base = begin(siti)
    fill(siti, base, known=True)
    assert siti.get(f"{base}kode/")["Location"] == f"{base}periksa/"
    assert "kode 6 angka" not in siti.get(f"{base}periksa/").content.decode()
    assert siti.post(f"{base}periksa/", {"declare": "1"})["Location"].endswith("/terkirim/")
    assert not Dispatch.objects.exists()


def test_an_account_that_was_never_reached_proves_itself_once(cast: Cast, joko: Client) -> None:
    Person.objects.filter(id=cast.joko.person_id).update(identity_level="none")
    base = begin(joko)
    fill(joko, base, known=True)
    email = Account.objects.get(id=cast.joko.account_id).email or ""
    assert prove(joko, base, email)["Location"].endswith("/terkirim/")
    assert Person.objects.get(id=cast.joko.person_id).identity_level == "contact"
    again = begin(joko)
    fill(joko, again, known=True)
    assert joko.post(f"{again}periksa/", {"declare": "1"})["Location"].endswith("/terkirim/")


def test_the_page_is_in_both_languages(stranger: Client, base: str) -> None:
    send(stranger, base)
    stranger.cookies["bahasa"] = "en"
    page = stranger.get(f"{base}kode/").content.decode()
    assert "Enter the code" in page and "Send a new code" in page
    assert not re.search(r"portal\.\w+\.", page)
