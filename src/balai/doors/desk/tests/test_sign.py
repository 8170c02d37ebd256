"""Letters are looked at and signed; a wrong passphrase or code signs nothing, and one refusal stops no other."""

import re
import time
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from balai.base import journal
from balai.base.actors import CLOCK
from balai.base.errors import Invalid
from balai.base.models import Entry
from balai.casework.cases import queries
from balai.casework.cases.actions.effects import Recorder
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import actions as issuing
from balai.casework.issuing import flow
from balai.casework.issuing.models import Letter, Sight

from .conftest import SECRET, Office, streamed

PASSPHRASE = "empat kuda putih berlari"


def code() -> str:
    """Give the code the authenticator app shows now."""
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30)))


def ready(office: Office, outcome: str = "grant") -> queries.CaseRow:
    """Bring a case to where its letter waits for a signature."""
    row = office.do(office.case(), office.cast.budi, result="complete")
    more = {"remedy": "Ajukan di kelurahan tempat usaha"} if outcome == "refuse" else {}
    return office.do(row, office.cast.ratna, outcome=outcome, reason="Sesuai berkas", **more)


def value(row: queries.CaseRow) -> str:
    return f"{row.id}:{row.open_tasks[0].token}"


def look(client: Client, *rows: queries.CaseRow) -> None:
    """Let a signer look at letters, page by page, as their browser does."""
    for row in rows:
        page = client.get(f"/meja/tanda-tangan/?berkas={row.number}").content.decode()
        for picture in re.findall(r'<img class="sheet" src="([^"]+)"', page):
            assert client.get(picture).content.startswith(b"\x89PNG")


@pytest.fixture
def key(office: Office) -> None:
    """Give Ratna her signing key."""
    ratna = office.cast.ratna
    issuing.enroll_signer(
        actor=ratna.officer, now=office.now, name="Ratna Dewi Contoh", organisation="Kelurahan", passphrase=PASSPHRASE
    )


def test_the_letter_can_be_looked_at_before_it_is_signed(office: Office, ratna: Client) -> None:
    row = ready(office)
    page = ratna.get(f"/meja/tanda-tangan/?berkas={row.number}").content.decode()
    assert row.number in page
    at = f"/meja/tanda-tangan/{row.number}/{row.open_tasks[0].token}"
    assert ratna.get(f"{at}/konsep.pdf").content.startswith(b"%PDF-")
    assert ratna.get(f"{at}/konsep.png").content.startswith(b"\x89PNG")
    assert not Letter.objects.exists(), "looking gives out no number"


def test_nothing_is_ticked_on_arrival_and_what_was_seen_is(office: Office, ratna: Client) -> None:
    first, second = ready(office), ready(office, "refuse")
    arrived = ratna.get("/meja/tanda-tangan/").content.decode()
    assert not re.search(r'name="letter"[^>]* checked', arrived) and "0 dari 2 surat" in arrived
    assert "Siti Rahma Contoh" in arrived and "Sesuai berkas" in arrived, "who it is for, and what officers found"
    look(ratna, first)
    page = ratna.get("/meja/tanda-tangan/").content.decode()
    ticked = re.findall(r'value="([^"]+)" checked', page)
    assert ticked == [value(first)] and "1 dari 2 surat" in page
    assert second.number in page.split("<h2")[1], "the next that was not seen is looked at now"
    look(ratna, second)
    assert "Semua surat sudah Anda lihat" in ratna.get("/meja/tanda-tangan/").content.decode()


def test_a_letter_that_was_not_seen_or_says_something_else_since_is_not_signed(
    office: Office, ratna: Client, key: None
) -> None:
    row, head = ready(office), office.cast.ratna.officer
    sent = {"letter": [value(row)], "passphrase": PASSPHRASE}
    page = ratna.post("/meja/tanda-tangan/kirim/", sent | {"code": code()})
    assert page.status_code == 422 and "belum Anda lihat" in page.content.decode()
    with pytest.raises(Invalid, match="letter-not-seen"):
        flow.sign_letter(head, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    assert not Letter.objects.exists(), "and it took no number"
    look(ratna, row)
    sight = Sight.objects.get()
    Sight.objects.update(drawn=0)  # as of a letter of two pages whose second was not reached
    with pytest.raises(Invalid, match="letter-not-seen"):
        flow.sign_letter(head, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    Sight.objects.update(drawn=sight.drawn)
    with journal.deed(uuid4(), actor=CLOCK, now=office.now, name="test.change") as deed:
        case = queries.lock_case(row.id)
        case.data["decide"]["reason"] = "Alasan lain sama sekali"
        case.data["applicant"]["address"] = "Gang Lain 99"
        recorder = Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key))
        recorder.record("identity", fields=[])
        recorder.finish()
    with pytest.raises(Invalid, match="letter-not-seen"):
        flow.sign_letter(head, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    look(ratna, row)
    assert "Surat sudah ditandatangani" in streamed(ratna.post("/meja/tanda-tangan/kirim/", sent | {"code": code()}))
    entry = Entry.objects.get(action="sign", stream__startswith="letter:")
    assert entry.body["seen"] == Sight.objects.get().sha256, "the journal keeps which bytes were seen"


def test_what_another_saw_does_not_let_this_one_sign(office: Office, ratna: Client, key: None) -> None:
    row = ready(office)
    look(ratna, row)
    Sight.objects.update(person_id=office.cast.joko.person_id)
    with pytest.raises(Invalid, match="letter-not-seen"):
        flow.sign_letter(office.cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)


def test_a_clerk_may_not_look_at_or_sign_the_letter(office: Office, budi: Client) -> None:
    row = ready(office)
    assert budi.get(f"/meja/tanda-tangan/{row.number}/{row.open_tasks[0].token}/konsep.pdf").status_code == 403
    assert row.number not in budi.get("/meja/tanda-tangan/").content.decode()


def test_several_letters_are_signed_at_once(office: Office, ratna: Client, key: None) -> None:
    rows = [ready(office), ready(office, "refuse"), ready(office)]
    look(ratna, *rows)
    sent = {"letter": [value(row) for row in rows], "passphrase": PASSPHRASE, "code": code()}
    answer = ratna.post("/meja/tanda-tangan/kirim/", sent)
    page = streamed(answer)
    assert page.count('<li class="ok">') == 3
    assert "Semua 3 surat sudah ditandatangani" in page
    assert [queries.read_case(case_id=row.id).outcome for row in rows] == ["granted", "refused", "granted"]
    letter = Letter.objects.first()
    assert letter is not None
    assert ratna.get(f"/meja/surat/{letter.id}/").content.startswith(b"%PDF-")


def test_one_refusal_stops_no_other(office: Office, ratna: Client, key: None) -> None:
    good, gone = ready(office), ready(office)
    look(ratna, good)
    sent = {"letter": [f"{gone.id}:999", value(good)], "passphrase": PASSPHRASE, "code": code()}
    page = streamed(ratna.post("/meja/tanda-tangan/kirim/", sent))
    assert "1 dari 2 ditandatangani" in page
    assert queries.read_case(case_id=good.id).outcome == "granted"
    assert gone.number in ratna.get("/meja/tanda-tangan/").content.decode()


@pytest.mark.parametrize(
    ("passphrase", "with_code", "status"), [("salah sekali ya", True, 422), (PASSPHRASE, False, 422), ("", True, 422)]
)
def test_a_wrong_passphrase_or_code_signs_nothing(
    office: Office, ratna: Client, key: None, passphrase: str, with_code: bool, status: int
) -> None:
    row = ready(office)
    look(ratna, row)
    sent = {"letter": [value(row)], "passphrase": passphrase, "code": code() if with_code else "000000"}
    answer = ratna.post("/meja/tanda-tangan/kirim/", sent)
    assert answer.status_code == status
    assert "checked" in answer.content.decode(), "what was ticked stays ticked"
    assert not Letter.objects.filter(state="signed").exists()


def test_a_code_works_once(office: Office, ratna: Client, key: None) -> None:
    first, second = ready(office), ready(office)
    look(ratna, first, second)
    now = code()
    sent = {"letter": [value(first)], "passphrase": PASSPHRASE, "code": now}
    assert "Surat sudah ditandatangani" in streamed(ratna.post("/meja/tanda-tangan/kirim/", sent))
    answer = ratna.post("/meja/tanda-tangan/kirim/", {"letter": [value(second)], "passphrase": PASSPHRASE, "code": now})
    assert answer.status_code == 422


def test_without_a_key_the_page_leads_to_making_one(office: Office, ratna: Client) -> None:
    row = ready(office)
    look(ratna, row)
    answer = ratna.post("/meja/tanda-tangan/kirim/", {"letter": [value(row)], "passphrase": PASSPHRASE, "code": code()})
    assert "/meja/tanda-tangan/kunci/" in answer.content.decode()
    short = ratna.post("/meja/tanda-tangan/kunci/", {"passphrase": "abc", "again": "abc"})
    assert short.status_code == 422
    differ = ratna.post("/meja/tanda-tangan/kunci/", {"passphrase": PASSPHRASE, "again": "lain"})
    assert "tidak sama" in differ.content.decode()
    assert ratna.post("/meja/tanda-tangan/kunci/", {"passphrase": PASSPHRASE, "again": PASSPHRASE}).status_code == 302


def test_more_than_fifty_letters_are_refused_before_any_is_signed(office: Office, ratna: Client, key: None) -> None:
    answer = ratna.post(
        "/meja/tanda-tangan/kirim/", {"letter": [f"{uuid4()}:1"] * 51, "passphrase": PASSPHRASE, "code": code()}
    )
    assert answer.status_code == 422
    assert "50" in answer.content.decode()


def test_a_letters_number_leads_its_unit_to_the_case(office: Office, ratna: Client, budi: Client, key: None) -> None:
    row = ready(office)
    look(ratna, row)
    streamed(
        ratna.post("/meja/tanda-tangan/kirim/", {"letter": [value(row)], "passphrase": PASSPHRASE, "code": code()})
    )
    number = Letter.objects.get().number
    for typed in (number, f"  {number.replace('/', ' / ')} "):
        assert budi.get("/meja/cari/", {"cari": typed}).headers["Location"] == f"/meja/berkas/{row.number}/", typed
    office.appoint(office.cast.joko, "counter", unit="disdukcapil")
    elsewhere = office.enter(office.cast.joko).get("/meja/cari/", {"cari": number})
    assert elsewhere.status_code == 200 and row.number not in elsewhere.content.decode()


def test_a_letter_in_force_is_revoked_with_a_reason(office: Office, ratna: Client, budi: Client, key: None) -> None:
    row = ready(office)
    look(ratna, row)
    sent = {"letter": [value(row)], "passphrase": PASSPHRASE, "code": code()}
    streamed(ratna.post("/meja/tanda-tangan/kirim/", sent))
    letter = Letter.objects.get()
    at = f"/meja/berkas/{row.number}/"
    assert letter.number in budi.get(at).content.decode()
    assert "Cabut surat" not in budi.get(at).content.decode(), "a clerk may not"
    assert "Cabut surat" in ratna.get(at).content.decode()
    revoking = {"command": str(uuid4()), "letter": str(letter.id)}
    assert ratna.post(f"{at}cabut/", revoking | {"reason": " "}).status_code == 422
    assert ratna.post(f"{at}cabut/", revoking | {"reason": "Keliru", "replaced_by": "tidak/ada"}).status_code == 422
    assert budi.post(f"{at}cabut/", revoking | {"reason": "Keliru"}).status_code == 403
    assert ratna.post(f"{at}cabut/", revoking | {"reason": "Alamat keliru"}).headers["Location"].endswith("#surat")
    assert "Alamat keliru" in budi.get(at).content.decode()
    assert Letter.objects.get().state == "revoked"
