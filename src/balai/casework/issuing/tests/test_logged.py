"""What anybody may want proven stands in the public log: letters, decisions, signers, appointments, published services, destructions."""

from uuid import uuid4

import pytest
from tests.cast import NOW, Cast

from balai.base import journal, openings, sequencer, sql
from balai.base.actors import Actor
from balai.base.outbox import Worker
from balai.base.tlog.bundle import Bundle
from balai.casework.archive import actions as archive
from balai.casework.catalogue import actions as catalogue
from balai.casework.issuing import actions, authority
from balai.casework.issuing.tests.story import PASSPHRASE, sign, stage, to_sign

ADMIN = Actor("system", "console", name="console")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    return stage()


def logged(stream: str, action: str) -> Bundle:
    """Give the proof of the last entry of an action, judged as whoever has only the log's keys would."""
    seq = openings.find_entry(stream, action)
    assert seq is not None, f"{stream} has no {action}"
    made = Bundle.read(str(openings.bundle_for(stream, seq)))
    opening, _ = made.judge_entry(sequencer.list_keys())
    assert opening.fields[:2] == [stream, seq]
    assert action in opening.fields
    return made


def test_a_letter_from_its_signature_to_its_revocation_with_its_decision_and_its_signer(cast: Cast) -> None:
    case_id, token = to_sign(cast)
    letter = sign(cast, case_id, token).letter
    actions.revoke(command_id=uuid4(), actor=cast.ratna.officer, letter_id=letter.id, now=NOW, reason="Salah alamat")
    actions.enroll_signer(
        actor=cast.budi.officer, now=NOW, name="Budi Santoso Contoh", organisation="Kota", passphrase=PASSPHRASE
    )
    actions.withdraw_signer(actor=ADMIN, now=NOW, person_id=cast.budi.person_id, reason="Pindah")
    Worker().run_jobs(NOW)
    assert letter.sha256 in logged(f"letter:{letter.id}", "sign").extra.decode()
    for action in ("reserve", "revoke"):
        logged(f"letter:{letter.id}", action)
    (last,) = sql.rows("SELECT action FROM base_entry WHERE stream = %s ORDER BY seq DESC LIMIT 1", [f"case:{case_id}"])
    assert '"granted"' in logged(f"case:{case_id}", str(last[0])).extra.decode().replace("\\", "")
    for action in ("enroll", "withdraw"):
        logged(f"signer:{cast.budi.person_id}", action)
    (post,) = sql.rows("SELECT stream FROM base_entry WHERE action = 'appointed' ORDER BY id LIMIT 1")
    logged(str(post[0]), "appointed")


def test_a_published_service_and_a_person_forgotten(cast: Cast) -> None:
    from django.conf import settings

    folder = settings.BALAI_SERVICES / "surat-keterangan-usaha"
    catalogue.publish(folder, settings.BALAI_TOWN_FOLDER, actor=ADMIN, now=NOW)
    archive.forget_person(command_id=uuid4(), actor=ADMIN, now=NOW, person_id=cast.joko.person_id, reason="Permintaan")
    journal.seal_entries()
    logged("service:surat-keterangan-usaha", "publish")
    logged(f"person:{cast.joko.person_id}", "forgetting-done")
