"""The heads' pages of unusual readings and protected persons, the auditor's list, and what a case shows of somebody protected."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from tests.cast import enlist
from tests.costs import count

from balai.casework.readings import queries as readings
from balai.casework.readings.models import Delay, Finding
from balai.records.offices import queries as offices
from balai.records.protection.models import Protection

from .conftest import Office

pytestmark = pytest.mark.django_db


def find(office: Office, **changes: Any) -> Finding:
    row = office.case()
    told: dict[str, Any] = {
        "access_id": Finding.objects.count() + 1, "rule": "no-task", "at": office.now, "case_id": row.id,
        "person_id": office.cast.siti.person_id, "reader_id": office.cast.budi.person_id,
        "unit_path": offices.get_unit_by_id(office.cast.unit_id).path,
    }  # fmt: skip
    return Finding.objects.create(**{**told, **changes})


def form(office: Office, **changes: str) -> dict[str, str]:
    posts = [str(one.id) for one in offices.list_posts(office.cast.unit_id) if one.role in ("head", "section-head")]
    soon = (timezone.localdate(office.now) + timedelta(days=60)).isoformat()
    told = {
        "command": str(uuid4()), "whom": "9901014101900001", "kind": "violence", "review_on": soon,
        "reason": "Perintah perlindungan sementara", "first_post": posts[0], "second_post": posts[1],
    }  # fmt: skip
    return {**told, **changes}


def test_a_head_sees_why_and_settles(office: Office) -> None:
    row, ratna = find(office), office.enter(office.cast.ratna)
    page = ratna.get("/meja/pembacaan/").content.decode()
    assert "Tanpa tugas" in page and "Budi Santoso Contoh" in page and "tidak pernah mendapat tugas" in page
    refused = ratna.post(f"/meja/pembacaan/{row.id}/", {"command": str(uuid4()), "state": "acted", "note": "ya"})
    assert refused.status_code == 422 and 'value="acted" checked' in refused.content.decode(), "what was typed stays"
    sent = {"command": str(uuid4()), "state": "acted", "note": "Ditegur lisan oleh kepala unit"}
    assert ratna.post(f"/meja/pembacaan/{row.id}/", sent).status_code == 302
    assert "Ditegur lisan" in ratna.get("/meja/pembacaan/").content.decode()
    assert readings.count_open(("/",)) == 0


def test_a_head_delays_by_law_alone(office: Office) -> None:
    row, ratna = find(office), office.enter(office.cast.ratna)
    at, until = f"/meja/pembacaan/{row.id}/tunda/", (timezone.localdate(office.now) + timedelta(days=20)).isoformat()
    wrong = {"command": str(uuid4()), "kind": "oversight", "reference": "", "until": until}
    assert ratna.post(at, wrong).status_code == 422 and not Delay.objects.exists()
    right = {**wrong, "command": str(uuid4()), "reference": "700/12/INS"}
    assert ratna.post(at, right).status_code == 302
    assert Delay.objects.get().person_id == office.cast.siti.person_id
    siti = office.enter(office.cast.siti, second_factor=False)
    page = siti.get("/akun-saya/dilihat/").content.decode()
    assert "ditunda penayangannya" in page and "700/12/INS" not in page


def test_the_auditor_sees_all_and_sends_nothing(office: Office) -> None:
    row = find(office)
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    joko = office.enter(office.cast.joko)
    assert "Tanpa tugas" in joko.get("/meja/periksa/pembacaan/").content.decode()
    sent = {"command": str(uuid4()), "state": "acted", "note": "Ditegur lisan"}
    assert joko.post(f"/meja/pembacaan/{row.id}/", sent).status_code == 404


def test_a_head_protects_by_number_of_case_or_nik_and_lifts(office: Office) -> None:
    row, ratna = office.case(), office.enter(office.cast.ratna)
    wrong = ratna.post("/meja/perlindungan/tetapkan/", form(office, whom="TAK-0000-0000", reason="Alasan yang panjang"))
    page = wrong.content.decode()
    assert wrong.status_code == 422 and "Alasan yang panjang" in page and "TAK-0000-0000" in page, (
        "what was typed stays"
    )
    assert ratna.post("/meja/perlindungan/tetapkan/", form(office, whom=row.number)).status_code == 302
    made = Protection.objects.get()
    assert made.person_id == office.cast.siti.person_id
    budi = office.enter(office.cast.budi)
    page = budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Orang ini dilindungi" in page and "Jalan Contoh" not in page
    again = ratna.post("/meja/perlindungan/tetapkan/", form(office))
    assert again.status_code == 409 and "sudah dilindungi" in again.content.decode()
    lifted = {"command": str(uuid4()), "do": "lift", "reason": "Ancaman sudah berakhir"}
    assert ratna.post(f"/meja/perlindungan/{made.id}/", lifted).status_code == 302
    assert "Jalan Contoh" in budi.get(f"/meja/berkas/{row.number}/").content.decode()


def test_a_case_of_somebody_protected_goes_on(office: Office) -> None:
    row, ratna = office.case(), office.enter(office.cast.ratna)
    ratna.post("/meja/perlindungan/tetapkan/", form(office))
    before = dict(row.data["applicant"])
    assert office.do(row, office.cast.budi, result="complete").data["applicant"] == before, "nothing is lost by hiding"


def test_the_pages_cost_the_same_however_much_there_is(office: Office) -> None:
    ratna = office.enter(office.cast.ratna)
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    joko = office.enter(office.cast.joko)
    find(office)
    find(office, state="explained", settled_by=office.cast.ratna.person_id, settled_at=office.now)
    ratna.post("/meja/perlindungan/tetapkan/", form(office))
    pages = ((ratna, "/meja/pembacaan/"), (ratna, "/meja/perlindungan/"), (joko, "/meja/periksa/pembacaan/"))
    before = [count(client, at) for client, at in pages]
    for name in ("Agus", "Tri", "Wahyu"):
        find(office, person_id=enlist(name).person_id)
        find(office, state="acted", settled_by=office.cast.ratna.person_id, settled_at=office.now)
    assert [count(client, at) for client, at in pages] == before
