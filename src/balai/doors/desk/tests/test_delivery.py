"""A letter collected at the office: printed, recorded with who took it, told and shown to its holder."""

from uuid import uuid4

from django.test import Client
from tests.cast import sign_seen

from balai.base.models import Entry
from balai.casework.cases import queries
from balai.casework.issuing import queries as letters
from balai.casework.issuing.models import Delivery
from balai.casework.notices.models import Notice

from .conftest import Office
from .test_sign import PASSPHRASE, key, ready

__all__ = ["key"]  # a fixture of the tests beside this one


def signed(office: Office) -> tuple[queries.CaseRow, str]:
    """Bring a case to its signed letter: the case and the letter's page of handing over."""
    row = ready(office)
    sign_seen(office.cast.ratna.officer, row.id, row.open_tasks[0].token, PASSPHRASE, office.now)
    (letter,) = letters.list_letters_of(row.id)
    return row, f"/meja/surat/{letter.id}/serahkan/"


def test_a_letter_taken_at_the_counter_is_recorded_told_and_shown(
    office: Office, key: None, budi: Client, ratna: Client
) -> None:
    row, at = signed(office)
    (letter,) = letters.list_letters_of(row.id)
    assert f"/meja/surat/{letter.id}/" in budi.get(at).content.decode(), "the letter itself, to be printed"
    assert at in budi.get(f"/meja/berkas/{row.number}/").content.decode()
    half = budi.post(at, {"receiver": "Joko Contoh", "relation": "", "card": "kartu nama"})
    assert (half.status_code, Delivery.objects.count()) == (422, 0)
    assert "Joko Contoh" in half.content.decode() and "relation-fault" in half.content.decode()
    sent = {"command": str(uuid4()), "receiver": "Joko Contoh", "relation": "proxy", "card": "ktp"}
    for _ in range(2):  # a second click is the same handing over
        assert budi.post(at, sent).status_code == 302
    kept = Delivery.objects.get()
    assert b"Joko" not in bytes(kept.receiver_sealed)
    entry = Entry.objects.get(stream=f"letter:{letter.id}", action="deliver")
    assert "Joko" not in str(entry.body) and len(entry.body["mac"]) == 32
    assert Notice.objects.filter(event="letter-delivered", channel="portal").count() == 1
    assert (
        "Joko Contoh (yang diberi kuasa), dilihat: KTP-el" in ratna.get(f"/meja/berkas/{row.number}/").content.decode()
    )
    assert (
        "Joko Contoh (yang diberi kuasa)"
        in office.enter(office.cast.siti).get(f"/berkas/{row.number}/").content.decode()
    )
