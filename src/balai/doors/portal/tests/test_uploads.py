"""Files at the portal's door when they cannot be taken now: the right status, a sentence, and everything typed is kept."""

import time
from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import photo

from balai.base import confined
from balai.casework.issuing import queries as issuing
from balai.doors.portal.tests.test_apply import ABOUT, BUSINESS, DETAILS, begin, step
from balai.records.documents import opening, policy
from balai.records.documents.models import Document
from balai.records.documents.tests import hostile

pytestmark = pytest.mark.django_db(transaction=True)


def at_evidence(client: Client) -> str:
    base = begin(client)
    for name, answers in (("data-diri", ABOUT), ("business", BUSINESS), ("details", DETAILS)):
        step(client, base, name, answers)
    return base


def send(client: Client, base: str, content: bytes | None = None) -> Any:
    files = {name: SimpleUploadedFile("foto.jpg", content or photo(), "image/jpeg") for name in ("rt_letter", "photo")}
    return step(client, base, "evidence", files)


def test_when_too_many_files_are_open_a_visitor_is_told_to_come_back_and_loses_nothing(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = at_evidence(stranger)
    monkeypatch.setattr(opening, "_GATE", confined.Gate(in_hand=0))
    busy = send(stranger, base)
    assert busy.status_code == 503
    assert "Banyak berkas sedang diperiksa" in busy.content.decode()
    assert not Document.objects.exists()
    monkeypatch.undo()
    assert send(stranger, base)["Location"] == f"{base}statement/"
    assert BUSINESS["business_name"] in stranger.get(f"{base}business/").content.decode()


def test_when_the_disk_is_almost_full_it_says_so(stranger: Client, settings: Any) -> None:
    base = at_evidence(stranger)
    settings.BALAI_DISK_FREE = policy.free_space() + 10**12
    full = send(stranger, base)
    assert full.status_code == 503 and "hampir penuh" in full.content.decode()


def test_an_address_that_sent_its_share_is_told_when_to_come_back(stranger: Client, settings: Any) -> None:
    base = at_evidence(stranger)
    settings.BALAI_DAY_FILES = 0
    spent = send(stranger, base)
    assert spent.status_code == 429 and "jam lagi" in spent.content.decode()
    settings.BALAI_DAY_FILES = 100
    caches["local"].clear()  # where an address whose share is spent is remembered until the day is over
    assert send(stranger, base)["Location"] == f"{base}statement/"


def test_a_file_that_is_refused_is_told_beside_its_question_with_what_to_do(stranger: Client) -> None:
    base = at_evidence(stranger)
    refused = send(stranger, base, hostile.attachment_bomb(8 * hostile.MB))
    assert refused.status_code == 422
    assert "JPEG" in refused.content.decode(), "a photo is wanted there"


def test_a_file_on_the_verify_page_that_is_none_of_ours_is_opened_in_a_confined_child_alone(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def opened(*_: Any, **__: Any) -> None:
        raise AssertionError("a stranger's file was opened")

    monkeypatch.setattr(issuing.signing, "verify", opened)
    monkeypatch.setattr(issuing, "text_of", opened)
    for make in (hostile.object_stream_bomb, hostile.many_paths, hostile.deep_array):
        content = make()
        started = time.monotonic()
        answer = stranger.post("/v/", {"file": SimpleUploadedFile("surat.pdf", content, "application/pdf")})
        assert answer.status_code == 200 and "tidak dikenal" in answer.content.decode().lower()
        assert time.monotonic() - started < opening.READING.wall + 5
