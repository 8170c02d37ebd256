"""Administrators see what needs them: in the navigation on every page, and as a list with where to deal with it."""

import re
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from balai.base import checks, watch
from balai.base.errors import in_words
from balai.base.models import Failure, Message
from balai.base.outbox import Worker
from balai.casework.cases.models import Case, Task
from balai.casework.issuing import actions as issuing
from balai.casework.issuing.models import Letter
from balai.casework.notices.models import Alert
from balai.records.people.models import Account

from .conftest import Office
from .test_admin import stick
from .test_sign import ready


@pytest.fixture
def chief(office: Office) -> Client:
    """Let Budi administer the installation beside his post."""
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    return office.enter(office.cast.budi)


@pytest.fixture
def well(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the last round have found everything good, just now."""
    monkeypatch.setattr(watch, "_path", lambda: tmp_path / "status" / "checks.json")
    monkeypatch.setattr(
        watch,
        "items",
        lambda: [checks.RoundItem(1, lambda home, now: iter([checks.Finding("mail", "good", "fine", "baik")]), False)],
    )
    watch.look(office.now)


def dead(office: Office) -> Message:
    return Message.objects.create(
        topic="notices.queued", listener="a.b.carry", payload={"notice": str(uuid4())}, created_at=office.now,
        due_at=office.now, state="dead", attempts=12, last_error="ConnectionError: tidak ada jawaban",
    )  # fmt: skip


def test_a_calm_hall_says_so_and_shows_no_number(office: Office, chief: Client, well: None) -> None:
    page = chief.get("/meja/kelola/").content.decode()
    assert "Semua berjalan" in page
    assert 'class="count tag bad"' not in page


def test_everything_that_needs_somebody_is_listed_with_where_to_go(office: Office, chief: Client) -> None:
    stuck, vacant = office.case(), office.case()
    stick(stuck)
    Task.objects.filter(case_id=vacant.id).update(assignee=None, unstaffed=True)
    dead(office)
    page = chief.get("/meja/kelola/").content.decode()
    assert "Semua berjalan" not in page
    for words in (
        f"{stuck.number} · Periksa berkas", "broken", "tidak ada yang dapat bekerja sebagai clerk", "1 tugas tidak di meja siapa pun",
        "notices.queued → carry", "tidak ada jawaban",
    ):  # fmt: skip
        assert words in page, words
    for address in ("/meja/kelola/tersendat/", f"/meja/kelola/unit/{vacant.unit_code}/", "/meja/kelola/kotak-keluar/"):
        assert f'href="{address}"' in page
    assert "Siti" not in page


def test_a_failure_with_words_of_its_own_is_told_in_them() -> None:
    assert in_words("external-id-taken", "id").endswith("(external-id-taken)")
    assert len(in_words("external-id-taken", "en").split()) > 4
    assert in_words("smtp-down", "id") == "smtp-down"


def test_the_number_stands_on_every_page_for_administrators_alone(office: Office, chief: Client) -> None:
    stick(office.case())
    dead(office)
    for address in ("/meja/", "/meja/cari/", "/meja/kelola/unit/"):
        page = chief.get(address).content.decode()
        assert 'class="count tag bad">2<span class="vh"> perlu perhatian</span>' in page, address
    ratna = office.enter(office.cast.ratna)
    assert 'class="count tag bad"' not in ratna.get("/meja/").content.decode()


def test_the_number_costs_three_queries_however_much_there_is(office: Office, budi: Client) -> None:
    def cost() -> int:
        budi.get("/meja/")
        with CaptureQueriesContext(connection) as asked:
            budi.get("/meja/")
        return len(asked)

    plain = cost()
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    assert cost() == plain + 3
    for _ in range(3):
        dead(office)
    Case.objects.update(stuck_at=office.now)
    assert cost() == plain + 3


def test_a_voided_number_is_shown_and_administrators_are_told(office: Office, chief: Client, well: None) -> None:
    row = ready(office)
    task = row.open_tasks[0]
    letter = issuing.reserve(actor=office.cast.ratna.officer, now=office.now, case_id=row.id, token=task.token)
    issuing.void(actor=issuing.HOUSE, now=office.now, letter_id=letter.id, reason="Percobaan dihentikan.")
    number = Letter.objects.get(id=letter.id).number
    page = chief.get("/meja/kelola/").content.decode()
    assert number in page
    assert "Percobaan dihentikan." in page
    assert "Semua berjalan" in page, "it asks nothing of anybody"
    Worker().drain(office.now)
    assert Alert.objects.get(kind="voided").detail == number


def test_regular_work_that_fails_is_shown_with_what_it_failed_at_and_when_it_is_tried_again(
    office: Office, chief: Client
) -> None:
    case = office.case()
    Failure.objects.create(
        job="cases.deem", item=str(case.id), times=4, since=office.now, tried_at=office.now, due_at=office.now,
        last_error="Tampered: noise",
    )  # fmt: skip
    page = chief.get("/meja/kelola/").content.decode()
    assert "Semua berjalan" not in page
    for words in (f"cases.deem · {case.id}", "Gagal 4 kali", "Tampered: noise"):
        assert words in page, words
        assert words in chief.get("/meja/kelola/kotak-keluar/").content.decode(), words
    assert 'class="count tag bad">1<span' in page


def test_a_room_brings_a_heading_of_its_own(office: Office, chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_NEEDS", "_COUNTS"):
        monkeypatch.setattr(checks, name, dict(getattr(checks, name)))
    monkeypatch.setattr(checks.Attention, "title", lambda need, lang: f"Judul {need.key}")
    checks.counts(lambda now: {"letters.full": 3})

    @checks.needs("letters.full", page="admin.units", order=1)
    def full(now: datetime, lang: str) -> list[checks.Line]:
        return [checks.Line(f"Kotak {number}", "penuh", now, page="admin.unit", args=("a b",), act="Kosongkan") for number in range(9)]  # fmt: skip

    page = chief.get("/meja/kelola/").content.decode()
    assert "Judul letters.full" in page and "Dan 1 lagi" in page
    assert 'href="/meja/kelola/unit/a%20b/"' in page
    assert "Semua berjalan" not in page
    assert re.search(r">\s*3\s*<", chief.get("/meja/").content.decode()), "counted in the navigation of every page"
