"""A fee asked for in the process: shown, paid, proven, looked at by a treasurer, told; and what comes of one that nobody pays."""

from collections.abc import Mapping
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import NOW, Cast, apply_for_sku, enlist, make_cast, open_grown, photo
from tests.sessions import sign_in

from balai.base.errors import NotAllowed
from balai.base.outbox import Worker
from balai.casework.cases import history, queries
from balai.casework.cases.actions import Command, act, fire
from balai.casework.cases.models import Case, Task, Timer
from balai.casework.notices import queries as notices
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.engine.manifest.tests.grown_folder import ROOT, list_blocks
from balai.records.documents import actions as documents
from balai.records.offices import actions as offices

pytestmark = pytest.mark.django_db(transaction=True)
HANDBOOK = (ROOT / "docs/handbook/service-author.md").read_text(encoding="utf-8")


@pytest.fixture
def cast() -> Cast:
    made = make_cast(NOW)
    open_grown(list_blocks(HANDBOOK, "Ask to be paid"))
    return made


def do(case_id: UUID, actor: Any, answers: Mapping[str, Any]) -> None:
    token = Task.objects.get(case_id=case_id, state="open").token
    act(Command(id=uuid4(), actor=actor, now=NOW, case_id=case_id, action="complete", token=token, data=answers))
    Worker().drain(NOW)


def asked(cast: Cast) -> UUID:
    """Bring a case to where its fee is asked for."""
    case_id = apply_for_sku(cast).case_id
    do(case_id, cast.budi.officer, {"result": "complete", "location_seen": "ya"})
    do(case_id, cast.ratna.officer, {"outcome": "grant", "reason": "Lengkap"})
    return case_id


def treasurer(case_id: UUID) -> Member:
    """Give the unit a treasurer."""
    member, unit_id = enlist("Dewi"), Case.objects.get(id=case_id).unit_id
    post = offices.create_post(
        command_id=uuid4(), actor=CONSOLE, now=NOW, unit_id=unit_id, role="treasurer", title="Bendahara penerimaan"
    )
    offices.appoint(
        command_id=uuid4(), actor=CONSOLE, now=NOW, post_id=post.id, person_id=member.person_id,
        from_date=date(2026, 1, 1), to_date=None, basis="SK Contoh",
    )  # fmt: skip
    return member


def proof(cast: Cast, case_id: UUID) -> dict[str, Any]:
    vault_id = Case.objects.get(id=case_id).vault_id
    kept = documents.store(vault_id, BytesIO(photo()), name="struk.png", actor=cast.siti.citizen, now=NOW)
    return {"document": str(kept.id), "name": "struk.png", "type": kept.media_type, "size": kept.size}


def told(case_id: UUID, event: str) -> list[dict[str, Any]]:
    found = Notice.objects.filter(case_id=case_id, event=event, channel="portal").order_by("created_at")
    return [notices.open_content(one) for one in found]


def open_node(case_id: UUID) -> str:
    return Task.objects.get(case_id=case_id, state="open").node


def test_a_fee_is_asked_for_proven_and_confirmed(cast: Cast) -> None:
    case_id = asked(cast)
    case = Case.objects.get(id=case_id)
    assert open_node(case_id) == "pay"
    assert case.paused_at is not None, "the applicant must act"
    assert told(case_id, "asked")[0]["subject"] == f"Bayar Rp25.000 untuk {case.number}"
    assert "rekening kas daerah" in told(case_id, "asked")[0]["body"]

    dewi = treasurer(case_id)
    do(case_id, cast.siti.citizen, {"paid_on": "2026-03-02", "proof": proof(cast, case_id), "amount": "1"})
    assert open_node(case_id) == "pay_check"
    with pytest.raises(NotAllowed):
        do(case_id, cast.budi.officer, {"result": "received", "receipt": "1", "received_on": "2026-03-02"})
    page = sign_in(dewi).get(f"/meja/berkas/{case.number}/").content.decode()
    assert "Uangnya sudah masuk?" in page
    assert "Rp25.000" in page
    assert "struk.png" in page
    do(case_id, dewi.officer, {"result": "rejected", "reason": "Belum masuk ke rekening"})
    assert open_node(case_id) == "pay", "asked for again"
    assert len(told(case_id, "asked")) == 2

    do(case_id, cast.siti.citizen, {"paid_on": "2026-03-02", "proof": proof(cast, case_id)})
    do(case_id, dewi.officer, {"result": "received", "receipt": "STS-7", "received_on": "2026-03-02"})
    assert told(case_id, "paid")[0]["body"] == "Rp25.000 sudah kami terima. Tanda terima STS-7."
    assert open_node(case_id) == "sign_grant"
    data = queries.read_case(case_id=case_id).data
    assert data["pay"]["amount"] == "25000", "what the applicant sends of it is ignored"
    assert data["pay_check"]["receipt"] == "STS-7"
    assert history.replay(history.get_position(case.number))[1] == ""


def test_the_applicant_pays_on_their_page(cast: Cast) -> None:
    case_id = asked(cast)
    case, siti = Case.objects.get(id=case_id), sign_in(cast.siti)
    page = siti.get(f"/berkas/{case.number}/").content.decode()
    assert "Bayar retribusi" in page
    task = Task.objects.get(case_id=case_id, state="open")
    address = f"/berkas/{case.number}/jawab/{task.token}/"
    assert "Bukti pembayaran" in siti.get(address).content.decode()
    sent = {
        "command": str(uuid4()), "paid_on": "2 Maret 2026",
        "proof": SimpleUploadedFile("struk.png", photo(), content_type="image/png"),
    }  # fmt: skip
    assert siti.post(address, sent).status_code == 302
    assert open_node(case_id) == "pay_check"
    assert "Bukti pembayaran sedang diperiksa bendahara" in siti.get(f"/berkas/{case.number}/").content.decode()


def test_a_fee_that_nobody_pays_takes_its_error_event(cast: Cast) -> None:
    case_id = asked(cast)
    (timer,) = Timer.objects.filter(case_id=case_id)
    assert timer.due_at - NOW > timedelta(days=6), "five working days"
    fire(case_id, timer.token, timer.due_at, now=timer.due_at)
    Worker().drain(timer.due_at)
    case = Case.objects.get(id=case_id)
    assert (case.status, case.outcome) == ("closed", "lapsed")
    assert told(case_id, "lapsed")
    assert history.replay(history.get_position(case.number))[1] == ""
