"""What a citizen sent, as the officer sees it: every page, without script; and how an original is handed over."""

import io
import re
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from PIL import Image
from tests.cast import golden_answers, photo

from balai.casework.cases import actions, queries
from balai.records.documents import actions as documents
from balai.records.documents.models import Document

from .conftest import Office

COLOURS = ("red", "lime", "blue")
SHEETS = [Image.new("RGB", (200, 300), colour) for colour in COLOURS]


def scan() -> bytes:
    """Make a PDF of three pages, each of its own colour."""
    made = io.BytesIO()
    SHEETS[0].save(made, "PDF", save_all=True, append_images=SHEETS[1:])
    return made.getvalue()


@pytest.fixture
def row(office: Office) -> queries.CaseRow:
    """Let Siti send a scan of three pages and a photo."""
    siti = office.cast.siti.citizen
    draft_id, _ = actions.start_draft(actor=siti, now=office.now, service_id="surat-keterangan-usaha", answers={})
    vault_id = queries.find_draft_vault(draft_id)
    assert vault_id is not None

    def file(name: str) -> dict[str, Any]:
        content = photo() if Document.objects.filter(vault_id=vault_id).exists() else scan()
        kept = documents.store(vault_id, BytesIO(content), name=name, actor=siti, now=office.now)
        return {"document": str(kept.id), "name": name, "type": kept.media_type, "size": kept.size}

    answers = golden_answers("surat-keterangan-usaha", "granted", file, village="64.72.05.1003")
    made = actions.submit(
        actions.Submission(
            id=uuid4(), actor=siti, now=office.now, service_id="surat-keterangan-usaha", answers=answers, draft_id=draft_id
        )
    )  # fmt: skip
    return queries.read_case(case_id=made.case_id)


def colour(client: Client, address: str) -> tuple[int, ...]:
    with Image.open(io.BytesIO(client.get(address).content)) as picture:
        found = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
    assert isinstance(found, tuple)
    return tuple(round(each / 255) for each in found)


def test_every_page_of_a_scan_is_there_without_script(row: queries.CaseRow, budi: Client, ratna: Client) -> None:
    page = budi.get(f"/meja/berkas/{row.number}/")
    (card,) = [one for one in page.context["cards"] if one.pages > 1]
    assert "Semua 3 halaman" in page.content.decode()
    shown = budi.get(card.all_pages)
    assert shown.status_code == 200 and "no-store" in shown["Cache-Control"]
    pictures = [
        address.replace("&amp;", "&")
        for address in re.findall(r'src="(/meja/pratinjau/[^"]+)"', shown.content.decode())
    ]
    assert [colour(budi, one) for one in pictures] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert "Halaman 3 dari 3" in shown.content.decode()
    assert ratna.get(card.all_pages).status_code == 404
    assert budi.get("/meja/pratinjau/buatan/halaman/").status_code == 404


def test_a_photo_has_one_page_and_no_list_of_them(row: queries.CaseRow, budi: Client) -> None:
    page = budi.get(f"/meja/berkas/{row.number}/")
    assert [one.all_pages for one in page.context["cards"] if one.pages == 1] == [""]


def test_an_original_runs_nothing_and_is_never_guessed_at(row: queries.CaseRow, budi: Client) -> None:
    for card in budi.get(f"/meja/berkas/{row.number}/").context["cards"]:
        answer = budi.get(card.url)
        kind = Document.objects.get(id=UUID(str(card.document_id))).media_type
        assert answer["Content-Type"] == kind
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer["Cache-Control"]
        assert re.fullmatch(r"inline; filename=\"[ -~]+\"; filename\*=UTF-8''\S+", answer["Content-Disposition"])
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        if kind != "application/pdf":
            assert "sandbox" in policy


def test_what_a_citizen_gets_back_is_locked_too(row: queries.CaseRow, office: Office) -> None:
    siti = office.enter(office.cast.siti)
    for kept in Document.objects.all():
        answer = siti.get(f"/berkas/{row.number}/bukti/{kept.id}/")
        assert answer.status_code == 200
        assert answer["Content-Type"] == kept.media_type and answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"] and "no-store" in answer["Cache-Control"]
        if kept.media_type == "application/pdf":
            assert answer["Content-Disposition"].startswith("attachment")
