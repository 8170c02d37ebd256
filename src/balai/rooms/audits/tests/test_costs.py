"""What the room's pages ask of the database: fixed, however much is written."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import NOW, Cast, apply_for_sku, appoint, make_cast, open_service
from tests.costs import count
from tests.sessions import sign_in

from balai.base import access_log
from balai.rooms.audits import actions
from balai.rooms.audits.models import Dossier

pytestmark = pytest.mark.django_db
HERE = "kel-64.72.05.1003"
WHY = "Surat tugas 7"

ANYBODY = {"/tindak-lanjut/": 3}
HEADS = {"/meja/tindak-lanjut/": 7, "/meja/tindak-lanjut/{finding}/": 8}
AUDITORS = {
    "/meja/pemeriksaan/cari/": 3, "/meja/pemeriksaan/cari/?tujuan=Surat+tugas+7": 9,
    "/meja/pemeriksaan/cari/?tujuan=Surat+tugas+7&jenis=accesses": 10, "/meja/pemeriksaan/cari/?tujuan=Surat+tugas+7&jenis=security": 9,
    "/meja/pemeriksaan/cari/tabel.csv?tujuan=Surat+tugas+7": 9, "/meja/pemeriksaan/sampel/": 5,
    "/meja/pemeriksaan/sampel/{sample}/": 9, "/meja/pemeriksaan/sampel/{sample}/populasi.txt": 9, "/meja/pemeriksaan/berkas/": 10,
    "/meja/pemeriksaan/berkas/{dossier}/berkas-perkara.pdf": 14, "/meja/pemeriksaan/temuan/": 6, "/meja/pemeriksaan/temuan/{finding}/": 6,
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    open_service()
    made = make_cast(NOW)
    appoint(made.joko, "auditor", "inspektorat")
    return made


def write(cast: Cast, now: object = NOW) -> dict[str, UUID]:
    """Write one of everything."""
    actor, day = cast.joko.officer, NOW.date()
    number = apply_for_sku(cast).number
    sample = actions.draw_sample(
        command_id=uuid4(), actor=actor, now=NOW, purpose=WHY, since=day, until=day, size=3, seed="benih"
    )
    dossier = actions.ask_dossier(command_id=uuid4(), actor=actor, now=NOW, number=number, purpose=WHY, language="id")
    actions.keep_dossier(
        command_id=uuid4(), now=timezone.now() - timedelta(hours=1), dossier_id=dossier, pdf=b"%PDF-", parts=1
    )
    finding = actions.open_finding(
        command_id=uuid4(), actor=actor, now=NOW, source="apip", unit_code=HERE, received_on=day,
        told={"title": "Uji", "condition": "Uji", "criteria": "Uji"}, recommendation="Uji",
    )  # fmt: skip
    access_log.record_security("uji", actor="x", now=NOW)
    return {"sample": sample, "dossier": dossier, "finding": finding}


@pytest.mark.parametrize(("who", "pages"), [("", ANYBODY), ("ratna", HEADS), ("joko", AUDITORS)])
def test_each_page_costs_the_same_however_much_is_written(cast: Cast, who: str, pages: dict[str, int]) -> None:
    made = write(cast)
    client = sign_in(getattr(cast, who)) if who else Client()

    def costs() -> dict[str, int]:
        return {at: count(client, at.format(**made)) for at in pages}

    first = costs()
    write(cast)
    for _ in range(3):
        actions.recommend(command_id=uuid4(), actor=cast.joko.officer, now=NOW, finding_id=made["finding"], text="Uji")
    assert Dossier.objects.count() == 2
    assert first == pages
    assert costs() == first
