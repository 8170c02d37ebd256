"""Who looked at my data, as its pages and tables say it, and the wish to be told."""

import csv
import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku
from tests.costs import count

from balai.base import access_log
from balai.base.pages import sheets
from balai.casework.cases import queries as cases
from balai.casework.readings import queries
from balai.doors.portal import looked

pytestmark = pytest.mark.django_db
MINE = "/akun-saya/dilihat/"


def read(cast: Cast, days: int = 0, purpose: str = "recovery") -> None:
    person = cast.siti.person_id
    access_log.record_access(
        cast.budi.officer, purpose=purpose, object=f"person:{person}", person_id=person, now=NOW - timedelta(days=days)
    )


def test_nobody_yet_is_said(siti: Client) -> None:
    assert "Belum ada yang melihatnya" in siti.get(MINE).content.decode()


def test_it_says_who_what_and_what_for_in_both_languages(siti: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    read(cast)
    cases.record_list(cast.budi.officer, "inbox", [(sent.case_id, cast.siti.person_id)], now=NOW)
    page = siti.get(MINE).content.decode()
    for words in (
        "Budi Santoso Contoh",
        "membuka 1 kali",
        "melihat dalam daftar 1 kali",
        "Kotak tugas",
        "2 Maret 2026",
    ):
        assert words in page
    siti.cookies["bahasa"] = "en"
    page = siti.get(MINE).content.decode()
    for words in ("opened it once", "saw it in a list once", "Inbox", "2 March 2026"):
        assert words in page


def test_a_long_list_has_pages(siti: Client, cast: Cast) -> None:
    for days in range(queries.PAGE + 3):
        read(cast, days)
    first, second = (siti.get(f"{MINE}?halaman={page}").content.decode() for page in (1, 2))
    assert first.count("<tr>") - 1 == queries.PAGE and second.count("<tr>") - 1 == 3
    assert "halaman=2" in first


def test_the_table_holds_all_of_it_and_no_formula(siti: Client, cast: Cast) -> None:
    for days in range(queries.PAGE + 3):
        read(cast, days)
    answer = siti.get(f"{MINE}unduh/")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Type"].startswith("text/csv") and len(rows) == queries.PAGE + 4
    assert rows[1][0] == "2026-03-02" and rows[1][3] == "1"
    line = queries.ReaderDay(NOW.date(), "officer:x", "officer", "=1+1", ("Lurah",), 1, 0, 0, 0, 0, ())
    assert f"{NOW.date()},Lurah,'=1+1,1," in "".join(sheets.lines(*looked.table([line])))


def test_the_case_has_the_same_beside_it(siti: Client, joko: Client, cast: Cast) -> None:
    sent = apply_for_sku(cast)
    cases.open_case(cast.budi.officer, sent.number, now=NOW)
    for at in (f"/berkas/{sent.number}/dilihat/", f"/berkas/{sent.number}/dilihat/unduh/"):
        assert "Budi Santoso Contoh" in siti.get(at).content.decode()
        assert joko.get(at).status_code == 404
    page = siti.get(f"/berkas/{sent.number}/dilihat/").content.decode()
    assert "ditolak 2 kali" in page and "Orang lain, bukan sebagai petugas" in page
    assert "Joko" not in page, "whoever was turned away is no officer, and their name is their own"


def test_the_wish_is_off_until_it_is_said(siti: Client, cast: Cast) -> None:
    assert "Anda belum dikabari" in siti.get(MINE).content.decode()
    for wanted, words in (("1", "Anda dikabari lewat"), ("0", "Anda belum dikabari")):
        assert siti.post(f"{MINE}kabari/", {"command": str(uuid4()), "wanted": wanted}).status_code == 302
        assert words in siti.get(MINE).content.decode()


def test_the_page_costs_the_same_however_many_looked(siti: Client, cast: Cast) -> None:
    apply_for_sku(cast)
    read(cast)
    before = [count(siti, at) for at in (MINE, f"{MINE}unduh/", "/akun-saya/")]
    for days in range(1, 30):
        read(cast, days, "application")
    assert [count(siti, at) for at in (MINE, f"{MINE}unduh/", "/akun-saya/")] == before


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ((), "Petugas tanpa jabatan pada hari itu"),
        (("Lurah, A",), "Lurah, A"),
        (("Lurah, A", "Lurah, B", "Lurah, C"), "Lurah, A; Lurah, B; Lurah, C"),
        (("Lurah, A", "Lurah, B", "Lurah, C", "Kepala, D"), "Lurah, A; Lurah, B; dan 2 jabatan lain"),
    ],
)
def test_of_many_posts_the_first_are_named_and_the_rest_counted(held: tuple[str, ...], said: str) -> None:
    assert looked._posts(held) == said


def test_the_file_for_spreadsheets_names_all_posts() -> None:
    held = tuple(f"Lurah, {unit}" for unit in "ABCDE")
    line = queries.ReaderDay(NOW.date(), "officer:x", "officer", "Ratna", held, 1, 0, 0, 0, 0, ())
    _, (row,) = looked.table([line])
    assert row[1] == "; ".join(held)
