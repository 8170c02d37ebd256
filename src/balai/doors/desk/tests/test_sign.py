"""Letters are looked at and signed; a wrong passphrase or code signs nothing, and one refusal stops no other."""

import time
from uuid import uuid4

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from balai.casework.cases import queries
from balai.casework.issuing import actions as issuing
from balai.casework.issuing.models import Letter

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


def test_a_clerk_may_not_look_at_or_sign_the_letter(office: Office, budi: Client) -> None:
    row = ready(office)
    assert budi.get(f"/meja/tanda-tangan/{row.number}/{row.open_tasks[0].token}/konsep.pdf").status_code == 403
    assert row.number not in budi.get("/meja/tanda-tangan/").content.decode()


def test_several_letters_are_signed_at_once(office: Office, ratna: Client, key: None) -> None:
    rows = [ready(office), ready(office, "refuse"), ready(office)]
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
    sent = {"letter": [value(row)], "passphrase": passphrase, "code": code() if with_code else "000000"}
    answer = ratna.post("/meja/tanda-tangan/kirim/", sent)
    assert answer.status_code == status
    assert "checked" in answer.content.decode(), "what was ticked stays ticked"
    assert not Letter.objects.filter(state="signed").exists()


def test_a_code_works_once(office: Office, ratna: Client, key: None) -> None:
    first, second = ready(office), ready(office)
    now = code()
    sent = {"letter": [value(first)], "passphrase": PASSPHRASE, "code": now}
    assert "Surat sudah ditandatangani" in streamed(ratna.post("/meja/tanda-tangan/kirim/", sent))
    answer = ratna.post("/meja/tanda-tangan/kirim/", {"letter": [value(second)], "passphrase": PASSPHRASE, "code": now})
    assert answer.status_code == 422


def test_without_a_key_the_page_leads_to_making_one(office: Office, ratna: Client) -> None:
    row = ready(office)
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
